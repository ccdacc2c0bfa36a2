import { isRecord } from "../names/record.ts";
import { type ErrorCode, type ErrorFacts, RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";

/**
 * What became of one tag.
 *
 * - `copied`: it was put at the target
 * - `failed`: it could not be
 * - `deleted`: the plan had put it there and does not want it any more
 * - `left`: it is not wanted any more and stays; `reason` says why
 * - `to copy`, `to delete`: what a run would do that may not
 */
export type TagFate = "copied" | "failed" | "deleted" | "left" | "to copy" | "to delete";

/** An error as a report tells it. Every string is safe to print. */
export interface ReportedError {
  /** What went wrong. */
  readonly code: ErrorCode;
  /** What could not be done, to what, and why. */
  readonly message: string;
  /** Which end failed. */
  readonly side?: ErrorFacts["side"];
  /** The HTTP status of the last answer. */
  readonly status?: number;
  /** One sentence that gets a person unstuck. */
  readonly hint?: string;
  /** What the registry said. */
  readonly diagnostics?: readonly string[];
}

/** One tag that something became of. What was there already is only counted. */
export interface TagReport {
  /** The tag. */
  readonly tag: string;
  /** What became of it. */
  readonly fate: TagFate;
  /** What it points to at the target. */
  readonly digest?: Digest;
  /** Why it stays, or might, or was not begun. */
  readonly reason?: string;
  /** What it pointed to before, where this plan had not put that. */
  readonly replaces?: Digest;
  /** Why it failed. */
  readonly error?: ReportedError;
}

/** What became of one repository. */
export interface RepositoryReport {
  /** Where images come from: `registry.example/org/app`. */
  readonly source: string;
  /** Where they go to. */
  readonly target: string;
  /** Whether all of it was done; what a dry run would change is not. */
  readonly done: boolean;
  /** Tags that the source lists. */
  readonly listed: number;
  /** Tags that the plan wants. */
  readonly selected: number;
  /** Those of them that were there already. */
  readonly present: number;
  /** The others, and those that were pruned. */
  readonly tags: readonly TagReport[];
  /** Why nothing was pruned, where something might have been. */
  readonly unpruned?: string;
  /** Why the repository as a whole failed. */
  readonly error?: ReportedError;
}

/** What became of a plan: what `--report` writes and `--resume` reads. */
export interface MirrorReport {
  /** The layout of this document. */
  readonly format: 1;
  /** The plan's name. */
  readonly plan?: string;
  /** Which plan it was: see `planDigest`. */
  readonly planDigest?: Digest;
  /** Whether every repository was come to and is done. */
  readonly done: boolean;
  /** In the plan's order. */
  readonly repositories: readonly RepositoryReport[];
}

/** An error for a report; undefined for what is no failure of a registry. */
export function reportedError(error: unknown): ReportedError | undefined {
  if (!(error instanceof RegistryError)) return undefined;
  const { side, status, hint, diagnostics } = error.facts;
  const said = diagnostics?.length ? { diagnostics } : {};
  return { code: error.code, message: error.message, side, status, hint, ...said };
}

/** Reads a report that was written as JSON; undefined for anything else. */
export function readReport(value: unknown): MirrorReport | undefined {
  if (!isRecord(value) || value.format !== 1 || typeof value.done !== "boolean") return undefined;
  const { repositories } = value;
  if (!Array.isArray(repositories) || !repositories.every(isRepositoryReport)) return undefined;
  return value as unknown as MirrorReport;
}

function isRepositoryReport(value: unknown): boolean {
  return isRecord(value) && typeof value.source === "string" && typeof value.target === "string" &&
    typeof value.done === "boolean" && Array.isArray(value.tags) &&
    value.tags.every((each) => isRecord(each) && typeof each.tag === "string");
}
