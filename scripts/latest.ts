import {
  type Flow,
  type Latest,
  type LatestOptions,
  type LeftOut,
  parseVersion,
  RegistryError,
  type SelectRule,
  type TagEntry,
  type Target,
} from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { formatOptions } from "./_format.ts";
import type { Turn } from "./_in_order.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { readSelector, selectorOptions, writtenSelector } from "./_selector.ts";
import { formatLeftOut, mostLeftOut, warnUndated } from "./_selector_notes.ts";
import { beginRun } from "./_selector_run.ts";
import { wantsDates } from "./_tag_details.ts";
import { chooseTagFormat, fullName, type TagFormat, type TagList } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** Those for machines that print a bare list, such as `api`, are left to `tags`. */
const FORMATS: readonly string[] = ["lines", "json", "ndjson", "table"];

/** Which are the newest versions? */
export const latest: Command = {
  name: "latest",
  summary: "Find the newest version of each repository",
  usage: "portolan latest [options] REF...",
  options: [
    ...formatOptions("lines, json, ndjson or table"),
    ...selectorOptions,
    { name: "page-size", value: "N", help: "ask for N tags at a time", default: "the registry's" },
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan latest --like 21.0.1 container-registry.oracle.com/java/jdk",
    "portolan latest --json ubuntu node postgres",
    "portolan latest --per major --variant alpine --range '>=18' node",
  ],
  run,
};

/** What was asked for. */
interface Question {
  readonly format: TagFormat;
  readonly several: boolean;
  readonly explain: boolean;
  /** When to say why that shape: where nothing names one, or only where pre-releases stand in. */
  readonly reason: "always" | "standsIn" | "never";
  /** The selector's flags as they were given. */
  readonly written: string;
}

/** One repository and what becomes of it. */
interface Job {
  readonly target: Target;
  readonly find: (onLeftOut: LatestOptions["onLeftOut"]) => Promise<Latest<TagEntry>>;
  found?: Latest<TagEntry>;
  /** Whether a limit left something out. */
  cut: boolean;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const references = args.operands;
  const question = readQuestion(args);
  const isDated = wantsDates(args);
  const pageSize = wholeNumber(args, "page-size", 1);
  const wishes = { ...readSelector(args), pageSize, details: isDated };
  if (references.length === 0) {
    throw new UsageError("Cannot find versions: expected at least one reference, got none");
  }

  const besides = isDated ? "api" : undefined;
  const flow = await openConnection(args, context, references, { besides });
  const { signal, each } = beginRun(context);
  const jobs = references.map((reference): Job => ({
    target: locateRepository(reference, flow),
    find: (onLeftOut) => flow.latest(reference, { ...wishes, signal, onLeftOut }),
    cut: false,
  }));
  const code = await each(jobs, (job, turn) => answer(job, turn, question, context));
  if (question.format.kind === "whole") {
    await context.stdout.write(question.format.text(jobs.flatMap(toList), question.several));
  }
  await warnUndated(args, context, jobs.reduce((sum, { found }) => sum + (found?.undated ?? 0), 0));
  return code;
}

function readQuestion(args: Arguments): Question {
  const format = chooseTagFormat(args, FORMATS);
  const isShapeAsked = args.has("like") || args.has("newer-than");
  const asked = isShapeAsked ? "standsIn" : "always";
  // There it stands beside the tags.
  const isInAnswer = args.has("json") || args.one("format") === "json";
  return {
    format,
    several: args.operands.length > 1,
    explain: args.has("explain"),
    reason: isInAnswer || args.has("quiet") ? "never" : asked,
    written: writtenSelector(args),
  };
}

/** Looks before anything is sent. */
function locateRepository(reference: string, flow: Flow): Target {
  const target = flow.locate(reference);
  const { tag, digest } = target;
  if (tag === undefined && digest === undefined) return target;
  const instead = tag === undefined ? "" : ` --like ${tag}`;
  throw new UsageError(
    `Cannot find versions of "${reference}", one image: expected ${fullName(target)}${instead}`,
  );
}

/** Finds what there is and prints it in its turn, where the format can. */
async function answer(job: Job, turn: Turn, question: Question, context: Context): Promise<void> {
  const { target } = job;
  const { format, explain, several } = question;
  const { stdout, stderr } = context;
  const counts = new Map<SelectRule, number>();
  const leftOut: LeftOut<TagEntry>[] = [];
  const found = await job.find((tag, rule) => {
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
    if (explain) leftOut.push({ tag, rule });
  });
  const { tags, reason, standsIn } = found;
  if (explain) await turn.take(() => stderr.write(formatLeftOut(target, leftOut, several)));
  if (tags.length === 0) throw nothingFound(target, found, counts, question);
  job.found = found;
  job.cut = counts.has("limit");
  if (format.kind === "stream") {
    await turn.take(() => stdout.write(format.page(target, tags, true)));
  }
  const isSaid = question.reason === "always" || (question.reason === "standsIn" && standsIn);
  if (isSaid && reason !== undefined) {
    await turn.take(() => stderr.write(`portolan: ${fullName(target)}:${reason}\n`));
  }
}

function nothingFound(
  target: Target,
  { listed, missed }: Latest<TagEntry>,
  counts: ReadonlyMap<SelectRule, number>,
  { written }: Question,
): RegistryError {
  const { registry, adapter } = target;
  const asked = written === "" ? "" : ` with ${written}`;
  const one = listed === 1 ? "its only tag is none" : `none of its ${listed} tags is one`;
  const reason = listed === 0 ? "it has no tags" : one;
  const message = `Cannot find a version of "${fullName(target)}"${asked}: ${reason}`;
  const hint = mostLeftOut(counts, missed);
  return new RegistryError("not_found", message, { registry, adapter: adapter.id, hint });
}

/** As `tags` prints it, with the shape, of each tag where there are several; none where there is no answer. */
function toList({ target, found, cut }: Job): readonly TagList[] {
  if (found === undefined) return [];
  const { tags, shape, reason } = found;
  const shown = shape === undefined ? tags.map(withShape) : tags;
  return [{ target, tags: shown, complete: !cut, failed: false, shape, reason }];
}

function withShape(tag: TagEntry): TagEntry & { readonly shape?: string } {
  return { ...tag, shape: parseVersion(tag.name)?.shape };
}

if (import.meta.main) await runAlone(latest);
