import type { Fetched } from "../endpoints/manifests.ts";
import { RegistryError } from "../errors.ts";
import { attestedDigest } from "../images/attestation.ts";
import type { Descriptor } from "../images/descriptor.ts";
import type { ImageIndex } from "../images/manifest.ts";
import { choosePlatform, formatPlatform, type Platform } from "../names/platform.ts";
import { algorithmOf, digestOf } from "../system/hash.ts";

/**
 * The index of a few platforms of an index, with the attestations about them: a document of its own, whose
 * digest is another. What else the index says stays as it was.
 *
 * @throws {RegistryError} `not_found` for a platform that the index has not
 */
export async function smallerIndex(
  fetched: Fetched & { readonly manifest: ImageIndex },
  platforms: readonly Platform[],
  source: string,
): Promise<Fetched & { readonly manifest: ImageIndex }> {
  const { manifest, bytes, digest } = fetched;
  const chosen = new Set(platforms.map((platform) => entryFor(platform, manifest, source).digest));
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

function entryFor(platform: Platform, { manifests }: ImageIndex, source: string): Descriptor {
  const entries = manifests.filter((entry) => attestedDigest(entry) === undefined);
  const entry = choosePlatform(platform, entries);
  if (entry !== undefined) return entry;
  const names = entries.flatMap(({ platform = [] }) => platform).map(formatPlatform);
  const reason = `there is no image for ${formatPlatform(platform)}`;
  throw new RegistryError("not_found", `Cannot copy from "${source}": ${reason}`, {
    hint: `There is ${[...new Set(names)].slice(0, 40).join(", ")}`,
    side: "source",
  });
}
