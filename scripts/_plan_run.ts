import {
  type CopyWatcher,
  type Flow,
  type MirrorOptions,
  type MirrorPlan,
  type MirrorReport,
  planDigest,
  type PlanJob,
  RegistryError,
  type RepositoryReport,
  type TagFate,
} from "../mod.ts";
import type { Context } from "./_command.ts";
import { tellInterrupted } from "./_copy_notes.ts";
import { openCopyProgress } from "./_copy_progress.ts";
import type { CopyTally } from "./_copy_tally.ts";
import { exitCode } from "./_exit.ts";
import type { Arguments } from "./_options.ts";
import {
  failuresOf,
  formatChanges,
  formatDryTotals,
  formatNotes,
  formatSummary,
  formatTraffic,
  isNotBegun,
  writeReportFile,
} from "./_plan_report.ts";
import { asciiJson } from "./_json.ts";
import { fullName } from "./_tag_format.ts";

/** What a dry run leaves to do. */
const PLANNED: readonly TagFate[] = ["to copy", "to delete"];

/** What was asked for. */
export interface MirrorQuestion {
  /** What is mirrored. */
  readonly plan: MirrorPlan;
  /** Its repositories. */
  readonly jobs: readonly PlanJob[];
  /** How. */
  readonly options: MirrorOptions;
  /** Where the report goes. */
  readonly file?: string;
  /** Whether the report is printed, and errors are JSON. */
  readonly isJson: boolean;
  /** Whether only errors are told. */
  readonly isQuiet: boolean;
}

/** What mirroring takes. */
export interface MirrorRunPorts {
  /** The command line. */
  readonly args: Arguments;
  /** The machine. */
  readonly context: Context;
  /** The way to registries. */
  readonly flow: Flow;
  /** What is added up, requests by the caller. */
  readonly tally: CopyTally;
  /** Shows how far it is. */
  readonly show: (line: string) => void;
}

/**
 * Carries a plan out, and keeps its report.
 *
 * @returns the exit code
 */
export async function carryOut(question: MirrorQuestion, ports: MirrorRunPorts): Promise<number> {
  const { plan, options, file, isJson, isQuiet } = question;
  const { context, flow, tally } = ports;
  const { repositories = [] } = options.resume ?? {};
  const ended: RepositoryReport[] = [];
  const digest = await planDigest(plan);
  let report: MirrorReport = {
    format: 1,
    plan: plan.name,
    planDigest: digest,
    done: false,
    repositories,
  };
  // Now, so that a file that cannot be written is known before the work is done.
  if (file !== undefined) await writeReportFile(file, report);
  const told: Promise<void>[] = [];
  try {
    report = await flow.mirror(plan, {
      ...options,
      ...watch(ports),
      onRepository(repository: RepositoryReport): void {
        ended.push(repository);
        const telling = tell(repository, question, context);
        // Whoever reads no more is heard of at the end.
        telling.catch(() => {});
        told.push(telling);
      },
    });
  } catch (error) {
    report = { ...report, repositories: merged(repositories, ended) };
    if (context.signal.aborted) await tellWayOn(question, ports);
    throw error;
  } finally {
    await Promise.allSettled(told);
    if (file !== undefined) await writeReportFile(file, report);
  }
  await Promise.all(told);
  const spent = whatIsLeft(report, ended, question);
  if (spent !== undefined) await context.report(spent);
  if (isJson) await context.stdout.write(asciiJson(report) + "\n");
  else if (!isQuiet) {
    const totals = tally.totals();
    const traffic = options.dryRun
      ? formatDryTotals(ended, totals, pullsOf(ended, question))
      : formatTraffic(ended, totals);
    await context.stderr.write(formatSummary(ended) + traffic);
  }
  // What is still to be done is no failure of a dry run.
  const isFine = options.dryRun
    ? spent === undefined && report.repositories.every((each) => failuresOf(each).length === 0)
    : report.done;
  return exitCode(isFine ? "done" : "incomplete");
}

/** Tags and bytes, in one line. */
function watch(
  { show, tally }: MirrorRunPorts,
): CopyWatcher & Pick<MirrorOptions, "onTags"> {
  let tags = 0;
  let bytes = "";
  function tell(): void {
    show(`${tags} tags are up to date${bytes}`);
  }
  const { onPlanned, onBytes } = openCopyProgress((line) => {
    bytes = `, ${line}`;
    tell();
  }, 1);
  return {
    onPlanned,
    onBytes,
    onStep: tally.countStep,
    onTags(count: number): void {
      tags = count;
      tell();
    },
  };
}

/** Says what became of a repository as soon as that is known. */
async function tell(
  repository: RepositoryReport,
  { isJson, isQuiet }: MirrorQuestion,
  { stdout, stderr, report }: Context,
): Promise<void> {
  if (!isJson) await stdout.write(formatChanges(repository));
  if (!isQuiet && !isJson) await stderr.write(formatNotes(repository));
  for (const failure of failuresOf(repository)) await report(failure);
}

/** Says what is left of a run that was interrupted, and how to go on. */
async function tellWayOn(
  { jobs, options, file, isJson, isQuiet }: MirrorQuestion,
  { args, context }: MirrorRunPorts,
): Promise<void> {
  if (options.dryRun) return;
  await tellInterrupted(args, context, jobs[0]?.to);
  if (isQuiet || isJson) return;
  await context.stderr.write(`portolan: ${wayOn(file)}\n`);
}

function wayOn(file: string | undefined): string {
  return file === undefined
    ? "with --report FILE the next run can pass over what is done, by --resume FILE"
    : "--resume with the file of --report passes over what is done";
}

/** The error for what there were no requests left for, if anything is. */
function whatIsLeft(
  { repositories }: MirrorReport,
  ended: readonly RepositoryReport[],
  { options, file }: MirrorQuestion,
): RegistryError | undefined {
  const tags = ended.flatMap(({ tags }) => tags).filter(isNotBegun).length;
  const others =
    repositories.filter((each) => !each.done && (!ended.includes(each) || isCutShort(each))).length;
  if (tags + others === 0) return undefined;
  const reason = `it takes more than ${options.maxRequests} requests`;
  const message = `Cannot mirror all of the plan: ${reason}: ` +
    `${tags} tags and ${others} more repositories are left`;
  return new RegistryError("incomplete", message, { hint: wayOn(file) });
}

/** Whether nothing else tells why a repository is not done. */
function isCutShort(repository: RepositoryReport): boolean {
  const { tags, unpruned } = repository;
  if (failuresOf(repository).length > 0 || tags.some(({ fate }) => fate === "failed")) return false;
  return unpruned !== undefined || !tags.some(({ fate }) => PLANNED.includes(fate));
}

/** Pulls that a run would take at least: one for each tag that is not there. */
function pullsOf(ended: readonly RepositoryReport[], { jobs }: MirrorQuestion): number {
  const counting = new Set(
    jobs.filter(({ source }) => source.adapter.pulls === "counted")
      .map(({ source }) => fullName(source)),
  );
  return ended.filter(({ source }) => counting.has(source)).flatMap(({ tags }) => tags)
    .filter(({ fate }) => fate === "to copy").length;
}

/** What is known after an interrupt: what this run came to, over what an earlier one did. */
function merged(
  earlier: readonly RepositoryReport[],
  ended: readonly RepositoryReport[],
): readonly RepositoryReport[] {
  const targets = new Set(ended.map(({ target }) => target));
  return [...earlier.filter(({ target }) => !targets.has(target)), ...ended];
}
