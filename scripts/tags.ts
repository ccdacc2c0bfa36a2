import type { TagEntry, TagListing } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { inOrder, type Turn } from "./_in_order.ts";
import { wholeNumber } from "./_numbers.ts";
import type { Arguments } from "./_options.ts";
import { ClosedOutput } from "./_output.ts";
import { runAlone } from "./_process.ts";
import { chooseTagFormat, type TagFormat, tagFormatOptions, type TagList } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** More at once would look like an attack to a registry, and be held up like one. */
const AT_ONCE = 8;

/** Which tags are there? */
export const tags: Command = {
  name: "tags",
  summary: "List the tags of repositories",
  usage: "portolan tags [options] REF...",
  options: [
    ...tagFormatOptions,
    { name: "limit", value: "N", help: "end after N tags of each reference", default: "all" },
    { name: "page-size", value: "N", help: "ask for N tags at a time", default: "the registry's" },
    ...connectionOptions,
  ],
  examples: [
    "portolan tags ubuntu",
    "portolan tags --json quay.io/ansible/creator-ee",
    "echo $TOKEN | portolan tags --username me@x.example --password-stdin container-registry.oracle.com/java/jdk",
  ],
  run,
};

/** What was asked for. */
interface Question {
  readonly format: TagFormat;
  readonly several: boolean;
}

/** One listing and what becomes of it. */
interface Job {
  readonly listing: TagListing;
  readonly tags: TagEntry[];
  failed: boolean;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const references = args.operands;
  const limit = wholeNumber(args, "limit", 1);
  const pageSize = wholeNumber(args, "page-size", 1);
  const question = { format: chooseTagFormat(args), several: references.length > 1 };
  if (references.length === 0) {
    throw new UsageError("Cannot list tags: expected at least one reference, got none");
  }

  const flow = await openConnection(args, context, references);
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);
  const jobs = references.map((reference): Job => {
    return { listing: flow.tags(reference, { limit, pageSize, signal }), tags: [], failed: false };
  });

  let failure: number | undefined;
  async function work(job: Job, turn: Turn): Promise<void> {
    try {
      await list(job, turn, question, context);
    } catch (error) {
      if (error instanceof ClosedOutput || signal.aborted) throw error;
      job.failed = true;
      await turn.take(async () => {
        const code = await context.report(error);
        failure ??= code;
      });
    }
  }
  await inOrder(jobs, work, { atOnce: AT_ONCE, halt });
  if (question.format.kind === "whole") {
    const text = question.format.text(seen(jobs), question.several);
    await context.stdout.write(text);
  }
  return failure ?? exitCode("done");
}

/** Goes through one listing to its end, printing each page where the format can. */
async function list(job: Job, turn: Turn, question: Question, context: Context): Promise<void> {
  const { format, several } = question;
  const { target } = job.listing;
  for await (const page of job.listing.pages()) {
    if (format.kind === "whole") {
      for (const tag of page) job.tags.push(tag);
    } else if (page.length > 0) {
      const text = format.page(target, page, several);
      await turn.take(() => context.stdout.write(text));
    }
  }
}

/** What there is to print: listings that failed before their first tag are left out. */
function seen(jobs: readonly Job[]): readonly TagList[] {
  return jobs
    .filter((job) => !job.failed || job.tags.length > 0)
    .map(({ listing, tags, failed }) => {
      return { target: listing.target, tags, complete: listing.complete, failed };
    });
}

if (import.meta.main) await runAlone(tags);
