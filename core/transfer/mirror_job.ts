import type { SelectOptions } from "../versions/options.ts";
import type { MirrorSource, MirrorTarget } from "./mirror_ends.ts";

/** One repository that is mirrored to another. */
export interface MirrorJob {
  /** Where images come from: `registry.example/org/app`. */
  readonly source: string;
  /** Where they go to. */
  readonly target: string;
  /** The plan's name; it owns nothing without one. */
  readonly plan?: string;
  /** Which tags are wanted: what any of these selects. */
  readonly selects: readonly SelectOptions[];
  /** The platforms that are wanted. @default all */
  readonly platforms?: readonly string[];
  /** Whether tags that are no longer wanted go, or are only named. */
  readonly prune: boolean | "plan";
  /** Whether nothing may be changed. */
  readonly dryRun: boolean;
  /** Whether what refers to an image is brought although the image is there. @default false */
  readonly refresh?: boolean;
}

/** Both ends of a job. */
export interface MirrorPorts {
  /** What is mirrored. */
  readonly source: MirrorSource;
  /** Where to. */
  readonly target: MirrorTarget;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Whether no requests are left: then nothing more is begun. @default they are not counted */
  readonly isSpent?: () => boolean;
  /** Requests that there were at first. @default Infinity */
  readonly maxRequests?: number;
  /** Told what a person should know although it is no failure. */
  readonly onWarning?: (message: string) => void;
  /** Told as each tag is dealt with. */
  readonly onTag?: () => void;
}
