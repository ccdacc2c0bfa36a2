import { isRecord } from "../names/record.ts";
import { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import { isDigest } from "../names/digest.ts";
import { OCI_IMAGE } from "../names/media_type.ts";
import { isTag, parseTag, type Tag } from "../names/tag.ts";
import { digestOf } from "../system/hash.ts";
import type { SentManifest } from "../endpoints/manifest_writes.ts";

/** The type of the list, and of the artifact that it is the only layer of. */
export const OWNED_TYPE = "application/vnd.portolan.owned.v1+json";
const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const PREFIX = "portolan-owned-";
const FORMAT = 1;

/** A tag that a plan put at a target. */
export interface OwnedTag {
  /** What it was put as; unknown while a smaller index is on its way. */
  readonly digest?: Digest;
  /** What it was made from, where fewer platforms made it another. */
  readonly from?: Digest;
  /** What it was put as before, while its successor is on its way. */
  readonly was?: Digest;
}

/** All that a plan put at a target, and is there still. */
export interface OwnedList {
  /** The repository that it is about, `registry.example/mirror/app`: a list is copied as easily as an image. */
  readonly repository: string;
  /** The plan's name. */
  readonly plan: string;
  /** The platforms that images were made smaller for. */
  readonly platforms?: readonly string[];
  /** By tag. */
  readonly tags: ReadonlyMap<Tag, OwnedTag>;
  /** Tags that the plan wants and found there: it never deletes them, and no other plan should. */
  readonly found: ReadonlySet<Tag>;
}

/** A list as it lies in a registry: an artifact of one layer and the empty config. */
export interface OwnedArtifact {
  /** The manifest. */
  readonly manifest: SentManifest;
  /** What must be there before it. */
  readonly blobs: readonly {
    readonly digest: Digest;
    readonly mediaType: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }[];
}

/** The tag under which a target keeps the list of a plan. */
export function ownedTagOf(plan: string): Tag {
  return parseTag(PREFIX + plan);
}

/** Whether a tag is that of such a list, of any plan. */
export function isOwnedTag(tag: string): boolean {
  return tag.startsWith(PREFIX);
}

/** Whether a plan put what a tag points to now. */
export function isOwner(owned: OwnedTag | undefined, digest: Digest): boolean {
  return owned !== undefined && (owned.digest === digest || owned.was === digest);
}

/** The artifact of a list: of equal lists, byte for byte the same. */
export async function ownedArtifact(owned: OwnedList): Promise<OwnedArtifact> {
  const { repository, plan, platforms, tags } = owned;
  const entries = [...tags].toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([tag, { digest, from, was }]) => ({ tag, digest, from, was }));
  const found = [...owned.found].toSorted();
  const list = bytesOf({ format: FORMAT, repository, plan, platforms, tags: entries, found });
  const empty = bytesOf({});
  const blobs = await Promise.all([[EMPTY_TYPE, empty] as const, [OWNED_TYPE, list] as const].map(
    async ([mediaType, bytes]) => ({ mediaType, bytes, digest: await digestOf(bytes, "sha256") }),
  ));
  const [config, ...layers] = blobs.map(({ mediaType, digest, bytes }) => ({
    mediaType,
    digest,
    size: bytes.length,
  }));
  const bytes = bytesOf({
    schemaVersion: 2,
    mediaType: OCI_IMAGE,
    artifactType: OWNED_TYPE,
    config,
    layers,
  });
  const digest = await digestOf(bytes, "sha256");
  return { manifest: { digest, mediaType: OCI_IMAGE, bytes }, blobs };
}

/**
 * Reads a list.
 *
 * @throws {RegistryError} `protocol` for anything else: what is not understood owns nothing
 */
export function parseOwned(bytes: Uint8Array): OwnedList {
  const value = parseJson(bytes);
  if (!isRecord(value) || value.format !== FORMAT || typeof value.plan !== "string") {
    throw strange();
  }
  const { repository, platforms, found } = value;
  if (typeof repository !== "string" || !Array.isArray(value.tags)) throw strange();
  if (!Array.isArray(found) || !found.every(isTag)) throw strange();
  const tags = new Map<Tag, OwnedTag>();
  for (const entry of value.tags) {
    if (!isRecord(entry) || !isTag(entry.tag)) throw strange();
    const { digest, from, was } = entry;
    for (const each of [digest, from, was]) {
      if (each !== undefined && !isDigest(each)) throw strange();
    }
    tags.set(entry.tag, { digest, from, was } as OwnedTag);
  }
  const list: OwnedList = { repository, plan: value.plan, tags, found: new Set(found) };
  if (platforms === undefined) return list;
  if (!Array.isArray(platforms) || !platforms.every((each) => typeof each === "string")) {
    throw strange();
  }
  return { ...list, platforms };
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw strange();
  }
}

function strange(): RegistryError {
  return new RegistryError("protocol", "it is no list of what a plan put there");
}
