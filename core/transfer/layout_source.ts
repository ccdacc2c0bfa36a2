import { MANIFEST_LIMIT } from "../images/limits.ts";
import type { Fetched } from "../endpoints/manifests.ts";
import { RegistryError } from "../errors.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { parseDocument } from "../images/document.ts";
import { parseManifest } from "../images/manifest.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import { printable } from "../names/printable.ts";
import { isTag, type Tag } from "../names/tag.ts";
import type { ListedSource } from "./ends.ts";
import { type LayoutFiles, readCurrent, readVerified, streamVerified } from "./layout_files.ts";
import { entryCalled, namesIn, onlyNameIn, parseLayoutIndex, tagsIn } from "./layout_index.ts";
import type { LayoutPlace } from "./layout_place.ts";
import { openReferrers } from "./layout_referrers.ts";

/** Bytes of an `index.json`: some 30,000 entries. */
export const INDEX_LIMIT: number = 16 * 1024 * 1024;
/** Bytes of an `oci-layout`. */
const MARKER_LIMIT = 64 * 1024;

/**
 * A layout to be copied from. Its index is read once; every manifest and blob is verified when it is read.
 *
 * Source: OCI image specification 1.1, "Image Layout"
 */
export function sourceOf(
  files: LayoutFiles,
  place: LayoutPlace,
  signal?: AbortSignal,
): ListedSource {
  let index: Promise<readonly Descriptor[]> | undefined;
  const entries = () => index ??= readEntries(files, place);
  const referrers = openReferrers({ entries, find, read });

  async function find(name: string): Promise<Descriptor | undefined> {
    const all = await entries();
    if (isDigest(name)) return all.find(({ digest }) => digest === name);
    return place.reading(`${place.path}/index.json`, () => entryCalled(all, name));
  }

  async function read(name: Tag | Digest): Promise<Fetched> {
    signal?.throwIfAborted();
    const entry = await find(name);
    const digest = entry?.digest ?? (isDigest(name) ? name : undefined);
    if (digest === undefined) throw await noSuchName(name);
    const file = await files.find(digest);
    if (file === undefined) throw notThere(digest);
    if (entry !== undefined && entry.size !== file.size) {
      const told = `the index says that it has ${entry.size} bytes, not ${file.size}`;
      throw place.fail("digest_mismatch", `${printable(file.path, 300)}: ${told}`);
    }
    const bytes = await readVerified(file, digest, { place, limit: MANIFEST_LIMIT });
    const manifest = place.reading(file.path, () => parseManifest(bytes, entry?.mediaType));
    return { digest, bytes, manifest, mediaType: manifest.mediaType };
  }

  /** What the index tells, in the words of this end where that is nothing. */
  async function told<T>(read: (entries: readonly Descriptor[]) => T): Promise<T> {
    const all = await entries();
    try {
      return read(all);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      throw place.fail(error.code, error.message, error.facts, error);
    }
  }

  async function noSuchName(name: string): Promise<RegistryError> {
    const names = namesIn(await entries());
    const hint = names === "" ? "Nothing in it has a name" : `There is ${names}`;
    return place.fail("not_found", `there is no "${printable(name, 130)}" in it`, { hint });
  }

  function notThere(digest: Digest): RegistryError {
    return place.fail("not_found", `${digest} is not in it`);
  }

  async function* readBlob({ digest, size }: Descriptor): AsyncGenerator<Uint8Array> {
    await entries();
    const file = await files.find(digest);
    if (file === undefined) throw notThere(digest);
    yield* streamVerified(file, { digest, size }, { place, signal });
  }

  return {
    name: place.name,
    what: place.what,
    async resolve(name: string | undefined): Promise<Tag | Digest> {
      if (name === undefined) return await told(onlyNameIn);
      if (isDigest(name) || isTag(name)) return name;
      const entry = await find(name);
      if (entry === undefined) throw await noSuchName(name);
      return entry.digest;
    },
    tags: () => told(tagsIn),
    async digestOf(name: Tag | Digest): Promise<Digest | undefined> {
      const entry = await find(name);
      if (entry !== undefined || !isDigest(name)) return entry?.digest;
      return await files.find(name) === undefined ? undefined : name;
    },
    readManifest: read,
    readBlob,
    referrersOf: referrers,
  };
}

/** Reads the entries of a layout, which must be one. */
async function readEntries(
  files: LayoutFiles,
  place: LayoutPlace,
): Promise<readonly Descriptor[]> {
  const marker = await readCurrent(files, "oci-layout", { place, limit: MARKER_LIMIT });
  if (marker === undefined) throw await files.lacking("oci-layout");
  checkMarker(marker.bytes, marker.file.path, place);
  const index = await readCurrent(files, "index.json", { place, limit: INDEX_LIMIT });
  if (index === undefined) throw await files.lacking("index.json");
  return place.reading(index.file.path, () => parseLayoutIndex(index.bytes));
}

/** Checks an `oci-layout`. */
export function checkMarker(bytes: Uint8Array, path: string, place: LayoutPlace): void {
  const marker = place.reading(path, () => parseDocument(bytes, "the layout's version"));
  const version = marker.imageLayoutVersion;
  if (typeof version === "string" && /^1\.\d{1,4}\.\d{1,4}$/.test(version)) return;
  const told = typeof version === "string" ? `"${printable(version, 40)}"` : "none";
  const reason = `its version is ${told}, 1.0.0 is read`;
  throw place.fail("unsupported", `${printable(path, 300)}: ${reason}`);
}
