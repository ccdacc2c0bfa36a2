import type { SelectOptions } from "../versions/options.ts";

/** What is kept mirrored, read and checked: see `readPlan`. */
export interface MirrorPlan {
  /**
   * What the plan is called: under `portolan-owned-<name>` each target keeps the list of what the plan put
   * there. Nothing is owned, and nothing pruned, without one.
   */
  readonly name?: string;
  /** One for each source repository, with the plan's defaults in it. */
  readonly entries: readonly PlanEntry[];
}

/** One repository that is mirrored. */
export interface PlanEntry {
  /** The repository that images come from, as a reference without a tag. */
  readonly source: string;
  /** The repository that they go to; `{path}`, `{name}` and `{registry}` stand for parts of the source. */
  readonly target: string;
  /** Which tags are wanted. */
  readonly select: SelectOptions;
  /** The platforms that are wanted. @default all */
  readonly platforms?: readonly string[];
  /** Whether signatures and the like go along. */
  readonly referrers: boolean;
  /** Whether tags that are no longer wanted go from the target, or are only named. */
  readonly prune: boolean | "plan";
}

/** What is wrong with a plan. */
export interface PlanProblem {
  /** The way to it from the top: `["mirror", 0, "keep"]`. */
  readonly path: readonly (string | number)[];
  /** Whether the last key of the path is wrong itself, or what stands there. */
  readonly on: "key" | "value";
  /** What is wrong, and what was expected: a clause without a full stop. */
  readonly message: string;
  /** For an unknown key: its text, and those that there are. */
  readonly unknown?: { readonly key: string; readonly known: readonly string[] };
}
