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
import { openCopyProgress } from "./_copy_progress.ts";
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

/**
 * Copies images, a few at once; what they print comes in their order. A failure is reported, and the others
 * go on, unless requests have run out.
 *
 * @returns the exit code: where not all failed for one reason, that of something incomplete
 */
export async function copyAll(
  passages: readonly Passage[],
  { isJson, platforms, referrers, refreshReferrers, ...options }: CopyWishes,
  { args, context, flow, tally, show, isCounted, usage }: CopyPorts,
): Promise<number> {
  const { stderr } = context;
  const isDryRun = options.dryRun === true;
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);
  const copies = flow.copies(options);
  const progress = openCopyProgress(show, passages.length);
  const tellDocker = dockerTeller(args, context);
  const tellFailure = failureTeller(context, { isJson, usage, several: passages.length > 1 });
  // A few at once may spend all requests on reading, and bring nothing, however often they are begun.
  const atOnce = options.maxRequests === undefined ? AT_ONCE : 1;
  const planned: PlannedPassage[] = [];
  const codes: number[] = [];
  let isSpent = false;
  let left = 0;

  /** Where nobody reads any more, the work goes on; where what is printed is lost, it ends. Never throws. */
  async function print(text: string): Promise<void> {
    try {
      await context.stdout.write(text);
    } catch (error) {
      if (!(error instanceof ClosedOutput) && !signal.aborted) halt.abort(error);
    }
  }

  async function copyOne(passage: Passage, turn: Turn): Promise<void> {
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
  }

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
      isSpent ||= args.has("max-requests") && isIncomplete(error);
      await turn.take(async () => void codes.push(await tellFailure(error, passage)));
    } finally {
      progress.onEnd();
    }
  }

  try {
    await inOrder(passages, reported, { atOnce, halt });
  } catch (error) {
    const destination = isDryRun ? undefined : passages[0]?.to;
    if (context.signal.aborted && isJson) {
      await stderr.write(formatInterrupted(destination, tally.totals()));
    } else if (context.signal.aborted) await tellInterrupted(args, context, destination);
    throw error;
  }
  if (left > 0) await stderr.write(`portolan: ${left} more were not begun: no requests are left\n`);
  const totals = tally.totals();
  const requests = isDryRun ? requestsOf(planned) : undefined;
  if (isJson) await print(formatSummary(totals, requests));
  else if (isDryRun && planned.length > 0) await print(formatPlans(planned, isCounted));
  if (!isJson && !args.has("quiet")) await stderr.write(formatTotals(totals, requests));
  halt.signal.throwIfAborted();
  return codeOf(codes, passages.length - left);
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
