import { RegistryError } from "../errors.ts";
import { type Descriptor, readDescriptor } from "../images/descriptor.ts";
import { parseDocument } from "../images/document.ts";
import { readList } from "../images/field.ts";
import { manifestTypeOf } from "../images/manifest_type.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import { OCI_INDEX } from "../names/media_type.ts";
import { printable } from "../names/printable.ts";
import type { Tag } from "../names/tag.ts";
import { tagOfName } from "./end_name.ts";

/** The annotation that names an entry. Source: OCI image specification 1.1, "Image Layout", `index.json`. */
const NAME = "org.opencontainers.image.ref.name";
const MOST_ENTRIES = 100_000;
/** Names that a message tells. */
const MOST_TOLD = 40;
/** Tags that are about another manifest: of cosign, or a referrers tag. */
const ABOUT = /^sha(256|512)-[0-9a-f]{64}/;

/** What a layout without images says. */
export const EMPTY_INDEX: string = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests: [],
});

/** An entry to be made. */
export interface NewEntry extends Pick<Descriptor, "mediaType" | "digest" | "size"> {
  /** The kind of artifact. */
  readonly artifactType?: string;
  /** Its name; without one it is known by its digest. */
  readonly name?: Tag;
}

/**
 * The entries of an `index.json`.
 *
 * @throws {RegistryError} `protocol`, `unsupported`, `too_large` saying where
 */
export function parseLayoutIndex(bytes: Uint8Array): readonly Descriptor[] {
  return readEntries(parseDocument(bytes, "the index"));
}

/** What a name stands for; one name for several images stands for none. */
export function entryNamed(entries: readonly Descriptor[], name: string): Descriptor | undefined {
  const named = entries.filter((entry) => nameOf(entry) === name);
  return onlyOne(named, name, ({ digest }) => digest);
}

/** The same, where the tag in a whole name stands for it too. */
export function entryCalled(entries: readonly Descriptor[], name: string): Descriptor | undefined {
  const called = entries.filter((entry) => tagOf(entry) === name);
  return entryNamed(entries, name) ?? onlyOne(called, name, (entry) => nameOf(entry) ?? "");
}

/**
 * The name of the one image of a layout: the only one with a tag, or the only one there is. Signatures
 * and the like, which have tags made of digests, count as no images.
 *
 * @throws {RegistryError} `not_found` for none, `reference_invalid` for several
 */
export function onlyNameIn(entries: readonly Descriptor[]): Tag | Digest {
  const tags = tagsIn(entries);
  const [tag] = tags;
  if (tag !== undefined && tags.length === 1) return tag;
  const digests = [...new Set(entries.map(({ digest }) => digest))];
  const [digest] = digests;
  if (digest === undefined) throw new RegistryError("not_found", "there is no image in it");
  if (tag === undefined && digests.length === 1) return digest;
  const count = tag === undefined ? digests.length : tags.length;
  const hint = `Name one of ${list(tags.length > 0 ? tags : digests)}`;
  throw new RegistryError("reference_invalid", `there are ${count} images in it`, { hint });
}

/**
 * The tags of images, in their order; not those of signatures and the like.
 *
 * @throws {RegistryError} `reference_invalid` where the names of two images have one tag
 */
export function tagsIn(entries: readonly Descriptor[]): readonly Tag[] {
  const found = new Map<Tag, Descriptor>();
  for (const entry of entries) {
    const tag = tagOf(entry);
    if (tag === undefined || ABOUT.test(tag)) continue;
    const other = found.get(tag) ?? entry;
    found.set(tag, other);
    if (other.digest === entry.digest || nameOf(other) === nameOf(entry)) continue;
    const [first, second] = [other, entry].map((each) => `"${list([nameOf(each) ?? ""])}"`);
    const reason = `${first} and ${second} share the tag ${tag}`;
    throw new RegistryError("reference_invalid", reason, { hint: "Copy each by its whole name" });
  }
  return [...found.keys()];
}

/** The names of images that there are, for a message. */
export function namesIn(entries: readonly Descriptor[]): string {
  const names = entries.flatMap((entry) => nameOf(entry) ?? []);
  return list(names.filter((name) => !ABOUT.test(name)).toSorted());
}

/**
 * An `index.json` with an entry more. A name is taken away from what had it before: that entry goes. All
 * else stays as it was, known here or not.
 */
export function withEntry(bytes: Uint8Array, entry: NewEntry): string {
  const record = parseDocument(bytes, "the index");
  const known = readEntries(record);
  const { name, digest, mediaType, size, artifactType } = entry;
  const isThere = known.some((old) =>
    old.digest === digest && (name === undefined || nameOf(old) === name)
  );
  const manifests = Array.isArray(record.manifests) ? record.manifests : [];
  const kept = manifests.filter((_, index) => {
    const old = known[index];
    return name === undefined || old?.digest === digest || !old || nameOf(old) !== name;
  });
  if (isThere && kept.length === manifests.length) return new TextDecoder().decode(bytes);
  const annotations = name === undefined ? {} : { annotations: { [NAME]: name } };
  const type = artifactType === undefined ? {} : { artifactType };
  const fresh = isThere ? [] : [{ mediaType, digest, size, ...type, ...annotations }];
  return JSON.stringify({ ...record, manifests: [...kept, ...fresh] });
}

/** The name of an entry, whatever it is. */
function nameOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[NAME];
}

function tagOf(entry: Descriptor): Tag | undefined {
  return tagOfName(nameOf(entry) ?? "");
}

/** @param told how one of several is told from the others */
function onlyOne(
  entries: readonly Descriptor[],
  name: string,
  told: (entry: Descriptor) => string,
): Descriptor | undefined {
  const { size } = new Set(entries.map(({ digest }) => digest));
  if (size <= 1) return entries[0];
  const shown = printable(name, 130);
  const reason = `${size} entries of the index have the name "${shown}"`;
  const hint = `Name one of ${list([...new Set(entries.map(told))])}`;
  throw new RegistryError("protocol", `Cannot read ${shown}: ${reason}`, { hint });
}

function readEntries(record: Record<string, unknown>): readonly Descriptor[] {
  if (manifestTypeOf(record, undefined) !== OCI_INDEX) {
    throw new RegistryError("protocol", "Cannot read the index: it is no OCI index");
  }
  const options = { most: MOST_ENTRIES, read: readDescriptor };
  return readList(record.manifests, "manifests", options) ?? [];
}

function list(names: readonly string[]): string {
  const told = names.slice(0, MOST_TOLD).map((name) =>
    isDigest(name) ? name : printable(name, 130)
  );
  return told.join(", ") + (names.length > MOST_TOLD ? ", …" : "");
}
