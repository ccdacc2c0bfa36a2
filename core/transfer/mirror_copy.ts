import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { CopyResult } from "./copy.ts";
import { fewAtOnce } from "./mirror_ends.ts";
import type { MirrorJob, MirrorPorts } from "./mirror_job.ts";
import type { OwnedTag } from "./owned.ts";
import type { OwnedBook } from "./owned_book.ts";
import { reportedError, type TagReport } from "./report.ts";

/** Images of one repository that are copied at once; their blobs wait for each other. */
const AT_ONCE = 4;

/** A tag that is wanted, and where it stands at both ends. */
export interface Standing {
  /** The tag. */
  readonly tag: Tag;
  /** What it points to at the source. */
  readonly there?: Digest;
  /** What it points to at the target. */
  readonly here?: Digest;
  /** Why that is not known. */
  readonly failure?: TagReport;
}

/** Copies what is not there. The plan's list names it before it comes, so that a crash leaves nothing unowned. */
export async function copyStale(
  stale: readonly Standing[],
  book: OwnedBook | undefined,
  { plan = "", platforms }: Pick<MirrorJob, "plan" | "platforms">,
  { source, signal, onTag }: MirrorPorts,
): Promise<readonly TagReport[]> {
  if (stale.length === 0) return [];
  const before: ReadonlyMap<Tag, OwnedTag> = book?.known.tags ?? new Map();
  const tags = new Map(before);
  for (const standing of stale) {
    tags.set(standing.tag, coming(standing, before.get(standing.tag), platforms));
  }
  await book?.save({ plan, platforms, tags });

  async function copy({ tag }: Standing): Promise<TagReport> {
    try {
      const result = await source.copy(tag);
      enter(tag, result);
      return { tag, fate: "copied", digest: result.digest };
    } catch (error) {
      return failureOf(tag, error, signal);
    } finally {
      onTag?.();
    }
  }

  function enter(tag: Tag, { digest, sourceDigest, fate }: CopyResult): void {
    // What somebody else put there is not the plan's.
    if (fate === "present" && !before.has(tag)) tags.delete(tag);
    else tags.set(tag, { digest, from: sourceDigest === digest ? undefined : sourceDigest });
  }

  const reports = await fewAtOnce(stale, copy, AT_ONCE);
  await book?.save({ plan, platforms, tags });
  return reports;
}

/** What failed with a tag; what is no failure of a registry is thrown. */
export function failureOf(tag: Tag, error: unknown, signal: AbortSignal | undefined): TagReport {
  signal?.throwIfAborted();
  const told = reportedError(error);
  if (told === undefined) throw error;
  return { tag, fate: "failed", error: told };
}

/** What the list says of a tag while it is on its way: the old image is the plan's until the new one is there. */
function coming(
  { there, here }: Standing,
  mine: OwnedTag | undefined,
  platforms: readonly string[] | undefined,
): OwnedTag {
  const isMine = here !== undefined && (mine?.digest === here || mine?.was === here);
  const was = isMine ? here : undefined;
  return platforms === undefined ? { digest: there, was } : { from: there, was };
}
