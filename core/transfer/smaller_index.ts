import type { Fetched } from "../endpoints/manifests.ts";
import { RegistryError } from "../errors.ts";
import { artifactTypeOf } from "../images/artifact_type.ts";
import { attestedDigest } from "../images/attestation.ts";
import { parseConfig } from "../images/config.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { CONFIG_LIMIT } from "../images/limits.ts";
import type { ImageIndex, ImageManifest } from "../images/manifest.ts";
import {
  choosePlatform,
  formatPlatform,
  nearestPlatforms,
  type Platform,
} from "../names/platform.ts";
import { algorithmOf, digestOf } from "../system/hash.ts";
import { join } from "../wire/reply.ts";
import type { CopySource } from "./ends.ts";

/**
 * The index of a few platforms of an index, with the attestations about them: a document of its own, whose
 * digest is another. What else the index says stays as it was.
 *
 * @param what the index, for messages
 * @throws {RegistryError} `not_found` for a platform that the index has not
 */
export async function smallerIndex(
  fetched: Fetched & { readonly manifest: ImageIndex },
  platforms: readonly Platform[],
  what: string,
): Promise<Fetched & { readonly manifest: ImageIndex }> {
  const { manifest, bytes, digest } = fetched;
  const entries = platforms.flatMap((platform) => entriesFor(platform, manifest, what));
  const chosen = new Set(entries.map((entry) => entry.digest));
  const isKept = (entry: Descriptor): boolean => {
    const about = attestedDigest(entry);
    return chosen.has(about ?? entry.digest);
  };
  const kept = manifest.manifests.filter(isKept);
  if (kept.length === manifest.manifests.length) return fetched;
  const document = JSON.parse(new TextDecoder().decode(bytes)) as { manifests: unknown[] };
  document.manifests = document.manifests.filter((_, index) =>
    kept.includes(manifest.manifests[index] as Descriptor)
  );
  const smaller = new TextEncoder().encode(JSON.stringify(document));
  return {
    ...fetched,
    digest: await digestOf(smaller, algorithmOf(digest)),
    bytes: smaller,
    manifest: { ...manifest, manifests: kept },
  };
}

/**
 * Checks, by its config, that an image which is in no index is for one of a few platforms.
 *
 * @throws {RegistryError} `not_found`, naming the platform that it is for
 */
export async function checkSingle(
  manifest: ImageManifest,
  platforms: readonly Platform[],
  { source, what }: { readonly source: CopySource; readonly what: string },
): Promise<void> {
  const platform = artifactTypeOf(manifest) === undefined
    ? await platformOf(manifest.config, source, what)
    : undefined;
  if (platforms.some((wanted) => choosePlatform(wanted, [{ platform }]) !== undefined)) return;
  const kind = platform === undefined ? "it is for no platform" : "it is one image";
  const names = platform === undefined ? [] : [platform];
  throw noPlatform({ what, kind, wanted: platforms, names });
}

async function platformOf(
  config: Descriptor,
  source: CopySource,
  what: string,
): Promise<Platform | undefined> {
  if (config.size > CONFIG_LIMIT) {
    const reason = `its config has ${config.size} bytes, at most ${CONFIG_LIMIT} are read`;
    throw new RegistryError("too_large", `Cannot copy from "${what}": ${reason}`, {
      side: "source",
    });
  }
  const bytes = join(await Array.fromAsync(source.readBlob(config)), config.size);
  try {
    return parseConfig(bytes).platform;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const { code, message, facts } = error;
    throw new RegistryError(code, `Cannot copy from "${what}": ${message}`, {
      ...facts,
      side: "source",
    }, { cause: error });
  }
}

/** For Windows there is often an entry for each version of the system. */
function entriesFor(
  platform: Platform,
  { manifests }: ImageIndex,
  what: string,
): readonly Descriptor[] {
  const entries = manifests.filter((entry) => attestedDigest(entry) === undefined);
  const nearest = nearestPlatforms(platform, entries);
  if (nearest.length > 0) return nearest;
  const names = entries.flatMap(({ platform = [] }) => platform);
  throw noPlatform({ what, wanted: [platform], names });
}

function noPlatform({ what, kind, wanted, names }: {
  readonly what: string;
  readonly kind?: string;
  readonly wanted: readonly Platform[];
  readonly names: readonly Platform[];
}): RegistryError {
  const reason = `there is no image for ${wanted.map(formatPlatform).join(" or ")}`;
  const all = kind === undefined ? reason : `${kind}, and ${reason}`;
  const there = [...new Set(names.map(formatPlatform))].slice(0, 40).join(", ");
  const hint = there === "" ? "Without --platform it is copied as it is" : `There is ${there}`;
  return new RegistryError("not_found", `Cannot copy from "${what}": ${all}`, {
    hint,
    side: "source",
  });
}
