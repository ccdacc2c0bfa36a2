import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { Ask } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedWrite } from "../wire/refusal.ts";
import { readAway } from "../wire/reply.ts";
import { addressIn } from "./address.ts";
import { checkTaken } from "./taken.ts";

/** A manifest to be sent as it came. */
export interface SentManifest {
  /** What the bytes hash to. */
  readonly digest: Digest;
  /** Its type. */
  readonly mediaType: string;
  /** The bytes. */
  readonly bytes: Uint8Array;
}

/** What writing takes. */
export interface WritePorts {
  /** The way to the registry. */
  readonly ask: Ask;
  /** On whose behalf. */
  readonly operation: Operation;
}

/**
 * Puts a manifest under a tag or its digest. What it points to must be there before.
 *
 * Source: OCI distribution specification 1.1, "Pushing Manifests"
 *
 * @throws {RegistryError} `digest_mismatch` if the registry stored other bytes, and what it answers
 */
export async function putManifest(
  place: Place,
  name: Tag | Digest,
  manifest: SentManifest,
  ports: WritePorts,
): Promise<void> {
  const { digest, mediaType, bytes } = manifest;
  const { ask, operation } = ports;
  const asked = await ask(place, {
    url: addressIn(place, `manifests/${name}`),
    method: "PUT",
    headers: { "content-type": mediaType },
    content: bytes,
    read: readAway(),
  }, operation);
  if (asked.answer.value === undefined) throw refusedWrite(place, asked, operation);
  const isThere = () => hasArrived(place, name, manifest, ports);
  await checkTaken(asked, { noun: "manifest", digest, isThere }, operation);
}

/** Whether a name points to what was put there. */
async function hasArrived(
  place: Place,
  name: Tag | Digest,
  { digest, mediaType }: SentManifest,
  { ask, operation }: WritePorts,
): Promise<boolean> {
  const { answer } = await ask(place, {
    url: addressIn(place, `manifests/${name}`),
    method: "HEAD",
    headers: { accept: mediaType },
    read: readAway(0),
  }, operation);
  return answer.value !== undefined && answer.headers.get("docker-content-digest") === digest;
}

/**
 * Deletes a tag, or a manifest with all of its tags.
 *
 * Source: OCI distribution specification 1.1, "Content Management"
 *
 * @returns whether it was deleted; false where it was not there
 * @throws {RegistryError} `unsupported` where the registry does not delete so, and what it answers
 */
export async function deleteManifest(
  place: Place,
  name: Tag | Digest,
  { ask, operation }: WritePorts,
): Promise<boolean> {
  const asked = await ask(place, {
    url: addressIn(place, `manifests/${name}`),
    method: "DELETE",
    read: readAway(),
  }, operation);
  const { value, status, diagnostics } = asked.answer;
  if (value !== undefined) return true;
  if (status === 404) return false;
  // A tag where only digests are taken: DIGEST_INVALID or UNSUPPORTED.
  if (status === 400 || status === 405) {
    const reason = `the registry does not delete this: status ${status}`;
    throw operation.fail("unsupported", reason, { status, diagnostics });
  }
  throw refusedWrite(place, asked, operation);
}
