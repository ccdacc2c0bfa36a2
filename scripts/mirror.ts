import { planJobs, type Shard } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, keepReading, openConnection } from "./_connection.ts";
import { tellCopyPulls } from "./_copy_notes.ts";
import { readSize } from "./_copy_size.ts";
import { countRequests, openTally } from "./_copy_tally.ts";
import { exitCode } from "./_exit.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { convertOptions, convertPlan } from "./_plan_convert.ts";
import { readPlanFile } from "./_plan_file.ts";
import { readReportFile, refuseToReplace } from "./_plan_report.ts";
import { carryOut, type MirrorQuestion } from "./_plan_run.ts";
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
    {
      name: "resume",
      value: "FILE",
      help: "go on where the run of this report was cut short",
    },
    {
      name: "shard",
      value: "I/N",
      help: "do one share of N, counted from 0: the repositories that fall to it",
    },
    {
      name: "refresh-referrers",
      help: "bring what was signed after its image was copied, too; cosign's tags are replaced",
    },
    { name: "jobs", value: "N", help: "carry N blobs at once", default: "6" },
    {
      name: "chunk-size",
      value: "SIZE",
      help: "cut uploads into chunks, as in 64MiB, for proxies that limit them",
      default: "each blob whole",
    },
    {
      ...maxRequestsOption(),
      help: "stop after N requests in all, those that list tags not counted",
    },
    { name: "json", help: "print the report; errors are JSON too" },
    ...inGroup("plans of others", convertOptions),
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan mirror --dry-run mirror.yaml",
    "portolan mirror --report report.json --resume report.json mirror.yaml",
    "portolan mirror --from-regsync regsync.yml > mirror.yaml",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const converted = await convertPlan(args, context);
  if (converted !== undefined) {
    await context.stdout.write(converted);
    return exitCode("done");
  }
  const question = await readQuestion(args, context);
  const tally = openTally();
  const machine = countRequests(
    question.file === undefined ? context : keepReading(context),
    tally,
  );
  return await withProgress(args, machine, async (context, show) => {
    const { jobs } = question;
    await tellUnnamed(question, context);
    const flow = await openConnection(args, context, jobs.flatMap(({ from, to }) => [from, to]));
    const { plan, options } = question;
    const readsEach = options.refreshReferrers === true ||
      (plan.name === undefined && jobs.some(({ platforms }) => platforms !== undefined));
    for (const source of new Map(jobs.map(({ source }) => [source.registry, source])).values()) {
      await tellCopyPulls(args, context, { source, readsEach });
    }
    return await carryOut(question, { args, context, flow, tally, show });
  });
}

async function readQuestion(args: Arguments, context: Context): Promise<MirrorQuestion> {
  const [path, ...others] = args.operands;
  if (path === undefined || others.length > 0) {
    const got = path === undefined ? "none" : args.operands.length;
    throw new UsageError(`Cannot mirror: expected one plan, got ${got}`);
  }
  const shard = readShard(args);
  const limits = {
    jobs: wholeNumber(args, "jobs", 1),
    chunk: readSize(args, "chunk-size"),
    maxRequests: readMaxRequests(args),
    refreshReferrers: args.has("refresh-referrers"),
  };
  const file = args.one("report");
  if (file !== undefined) await refuseToReplace(path, file);
  const { stdin, stderr } = context;
  const { locate } = context.open({});
  const plan = await readPlanFile(path, { stdin, stderr, locate, isJson: args.has("json") });
  const jobs = planJobs(plan, locate, shard);
  const earlier = args.one("resume");
  const resume = earlier === undefined
    ? undefined
    : await readReportFile(earlier, plan, { stdin, report: file, jobs });
  const dryRun = args.has("dry-run");
  return {
    plan,
    jobs,
    options: { ...limits, dryRun, shard, resume, signal: context.signal },
    file,
    isJson: args.has("json"),
    isQuiet: args.has("quiet"),
  };
}

/** Of a smaller index nothing but the plan's list says what it was made from. */
async function tellUnnamed(
  { plan, jobs, isQuiet }: MirrorQuestion,
  { stderr }: Context,
): Promise<void> {
  if (isQuiet || plan.name !== undefined) return;
  if (jobs.every(({ platforms }) => platforms === undefined)) return;
  const cost = "platforms without a name of the plan: each run reads the manifest of every tag";
  await stderr.write(`portolan: ${cost}; write name: NAME at its top, and it knows what it made\n`);
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

if (import.meta.main) await runAlone(mirror);
