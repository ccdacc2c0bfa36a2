import { type CopiesOptions, type CopyOptions, type Flow, RegistryError } from "../mod.ts";
import type { Context } from "./_command.ts";
import { failureTeller } from "./_copy_failures.ts";
import {
  dockerTeller,
  formatInterrupted,
  isDockerType,
  tellInterrupted,
  tellSmaller,
} from "./_copy_notes.ts";
import {
  formatPassage,
  formatPlan,
  formatPlans,
  formatStep,
  formatSummary,
  type Passage,
  type PlannedPassage,
} from "./_copy_print.ts";
import { type CopyProgress, openCopyProgress } from "./_copy_progress.ts";
import { type CopyTally, formatTotals } from "./_copy_tally.ts";
import { exitCode } from "./_exit.ts";
import { inOrder, type Turn } from "./_in_order.ts";
import type { Arguments } from "./_options.ts";
import { ClosedOutput } from "./_output.ts";

/** Images under way at once: each has many blobs, which take turns. */
const AT_ONCE = 4;

/** How images are copied. */
export interface CopyWishes
  extends CopiesOptions, Pick<CopyOptions, "platforms" | "referrers" | "refreshReferrers"> {
  /** Whether a line of JSON tells of each thing. */
  readonly isJson: boolean;
}

/** What copying takes. */
export interface CopyPorts {
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
  /** Whether the source counts pulls. */
  readonly isCounted: boolean;
  /** The command's usage line. */
  readonly usage: string;
}

/** What one run shares with all its images. */
interface CopyRun {
  /** Stops all of them. */
  readonly signal: AbortSignal;
  /** Prints, and never throws. */
  readonly print: (text: string) => Promise<void>;
  /** How far they are. */
  readonly progress: CopyProgress;
  /** What a dry run has found so far. */
  readonly planned: PlannedPassage[];
}

/**
 * Copies images, a few at once; what they print comes in their order. A failure is reported, and the others
 * go on, unless requests have run out.
 *
 * @returns the exit code: where not all failed for one reason, that of something incomplete
 */
export async function copyAll(
  passages: readonly Passage[],
  wishes: CopyWishes,
  ports: CopyPorts,
): Promise<number> {
  const { context, tally, show, usage } = ports;
  const { isJson, maxRequests } = wishes;
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);
  const print = openPrinter(context, halt);
  const progress = openCopyProgress(show, passages.length);
  const run: CopyRun = { signal, print, progress, planned: [] };
  const copyOne = openCopies(wishes, ports, run);
  const tellFailure = failureTeller(context, { isJson, usage, several: passages.length > 1 });
  // A few at once may spend all requests on reading, and bring nothing, however often they are begun.
  const atOnce = maxRequests === undefined ? AT_ONCE : 1;
  const codes: number[] = [];
  let isSpent = false;
  let left = 0;

  async function reported(passage: Passage, turn: Turn): Promise<void> {
    if (isSpent) {
      left++;
      tally.countTag("failed");
      return;
    }
    try {
      await copyOne(passage, turn);
    } catch (error) {
      signal.throwIfAborted();
      tally.countTag("failed");
      isSpent ||= maxRequests !== undefined && isIncomplete(error);
      await turn.take(async () => void codes.push(await tellFailure(error, passage)));
    } finally {
      progress.onEnd();
    }
  }

  try {
    await inOrder(passages, reported, { atOnce, halt });
  } catch (error) {
    if (context.signal.aborted) await tellBreak(passages, wishes, ports);
    throw error;
  }
  if (left > 0) {
    await context.stderr.write(`portolan: ${left} more were not begun: no requests are left\n`);
  }
  await printSum(wishes, ports, run);
  halt.signal.throwIfAborted();
  return codeOf(codes, passages.length - left);
}

/** Opens copies that share what they know: each tells of itself in its turn. */
function openCopies(
  { isJson, platforms, referrers, refreshReferrers, ...options }: CopyWishes,
  { args, context, flow, tally, isCounted }: CopyPorts,
  { signal, print, progress, planned }: CopyRun,
): (passage: Passage, turn: Turn) => Promise<void> {
  const isDryRun = options.dryRun === true;
  const copies = flow.copies(options);
  const tellDocker = dockerTeller(args, context);

  return async function copyOne(passage: Passage, turn: Turn): Promise<void> {
    const records: Promise<void>[] = [];
    let isDocker = false;
    const result = await copies.copy(passage.from, passage.to, {
      platforms,
      referrers,
      refreshReferrers,
      sourceTags: passage.sourceTags,
      signal,
      ...progress,
      onStep(step): void {
        tally.countStep(step);
        isDocker ||= isDockerType(step.mediaType);
        if (isJson && !isDryRun) records.push(print(formatStep(passage, step)));
      },
    });
    await Promise.all(records);
    tally.countTag(result.fate === "present" ? "unchanged" : "changed");
    await turn.take(async () => {
      if (isDryRun) planned.push({ passage, result });
      if (isDryRun && isJson) await print(formatPlan({ passage, result }, isCounted));
      if (!isDryRun && !isJson) await print(formatPassage(passage, result));
      await tellSmaller(args, context, { ...result, source: passage.source });
      if (isDocker) await tellDocker(passage.to);
    });
  };
}

/** Where nobody reads any more, the work goes on; where what is printed is lost, it ends. */
function openPrinter({ stdout, signal }: Context, halt: AbortController): CopyRun["print"] {
  return async (text: string): Promise<void> => {
    try {
      await stdout.write(text);
    } catch (error) {
      const isStopped = signal.aborted || halt.signal.aborted;
      if (!(error instanceof ClosedOutput) && !isStopped) halt.abort(error);
    }
  };
}

async function tellBreak(
  [first]: readonly Passage[],
  { isJson, dryRun }: CopyWishes,
  { args, context, tally }: CopyPorts,
): Promise<void> {
  const destination = dryRun ? undefined : first?.to;
  if (!isJson) return await tellInterrupted(args, context, destination);
  await context.stderr.write(formatInterrupted(destination, tally.totals()));
}

async function printSum(
  { isJson, dryRun }: CopyWishes,
  { args, context, tally, isCounted }: CopyPorts,
  { print, planned }: CopyRun,
): Promise<void> {
  const totals = tally.totals();
  const requests = dryRun ? requestsOf(planned) : undefined;
  if (isJson) await print(formatSummary(totals, requests));
  else if (dryRun && planned.length > 0) await print(formatPlans(planned, isCounted));
  if (!isJson && !args.has("quiet")) await context.stderr.write(formatTotals(totals, requests));
}

function requestsOf(planned: readonly PlannedPassage[]): number {
  return planned.reduce((sum, { result }) => sum + (result.plan?.requests ?? 0), 0);
}

function codeOf(codes: readonly number[], passages: number): number {
  const [first] = codes;
  if (first === undefined) return exitCode("done");
  const isOne = codes.length === passages && codes.every((code) => code === first);
  return isOne ? first : exitCode("incomplete");
}

function isIncomplete(error: unknown): boolean {
  return error instanceof RegistryError && error.code === "incomplete";
}
