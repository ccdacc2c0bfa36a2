import type { Fetched } from "../endpoints/manifests.ts";
import type { SentManifest } from "../endpoints/manifest_writes.ts";
import type { Arrival } from "../endpoints/uploads.ts";
import type { Descriptor } from "../images/descriptor.ts";
import type { Digest } from "../names/digest.ts";
import type { Repository } from "../names/reference.ts";
import type { Tag } from "../names/tag.ts";
import type { Content } from "../wire/content.ts";

/** Where a repository is within a registry, for what can be copied without being sent. */
export interface Berth {
  /** The registry: what has the same one can mount. */
  readonly registry: string;
  /** The repository. */
  readonly repository: Repository;
}

/** What images are copied from. What fails says that it is the source. */
export interface CopySource {
  /** For messages: `registry.example/team/app`. */
  readonly name: string;
  /** How what fails there begins, behind "Cannot": `copy from "registry.example/team/app:1.0"`. */
  readonly what: string;
  /** Where it is, if it is in a registry. */
  readonly berth?: Berth;
  /** The digest that a name points to; undefined where there is none. */
  digestOf(name: Tag | Digest): Promise<Digest | undefined>;
  /**
   * Reads a manifest, verified.
   *
   * @throws {RegistryError} `not_found`, `digest_mismatch`, `protocol`, `unsupported`, `too_large`
   */
  readManifest(name: Tag | Digest): Promise<Fetched>;
  /** Begins the stream of a blob, verified at its end. */
  readBlob(blob: Descriptor): AsyncIterable<Uint8Array>;
  /** What refers to a manifest by naming it as its subject. */
  referrersOf(subject: Digest): Promise<readonly Descriptor[]>;
}

/** A source that lists its images itself, and has names of other kinds. */
export interface ListedSource extends CopySource {
  /**
   * The tag or digest of what goes by a name, or of the one image that there is.
   *
   * @throws {RegistryError} `not_found`; `reference_invalid` where there are several
   */
  resolve(name: string | undefined): Promise<Tag | Digest>;
  /**
   * The tags of all images.
   *
   * @throws {RegistryError} `reference_invalid` where the names of two have one tag
   */
  tags(): Promise<readonly Tag[]>;
}

/** What images are copied to. What fails says that it is the destination. */
export interface CopyTarget {
  /** For messages: `registry.example/team/app`. */
  readonly name: string;
  /** How what fails there begins, behind "Cannot": `copy to "registry.example/team/app:1.0"`. */
  readonly what: string;
  /** Where it is, if it is in a registry. */
  readonly berth?: Berth;
  /** How often it has lost what it had: what is known of another life is of no use. @default 0 */
  readonly life?: number;
  /** The digest that a name points to; undefined where there is none. */
  digestOf(name: Tag | Digest): Promise<Digest | undefined>;
  /** Whether a blob is there. */
  hasBlob(blob: Descriptor): Promise<boolean>;
  /**
   * Puts a blob.
   *
   * @param content gets the bytes anew for each try, and not before they are needed
   * @param from a repository of the same registry that has it
   */
  putBlob(
    blob: Descriptor,
    content: () => Promise<Content>,
    from?: Repository,
  ): Promise<Arrival>;
  /** Puts a manifest, whose parts are there, under a tag or its digest. */
  putManifest(name: Tag | Digest, manifest: SentManifest): Promise<void>;
  /**
   * What its referrers tag lists; undefined for a target that takes note of subjects itself, and so needs
   * no such tag.
   */
  listedReferrers(subject: Digest): Promise<readonly Descriptor[] | undefined>;
  /**
   * Ends a copy, for a target that has something left to do then.
   *
   * @param arrived what was copied; undefined if the copy failed
   */
  finish?(arrived: Digest | undefined): Promise<void>;
}
