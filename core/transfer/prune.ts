import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { isOwner, type OwnedList, type OwnedTag } from "./owned.ts";

/** What has come of one repository's mirroring when it is time to prune. */
export interface PruneGround {
  /** Tags that the source listed. */
  readonly listed: number;
  /** Tags that the plan wants. */
  readonly selected: number;
  /** Entries of the plan that want none of them. */
  readonly barren: number;
  /** Tags that could not be copied. */
  readonly failed: number;
}

/**
 * What becomes of a tag that the plan does not want any more.
 *
 * - `delete`: it is the plan's, and goes
 * - `gone`: it is not there
 * - `moved`: somebody else has put another image there, whose it is now
 * - `claimed`: another plan wants it, or put it, too
 */
export type PruneVerdict = "delete" | "gone" | "moved" | "claimed";

/** A tag of the list that the plan does not want any more. */
export interface PruneDecision {
  /** The tag. */
  readonly tag: Tag;
  /** What it points to now. */
  readonly digest?: Digest;
  /** What becomes of it. */
  readonly verdict: PruneVerdict;
}

/** Why nothing may be pruned; undefined if it may. */
export function whyNotPrune(
  { listed, selected, barren, failed }: PruneGround,
): string | undefined {
  if (listed === 0) return "the source lists no tags";
  if (selected === 0) return `none of the source's ${listed} tags is selected`;
  if (barren > 0) return `an entry of the plan selects none of the source's ${listed} tags`;
  if (failed > 0) return `${failed} of ${selected} tags could not be copied`;
  return undefined;
}

/** The tags of a list that are not wanted any more. */
export function unwanted({ tags }: OwnedList, selected: ReadonlySet<Tag>): readonly Tag[] {
  return [...tags.keys()].filter((tag) => !selected.has(tag));
}

/**
 * Decides about tags that are not wanted any more, by what they point to now. A tag that the list has not is
 * never decided about.
 *
 * @param now what each of them points to; nothing for one that is not there
 * @param others the lists of other plans at the same target
 */
export function decidePrune(
  tags: readonly Tag[],
  { owned, now, others }: {
    readonly owned: OwnedList;
    readonly now: ReadonlyMap<Tag, Digest>;
    readonly others: readonly OwnedList[];
  },
): readonly PruneDecision[] {
  return tags.flatMap((tag) => {
    const mine = owned.tags.get(tag);
    if (mine === undefined) return [];
    const digest = now.get(tag);
    return [{ tag, digest, verdict: verdictOn(tag, digest, mine, others) }];
  });
}

function verdictOn(
  tag: Tag,
  digest: Digest | undefined,
  mine: OwnedTag,
  others: readonly OwnedList[],
): PruneVerdict {
  if (digest === undefined) return "gone";
  if (!isOwner(mine, digest)) return "moved";
  const isClaimed = others.some(({ tags, found }) =>
    found.has(tag) || isOwner(tags.get(tag), digest)
  );
  return isClaimed ? "claimed" : "delete";
}

/** A tag that stays at a target, and all manifests that it needs. */
export interface KeptTag {
  /** The tag. */
  readonly tag: Tag;
  /** What it points to, and what that leads to. */
  readonly needs: readonly Digest[];
}

/**
 * Why a manifest must not be deleted by its digest, with which every tag of it goes: the first tag that needs
 * it, itself or as a part of an index.
 */
export function neededBy(digest: Digest, kept: readonly KeptTag[]): Tag | undefined {
  return kept.find(({ needs }) => needs.includes(digest))?.tag;
}
