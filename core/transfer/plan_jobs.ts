import { RegistryError } from "../errors.ts";
import { fullName, type Target } from "../target.ts";
import type { SelectOptions } from "../versions/options.ts";
import type { MirrorPlan, PlanEntry } from "./plan_entry.ts";
import { expandTarget } from "./plan_target.ts";
import { isInShard, type Shard } from "./shard.ts";

/** One repository of a plan and where it goes: all that its entries say of it. */
export interface PlanJob extends Pick<PlanEntry, "platforms" | "referrers" | "prune"> {
  /** Where images come from. */
  readonly source: Target;
  /** The same as a reference. */
  readonly from: string;
  /** Where they go to. */
  readonly target: Target;
  /** The same as a reference. */
  readonly to: string;
  /** Which tags are wanted: what any of these selects. */
  readonly selects: readonly SelectOptions[];
}

/** Entries of a plan that do not go together, or one that does not go alone. */
export interface PlanConflict {
  /** The later one, as an index of the plan's entries. */
  readonly entry: number;
  /** What is wrong: a clause without a full stop. */
  readonly message: string;
}

/**
 * The repositories of a plan, in its order; entries about the same one are put together.
 *
 * @param shard those of one worker @default all
 * @throws {RegistryError} `reference_invalid` where two sources would write the same repository, or a
 *   repository itself
 */
export function planJobs(
  plan: Pick<MirrorPlan, "entries">,
  locate: (reference: string) => Target,
  shard?: Shard,
): readonly PlanJob[] {
  const { jobs, conflicts: [conflict] } = chartPlan(plan, locate);
  if (conflict !== undefined) {
    throw new RegistryError("reference_invalid", `Cannot mirror the plan: ${conflict.message}`);
  }
  return shard === undefined
    ? jobs
    : jobs.filter(({ source }) => isInShard(fullName(source), shard));
}

/** The repositories of a plan, but for entries that contradict others or themselves. */
export function chartPlan(
  { entries }: Pick<MirrorPlan, "entries">,
  locate: (reference: string) => Target,
): { readonly jobs: readonly PlanJob[]; readonly conflicts: readonly PlanConflict[] } {
  const jobs = new Map<string, PlanJob>();
  const conflicts: PlanConflict[] = [];
  for (const [index, entry] of entries.entries()) {
    try {
      const job = jobOf(entry, locate);
      const name = fullName(job.target);
      const earlier = jobs.get(name);
      const message = whyNot(job, earlier);
      if (message !== undefined) conflicts.push({ entry: index, message });
      else jobs.set(name, earlier === undefined ? job : joined(earlier, job));
    } catch (error) {
      // A source may make a target that no reference can name.
      if (!(error instanceof RegistryError)) throw error;
      conflicts.push({ entry: index, message: error.message });
    }
  }
  return { jobs: [...jobs.values()], conflicts };
}

function jobOf(entry: PlanEntry, locate: (reference: string) => Target): PlanJob {
  const { source: from, select, platforms, referrers, prune } = entry;
  const source = locate(from);
  const to = expandTarget(entry.target, source);
  return { source, from, target: locate(to), to, selects: [select], platforms, referrers, prune };
}

function whyNot(job: PlanJob, earlier: PlanJob | undefined): string | undefined {
  const [source, target] = [fullName(job.source), fullName(job.target)];
  if (source === target) return `"${source}" goes to itself`;
  if (earlier === undefined) return undefined;
  const other = fullName(earlier.source);
  if (other !== source) return `"${other}" and "${source}" go to "${target}", one over the other`;
  const isAlike = `${earlier.platforms}` === `${job.platforms}` &&
    earlier.referrers === job.referrers && earlier.prune === job.prune;
  return isAlike
    ? undefined
    : `"${source}" goes to "${target}" in two ways: expected the same platforms, referrers and prune`;
}

function joined(earlier: PlanJob, job: PlanJob): PlanJob {
  return { ...earlier, selects: [...earlier.selects, ...job.selects] };
}
