import { MANIFEST_LIMIT } from "../images/limits.ts";
import type { SentManifest } from "../endpoints/manifest_writes.ts";
import type { Arrival } from "../endpoints/uploads.ts";
import { RegistryError } from "../errors.ts";
import { artifactTypeOf } from "../images/artifact_type.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { type Manifest, parseManifest } from "../images/manifest.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { Content } from "../wire/content.ts";
import type { CopyTarget } from "./ends.ts";
import { landBlob } from "./layout_blob.ts";
import { type LayoutFiles, pathOf, readCurrent, verify } from "./layout_files.ts";
import { openGround } from "./layout_ground.ts";
import { entryNamed, type NewEntry, parseLayoutIndex, withEntry } from "./layout_index.ts";
import type { LayoutPlace } from "./layout_place.ts";
import { INDEX_LIMIT } from "./layout_source.ts";

/**
 * A layout to be copied to, which other images and other processes may share. A blob is there when a file
 * of its name has its size: it got that name when its digest was verified. A manifest's digest is always
 * verified anew, since it vouches for all that it leads to.
 */
export function targetOf(
  files: LayoutFiles,
  place: LayoutPlace,
  signal?: AbortSignal,
): CopyTarget {
  const ground = openGround(files, place, signal);
  let prepared: Promise<void> | undefined;

  async function entries(): Promise<readonly Descriptor[]> {
    const index = await readCurrent(files, "index.json", { place, limit: INDEX_LIMIT });
    if (index === undefined) return [];
    return place.reading(index.file.path, () => parseLayoutIndex(index.bytes));
  }

  async function hasBlob({ digest, size }: Descriptor): Promise<boolean> {
    return (await files.find(digest))?.size === size;
  }

  /** The bytes of a manifest, if they are there and right. */
  async function bytesOf(digest: Digest): Promise<Uint8Array | undefined> {
    const read = await readCurrent(files, digest, { place, limit: MANIFEST_LIMIT });
    if (read === undefined) return undefined;
    try {
      return await verify(read, digest, place);
    } catch (error) {
      if (error instanceof RegistryError && error.code === "digest_mismatch") return undefined;
      throw error;
    }
  }

  /** Whether a manifest is there, and found by whoever looks for what is about another. */
  async function isKept(digest: Digest): Promise<boolean> {
    const bytes = await bytesOf(digest);
    if (bytes === undefined) return false;
    const manifest = place.reading(digest, () => parseManifest(bytes, undefined));
    if (manifest.subject === undefined) return true;
    return (await entries()).some((entry) => entry.digest === digest);
  }

  async function digestOf(name: Tag | Digest): Promise<Digest | undefined> {
    if (isDigest(name)) return await isKept(name) ? name : undefined;
    const all = await entries();
    const entry = place.reading(`${place.path}/index.json`, () => entryNamed(all, name));
    return entry !== undefined && await bytesOf(entry.digest) ? entry.digest : undefined;
  }

  async function putBlob(blob: Descriptor, content: () => Promise<Content>): Promise<Arrival> {
    await (prepared ??= ground.prepare());
    if (await hasBlob(blob)) return "present";
    const path = `${place.path}/${pathOf(blob.digest)}`;
    await landBlob(blob, await content(), { place, path, signal });
    return "sent";
  }

  async function putManifest(name: Tag | Digest, sent: SentManifest): Promise<void> {
    await (prepared ??= ground.prepare());
    signal?.throwIfAborted();
    const { digest, bytes } = sent;
    if (await bytesOf(digest) === undefined) {
      const path = `${place.path}/${pathOf(digest)}`;
      await landBlob({ digest, size: bytes.length }, bytes, { place, path, signal });
    }
    const entry = entryOf(name, sent);
    if (entry !== undefined) await ground.editIndex((index) => withEntry(index, entry));
  }

  return {
    name: place.name,
    what: place.what,
    digestOf,
    hasBlob,
    putBlob,
    putManifest,
    // Whoever reads a layout finds subjects in the manifests of its index.
    listedReferrers: () => Promise.resolve(undefined),
    async finish(arrived: Digest | undefined): Promise<void> {
      if (arrived === undefined) return;
      if ((await entries()).some(({ digest }) => digest === arrived)) return;
      const bytes = await bytesOf(arrived);
      if (bytes === undefined) return;
      const manifest = place.reading(arrived, () => parseManifest(bytes, undefined));
      const entry = newEntry({ digest: arrived, bytes }, manifest);
      await ground.editIndex((index) => withEntry(index, entry));
    },
  };
}

/**
 * The entry that a manifest gets in an index: one under its tag, and one for what is about another
 * manifest and could not be found otherwise. What an index leads to gets none.
 */
export function entryOf(name: Tag | Digest, sent: SentManifest): NewEntry | undefined {
  const manifest = parseManifest(sent.bytes, sent.mediaType);
  if (isDigest(name) && manifest.subject === undefined) return undefined;
  return { ...newEntry(sent, manifest), ...(!isDigest(name) && { name }) };
}

/** What an index says of a manifest. */
export function newEntry(
  { digest, bytes }: Pick<SentManifest, "digest" | "bytes">,
  manifest: Manifest,
): NewEntry {
  const artifactType = artifactTypeOf(manifest);
  return {
    mediaType: manifest.mediaType,
    digest,
    size: bytes.length,
    ...(artifactType !== undefined && { artifactType }),
  };
}
