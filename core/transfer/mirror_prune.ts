import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { type Shortfall, shortfallIn, SPENT, withoutWant } from "./mirror_failures.ts";
import type { MirrorJob, MirrorPorts } from "./mirror_job.ts";
import type { OwnedBook } from "./owned_book.ts";
import { type PruneGround, unwanted, whyNotPrune } from "./prune.ts";
import { pruneTarget } from "./prune_target.ts";
import type { RepositoryReport, TagReport } from "./report.ts";

/** What a run has come to when it is time to prune. */
export interface MirrorPruneGround extends Omit<PruneGround, "selected"> {
  /** Tags that the plan wants. */
  readonly selected: readonly Tag[];
  /** What they point to, as far as that is known. */
  readonly courses: ReadonlyMap<Tag, Digest>;
}

/** What came of pruning. */
export interface MirrorPruned extends Pick<Shortfall, "error"> {
  /** Whether nothing is left to do. */
  readonly done: boolean;
  /** What became of tags. */
  readonly tags: readonly TagReport[];
  /** Why nothing was pruned. */
  readonly unpruned?: RepositoryReport["unpruned"];
}

/** Prunes the tags that the plan put there and does not want any more, or tells them. */
export async function pruneMirror(
  { selected, courses, ...counts }: MirrorPruneGround,
  book: OwnedBook | undefined,
  { prune, dryRun }: Pick<MirrorJob, "prune" | "dryRun">,
  ports: MirrorPorts,
): Promise<MirrorPruned> {
  const nothing = { done: true, tags: [] };
  if (prune === false || book === undefined) return nothing;
  const owned = book.known;
  const tags = unwanted(owned, new Set(selected));
  if (tags.length === 0) return nothing;
  const unpruned = whyNotPrune({ ...counts, selected: selected.length });
  if (unpruned !== undefined) return { done: false, tags: [], unpruned };
  const { target } = ports;
  const onlyTell = dryRun || prune === "plan";
  let told: readonly TagReport[] = [];
  const shortfall = await shortfallIn(async () => {
    const pruned = await pruneTarget(tags, { owned, selected, courses, target, onlyTell });
    told = pruned.tags;
    const kept = [...owned.tags].filter(([tag]) => !pruned.released.includes(tag));
    if (!onlyTell) await book.save({ ...owned, tags: new Map(kept) });
  }, ports);
  if (shortfall !== undefined && shortfall.error === undefined && told.length === 0) {
    return { ...shortfall, tags: [], unpruned: SPENT };
  }
  const done = told.every(({ error }) => error === undefined);
  return { done, tags: told.map((each) => withoutWant(each, ports)), ...shortfall };
}
