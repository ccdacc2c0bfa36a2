import { fetchBlob } from "../endpoints/blobs.ts";
import { deleteManifest } from "../endpoints/manifest_writes.ts";
import { listTags, type TagEntry } from "../endpoints/tags.ts";
import { RegistryError } from "../errors.ts";
import { INDEX_DEPTH } from "../images/limits.ts";
import type { Digest } from "../names/digest.ts";
import { DOCKER_IMAGE, isIndexType, OCI_IMAGE } from "../names/media_type.ts";
import type { Tag } from "../names/tag.ts";
import { fullName, type Target } from "../target.ts";
import type { Operation } from "../wire/operation.ts";
import { deleteScope, writeScope } from "../wire/scope.ts";
import type { MirrorTarget } from "./mirror_ends.ts";
import { OWNED_TYPE, type OwnedArtifact, type OwnedList, parseOwned } from "./owned.ts";
import { type RegistryPorts, registryTarget } from "./registry_end.ts";

/** Bytes of a list of owned tags: some 100,000 of them. */
const OWNED_LIMIT = 16 * 1024 * 1024;

/** A repository of a registry, to be mirrored to. */
export function mirrorTarget(place: Target, ports: RegistryPorts): MirrorTarget {
  const { wire, manifests, signal, budget } = ports;
  const { ask, clean, warn } = wire;
  const end = registryTarget(place, ports);
  const name = fullName(place);
  const written = { ...place, scope: writeScope(place.repository) };

  function begin(what: string): Operation {
    return wire.begin(what, place, { signal, budget, side: "destination" });
  }

  async function needsOf(reference: Tag | Digest, depth: number): Promise<readonly Digest[]> {
    const operation = begin(`find out what "${name}" needs`);
    const found = await manifests.find(written, reference, operation);
    if (found === undefined) return [];
    const { digest, mediaType } = found;
    if (mediaType !== undefined && isImageType(mediaType)) return [digest];
    const { manifest } = await manifests.read(written, digest, operation);
    if (manifest.kind !== "index") return [digest];
    if (depth > INDEX_DEPTH) {
      const reason = `indexes lie within indexes, more than ${INDEX_DEPTH} deep`;
      throw operation.fail("protocol", reason);
    }
    const needs: Digest[] = [digest];
    for (const entry of manifest.manifests) {
      needs.push(entry.digest);
      if (isIndexType(entry.mediaType)) needs.push(...await needsOf(entry.digest, depth + 1));
    }
    return needs;
  }

  async function removeWith(scope: string, reference: Tag | Digest): Promise<boolean> {
    const operation = begin(`delete "${reference}" from "${name}"`);
    return await deleteManifest({ ...place, scope }, reference, { ask, operation });
  }

  /** Tags were listed and copied there before, so that it is no matter of spelling. */
  function mayNotDelete(reference: Tag | Digest, { facts }: RegistryError): RegistryError {
    const operation = begin(`delete "${reference}" from "${name}"`);
    const hint = "Give the account the permission to delete, or say prune: false";
    return operation.fail("denied", "the login may not delete: status 403", { ...facts, hint });
  }

  /** A few token endpoints refuse a scope that names deleting, and let whoever may push delete. */
  async function removeAtAll(reference: Tag | Digest): Promise<boolean> {
    try {
      return await removeWith(deleteScope(place.repository), reference);
    } catch (error) {
      if (!isScopeRefused(error)) throw error;
      return await removeWith(writeScope(place.repository), reference).catch((second) => {
        throw isScopeRefused(second) ? error : second;
      });
    }
  }

  return {
    digestOf: end.digestOf,
    async list(): Promise<readonly Tag[]> {
      // As with the source's list, it is not counted how long it is.
      const what = `list tags of "${name}"`;
      const operation = wire.begin(what, place, { signal, side: "destination" });
      const tags: Tag[] = [];
      const listing = listTags(written, {}, { ask, operation, onWarning: warn, clean });
      for await (const page of listing) tags.push(...page.map((entry: TagEntry) => entry.name));
      return tags;
    },
    needsOf: (tag: Tag) => needsOf(tag, 1),
    async remove(reference: Tag | Digest): Promise<"deleted" | "missing" | "unsupported"> {
      try {
        return await removeAtAll(reference) ? "deleted" : "missing";
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        if (error.code === "unsupported") return "unsupported";
        const isGuess = error.code === "denied" || error.code === "not_found";
        throw isGuess && error.facts.status === 403 ? mayNotDelete(reference, error) : error;
      }
    },
    async readOwned(tag: Tag): Promise<OwnedList> {
      const operation = begin(`read the list under "${tag}" of "${name}"`);
      const { manifest } = await manifests.read(written, tag, operation);
      const layer = manifest.kind === "image" ? manifest.layers[0] : undefined;
      if (layer?.mediaType !== OWNED_TYPE) {
        throw operation.fail("protocol", "it is no list of what a plan put there");
      }
      const bytes = await fetchBlob(written, layer, {
        ask,
        pause: wire.pause,
        operation,
        limit: OWNED_LIMIT,
      });
      return operation.reading(() => parseOwned(bytes));
    },
    async writeOwned(tag: Tag, artifact: OwnedArtifact): Promise<void> {
      try {
        await write(tag, artifact);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        const message = `Cannot keep the list of what the plan puts there: ${error.message}`;
        const hint = error.facts.hint ?? "A plan without a name keeps no list, and prunes nothing";
        throw new RegistryError(error.code, message, { ...error.facts, hint }, { cause: error });
      }
    },
  };

  async function write(tag: Tag, { manifest, blobs }: OwnedArtifact): Promise<void> {
    for (const { digest, mediaType, bytes } of blobs) {
      const blob = { digest, mediaType, size: bytes.length };
      if (await end.hasBlob(blob)) continue;
      await end.putBlob(blob, () => Promise.resolve(bytes));
    }
    await end.putManifest(tag, manifest);
  }
}

function isImageType(mediaType: string): boolean {
  return mediaType === OCI_IMAGE || mediaType === DOCKER_IMAGE;
}

/** Whether it may be the scope that was refused. */
function isScopeRefused(error: unknown): boolean {
  return error instanceof RegistryError &&
    ["unauthorized", "denied", "protocol"].includes(error.code);
}
