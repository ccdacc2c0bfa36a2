import type { Tag } from "../names/tag.ts";
import type { Copied, Standing } from "./mirror_copy.ts";
import { isOwner, type OwnedList } from "./owned.ts";

/** What a run has come to know of a target's tags. */
export interface FoundGround {
  /** Tags that the plan wants. */
  readonly selected: readonly Tag[];
  /** Entries of the plan that want none of them. */
  readonly barren: number;
  /** Wanted tags that were there as they should. */
  readonly there: readonly Standing[];
  /** What came of copying the others. */
  readonly copied: Copied;
}

/**
 * The tags that a plan wants and did not put. What this run did not look at or could not copy stays as the
 * list had it, and so does everything where an entry selects nothing: its tags may be wanted again.
 */
export function foundBy(
  { selected, barren, there, copied }: FoundGround,
  before: OwnedList,
): ReadonlySet<Tag> {
  const present = new Map(copied.present);
  for (const { tag, here } of there) if (here !== undefined) present.set(tag, here);
  const put = new Set<string>(
    copied.tags.flatMap(({ tag, fate }) => fate === "copied" ? [tag] : []),
  );
  const found = selected.filter((tag) => {
    const digest = present.get(tag);
    if (digest !== undefined) return !isOwner(copied.owned.get(tag), digest);
    return before.found.has(tag) && !put.has(tag);
  });
  const wanted = new Set(selected);
  const rest = barren === 0 ? [] : [...before.found].filter((tag) => !wanted.has(tag));
  return new Set([...found, ...rest]);
}
