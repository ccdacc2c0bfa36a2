import type { CopyPlan, CopyResult, CopyStep } from "../mod.ts";
import { formatSize } from "./_image_size.ts";
import { asciiJson } from "./_json.ts";
import { formatTable } from "./_table.ts";
import type { CopyTotals } from "./_copy_tally.ts";

/** One image that is to be copied. */
export interface Passage {
  /** The source as the library takes it. */
  readonly from: string;
  /** The destination likewise. */
  readonly to: string;
  /** The source in full, with tag or digest. */
  readonly source: string;
  /** The destination in full. */
  readonly destination: string;
  /** All tags of the source, where they were listed. */
  readonly sourceTags?: ReadonlySet<string>;
}

/** What a dry run found for one image. */
export interface PlannedPassage {
  /** The image. */
  readonly passage: Passage;
  /** What came of it. */
  readonly result: CopyResult;
}

const NO_PLAN: CopyPlan = {
  blobs: 0,
  bytes: 0,
  mounts: 0,
  mountBytes: 0,
  manifests: 0,
  requests: 0,
  reads: 0,
};

/** A line of plain output: source, destination and digest. */
export function formatPassage({ source, destination }: Passage, { digest }: CopyResult): string {
  return `${source} ${destination} ${digest}\n`;
}

/** A thing that was dealt with, as a line of JSON. */
export function formatStep({ source, destination }: Passage, step: CopyStep): string {
  const { kind, tag, digest, mediaType, size, fate } = step;
  return asciiJson({ kind, source, destination, tag, digest, mediaType, size, fate }) + "\n";
}

/** What would be done for one image, as a line of JSON. */
export function formatPlan(planned: PlannedPassage, isCounted: boolean): string {
  const { passage: { source, destination }, result } = planned;
  const { digest, before, fate, plan = NO_PLAN } = result;
  const { reads, ...rest } = plan;
  const pulls = isCounted ? reads : undefined;
  const record = { kind: "plan", source, destination, digest, before, fate, ...rest, pulls };
  return asciiJson(record) + "\n";
}

/**
 * The sum as the last line of JSON.
 *
 * @param planned the requests that it would take, in a dry run
 */
export function formatSummary(totals: CopyTotals, planned?: number): string {
  const { sent, mounted, ...others } = totals;
  const record = planned === undefined
    ? totals
    : { dryRun: true, planned, ...others, bytes: sent, mountBytes: mounted };
  return asciiJson({ kind: "summary", ...record }) + "\n";
}

/** What would be done, as a table. */
export function formatPlans(planned: readonly PlannedPassage[], isCounted: boolean): string {
  const header = ["DESTINATION", "THERE", "BLOBS", "BYTES", "MOUNTS", "REQUESTS"];
  const rows = planned.map(({ passage, result }) => {
    const { blobs, bytes, mounts, requests, reads } = result.plan ?? NO_PLAN;
    const pulls = isCounted ? [`${reads}`] : [];
    const sent = [`${blobs}`, formatSize(bytes), `${mounts}`, `${requests}`];
    return [passage.destination, thereOf(result), ...sent, ...pulls];
  });
  return formatTable(isCounted ? [...header, "PULLS"] : header, rows);
}

function thereOf({ fate, before }: CopyResult): string {
  if (fate === "present") return "the same";
  return before === undefined ? "nothing" : "another";
}
