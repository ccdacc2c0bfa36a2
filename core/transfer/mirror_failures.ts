import type { Tag } from "../names/tag.ts";
import type { MirrorPorts } from "./mirror_job.ts";
import { type ReportedError, reportedError, type TagReport } from "./report.ts";

/** Why something was not begun, or not ended. */
export const SPENT = "no requests are left";

type Limits = Pick<MirrorPorts, "signal" | "isSpent">;

/** Why a repository is not done; that there were no requests for it is no error. */
export interface Shortfall {
  /** It never is. */
  readonly done: false;
  /** What a registry did wrong. */
  readonly error?: ReportedError;
}

/** A tag that there were no requests left for. */
export function notBegun(tag: Tag): TagReport {
  return { tag, fate: "failed", reason: SPENT };
}

/** What failed; what is no failure of a registry is thrown. */
export function shortfallOf(error: unknown, limits: Limits): Shortfall {
  limits.signal?.throwIfAborted();
  const told = reportedError(error);
  if (told === undefined) throw error;
  return isForWant(told, limits) ? { done: false } : { done: false, error: told };
}

/** What failed with a tag; what is no failure of a registry is thrown. */
export function failureOf(tag: Tag, error: unknown, limits: Limits): TagReport {
  const { error: told } = shortfallOf(error, limits);
  return told === undefined ? notBegun(tag) : { tag, fate: "failed", error: told };
}

/** What a registry does wrong meanwhile. What was done before stays in the report. */
export async function shortfallIn(
  work: () => Promise<void>,
  limits: Limits,
): Promise<Shortfall | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return shortfallOf(error, limits);
  }
}

/** A tag as it was told, but for an error that is none: that there were no requests for it. */
export function withoutWant(report: TagReport, limits: Limits): TagReport {
  const { error, ...rest } = report;
  return error !== undefined && isForWant(error, limits) ? { ...rest, reason: SPENT } : report;
}

function isForWant({ code }: ReportedError, { isSpent }: Limits): boolean {
  return code === "incomplete" && isSpent?.() === true;
}
