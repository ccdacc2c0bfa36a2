import { MANIFEST_LIMIT } from "../images/limits.ts";
import { isMissing } from "../errors.ts";
import { type Manifest, parseManifest } from "../images/manifest.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import { ACCEPTED_MANIFESTS, essenceOf } from "../names/media_type.ts";
import type { Tag } from "../names/tag.ts";
import { algorithmOf, digestOf } from "../system/hash.ts";
import type { Ask, Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import { decodeJson, isHtml } from "../wire/json.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readAway, readBytes, type Reader } from "../wire/reply.ts";
import { Setback } from "../wire/setback.ts";
import type { Reply } from "../wire/transport.ts";
import { addressIn } from "./address.ts";
import { type PullQuota, pullQuotaOf } from "./pull_quota.ts";

/** What a tag points to, as a registry tells it without showing the manifest. */
export interface Resolved {
  /** The manifest's digest: hashed from its bytes, or told by the registry where those were not asked for. */
  readonly digest: Digest;
  /** The type that the registry names, if it names one. */
  readonly mediaType?: string;
  /** What is left of a pull quota, where the registry counts pulls. */
  readonly quota?: PullQuota;
}

/** A manifest whose bytes have the digest. */
export interface Fetched extends Resolved {
  /** The type by the registry's word and its own. */
  readonly mediaType: string;
  /** The bytes as they came. */
  readonly bytes: Uint8Array;
  /** What they say. */
  readonly manifest: Manifest;
}

/** The manifests of registries. */
export interface Manifests {
  /**
   * What a tag points to, or whether a digest exists: by HEAD, and where that is refused (but for the want
   * of a login) or names no digest by reading the manifest.
   *
   * @throws {RegistryError} `not_found`, `digest_mismatch`, and what `read` throws
   */
  resolve(place: Place, name: Tag | Digest, operation: Operation): Promise<Resolved | Fetched>;
  /** As `resolve`, but undefined for what is not there; that HEAD says so is enough. */
  find(place: Place, name: Tag | Digest, operation: Operation): Promise<Resolved | undefined>;
  /**
   * Reads a manifest. Its digest is verified before it is parsed: against the digest that was asked for, or
   * the one that the registry announces for a tag.
   *
   * @throws {RegistryError} `not_found`, `digest_mismatch`, `protocol`, `unsupported`, `too_large`
   */
  read(place: Place, name: Tag | Digest, operation: Operation): Promise<Fetched>;
}

/**
 * Opens the manifests.
 *
 * Source: OCI distribution specification 1.1, "Pulling manifests"
 */
export function openManifests(ask: Ask): Manifests {
  /** Origins whose answers to HEAD are of no use although GET works. */
  const headless = new Set<string>();

  async function resolve(
    place: Place,
    name: Tag | Digest,
    operation: Operation,
  ): Promise<Resolved> {
    const told = await askHead(place, name, operation);
    if (typeof told === "object") return told;
    // After a 404 too: a few registries answer HEAD so, and the body of GET says what is missing.
    const fetched = await read(place, name, operation);
    if (told !== "another") headless.add(place.origin);
    return fetched;
  }

  async function find(
    place: Place,
    name: Tag | Digest,
    operation: Operation,
  ): Promise<Resolved | undefined> {
    const told = await askHead(place, name, operation);
    if (typeof told === "object") return told;
    if (told === "missing") return undefined;
    try {
      const fetched = await read(place, name, operation);
      if (told !== "another") headless.add(place.origin);
      return fetched;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** What HEAD tells: nothing of use, a digest by another algorithm, or that there is no such thing. */
  async function askHead(
    place: Place,
    name: Tag | Digest,
    operation: Operation,
  ): Promise<Resolved | "missing" | "nothing" | "another"> {
    if (headless.has(place.origin)) return "nothing";
    const asked = await askFor(place, name, operation, { method: "HEAD", read: readAway(0) });
    const { answer } = asked;
    if (answer.status === 401) throw refusedAnswer(place, asked, operation, "image");
    if (answer.status === 404) return "missing";
    const digest = announced(answer.headers);
    if (answer.value === undefined || digest === undefined) return "nothing";
    if (!isComparable(digest, name)) return "another";
    if (isDigest(name) && digest !== name) {
      const reason = `the registry says that ${name} has the digest ${digest}`;
      throw operation.fail("digest_mismatch", reason, { status: answer.status });
    }
    return { digest, ...typeOf(answer.headers), ...quotaOf(answer.headers) };
  }

  async function read(
    place: Place,
    name: Tag | Digest,
    operation: Operation,
  ): Promise<Fetched> {
    const asked = await askFor(place, name, operation, { method: "GET", read: readVerified(name) });
    const { value, headers } = asked.answer;
    if (value === undefined) throw refusedAnswer(place, asked, operation, "image");
    const contentType = headers.get("content-type") ?? undefined;
    const manifest = operation.reading(() => parseManifest(value.bytes, contentType));
    return { ...value, manifest, mediaType: manifest.mediaType, ...quotaOf(headers) };
  }

  function askFor<T>(
    place: Place,
    name: Tag | Digest,
    operation: Operation,
    how: { readonly method: "GET" | "HEAD"; readonly read: Reader<T> },
  ): Promise<Asked<T>> {
    const url = addressIn(place, `manifests/${name}`);
    return ask(place, { url, headers: { accept: ACCEPTED_MANIFESTS }, ...how }, operation);
  }

  return { resolve, find, read };
}

function readVerified(
  name: Tag | Digest,
): Reader<{ readonly bytes: Uint8Array; readonly digest: Digest }> {
  const readAll = readBytes(MANIFEST_LIMIT);
  return async (reply: Reply) => {
    const bytes = await readAll(reply);
    const wanted = isDigest(name) ? name : announced(reply.headers);
    const digest = await digestOf(bytes, wanted === undefined ? "sha256" : algorithmOf(wanted));
    if (digest === wanted) return { bytes, digest };
    // A web page is better told as that.
    if (wanted === undefined || isHtml(bytes)) decodeJson(bytes);
    if (wanted === undefined) return { bytes, digest };
    throw new Setback("forged", `the manifest has the digest ${digest} instead of ${wanted}`);
  };
}

/** The digest in an answer's headers; they are advice, so what cannot be read is as good as none. */
function announced(headers: Headers): Digest | undefined {
  const digest = headers.get("docker-content-digest");
  return isDigest(digest) ? digest : undefined;
}

/** Whether a digest that was told says something about the one asked for: a registry may prefer another algorithm. */
function isComparable(told: Digest, name: Tag | Digest): boolean {
  return !isDigest(name) || algorithmOf(told) === algorithmOf(name);
}

function typeOf(headers: Headers): Pick<Resolved, "mediaType"> {
  const mediaType = essenceOf(headers.get("content-type") ?? "");
  return mediaType === undefined ? {} : { mediaType };
}

function quotaOf(headers: Headers): Pick<Resolved, "quota"> {
  const quota = pullQuotaOf(headers);
  return quota === undefined ? {} : { quota };
}
