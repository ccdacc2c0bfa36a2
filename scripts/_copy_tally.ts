import type { CopyStep } from "../mod.ts";
import type { Context } from "./_command.ts";
import { formatSize } from "./_image_size.ts";

/** What was done, or in a dry run would be, all tags together. Bytes are those of blobs. */
export interface CopyTotals {
  /** Tags that arrived or were there. */
  readonly tags: number;
  /** Of those: that were there. */
  readonly unchanged: number;
  /** Tags that failed, or were not begun. */
  readonly failed: number;
  /** Blobs that were sent. */
  readonly blobs: number;
  /** Bytes that were sent. */
  readonly sent: number;
  /** Bytes that the registry took from another of its repositories. */
  readonly mounted: number;
  /** Bytes that were there. */
  readonly present: number;
  /** Requests to registries and token endpoints, those that failed too. */
  readonly requests: number;
  /** Seconds. */
  readonly seconds: number;
}

/** Adds up. */
export interface CopyTally {
  /** A request was sent. */
  countRequest(): void;
  /** A thing was dealt with. */
  countStep(step: CopyStep): void;
  /** A tag came to its end. */
  countTag(end: "changed" | "unchanged" | "failed"): void;
  /** The sum. */
  totals(): CopyTotals;
}

/** Begins a tally. */
export function openTally(now: () => number = () => performance.now()): CopyTally {
  const begun = now();
  const sums = { tags: 0, unchanged: 0, failed: 0, blobs: 0, sent: 0, mounted: 0, present: 0 };
  let requests = 0;
  return {
    countRequest(): void {
      requests++;
    },
    countStep({ kind, fate, size = 0 }: CopyStep): void {
      if (kind !== "blob") return;
      if (fate === "mounted" || fate === "present") {
        sums[fate] += size;
        return;
      }
      sums.blobs++;
      sums.sent += size;
    },
    countTag(end: "changed" | "unchanged" | "failed"): void {
      if (end === "failed") sums.failed++;
      else sums.tags++;
      if (end === "unchanged") sums.unchanged++;
    },
    totals: () => ({ ...sums, requests, seconds: Math.round(now() - begun) / 1000 }),
  };
}

/**
 * The sum for a person, in one line.
 *
 * @param planned the requests that it would take, in a dry run
 */
export function formatTotals(totals: CopyTotals, planned?: number): string {
  const isPlan = planned !== undefined;
  const { tags, unchanged, failed, blobs, sent, mounted, present, requests, seconds } = totals;
  const parts = [
    `${count(tags, "image")}${isPlan ? " to be there" : ""}`,
    ...(unchanged > 0 ? [`${unchanged} there before`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${isPlan ? "would send" : "sent"} ${count(blobs, "blob")}, ${formatSize(sent)}`,
    ...(mounted > 0 ? [`${formatSize(mounted)} mounted`] : []),
    ...(present > 0 ? [`${formatSize(present)} there before`] : []),
    ...(isPlan ? [`about ${count(planned, "request")}`] : []),
    `${isPlan ? "asked " : ""}${count(requests, "request")} in ${seconds} s`,
  ];
  return `portolan: ${parts.join("; ")}\n`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** The same machine, on which all requests are counted. */
export function countRequests(context: Context, tally: CopyTally): Context {
  return {
    ...context,
    open: (options) =>
      context.open({
        ...options,
        onExchange(exchange): void {
          tally.countRequest();
          options.onExchange?.(exchange);
        },
      }),
  };
}
