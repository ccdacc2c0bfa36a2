/** How manifests and blobs are read. A field that is missing is as distribution-spec 1.1 says. */
export interface ReadHabits {
  /**
   * What Accept does. `ignored`: nothing. `needed`: 404 MANIFEST_UNKNOWN unless it names the stored type; a wildcard names none.
   * `needed-by-tag`: the same, but not by digest. `converts`: as CNCF distribution 2.8, which needs OCI types to be named, gives the
   * linux/amd64 child of a Docker list by tag, and cannot make a schema 1 here.
   * @default "ignored"
   */
  readonly accept?: "ignored" | "needed" | "needed-by-tag" | "converts";
  /**
   * What HEAD of a manifest gets.
   * @default "answers"
   */
  readonly manifestHead?: "answers" | 404 | 405 | 501;
  /**
   * Which answers about manifests have a Docker-Content-Digest.
   * @default "always"
   */
  readonly digestHeader?: "always" | "get-only" | "never";
  /**
   * Whether a manifest comes in gzip to whoever accepts that: Content-Length of HEAD and GET differ.
   * @default false
   */
  readonly compressed?: boolean;
  /** The error for a manifest that is not there, where it is another than MANIFEST_UNKNOWN. */
  readonly unknownManifest?: { readonly code: string; readonly message: string };
  /** The tags, as `repository:tag`, which have run out: 404 TAG_EXPIRED. */
  readonly expiredTags?: readonly string[];
  /**
   * Whether a tag `sha256-<hex>` that nobody pushed stands for the manifest of that digest.
   * @default false
   */
  readonly digestTags?: boolean;
  /**
   * What Range on a blob does; `closed-only` is 416 to a range without an end.
   * @default "answers"
   */
  readonly ranges?: "answers" | "ignored" | "closed-only";
  /** Where GET of a blob is sent. That host refuses any Authorization, as S3 does. */
  readonly redirect?: BlobRedirect;
}

/** A storage host in front of which the registry stands. */
export interface BlobRedirect {
  /** `storage.example`. */
  readonly host: string;
  /**
   * The status of the redirect.
   * @default 307
   */
  readonly status?: 302 | 303 | 307 | 308;
  /**
   * How long the address is good for, in seconds; then the storage answers 403.
   * @default 1200
   */
  readonly lifetime?: number;
}

/** How referrers are told. */
export interface ReferrersHabits {
  /**
   * `api` answers, `missing` is a 404, a record is a redirect to a page which is no index.
   * @default "api"
   */
  readonly referrers?: "api" | "missing" | ReferrersElsewhere;
  /**
   * How many are on a page.
   * @default Infinity
   */
  readonly referrersPage?: number;
  /**
   * Whether `artifactType` filters, and OCI-Filters-Applied says so.
   * @default true
   */
  readonly referrersFilter?: boolean;
  /**
   * What a subject that is not there gets: an empty index, or 400 MANIFEST_INVALID.
   * @default "empty"
   */
  readonly unknownSubject?: "empty" | 400;
  /**
   * Whether a push with a subject is answered by OCI-Subject. The default is whether `referrers` is `api`.
   */
  readonly subjectHeader?: boolean;
}

/** A redirect of the referrers API to somewhere else. */
export interface ReferrersElsewhere {
  /** The status of the redirect. */
  readonly status: 302 | 303 | 307;
  /** Where it leads, absolute. */
  readonly location: string;
  /** What is there: a page in HTML, or a 429. */
  readonly there: "html" | 429;
}

/** How blobs and manifests are pushed and deleted. */
export interface WriteHabits {
  /**
   * How Location is written.
   * @default "relative"
   */
  readonly location?: "relative" | "absolute";
  /**
   * Whether POST with `?digest=` takes the whole blob; without, it begins an upload (202).
   * @default true
   */
  readonly singlePost?: boolean;
  /**
   * The Range of the answer to POST.
   * @default "0-0"
   */
  readonly postRange?: string;
  /**
   * Whether a PATCH is answered by 202, or by 201.
   * @default 202
   */
  readonly patchStatus?: 201 | 202;
  /**
   * Whether every PATCH after the first is accepted and thrown away.
   * @default false
   */
  readonly discardsLater?: boolean;
  /**
   * What a Content-Range that does not begin where the upload stands gets; `ignored` takes the bytes all the same.
   * @default 416
   */
  readonly outOfOrder?: 416 | "ignored";
  /**
   * The greatest PATCH with a Content-Range, in bytes: more is a 416. Without a Content-Range any size goes.
   * @default Infinity
   */
  readonly rangedMax?: number;
  /**
   * The smallest PATCH but for the last one, in bytes; a smaller one makes the next PATCH, or the PUT with a body, a 400.
   * @default 0
   */
  readonly chunkMin?: number;
  /**
   * Whether `chunkMin` is told by OCI-Chunk-Min-Length.
   * @default false
   */
  readonly saysChunkMin?: boolean;
  /**
   * How far the Range of an upload's status is off.
   * @default 0
   */
  readonly statusOff?: number;
  /**
   * Whether an upload's status has a Location.
   * @default true
   */
  readonly statusLocation?: boolean;
  /**
   * Which mounts succeed: those from a repository which has the blob, all of a blob that any repository has, none.
   * @default "from"
   */
  readonly mounts?: "from" | "anywhere" | "never";
  /**
   * What a mount from a repository that does not exist gets.
   * @default 202
   */
  readonly missingFrom?: 202 | 401;
  /**
   * What a manifest gets that names a blob or a child which is not there; `accepted` takes indexes whose children are missing.
   * @default 404
   */
  readonly missingParts?: 404 | 400 | "accepted";
  /**
   * What a manifest of an unknown type gets.
   * @default "accepted"
   */
  readonly unknownType?: "accepted" | 400 | 415;
  /**
   * Whether an OCI manifest must say its own type.
   * @default false
   */
  readonly needsOwnType?: boolean;
  /**
   * What DELETE of a tag gets.
   * @default 202
   */
  readonly tagDelete?: 202 | 400 | 405;
  /**
   * What DELETE of a manifest by digest gets.
   * @default 202
   */
  readonly manifestDelete?: 202 | 405;
  /**
   * What DELETE of a blob gets.
   * @default 202
   */
  readonly blobDelete?: 202 | 405;
  /**
   * The greatest manifest in bytes; more is a 413.
   * @default 4 MiB
   */
  readonly manifestMax?: number;
}

/** Everything that bends the answers about manifests and blobs. */
export interface ContentHabits extends ReadHabits, ReferrersHabits, WriteHabits {}
