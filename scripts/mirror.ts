import {
  type Flow,
  type MirrorOptions,
  type MirrorPlan,
  type MirrorReport,
  planDigest,
  planJobs,
  type RepositoryReport,
  type Shard,
} from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { fromRegsync } from "./_from_regsync.ts";
import { fromSkopeo } from "./_from_skopeo.ts";
import { asciiJson } from "./_json.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { parsePlanFile, readPlanFile, readText } from "./_plan_file.ts";
import {
  failuresOf,
  formatChanges,
  formatNotes,
  formatSummary,
  readReportFile,
  refuseToReplace,
  writeReportFile,
} from "./_plan_report.ts";
import { runAlone } from "./_process.ts";
import { withProgress } from "./_progress.ts";
import { UsageError } from "./_usage_error.ts";

/** Is everything that should be there there? */
export const mirror: Command = {
  name: "mirror",
  summary: "Keep a selection of images copied, pruned and up to date, as a file says",
  usage: "portolan mirror [options] PLAN",
  options: [
    { name: "dry-run", help: "change nothing, print what would be" },
    { name: "report", value: "FILE", help: "write what became of everything, as JSON" },
    { name: "resume", value: "FILE", help: "pass over the repositories that this report has done" },
    {
      name: "shard",
      value: "I/N",
      help: "do one share of N, counted from 0: the repositories that fall to it",
    },
    { name: "jobs", value: "N", help: "carry N blobs at once", default: "6" },
    { name: "json", help: "print the report; errors are JSON too" },
    ...inGroup("plans of others", [
      { name: "from-skopeo", value: "FILE", help: "print a plan made of a skopeo sync file" },
      { name: "from-regsync", value: "FILE", help: "print a plan made of a regsync file" },
    ]),
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan mirror --dry-run mirror.yaml",
    "portolan mirror --report report.json --resume report.json mirror.yaml",
    "portolan mirror --from-regsync regsync.yml > mirror.yaml",
  ],
  run,
};

/** What was asked for. */
interface Question {
  readonly plan: MirrorPlan;
  readonly options: MirrorOptions;
  /** Where the report goes. */
  readonly file?: string;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const converted = await convert(args, context);
  if (converted !== undefined) {
    await context.stdout.write(converted);
    return exitCode("done");
  }
  const question = await readQuestion(args, context);
  return await withProgress(args, context, async (context, show) => {
    // To rename a file takes the permission to read it.
    const writing = question.file === undefined ? {} : { dropReading: () => Promise.resolve() };
    const references = planJobs(question.plan, context.open({}).locate, question.options.shard)
      .flatMap(({ from, to }) => [from, to]);
    const flow = await openConnection(args, { ...context, ...writing }, references);
    const onTags = (count: number) => show(`${count} tags are up to date`);
    return await carryOut(flow, { ...question, options: { ...question.options, onTags } }, context);
  });
}

/** The plan that another tool's file comes to, if that is asked for. */
async function convert(args: Arguments, { stdin }: Context): Promise<string | undefined> {
  const [skopeo, regsync] = [args.one("from-skopeo"), args.one("from-regsync")];
  const path = skopeo ?? regsync;
  if (path === undefined) return undefined;
  if (skopeo !== undefined && regsync !== undefined) {
    throw new UsageError('Cannot use "--from-skopeo" with "--from-regsync": expected one of them');
  }
  if (args.operands.length > 0) {
    throw new UsageError(`Cannot mirror and print a plan of "${path}": expected one of them`);
  }
  const { value } = await parsePlanFile(path, await readText(path, stdin));
  return skopeo === undefined ? fromRegsync(value) : fromSkopeo(value);
}

async function readQuestion(args: Arguments, context: Context): Promise<Question> {
  const [path, ...others] = args.operands;
  if (path === undefined || others.length > 0) {
    const got = path === undefined ? "none" : args.operands.length;
    throw new UsageError(`Cannot mirror: expected one plan, got ${got}`);
  }
  const shard = readShard(args);
  const jobs = wholeNumber(args, "jobs", 1);
  const file = args.one("report");
  if (file !== undefined) await refuseToReplace(path, file);
  const plan = await readPlanFile(path, context.stdin);
  const earlier = args.one("resume");
  const resume = earlier === undefined ? undefined : await readReportFile(earlier, plan, context);
  const dryRun = args.has("dry-run");
  return {
    plan,
    options: { dryRun, shard, jobs, resume, signal: context.signal },
    file,
    isJson: args.has("json"),
    isQuiet: args.has("quiet"),
  };
}

function readShard(args: Arguments): Shard | undefined {
  const text = args.one("shard");
  if (text === undefined) return undefined;
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  if (index !== undefined && Number(index) < Number(count)) {
    return { index: Number(index), count: Number(count) };
  }
  throw new UsageError(`Cannot read "--shard ${text}": expected I/N, as in 0/4, 1/4, 2/4 and 3/4`);
}

async function carryOut(flow: Flow, question: Question, context: Context): Promise<number> {
  const { plan, options, file, isJson, isQuiet } = question;
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
    throw error;
  } finally {
    await Promise.allSettled(told);
    if (file !== undefined) await writeReportFile(file, report);
  }
  await Promise.all(told);
  if (isJson) await context.stdout.write(asciiJson(report) + "\n");
  else if (!isQuiet) await context.stderr.write(formatSummary(ended));
  // What is still to be done is no failure of a dry run.
  const isFine = options.dryRun
    ? report.repositories.every((each) => failuresOf(each).length === 0)
    : report.done;
  return exitCode(isFine ? "done" : "incomplete");
}

/** Says what became of a repository as soon as that is known. */
async function tell(
  repository: RepositoryReport,
  { isJson, isQuiet }: Question,
  { stdout, stderr, report }: Context,
): Promise<void> {
  if (!isJson) await stdout.write(formatChanges(repository));
  if (!isQuiet && !isJson) await stderr.write(formatNotes(repository));
  for (const failure of failuresOf(repository)) await report(failure);
}

/** What is known after an interrupt: what this run came to, over what an earlier one did. */
function merged(
  earlier: readonly RepositoryReport[],
  ended: readonly RepositoryReport[],
): readonly RepositoryReport[] {
  const targets = new Set(ended.map(({ target }) => target));
  return [...earlier.filter(({ target }) => !targets.has(target)), ...ended];
}

if (import.meta.main) await runAlone(mirror);
