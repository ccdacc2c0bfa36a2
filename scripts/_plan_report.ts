import {
  type MirrorPlan,
  type MirrorReport,
  planDigest,
  type PlanJob,
  printable,
  readReport,
  RegistryError,
  type ReportedError,
  type RepositoryReport,
  type TagFate,
  type TagReport,
} from "../mod.ts";
import type { Context } from "./_command.ts";
import { type CopyTotals, formatTotals } from "./_copy_tally.ts";
import { writeBlobFile } from "./_image_blob_file.ts";
import { asciiJson } from "./_json.ts";
import { readText } from "./_plan_file.ts";
import { fullName } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** What goes to stdout: what was, or would be, changed. */
const CHANGES: readonly TagFate[] = ["copied", "deleted", "to copy", "to delete"];

/**
 * Reads what `--report` wrote of a run that was cut short. Nothing of one that came to its end, so that the same
 * command begins anew the next day whatever failed, nor where the file is yet to be written.
 *
 * @param report where this run's report goes
 * @param jobs what the plan comes to
 * @throws UsageError for anything else
 */
export async function readReportFile(
  path: string,
  plan: MirrorPlan,
  { stdin, report: file, jobs }: Pick<Context, "stdin"> & {
    readonly report?: string;
    readonly jobs: readonly PlanJob[];
  },
): Promise<MirrorReport | undefined> {
  if (path === file && await isMissing(path)) return undefined;
  const report = readReport(parseJson(await readText(path, stdin)));
  if (report === undefined) {
    throw new UsageError(`Cannot resume from "${path}": expected a file that --report wrote`);
  }
  if (report.planDigest !== await planDigest(plan)) {
    throw new UsageError(
      `Cannot resume from "${path}": it is the report of another plan, or the plan was changed ` +
        "since: run without --resume, which copies only what differs",
    );
  }
  return isUnfinished(report, jobs) ? report : undefined;
}

/** Whether a run did not come to all that it had to do. */
function isUnfinished({ repositories }: MirrorReport, jobs: readonly PlanJob[]): boolean {
  const seen = new Set(repositories.map(({ source, target }) => `${source} ${target}`));
  return jobs.some(({ source, target }) => !seen.has(`${fullName(source)} ${fullName(target)}`)) ||
    repositories.some((each) => !each.done && failuresOf(each).length === 0) ||
    repositories.some(({ tags }) => tags.some(isNotBegun));
}

/** Whether there were no requests left for a tag. */
export function isNotBegun({ fate, error }: TagReport): boolean {
  return fate === "failed" && error === undefined;
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** Puts a report in place, whole or not at all; an interrupt does not stop it. */
export async function writeReportFile(path: string, report: MirrorReport): Promise<void> {
  const text = asciiJson(report, 2) + "\n";
  const stream = ReadableStream.from([new TextEncoder().encode(text)]);
  await writeBlobFile(path, stream, new AbortController().signal);
}

/** A line for each tag that was changed. */
export function formatChanges({ target, tags }: RepositoryReport): string {
  return tags.filter(({ fate }) => CHANGES.includes(fate))
    .map(({ tag, fate }) => `${fate} ${target}:${tag}\n`).join("");
}

/**
 * Refuses to put the report in the plan's place.
 *
 * @throws UsageError
 */
export async function refuseToReplace(plan: string, report: string): Promise<void> {
  if (plan !== "-" && (plan === report || await isOneFile(plan, report))) {
    throw new UsageError(`Cannot write the report to "${report}": the plan is there`);
  }
}

/** What a person should know of a repository although it is no failure: a line each. */
export function formatNotes({ source, target, tags, unpruned }: RepositoryReport): string {
  const stays = Map.groupBy(
    tags.filter(({ fate }) => fate === "left"),
    ({ reason = "" }) => reason,
  );
  const left = [...stays].map(([reason, each]) => {
    const names = each.map(({ tag }) => tag);
    const what = names.length === 1
      ? `${target}:${names} stays`
      : `${names.length} tags of ${target} stay (${printable(names.join(", "), 200)})`;
    return `portolan: ${what}: ${printable(reason, 500)}\n`;
  });
  const doubtful = tags.filter(({ fate, reason }) => fate === "to delete" && reason !== undefined)
    .map(({ tag, reason = "" }) => `portolan: ${target}:${tag}: ${printable(reason, 500)}\n`);
  const replaced = tags.filter(({ replaces }) => replaces !== undefined)
    .map(({ tag, replaces }) =>
      `portolan: overwrites ${target}:${tag}, which this plan did not put: it was ${replaces}\n`
    );
  const note = unpruned === undefined
    ? []
    : [`portolan: nothing of ${target} was pruned for ${source}: ${printable(unpruned, 500)}\n`];
  return [...replaced, ...left, ...doubtful, ...note].join("");
}

/** All that failed in a repository, to be reported. */
export function failuresOf({ tags, error }: RepositoryReport): readonly RegistryError[] {
  const told = [
    ...tags.flatMap(({ error = [] }) => error),
    ...(error === undefined ? [] : [error]),
  ];
  return told.map(toError);
}

/** What a run did, in one sentence. */
export function formatSummary(repositories: readonly RepositoryReport[]): string {
  const tags = repositories.flatMap(({ tags }) => tags);
  const names = tags.map((each) => isNotBegun(each) ? "not begun" : each.fate);
  const fates = ["copied", "to copy", "deleted", "to delete", "left", "failed", "not begun"];
  const counts = fates.flatMap((fate) => {
    const count = names.filter((name) => name === fate).length;
    return count === 0 ? [] : `${count} ${fate}`;
  });
  const present = repositories.reduce((sum, each) => sum + each.present, 0);
  const broken = repositories.filter(({ error }) => error !== undefined).length;
  const parts = [
    ...counts,
    `${present} there already`,
    ...(broken === 0 ? [] : [`${broken} of ${repositories.length} repositories failed`]),
  ];
  return `portolan: ${parts.join(", ")}\n`;
}

/** What went over the wire, in one sentence. */
export function formatTraffic(
  repositories: readonly RepositoryReport[],
  totals: CopyTotals,
): string {
  const tags = repositories.flatMap(({ tags }) => tags);
  const unchanged = repositories.reduce((sum, { present }) => sum + present, 0);
  const copied = tags.filter(({ fate }) => fate === "copied").length;
  const failed = tags.filter(({ fate, error }) => fate === "failed" && error !== undefined).length;
  return formatTotals({ ...totals, tags: unchanged + copied, unchanged, failed });
}

/**
 * What is known of the traffic of a run that was not done, in one sentence.
 *
 * @param pulls those that it takes at least
 */
export function formatDryTotals(
  repositories: readonly RepositoryReport[],
  { requests, seconds }: CopyTotals,
  pulls: number,
): string {
  const isIdle = !repositories.some(({ tags }) => tags.some(({ fate }) => fate === "to copy"));
  const parts = [
    `asked ${requests} requests in ${seconds} s`,
    ...(pulls > 0 ? [`a run takes ${pulls} pulls or more`] : []),
    ...(isIdle ? [] : ["no manifest was read: portolan copy --dry-run tells bytes"]),
  ];
  return `portolan: ${parts.join("; ")}\n`;
}

function toError({ code, message, ...facts }: ReportedError): RegistryError {
  return new RegistryError(code, message, facts);
}

async function isOneFile(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([Deno.stat(a), Deno.stat(b)]);
    return one.ino !== null && one.ino === other.ino && one.dev === other.dev;
  } catch {
    // What cannot be looked at is told when it is read or written.
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
