import type { Fetched } from "../endpoints/manifests.ts";
import { RegistryError } from "../errors.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { INDEX_DEPTH } from "../images/limits.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { together } from "../together.ts";
import { copyBlob } from "./copy_blob.ts";
import type { CopySource } from "./ends.ts";
import type { CopyFate } from "./progress.ts";
import type { Voyage } from "./voyage.ts";

/**
 * Copies all that a manifest leads to, and then itself, under a tag or its digest alone.
 *
 * @param before done when its parts are there and it is not
 */
export async function copyAs(
  tag: Tag | undefined,
  fetched: Fetched,
  fate: CopyFate,
  voyage: Voyage,
  before?: () => Promise<void>,
): Promise<void> {
  const { digest, mediaType, bytes } = fetched;
  await copyParts(fetched, voyage, 1);
  await before?.();
  await voyage.target.putManifest(tag ?? digest, fetched);
  const kind = tag === undefined ? "manifest" : "tag";
  voyage.onStep?.({ kind, tag, digest, mediaType, size: bytes.length, fate });
}

/**
 * Copies a manifest that is reached by its digest, with all that it leads to, unless it is there.
 *
 * @param index what lists it, if it is an index
 * @returns whether it is at the target now: an index may be sparse
 */
export function copyTree(
  { digest, size, mediaType }: Descriptor,
  voyage: Voyage,
  { depth, index }: { readonly depth: number; readonly index?: Digest },
): Promise<boolean> {
  const { source, target, ledger, signal } = voyage;
  const errand = { kind: "manifest", source, target, digest, signal } as const;
  return ledger.once(errand, async () => {
    if (await target.digestOf(digest) === digest) {
      voyage.onStep?.({ kind: "manifest", digest, mediaType, size, fate: "present" });
      return true;
    }
    const fetched = await readIfThere(source, digest);
    if (fetched === undefined) {
      const fate = `which ${index} lists: the copy lacks it too`;
      if (index !== undefined) {
        voyage.onWarning?.(`${source.name} does not have ${digest}, ${fate}`);
      }
      return false;
    }
    await copyParts(fetched, voyage, depth);
    await target.putManifest(digest, fetched);
    voyage.onStep?.({ kind: "manifest", digest, mediaType, size, fate: "copied" });
    return true;
  });
}

/** Whether the target takes an index without it, it says itself. */
async function readIfThere(source: CopySource, digest: Digest): Promise<Fetched | undefined> {
  try {
    return await source.readManifest(digest);
  } catch (error) {
    if (error instanceof RegistryError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** Copies all that a manifest points to. */
async function copyParts(
  { manifest, digest: index }: Fetched,
  voyage: Voyage,
  depth: number,
): Promise<void> {
  const { stop, source } = voyage;
  if (manifest.kind === "image") {
    const blobs = new Map([manifest.config, ...manifest.layers].map((blob) => [blob.digest, blob]));
    await together([...blobs.values()], (blob) => copyBlob(blob, voyage), stop);
    return;
  }
  if (depth > INDEX_DEPTH) {
    const message = `Cannot copy from "${source.name}": indexes lie within indexes, more than ` +
      `${INDEX_DEPTH} deep`;
    throw new RegistryError("protocol", message, { side: "source" });
  }
  const within = { depth: depth + 1, index };
  const { manifests } = manifest;
  const areThere = await together(manifests, (entry) => copyTree(entry, voyage, within), stop);
  if (manifests.length === 0 || areThere.includes(true)) return;
  const [first] = manifests;
  const others = manifests.length === 1 ? "" : `, and ${manifests.length - 1} more`;
  const message = `Cannot ${source.what}: it has none of what is wanted of its index: ` +
    `${first?.digest}${others}`;
  throw new RegistryError("not_found", message, { side: "source" });
}
