import { fetchBlob } from "../endpoints/blobs.ts";
import type { Fetched, Manifests } from "../endpoints/manifests.ts";
import { RegistryError } from "../errors.ts";
import { artifactTypeOf } from "../images/artifact_type.ts";
import { isAttestation } from "../images/attestation.ts";
import { type ImageConfig, parseConfig } from "../images/config.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { CONFIG_LIMIT, INDEX_DEPTH } from "../images/limits.ts";
import type { ImageIndex, ImageManifest } from "../images/manifest.ts";
import type { Digest } from "../names/digest.ts";
import { isImageType, isIndexType } from "../names/media_type.ts";
import { choosePlatform, formatPlatform, type Platform } from "../names/platform.ts";
import type { Target } from "../target.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";

/** Indexes in all that are looked through for one platform. */
const MOST_INDEXES = 100;
/** Platforms that an error names. */
const MOST_NAMES = 40;

/** What reading an image takes. */
export interface ImagePorts extends Pick<Wire, "ask" | "pause"> {
  /** The manifests. */
  readonly manifests: Manifests;
  /** On whose behalf. */
  readonly operation: Operation;
  /** The configs that were asked for before. */
  readonly configs: Map<Digest, Promise<StoredConfig>>;
}

/** An image's config as it is stored, and what it says. */
export interface StoredConfig {
  /** The bytes as they came. */
  readonly bytes: Uint8Array;
  /** What they say. */
  readonly config: ImageConfig;
}

/** A manifest that is one image's. */
export type FetchedImage = Fetched & { readonly manifest: ImageManifest };

/** Whether a manifest is one image's, not an index. */
export function isImage(fetched: Fetched): fetched is FetchedImage {
  return fetched.manifest.kind === "image";
}

/**
 * The entry of an index for a platform; an entry that is an index itself is looked into where no other fits.
 *
 * @throws {RegistryError} `not_found`, naming the platforms that there are; `too_large` past 100 indexes
 */
export async function platformEntry(
  target: Target,
  index: ImageIndex,
  wanted: Platform,
  ports: ImagePorts,
): Promise<Descriptor> {
  const seen: Descriptor[] = [];
  const opened = new Set<Digest>();

  async function search({ manifests }: ImageIndex, depth: number): Promise<Descriptor | undefined> {
    const entries = manifests.filter((entry) => !isAttestation(entry));
    seen.push(...entries);
    const chosen = choosePlatform(wanted, entries);
    if (chosen !== undefined || depth === INDEX_DEPTH) return chosen;
    for (const entry of entries) {
      if (!isIndexType(entry.mediaType) || opened.has(entry.digest)) continue;
      opened.add(entry.digest);
      if (opened.size > MOST_INDEXES) {
        throw ports.operation.fail("too_large", `it leads to more than ${MOST_INDEXES} indexes`);
      }
      const { manifest } = await readEntry(target, entry, ports);
      const found = manifest.kind === "index" && await search(manifest, depth + 1);
      if (found) return found;
    }
    return undefined;
  }

  const entry = await search(index, 1);
  if (entry !== undefined) return entry;
  throw otherPlatforms(wanted, seen.flatMap(({ platform = [] }) => platform), ports.operation);
}

/**
 * The one image of a platform: of an index its entry, else the image itself if it is for that platform.
 *
 * @throws {RegistryError} `not_found`, naming the platforms that there are
 */
export async function platformImage(
  target: Target,
  fetched: Fetched,
  wanted: Platform,
  ports: ImagePorts,
): Promise<FetchedImage> {
  const { operation } = ports;
  if (fetched.manifest.kind === "index") {
    const entry = await platformEntry(target, fetched.manifest, wanted, ports);
    const image = await readHeldEntry(target, entry, ports);
    if (isImage(image)) return image;
    throw operation.fail(
      "protocol",
      `${entry.digest}, which the index calls an image, is an index`,
    );
  }
  if (!isImage(fetched)) throw operation.fail("protocol", "it is no image");
  const { platform } = (await readConfig(target, fetched.manifest, ports))?.config ?? {};
  if (choosePlatform(wanted, [{ platform }]) !== undefined) return fetched;
  throw otherPlatforms(wanted, platform === undefined ? [] : [platform], operation);
}

/**
 * The manifest of an index's entry.
 *
 * @throws {RegistryError} `digest_mismatch` for another size than the index tells, `protocol` for another type
 */
export async function readEntry(
  target: Target,
  { digest, mediaType, size }: Descriptor,
  { manifests, operation }: Pick<ImagePorts, "manifests" | "operation">,
): Promise<Fetched> {
  const fetched = await manifests.read(target, digest, operation);
  const { length } = fetched.bytes;
  if (length !== size) {
    const reason = `the manifest ${digest} has ${length} bytes instead of ${size}`;
    throw operation.fail("digest_mismatch", reason);
  }
  if (fetched.mediaType === mediaType) return fetched;
  const found = `the manifest ${digest} is "${fetched.mediaType}" instead of "${mediaType}"`;
  throw operation.fail("protocol", `${found}, which its index calls it`);
}

/** The manifest of the entry that was chosen: it must be read, and it must be there. */
async function readHeldEntry(
  target: Target,
  entry: Descriptor,
  ports: ImagePorts,
): Promise<Fetched> {
  const { operation } = ports;
  const { digest, mediaType } = entry;
  if (!isImageType(mediaType) && !isIndexType(mediaType)) {
    const reason = `the index lists ${digest} of the type "${mediaType}", which is not read`;
    throw operation.fail("unsupported", reason);
  }
  try {
    return await readEntry(target, entry, ports);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.facts.status !== 404) throw error;
    const { status, diagnostics, request, attempts } = error.facts;
    const reason = `${digest} is listed in the index, but not held by the registry: status 404`;
    throw operation.fail("not_found", reason, { status, diagnostics, request, attempts }, error);
  }
}

/** An image's config and its bytes; undefined for an artifact, whose config can be anything. */
export async function readConfig(
  target: Target,
  manifest: ImageManifest,
  ports: ImagePorts,
): Promise<StoredConfig | undefined> {
  if (artifactTypeOf(manifest) !== undefined) return undefined;
  const { config } = manifest;
  const known = ports.configs.get(config.digest) ?? fetchConfig(target, manifest, ports);
  ports.configs.set(config.digest, known);
  return await known;
}

/** The bytes of any manifest's config, which may be anything where it is an artifact's. */
export async function readConfigBytes(
  target: Target,
  { config }: ImageManifest,
  ports: ImagePorts,
): Promise<Uint8Array> {
  return await fetchBlob(target, config, { ...ports, limit: CONFIG_LIMIT });
}

async function fetchConfig(
  target: Target,
  manifest: ImageManifest,
  ports: ImagePorts,
): Promise<StoredConfig> {
  const bytes = await readConfigBytes(target, manifest, ports);
  return { bytes, config: ports.operation.reading(() => parseConfig(bytes)) };
}

/** The error for a question about one image that an index cannot answer without a platform. */
export function severalPlatforms({ manifests }: ImageIndex, operation: Operation): Error {
  const entries = manifests.filter((entry) => !isAttestation(entry));
  const names = namesOf(entries.flatMap(({ platform = [] }) => platform));
  const reason = "it is an index, each of whose images has a config of its own";
  const hint = `--platform chooses one: ${names === "" ? "it names none" : `there is ${names}`}`;
  return operation.fail("reference_invalid", reason, { hint });
}

function namesOf(platforms: readonly Platform[]): string {
  return [...new Set(platforms.map(formatPlatform))].slice(0, MOST_NAMES).join(", ");
}

function otherPlatforms(wanted: Platform, found: readonly Platform[], operation: Operation): Error {
  const names = namesOf(found);
  const reason = `there is no image for ${formatPlatform(wanted)}`;
  const hint = names === "" ? "It names no platform" : `There is ${names}`;
  return operation.fail("not_found", reason, { hint });
}
