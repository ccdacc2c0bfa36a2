import {
  type LeftOut,
  openSelection,
  type Selection,
  type SelectOptions,
  type TagEntry,
  type TagListing,
} from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, keepReading, openConnection } from "./_connection.ts";
import { formatOptions } from "./_format.ts";
import type { Turn } from "./_in_order.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { withProgress } from "./_progress.ts";
import { readSelector, selectorOptions } from "./_selector.ts";
import { formatLeftOut, warnUndated } from "./_selector_notes.ts";
import { beginRun } from "./_selector_run.ts";
import {
  heldForPlot,
  plotOption,
  type PlotWish,
  printPlots,
  readPlot,
  writePlot,
} from "./_plot.ts";
import {
  detailsOptions,
  type DetailsSearch,
  openDetails,
  readDetails,
  wantsDates,
} from "./_tag_details.ts";
import {
  chooseDetailsFormat,
  chooseTagFormat,
  type TagFormat,
  type TagList,
} from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** Which tags are there? */
export const tags: Command = {
  name: "tags",
  summary: "List the tags of repositories",
  usage: "portolan tags [options] REF...",
  options: [
    ...formatOptions("lines, json, ndjson, table, api (the registry's own JSON) or skopeo"),
    ...detailsOptions,
    plotOption,
    ...selectorOptions,
    { name: "page-size", value: "N", help: "ask for N tags at a time", default: "the registry's" },
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan tags ubuntu",
    "portolan tags --json --newest 1 --per major --variant none quay.io/ansible/creator-ee",
    "echo $TOKEN | portolan tags --username me@x.example --password-stdin container-registry.oracle.com/java/jdk",
  ],
  run,
};

/** What was asked for. */
interface Question {
  readonly format: TagFormat;
  readonly several: boolean;
  readonly explain: boolean;
  /** How details are looked for, where they are asked for. */
  readonly details?: DetailsSearch;
}

/** One listing and what becomes of it. */
interface Job {
  readonly reference: string;
  readonly listing: TagListing;
  readonly selection: Selection<TagEntry>;
  /** What a format that prints at the end is going to print. */
  readonly tags: TagEntry[];
  /** Whether a limit left something out. */
  cut: boolean;
  ended: boolean;
  /** Where details are asked for: whether none is missing. */
  detailsComplete?: boolean;
}

async function run(args: Arguments, context: Context): Promise<number> {
  return await withProgress(args, context, (context, show) => answer(args, context, show));
}

async function answer(
  args: Arguments,
  context: Context,
  showProgress: (line: string) => void,
): Promise<number> {
  const references = args.operands;
  const wishes = readSelector(args);
  const pageSize = wholeNumber(args, "page-size", 1);
  const maxRequests = readDetails(args);
  const plot = readPlot(args);
  const format = formatFor(args, plot);
  if (references.length === 0) {
    throw new UsageError("Cannot list tags: expected at least one reference, got none");
  }

  const asksApi = args.has("details") || plot !== undefined || wantsDates(args);
  const machine = plot?.file === undefined ? context : keepReading(context);
  const flow = await openConnection(args, machine, references, {
    besides: asksApi ? "api" : undefined,
  });
  const { signal, each } = beginRun(context);
  const details = args.has("details")
    ? openDetails(flow, context, { maxRequests, signal, showProgress, quiet: args.has("quiet") })
    : undefined;
  const question: Question = {
    format,
    several: references.length > 1,
    explain: args.has("explain"),
    details,
  };
  // A listing that is cut by nothing but a number is asked for no more than that.
  const limit = !question.explain && isOnlyLimited(wishes) ? wishes.limit : undefined;
  const jobs = references.map((reference): Job => {
    const selection = openSelection<TagEntry>(limit === undefined ? wishes : {});
    const containing = question.explain ? undefined : selection.containing;
    return {
      reference,
      listing: flow.tags(reference, { limit, pageSize, details: asksApi, containing, signal }),
      selection,
      tags: [],
      cut: false,
      ended: false,
      detailsComplete: details && false,
    };
  });
  const listAll = () => each(jobs, (job, turn) => list(job, turn, question, context));
  async function warn(): Promise<void> {
    const undated = jobs.reduce((sum, { selection }) => sum + selection.undated, 0);
    await warnUndated(args, context, undated, { beforeDetails: args.has("details") });
  }
  if (plot?.file !== undefined) {
    const code = await writePlot(plot.file, { list: listAll, lists: () => seen(jobs), signal });
    await warn();
    return code;
  }
  const code = await listAll();
  if (format.kind === "whole") {
    const { stdout } = context;
    await stdout.write(format.text(seen(jobs), question.several, stdout.columns?.()));
  }
  const drawn = plot === undefined ? code : await printPlots(seen(jobs), context);
  await warn();
  return code || drawn;
}

function formatFor(args: Arguments, plot: PlotWish | undefined): TagFormat {
  if (plot !== undefined) return heldForPlot;
  return args.has("details") ? chooseDetailsFormat(args) : chooseTagFormat(args);
}

/** Goes through one listing, printing each page where format and selection can; else all at its end. */
async function list(job: Job, turn: Turn, question: Question, context: Context): Promise<void> {
  const { listing, selection } = job;
  try {
    await walk();
  } catch (error) {
    if (question.details !== undefined) await print(job.tags);
    throw error;
  }
  job.ended = true;
  await question.details?.describe(job, (tag) => print([tag]));

  async function walk(): Promise<void> {
    const held: TagEntry[] = [];
    for await (const page of listing.pages()) {
      const { passed, leftOut } = judge(page, selection);
      if (selection.streams) await show(passed);
      else for (const tag of passed) held.push(tag);
      await explain(leftOut);
      // What comes behind a limit is explained, too.
      if (selection.full && !question.explain) break;
    }
    const { chosen, leftOut } = selection.settle(held);
    await show(chosen);
    await explain(leftOut);
  }

  async function show(tags: readonly TagEntry[]): Promise<void> {
    const isKept = question.format.kind === "whole" || question.details !== undefined;
    if (!isKept) return await print(tags);
    for (const tag of tags) job.tags.push(tag);
  }

  /** Prints what needs not wait for the end. */
  async function print(tags: readonly TagEntry[]): Promise<void> {
    const { format, several } = question;
    if (format.kind === "whole" || tags.length === 0) return;
    const text = format.page(listing.target, tags, several);
    await turn.take(() => context.stdout.write(text));
  }

  async function explain(leftOut: readonly LeftOut<TagEntry>[]): Promise<void> {
    job.cut ||= leftOut.some(({ rule }) => rule === "limit");
    if (!question.explain || leftOut.length === 0) return;
    const text = formatLeftOut(listing.target, leftOut, question.several);
    await turn.take(() => context.stderr.write(text));
  }
}

function judge(
  page: readonly TagEntry[],
  selection: Selection<TagEntry>,
): { readonly passed: readonly TagEntry[]; readonly leftOut: readonly LeftOut<TagEntry>[] } {
  const passed: TagEntry[] = [];
  const leftOut: LeftOut<TagEntry>[] = [];
  for (const tag of page) {
    const rule = selection.judge(tag);
    if (rule === undefined) passed.push(tag);
    else leftOut.push({ tag, rule });
  }
  return { passed, leftOut };
}

function isOnlyLimited({ limit: _, ...others }: SelectOptions): boolean {
  return Object.values(others).every((wish) => wish === undefined);
}

/** What there is to print: listings that failed before their first tag are left out. */
function seen(jobs: readonly Job[]): readonly TagList[] {
  return jobs
    .filter(({ ended, tags }) => ended || tags.length > 0)
    .map(({ listing, tags, cut, ended, detailsComplete }) => {
      const complete = listing.complete && !cut;
      return { target: listing.target, tags, complete, failed: !ended, detailsComplete };
    });
}

if (import.meta.main) await runAlone(tags);
