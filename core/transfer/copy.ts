import type { Fetched } from "../endpoints/manifests.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import type { Platform } from "../names/platform.ts";
import type { Tag } from "../names/tag.ts";
import { together } from "../together.ts";
import { copyReferrers } from "./copy_referrers.ts";
import { copyAs } from "./copy_tree.ts";
import type { CopyFate } from "./progress.ts";
import type { CopyPlan } from "./rehearsal.ts";
import { checkSingle, smallerIndex } from "./smaller_index.ts";
import type { Voyage } from "./voyage.ts";

/** What came of a copy. */
export interface CopyResult {
  /** What the target's name points to now. */
  readonly digest: Digest;
  /** What it was copied from: another where fewer platforms made another index. */
  readonly sourceDigest: Digest;
  /** `present` if it was there before. */
  readonly fate: CopyFate;
  /** What the target's name pointed to before; absent where it had none. */
  readonly before?: Digest;
  /** What it would take, where nothing was to be done. */
  readonly plan?: CopyPlan;
}

/** The name at the target, and what it pointed to. */
interface Mooring {
  readonly to?: Tag;
  readonly before?: Digest;
}

/**
 * Copies what a name of the source points to, under a name of the target: blobs before manifests, children
 * before parents, what is there left alone, bytes as they are. The name changes last, so that nobody sees
 * half an image, and what refers to it is there before, so that a name which is there means that all is.
 *
 * @param to the name at the target; without one the image has only its digest there
 * @throws {RegistryError} with `facts.side`
 */
export async function copyImage(
  from: Tag | Digest,
  to: Tag | undefined,
  voyage: Voyage,
): Promise<CopyResult> {
  const { target } = voyage;
  let result: CopyResult;
  try {
    result = await copyNamed(from, to, voyage);
  } catch (error) {
    // What failed first is what is told.
    await target.finish?.(undefined).catch(() => {});
    throw error;
  }
  await target.finish?.(result.digest);
  return result;
}

async function copyNamed(
  from: Tag | Digest,
  to: Tag | undefined,
  voyage: Voyage,
): Promise<CopyResult> {
  const { source, target, platforms } = voyage;
  if (platforms !== undefined) return await copySome(from, to, { ...voyage, platforms });
  const [told, there] = await together(
    [() => source.digestOf(from), async () => to && await target.digestOf(to)],
    (look) => look(),
    voyage.stop,
  );
  const mooring = { to, before: there };
  if (told !== undefined && told === there) {
    const read = isRefreshed(voyage) ? await source.readManifest(told) : undefined;
    if (read !== undefined) await copyReferrers(read, voyage, "there");
    return presentAs(read ?? { digest: told }, told, mooring, voyage);
  }
  const found = await source.readManifest(told ?? from);
  return await land(found, found.digest, mooring, voyage);
}

/** Copies an index of fewer platforms, or the image of one of them as it is. */
async function copySome(
  from: Tag | Digest,
  to: Tag | undefined,
  voyage: Voyage & { readonly platforms: readonly Platform[] },
): Promise<CopyResult> {
  const { source, target, platforms, anySingle = false } = voyage;
  const found = await source.readManifest(from);
  const { manifest } = found;
  const what = `${source.name}${isDigest(from) ? "@" : ":"}${from}`;
  if (manifest.kind === "image" && !anySingle) {
    await checkSingle(manifest, platforms, { source, what });
  }
  const wanted = manifest.kind === "image"
    ? found
    : await smallerIndex({ ...found, manifest }, platforms, what);
  const mooring = { to, before: to === undefined ? undefined : await target.digestOf(to) };
  if (mooring.before === wanted.digest) {
    if (isRefreshed(voyage)) await copyReferrers(wanted, voyage, "there");
    return presentAs(wanted, found.digest, mooring, voyage);
  }
  return await land(wanted, found.digest, mooring, voyage);
}

function isRefreshed({ referrers = true, refreshReferrers = false }: Voyage): boolean {
  return referrers && refreshReferrers;
}

async function land(
  fetched: Fetched,
  sourceDigest: Digest,
  { to, before }: Mooring,
  voyage: Voyage,
): Promise<CopyResult> {
  const { digest } = fetched;
  const fate = digest === sourceDigest ? "copied" : "made";
  await copyAs(to, fetched, fate, voyage, async () => {
    if (voyage.referrers !== false) await copyReferrers(fetched, voyage, "coming");
  });
  return { digest, sourceDigest, fate, ...(before === undefined ? {} : { before }) };
}

function presentAs(
  { digest, mediaType, bytes }: Pick<Fetched, "digest"> & Partial<Fetched>,
  sourceDigest: Digest,
  { to, before }: Mooring,
  voyage: Voyage,
): CopyResult {
  const size = bytes?.length;
  voyage.onStep?.({ kind: "tag", tag: to, digest, mediaType, size, fate: "present" });
  return { digest, sourceDigest, fate: "present", before };
}
