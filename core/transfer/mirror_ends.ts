import type { TagEntry } from "../endpoints/tags.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { CopyResult } from "./copy.ts";
import type { OwnedArtifact, OwnedList } from "./owned.ts";

/** What is mirrored. */
export interface MirrorSource {
  /** All tags; a list that breaks off throws. */
  list(): Promise<readonly TagEntry[]>;
  /** What a tag points to; undefined where there is none. */
  digestOf(tag: Tag): Promise<Digest | undefined>;
  /** Copies a tag to the target. */
  copy(tag: Tag): Promise<CopyResult>;
}

/** Where it is mirrored to. */
export interface MirrorTarget {
  /** All tags; a list that breaks off throws. */
  list(): Promise<readonly Tag[]>;
  /** What a tag points to; undefined where there is none. */
  digestOf(tag: Tag): Promise<Digest | undefined>;
  /** What a tag points to, and all manifests that this leads to. */
  needsOf(tag: Tag): Promise<readonly Digest[]>;
  /** Deletes a tag, or a manifest with all of its tags, where the registry does that. */
  remove(name: Tag | Digest): Promise<"deleted" | "missing" | "unsupported">;
  /** Reads the list of what a plan put there. */
  readOwned(tag: Tag): Promise<OwnedList>;
  /** Keeps such a list under a tag. */
  writeOwned(tag: Tag, artifact: OwnedArtifact): Promise<void>;
}
