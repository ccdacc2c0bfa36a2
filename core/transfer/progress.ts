import type { Digest } from "../names/digest.ts";

/**
 * What became of one thing.
 *
 * - `copied`: it was sent
 * - `mounted`: the registry took it from another of its repositories
 * - `present`: it was there
 * - `made`: it was made here, as an index for fewer platforms
 */
export type CopyFate = "copied" | "mounted" | "present" | "made";

/** One thing that was dealt with. */
export interface CopyStep {
  /** What it is. */
  readonly kind: "blob" | "manifest" | "tag";
  /** Its digest. */
  readonly digest: Digest;
  /** The tag, where it is one. */
  readonly tag?: string;
  /** The type. */
  readonly mediaType?: string;
  /** Bytes; absent for a manifest that was there and was not read. */
  readonly size?: number;
  /** What became of it. */
  readonly fate: CopyFate;
}

/** Told of a copy under way. */
export interface CopyWatcher {
  /** A blob or manifest of `size` bytes is known to be on its list. */
  readonly onPlanned?: (size: number) => void;
  /** Bytes of blobs went out, or were found not to need to. */
  readonly onBytes?: (count: number) => void;
  /** A thing was dealt with. */
  readonly onStep?: (step: CopyStep) => void;
}
