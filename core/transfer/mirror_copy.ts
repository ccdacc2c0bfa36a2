import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { fewAtOnce } from "../together.ts";
import type { CopyResult } from "./copy.ts";
import { failureOf, notBegun } from "./mirror_failures.ts";
import type { MirrorJob, MirrorPorts } from "./mirror_job.ts";
import { isOwner, type OwnedTag } from "./owned.ts";
import type { OwnedBook } from "./owned_book.ts";
import type { TagReport } from "./report.ts";

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

/** What came of copying. */
export interface Copied {
  /** What became of the tags that were not there. */
  readonly tags: readonly TagReport[];
  /** Those that were there as they should, after all: what a smaller index is shows when it is made. */
  readonly present: ReadonlyMap<Tag, Digest>;
  /** What is the plan's by now. */
  readonly owned: ReadonlyMap<Tag, OwnedTag>;
}

/**
 * Copies what is not there. The plan's list names it before it comes, so that a crash leaves nothing unowned;
 * what came is the caller's to save.
 */
export async function copyStale(
  stale: readonly Standing[],
  book: OwnedBook | undefined,
  platforms: MirrorJob["platforms"],
  ports: MirrorPorts,
): Promise<Copied> {
  const { source, isSpent, onTag } = ports;
  const { tags: before = new Map<Tag, OwnedTag>(), found } = book?.known ?? {};
  if (stale.length === 0) return { tags: [], present: new Map(), owned: before };
  const tags = new Map(before);
  for (const standing of stale) {
    tags.set(standing.tag, coming(standing, before.get(standing.tag), platforms));
  }
  const present = new Map<Tag, Digest>();
  await book?.save({ ...book.known, tags });

  async function copy({ tag }: Standing): Promise<TagReport[]> {
    if (isSpent?.()) return [notBegun(tag)];
    try {
      const result = await source.copy(tag);
      enter(tag, result);
      if (result.fate === "present") return [];
      const replaces = replacedBy({ tag, here: result.before }, book && before);
      return [{ tag, fate: "copied", digest: result.digest, ...replaces }];
    } catch (error) {
      return [failureOf(tag, error, ports)];
    } finally {
      onTag?.();
    }
  }

  function enter(tag: Tag, { digest, sourceDigest, fate }: CopyResult): void {
    if (fate === "present") present.set(tag, digest);
    if (fate === "present" && !wasPut(tag, digest, sourceDigest)) tags.delete(tag);
    else tags.set(tag, { digest, from: sourceDigest === digest ? undefined : sourceDigest });
  }

  /** Whether the plan put what is there; if a run broke off meanwhile, the list has what it was making it from. */
  function wasPut(tag: Tag, digest: Digest, sourceDigest: Digest): boolean {
    const mine = before.get(tag);
    // Where somebody else had put it before, that run need not have come to putting anything.
    return isOwner(mine, digest) || (mine?.from === sourceDigest && found?.has(tag) === false);
  }

  const reports = await fewAtOnce(stale, copy, atOnce(ports));
  return { tags: reports.flat(), present, owned: tags };
}

/** Brings what has come to refer to images that are there. Gives what else became of their tags. */
export async function refreshThere(
  there: readonly Standing[],
  ports: MirrorPorts,
): Promise<readonly TagReport[]> {
  const reports = await fewAtOnce(there, async ({ tag }): Promise<TagReport[]> => {
    if (ports.isSpent?.()) return [notBegun(tag)];
    try {
      const { fate, digest } = await ports.source.copy(tag);
      return fate === "present" ? [] : [{ tag, fate: "copied", digest }];
    } catch (error) {
      return [failureOf(tag, error, ports)];
    }
  }, atOnce(ports));
  return reports.flat();
}

/** Where requests are counted, a few at once may spend all of them on reading, and bring nothing. */
function atOnce({ isSpent }: MirrorPorts): number {
  return isSpent === undefined ? AT_ONCE : 1;
}

/** What a copy replaces that the plan did not put; a plan without a list cannot tell. */
export function replacedBy(
  { tag, here }: Pick<Standing, "tag" | "here">,
  before: ReadonlyMap<Tag, OwnedTag> | undefined,
): Pick<TagReport, "replaces"> {
  if (before === undefined || here === undefined || isOwner(before.get(tag), here)) return {};
  return { replaces: here };
}

/** What tags are going to point to at the target, as far as that is known before they are copied. */
export function coursesOf(
  standings: readonly Standing[],
  platforms: MirrorJob["platforms"],
): ReadonlyMap<Tag, Digest> {
  const courses = new Map<Tag, Digest>();
  for (const { tag, there, here } of standings) {
    const digest = platforms === undefined ? there : here;
    if (digest !== undefined) courses.set(tag, digest);
  }
  return courses;
}

/** What the list says of a tag while it is on its way: the old image is the plan's until the new one is there. */
function coming(
  { there, here }: Standing,
  mine: OwnedTag | undefined,
  platforms: readonly string[] | undefined,
): OwnedTag {
  const was = here !== undefined && isOwner(mine, here) ? here : undefined;
  return platforms === undefined ? { digest: there, was } : { from: there, was };
}
