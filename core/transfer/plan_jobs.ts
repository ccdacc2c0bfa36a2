import { RegistryError } from "../errors.ts";
import { formatReference } from "../names/reference.ts";
import type { Target } from "../target.ts";
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

/**
 * The repositories of a plan, in its order; entries about the same one are put together.
 *
 * @param shard those of one worker @default all
 * @throws {RegistryError} `reference_invalid` where two sources would write the same repository, or a
 *   repository itself
 */
export function planJobs(
  { entries }: MirrorPlan,
  locate: (reference: string) => Target,
  shard?: Shard,
): readonly PlanJob[] {
  const jobs = new Map<string, PlanJob>();
  for (const entry of entries) {
    const job = jobOf(entry, locate);
    const name = fullName(job.target);
    const earlier = jobs.get(name);
    jobs.set(name, earlier === undefined ? job : joined(earlier, job));
  }
  const mine = [...jobs.values()];
  return shard === undefined
    ? mine
    : mine.filter(({ source }) => isInShard(fullName(source), shard));
}

/** A repository with its registry. */
export function fullName({ registry, repository }: Target): string {
  return formatReference({ registry, repository });
}

function jobOf(entry: PlanEntry, locate: (reference: string) => Target): PlanJob {
  const { source: from, select, platforms, referrers, prune } = entry;
  const source = locate(from);
  const to = expandTarget(entry.target, source);
  const target = locate(to);
  if (fullName(source) === fullName(target)) throw refused(`"${from}" to itself`);
  return { source, from, target, to, selects: [select], platforms, referrers, prune };
}

function joined(earlier: PlanJob, job: PlanJob): PlanJob {
  const [name, other] = [fullName(earlier.source), fullName(job.source)];
  if (name !== other) throw refused(`"${name}" and "${other}" to "${fullName(job.target)}"`);
  const isAlike = `${earlier.platforms}` === `${job.platforms}` &&
    earlier.referrers === job.referrers && earlier.prune === job.prune;
  if (isAlike) return { ...earlier, selects: [...earlier.selects, ...job.selects] };
  throw refused(
    `"${name}" to "${fullName(job.target)}" in two ways`,
    "Entries about one repository must have the same platforms, referrers and prune",
  );
}

function refused(what: string, hint?: string): RegistryError {
  return new RegistryError("reference_invalid", `Cannot mirror ${what}`, hint ? { hint } : {});
}
