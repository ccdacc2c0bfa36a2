import { isMissing } from "../errors.ts";
import type { TagDetails } from "../adapter.ts";
import type { Fetched, Resolved } from "../endpoints/manifests.ts";
import { isAttestation } from "../images/attestation.ts";
import type { Descriptor } from "../images/descriptor.ts";
import type { ImageIndex } from "../images/manifest.ts";
import type { Digest } from "../names/digest.ts";
import { isImageType } from "../names/media_type.ts";
import { choosePlatform, formatPlatform, type Platform } from "../names/platform.ts";
import type { Target } from "../target.ts";
import { type FetchedImage, type ImagePorts, isImage, readConfig } from "./platform_image.ts";
import { failureOf, type Finding } from "./tag_by_tag.ts";

/** The platform whose image stands for an index, if it has one. */
const USUAL: Platform = { os: "linux", architecture: "amd64" };

/** What a manifest tells of the tags that point to it. */
type Facts = Omit<TagDetails, "name" | "digest">;

/**
 * Opens the facts of a repository's manifests: each digest is looked into once, however many tags have it.
 *
 * An index takes its manifest, that of one image, and its config; an image one manifest and a config. What
 * an index lists but the registry does not hold, and types that are not read, tell nothing and are no failure.
 */
export function openFacts(
  target: Target,
  ports: Omit<ImagePorts, "configs">,
): (found: Resolved | Fetched) => Promise<Finding<Facts>> {
  const { manifests, operation } = ports;
  const known = new Map<Digest, Promise<Finding<Facts>>>();

  function factsOf(found: Pick<Resolved, "digest"> | Fetched): Promise<Finding<Facts>> {
    const facts = known.get(found.digest) ?? lookInto(found);
    known.set(found.digest, facts);
    return facts;
  }

  async function lookInto(found: Pick<Resolved, "digest"> | Fetched): Promise<Finding<Facts>> {
    const facts: { -readonly [Name in keyof Facts]: Facts[Name] } = {};
    try {
      const fetched = "manifest" in found
        ? found
        : await manifests.read(target, found.digest, operation);
      facts.mediaType = fetched.mediaType;
      if (isImage(fetched)) await addImage(facts, fetched);
      else if (fetched.manifest.kind === "index") return await withChild(facts, fetched.manifest);
      return { value: facts };
    } catch (error) {
      return { value: facts, ...unlessUntold(error) };
    }
  }

  async function addImage(
    facts: { -readonly [Name in keyof Facts]: Facts[Name] },
    { manifest }: FetchedImage,
  ): Promise<void> {
    facts.size = [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0);
    // Kept by digest of the manifest already: configs are not shared.
    const found = await readConfig(target, manifest, { ...ports, configs: new Map() });
    if (found === undefined) return;
    const { platform, created } = found.config;
    if (platform !== undefined) {
      facts.platforms = [formatPlatform(platform)];
      facts.sizeOf = formatPlatform(platform);
    }
    if (created !== undefined) facts.createdAt = new Date(created).toISOString();
  }

  async function withChild(facts: Facts, index: ImageIndex): Promise<Finding<Facts>> {
    const entries = index.manifests.filter((entry) => !isAttestation(entry));
    const platforms = entries.flatMap(({ platform = [] }) => platform).map(formatPlatform);
    const value = platforms.length === 0 ? facts : { ...facts, platforms: [...new Set(platforms)] };
    const child = usualImage(entries);
    if (child === undefined) return { value };
    const { value: image, failure } = await factsOf(child);
    const { size, sizeOf, createdAt } = image;
    if (size === undefined) return { value, failure };
    const of = child.platform === undefined ? sizeOf : formatPlatform(child.platform);
    return { value: { ...value, ...present({ size, sizeOf: of, createdAt }) }, failure };
  }

  return factsOf;
}

function usualImage(entries: readonly Descriptor[]): Descriptor | undefined {
  const images = entries.filter(({ mediaType }) => isImageType(mediaType));
  return choosePlatform(USUAL, images) ?? images[0];
}

/** The failure, unless there is nothing to be told, however often it is asked. */
function unlessUntold(error: unknown): Pick<Finding<Facts>, "failure"> {
  const failure = failureOf(error);
  return isMissing(failure) || failure.code === "unsupported" ? {} : { failure };
}

function present(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}
