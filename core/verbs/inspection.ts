import type { Fetched } from "../endpoints/manifests.ts";
import type { PullQuota } from "../endpoints/pull_quota.ts";
import { isMissing } from "../errors.ts";
import { artifactTypeOf } from "../images/artifact_type.ts";
import { attestedDigest, isAttestation } from "../images/attestation.ts";
import type { ImageConfig } from "../images/config.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { INDEX_DEPTH } from "../images/limits.ts";
import type { Digest } from "../names/digest.ts";
import { isImageType, isIndexType } from "../names/media_type.ts";
import type { Platform } from "../names/platform.ts";
import type { Target } from "../target.ts";
import {
  type FetchedImage,
  type ImagePorts,
  isImage,
  readConfig,
  readEntry,
} from "./platform_image.ts";
import { together } from "../together.ts";

/** Manifests in all, of one inspection. */
const MOST_MANIFESTS = 1000;

/** What is inside of an image: all its platforms, or the one that was asked for. */
export interface Inspection {
  /** What was inspected. */
  readonly target: Target;
  /** The digest that the tag points to. */
  readonly digest: Digest;
  /** The manifest's type: an index, or one image's. */
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
  /** What kind of artifact the index is, where it names one. */
  readonly artifactType?: string;
  /** What the index says of itself; not fit to be printed. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** One for each platform, in the order of the index, attestations among them; or the one image. */
  readonly images: readonly ImageDetails[];
  /** What is left of a pull quota, where the registry counts pulls. */
  readonly quota?: PullQuota;
}

/** One image, or artifact, of an inspection. Texts are as told and not fit to be printed. */
export interface ImageDetails {
  /** Its manifest's digest. */
  readonly digest: Digest;
  /** Its manifest's type. */
  readonly mediaType: string;
  /** What it runs on: by the index, else by its config. */
  readonly platform?: Platform;
  /** The entry that this one only speaks about, where it is an attestation. */
  readonly attests?: Digest;
  /** Whether it is an attestation: no image. */
  readonly isAttestation: boolean;
  /** What kind of artifact it is; absent for an image. */
  readonly artifactType?: string;
  /** Whether the registry does not hold it, although the index lists it. */
  readonly isMissing: boolean;
  /** Bytes of the config and all layers, as they are stored; absent where these were not read. */
  readonly size?: number;
  /** What points at its config. */
  readonly configDescriptor?: Descriptor;
  /** Its layers, the lowest first. */
  readonly layers: readonly Descriptor[];
  /** Its manifest's annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What it is about, where it is a signature or the like. */
  readonly subject?: Digest;
  /** Its config; absent for an artifact. */
  readonly config?: ImageConfig;
}

/** Looks into everything that a manifest leads to, at once: each manifest and each config takes one request. */
export async function detailsOf(
  target: Target,
  fetched: Fetched,
  ports: ImagePorts & { readonly stop: AbortController },
): Promise<readonly ImageDetails[]> {
  const { operation, stop } = ports;
  const seen = new Set<string>();

  async function ofEntry(entry: Descriptor, depth: number): Promise<readonly ImageDetails[]> {
    const { mediaType } = entry;
    if (!isImageType(mediaType) && !isIndexType(mediaType)) return [bare(entry, false)];
    const child = await findEntry(target, entry, ports);
    if (child === undefined) return [bare(entry, true)];
    if (child.manifest.kind === "index") return await ofIndex(child.manifest.manifests, depth + 1);
    return isImage(child) ? [await detailsOfImage(target, child, entry, ports)] : [];
  }

  async function ofIndex(
    entries: readonly Descriptor[],
    depth: number,
  ): Promise<readonly ImageDetails[]> {
    if (depth > INDEX_DEPTH) {
      throw operation.fail("protocol", `indexes lie within indexes, more than ${INDEX_DEPTH} deep`);
    }
    const fresh = entries.filter((entry) => {
      const key = keyOf(entry);
      return !seen.has(key) && seen.add(key);
    });
    if (seen.size > MOST_MANIFESTS) {
      throw operation.fail("too_large", `it leads to more than ${MOST_MANIFESTS} manifests`);
    }
    return (await together(fresh, (entry) => ofEntry(entry, depth), stop)).flat();
  }

  if (fetched.manifest.kind === "index") return await ofIndex(fetched.manifest.manifests, 1);
  return isImage(fetched) ? [await detailsOfImage(target, fetched, undefined, ports)] : [];
}

/** Two entries with one digest are two images where they name two platforms, but never two indexes. */
function keyOf({ digest, mediaType, platform }: Descriptor): string {
  return JSON.stringify([digest, isIndexType(mediaType) ? undefined : platform]);
}

/** An entry's manifest; undefined where the registry does not hold it, as an index may be sparse. */
async function findEntry(
  target: Target,
  entry: Descriptor,
  ports: ImagePorts,
): Promise<Fetched | undefined> {
  try {
    return await readEntry(target, entry, ports);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function detailsOfImage(
  target: Target,
  { digest, manifest }: FetchedImage,
  entry: Descriptor | undefined,
  ports: ImagePorts,
): Promise<ImageDetails> {
  const attestation = entry !== undefined && isAttestation(entry);
  // An attestation's config says nothing; it is not worth a request.
  const config = attestation ? undefined : (await readConfig(target, manifest, ports))?.config;
  const sizes = [manifest.config, ...manifest.layers].map(({ size }) => size);
  const details = {
    platform: entry?.platform ?? config?.platform,
    attests: entry && attestedDigest(entry),
    artifactType: artifactTypeOf(manifest),
    annotations: manifest.annotations,
    subject: manifest.subject?.digest,
    config,
  };
  return {
    digest,
    mediaType: manifest.mediaType,
    isAttestation: attestation,
    isMissing: false,
    size: sizes.reduce((sum, size) => sum + size, 0),
    configDescriptor: manifest.config,
    layers: manifest.layers,
    ...known(details),
  };
}

/** All that the index tells of an entry whose manifest the registry does not hold, or that is none. */
function bare(entry: Descriptor, isMissing: boolean): ImageDetails {
  const { digest, mediaType, platform, artifactType } = entry;
  return {
    digest,
    mediaType,
    isAttestation: isAttestation(entry),
    isMissing,
    layers: [],
    ...known({ platform, artifactType, attests: attestedDigest(entry) }),
  };
}

function known<T extends object>(facts: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(facts).filter(([, fact]) => fact !== undefined),
  ) as Partial<T>;
}
