import type { Platform } from "../names/platform.ts";
import type { CopySource, CopyTarget } from "./ends.ts";
import type { Ledger } from "./ledger.ts";
import type { CopyWatcher } from "./progress.ts";

/** A copy under way: both ends, and how. */
export interface Voyage extends CopyWatcher {
  /** What is copied from. */
  readonly source: CopySource;
  /** What is copied to. */
  readonly target: CopyTarget;
  /** What is shared with other copies. */
  readonly ledger: Ledger;
  /** The platforms of an index that are wanted. @default all */
  readonly platforms?: readonly Platform[];
  /** Whether signatures and the like go along. @default true */
  readonly referrers?: boolean;
  /**
   * Whether they are looked up although the tag is the same at both ends, and replace what the target has
   * under cosign's tags.
   *
   * @default false
   */
  readonly refreshReferrers?: boolean;
  /** Whether one image goes as it is, whatever it is for, where platforms are wanted. @default false */
  readonly anySingle?: boolean;
  /** Stops all of it when one thing fails. */
  readonly stop: AbortController;
  /** Aborted by `stop`, and by whoever wants the copy. */
  readonly signal: AbortSignal;
  /** Told what a person should know. */
  readonly onWarning?: (message: string) => void;
}
