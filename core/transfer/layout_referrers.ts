import type { Fetched } from "../endpoints/manifests.ts";
import { type ErrorCode, RegistryError } from "../errors.ts";
import { artifactTypeOf } from "../images/artifact_type.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { referrersTag } from "../images/referrers_tag.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";

/** What reading something that is no manifest of an image ends in. */
const FOREIGN: readonly ErrorCode[] = ["not_found", "unsupported", "protocol", "too_large"];

/** A layout as far as referrers need it. */
export interface ReferrerFiles {
  /** The entries of its index. */
  readonly entries: () => Promise<readonly Descriptor[]>;
  /** The entry of a name. */
  readonly find: (name: Tag | Digest) => Promise<Descriptor | undefined>;
  /** Reads a manifest. */
  readonly read: (name: Tag | Digest) => Promise<Fetched>;
}

/**
 * What in a layout refers to a manifest: entries of the index whose manifests name it as their subject,
 * and what a referrers tag lists. The manifests are gone through once, when it is first asked.
 */
export function openReferrers(
  { entries, find, read }: ReferrerFiles,
): (subject: Digest) => Promise<readonly Descriptor[]> {
  let known: Promise<ReadonlyMap<Digest, readonly Descriptor[]>> | undefined;

  async function scan(): Promise<ReadonlyMap<Digest, readonly Descriptor[]>> {
    const found = new Map<Digest, Descriptor[]>();
    const digests = new Set((await entries()).map(({ digest }) => digest));
    for (const digest of digests) {
      const fetched = await readIfManifest(digest, read);
      const subject = fetched?.manifest.subject;
      if (fetched === undefined || subject === undefined) continue;
      found.set(subject.digest, [...found.get(subject.digest) ?? [], referrerOf(fetched)]);
    }
    return found;
  }

  return async (subject: Digest) => {
    const naming = (await (known ??= scan())).get(subject) ?? [];
    const listed = await listedUnder(referrersTag(subject), { find, read });
    const seen = new Set(naming.map(({ digest }) => digest));
    return [...naming, ...listed.filter(({ digest }) => !seen.has(digest))];
  };
}

/** An entry of another kind, or whose blob is missing, is no reason against the image that is copied. */
async function readIfManifest(
  digest: Digest,
  read: ReferrerFiles["read"],
): Promise<Fetched | undefined> {
  try {
    return await read(digest);
  } catch (error) {
    if (error instanceof RegistryError && FOREIGN.includes(error.code)) return undefined;
    throw error;
  }
}

async function listedUnder(
  tag: Tag,
  { find, read }: Pick<ReferrerFiles, "find" | "read">,
): Promise<readonly Descriptor[]> {
  if (await find(tag) === undefined) return [];
  const { manifest } = await read(tag);
  return manifest.kind === "index" ? manifest.manifests : [];
}

/** As the referrers API would list it. Source: OCI distribution specification 1.1, "Listing Referrers" */
function referrerOf({ digest, mediaType, bytes, manifest }: Fetched): Descriptor {
  const artifactType = artifactTypeOf(manifest);
  const { annotations } = manifest;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  };
}
