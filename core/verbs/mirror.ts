import type { TagEntry } from "../endpoints/tags.ts";
import type { Tag } from "../names/tag.ts";
import { fullName } from "../target.ts";
import { fewAtOnce, stopOf } from "../together.ts";
import type { CopyResult } from "../transfer/copy.ts";
import { mirrorRepository, untouched } from "../transfer/mirror.ts";
import type { MirrorSource } from "../transfer/mirror_ends.ts";
import { mirrorTarget } from "../transfer/mirror_registries.ts";
import { planDigest } from "../transfer/plan_digest.ts";
import type { MirrorPlan } from "../transfer/plan_entry.ts";
import { type PlanJob, planJobs } from "../transfer/plan_jobs.ts";
import type { CopyWatcher } from "../transfer/progress.ts";
import { type RegistryPorts, registrySource } from "../transfer/registry_end.ts";
import type { MirrorReport, RepositoryReport } from "../transfer/report.ts";
import { checkShard, type Shard } from "../transfer/shard.ts";
import { timeOf } from "../versions/age.ts";
import { asksForDates } from "../versions/rules.ts";
import { budgetOf } from "../wire/operation.ts";
import type { Chartroom } from "./chartroom.ts";
import type { Copies, CopiesOptions, CopyOptions, SharedCopies } from "./copy.ts";
import { checkCount } from "./count.ts";
import type { ListingVerbs } from "./listing.ts";

/** Repositories at once: their requests wait for each other at every host. */
const AT_ONCE = 8;

/** How a plan is carried out. */
export interface MirrorOptions
  extends
    Pick<CopiesOptions, "jobs" | "chunk">,
    Pick<CopyOptions, "refreshReferrers">,
    CopyWatcher {
  /** Whether nothing may be changed: the report then says what would be. @default false */
  readonly dryRun?: boolean;
  /** One worker's share: the repositories whose names hash to it. @default all */
  readonly shard?: Shard;
  /** The report of an earlier run: repositories that it has done are passed over. @default none */
  readonly resume?: MirrorReport;
  /**
   * Requests that all of it may take, those that list tags not counted: one repository is then done after the
   * other. What they did not suffice for is not done in the report, and has no error.
   *
   * @default Infinity
   */
  readonly maxRequests?: number;
  /** Ends it early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told of each repository as it ends. */
  readonly onRepository?: (report: RepositoryReport) => void;
  /** Told how many tags were dealt with so far. */
  readonly onTags?: (count: number) => void;
}

/** What keeps a selection of images copied. */
export interface MirrorVerbs {
  /**
   * Carries out a plan (see `readPlan`): for each repository lists the tags, copies those that are wanted
   * and not there, and prunes. What fails is in the report, and the rest goes on.
   *
   * @throws {RegistryError} `reference_invalid` for a plan that contradicts itself
   * @throws {RangeError} for a shard that there is not, and a report of another plan
   */
  mirror(plan: MirrorPlan, options?: MirrorOptions): Promise<MirrorReport>;
}

/** Makes the verb. */
export function mirrorVerbs(
  chartroom: Chartroom & SharedCopies & Pick<ListingVerbs, "tags">,
): MirrorVerbs {
  const { manifests } = chartroom;

  async function list(job: PlanJob, signal: AbortSignal): Promise<readonly TagEntry[]> {
    const details = job.selects.some(asksForDates);
    const tags: TagEntry[] = [];
    for await (
      const page of chartroom.tags(job.from, { details, signal, side: "source" }).pages()
    ) {
      for (const tag of page) tags.push(tag);
    }
    const undated = details ? tags.filter((tag) => timeOf(tag) === undefined).length : 0;
    if (undated > 0) {
      chartroom.warn(`${fullName(job.source)}: ${undated} tags have no known date: ages pass them`);
    }
    return tags;
  }

  function sourceOf(
    job: PlanJob,
    copies: Copies,
    ports: RegistryPorts & { readonly signal: AbortSignal },
    { refreshReferrers, onPlanned, onBytes, onStep }: MirrorOptions,
  ): MirrorSource {
    const { digestOf } = registrySource(job.source, ports);
    const { platforms, referrers } = job;
    const { signal } = ports;
    let sourceTags: ReadonlySet<string> | undefined;

    async function listAll(): Promise<readonly TagEntry[]> {
      const tags = await list(job, signal);
      sourceTags = new Set(tags.map(({ name }) => name));
      return tags;
    }

    async function copy(tag: Tag): Promise<CopyResult> {
      const [from, to] = [`${job.from}:${tag}`, `${job.to}:${tag}`];
      const ways = { refreshReferrers, onPlanned, onBytes, onStep, signal, sourceTags };
      return await copies.copy(from, to, { ...ways, referrers, platforms, anySingle: true });
    }

    return { list: listAll, digestOf, copy };
  }

  async function mirror(plan: MirrorPlan, options: MirrorOptions = {}): Promise<MirrorReport> {
    const { dryRun = false, shard, resume, onRepository, onTags, jobs: most, chunk } = options;
    if (shard !== undefined) checkShard(shard);
    checkCount("maxRequests", options.maxRequests, "mirror");
    const digest = await planDigest(plan);
    if (resume !== undefined && resume.planDigest !== digest) {
      throw new RangeError("Cannot resume: it is the report of another plan");
    }
    const jobs = planJobs(plan, chartroom.locate, shard);
    const budget = budgetOf(options.maxRequests);
    const isCounted = budget.most !== Infinity;
    const isSpent = () => budget.left <= 0;
    const copies = chartroom.copies({ jobs: most, chunk }, budget);
    const { stop, signal } = stopOf(options.signal);
    const ports = { wire: chartroom, manifests, signal, budget };
    let tags = 0;

    async function carryOut(job: PlanJob): Promise<RepositoryReport> {
      try {
        return await carryOutOne(job);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }

    async function carryOutOne(job: PlanJob): Promise<RepositoryReport> {
      const names = { source: fullName(job.source), target: fullName(job.target) };
      const earlier = resume?.repositories.find(({ source, target }) =>
        source === names.source && target === names.target
      );
      // What was done before stays in the report, so that this one can be resumed in its turn.
      if (earlier?.done) return earlier;
      signal.throwIfAborted();
      if (isSpent()) return untouched(names);
      const { selects, platforms, prune } = job;
      const refresh = options.refreshReferrers === true && job.referrers;
      const asked = { ...names, plan: plan.name, selects, platforms, prune, dryRun, refresh };
      const report = await mirrorRepository(asked, {
        source: sourceOf(job, copies, ports, options),
        target: mirrorTarget(job.target, ports),
        signal,
        isSpent: isCounted ? isSpent : undefined,
        maxRequests: budget.most,
        onWarning: chartroom.warn,
        onTag: () => onTags?.(++tags),
      });
      onRepository?.(report);
      return report;
    }

    // Several at once may spend all requests on asking, and copy nothing, however often they are begun.
    const repositories = await fewAtOnce(jobs, carryOut, isCounted ? 1 : AT_ONCE);
    const done = repositories.every((each) => each.done);
    return { format: 1, plan: plan.name, planDigest: digest, done, repositories };
  }

  return { mirror };
}
