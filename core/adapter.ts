import type { ErrorCode } from "./errors.ts";

/**
 * One registry's departures from the OCI distribution specification, as data.
 *
 * A missing field means "as the specification says". A field enters with a registry that needs it,
 * with its date and source beside the value.
 */
export interface RegistryAdapter {
  /** A short name in messages and in JSON: `acme`. */
  readonly id: string;
  /** The name that people use: `Acme Registry`. */
  readonly title: string;
  /** Exact `host[:port]`, lower case. The first is canonical, the others are its aliases. */
  readonly hosts: readonly [string, ...string[]];
  /** Where its API lives. @default `https://` and the canonical host */
  readonly origin?: string;
  /** Put before a repository name of one part: `library`. */
  readonly namespace?: string;
  /**
   * What an anonymous reader needs.
   *
   * - `open`: nothing, public repositories answer at once
   * - `token`: a token that anyone can have
   * - `account`: most repositories want a login
   *
   * @default unknown: the challenge tells
   */
  readonly anonymous?: "open" | "token" | "account";
  /**
   * Realm and service of its token endpoint, known beforehand: saves the round trip of a challenge, and
   * names a place where a password may go.
   */
  readonly token?: { readonly realm: string; readonly service: string };
  /** The scope that every token asks for. @default `repository:<name>:<actions>` */
  readonly scope?: string;
  /** How its listings are paged. */
  readonly pages?: RegistryPages;
  /**
   * Whether it counts pulls: each manifest that is read by GET is one, a HEAD is none.
   *
   * @default it does not
   */
  readonly pulls?: "counted";
  /** How it takes uploads that are cut into chunks. @default as it is asked for */
  readonly uploads?: RegistryUploads;
  /** How it knows its users. */
  readonly credentials?: RegistryCredentials;
  /** Its own web API, where that tells more than V2. */
  readonly api?: RegistryApi;
  /** Why it has no such API that could be asked: one sentence. @default none is known */
  readonly noApi?: string;
  /** One sentence for an error that gets a person unstuck. */
  readonly hints?: Readonly<Partial<Record<ErrorCode, string>>>;
}

/** How a registry pages its tag listings. */
export interface RegistryPages {
  /** Sent as `n` with the first request. @default left out, so that the registry answers as much as it likes */
  readonly ask?: number;
  /** Sent as `n` where leaving it out ends in a time-out or a 5xx. @default the same question again */
  readonly fallback?: number;
  /** The largest `n` that it takes; a larger wish is lowered to it. @default no limit known */
  readonly max?: number;
  /**
   * In which order it lists: by name, oldest first, or none to rely on.
   *
   * @default unknown
   */
  readonly order?: "name" | "oldest-first" | "none";
}

/** How a registry takes uploads. A blob is sent whole unless the caller asks for chunks. */
export interface RegistryUploads {
  /** Whether a blob must be sent whole, because chunks would be spoilt. @default false */
  readonly whole?: boolean;
  /** The most bytes that a chunk may have. @default no limit known */
  readonly chunkMax?: number;
  /** The least bytes that every chunk but the last must have. @default the registry tells, or any */
  readonly chunkMin?: number;
}

/** How a registry knows its users. */
export interface RegistryCredentials {
  /** The environment variables that hold user name and secret. */
  readonly env?: readonly [user: string, secret: string];
  /** Keys of login files that mean this registry, besides its hosts. */
  readonly configKeys?: readonly string[];
}

/**
 * A registry's own web API, for what V2 does not tell: dates, sizes, what else there is. It names addresses
 * and reads documents; asking, retries, secrets and paging are the core's.
 */
export interface RegistryApi {
  /** Scheme and host that it lives on. */
  readonly origin: string;
  /** How a reader proves who it is there. @default nobody needs to */
  readonly login?: ApiLogin;
  /**
   * Where the details of a repository's tags are. Several are tried in their order, where one answers 404.
   * Tags without the text `containing` are not wanted: an API that can leave them out has fewer pages.
   *
   * @default the API does not tell
   */
  tags?(repository: string, containing?: string): readonly ApiListing<TagDetails>[];
  /** Where the repositories of a namespace are. */
  repositories?(namespace: string): readonly ApiListing<RepositoryDetails>[];
  /** Where the namespaces of the one who is logged in are. */
  namespaces?(): readonly ApiListing<NamespaceDetails>[];
}

/** How a web API knows its readers. */
export interface ApiLogin {
  /** Whether it answers nobody without a login. @default false, what is public is open */
  readonly required?: boolean;
  /** The environment variable that holds a bearer token for it. */
  readonly env?: string;
  /**
   * Where user name and password are changed for a token, the next where one answers 404 or 405: the
   * path, the names of both in the JSON that is posted, and of the token in the answer.
   *
   * @default the password is itself the bearer token
   */
  readonly exchanges?: readonly {
    readonly path: string;
    readonly username: string;
    readonly password: string;
    readonly token: string;
  }[];
}

/** A listing whose pages have numbers, so that many can be asked for at once. */
export interface ApiListing<T extends { readonly name: string }> {
  /** Path and query of a page, counted from 1; `cursor` is what the page before told, if it did. */
  page(number: number, cursor?: string): string;
  /**
   * What a page says; nothing if the document is no page at all. `check` takes from a server's document only
   * what is what it should be.
   */
  read(document: unknown, check: ApiChecks): ApiPage<T> | undefined;
}

/** One page. */
export interface ApiPage<T> {
  /** What it lists. */
  readonly items: readonly T[];
  /** How many entries it has, those left out of `items` too. */
  readonly entries: number;
  /** How many entries all pages have, where the API tells. */
  readonly total?: number;
  /** Whether there is another page. @default by `total` and `next`; without these, not for certain */
  readonly more?: boolean;
  /** The cursor of the next page, where it cannot be asked for by its number alone. */
  readonly next?: string;
}

/** Readers of a value of unknown kind: the value if it is what is asked for, else `undefined`. */
export interface ApiChecks {
  /** A member of an object. */
  member(value: unknown, name: string): unknown;
  /** The elements of a list; none if it is none. */
  list(value: unknown): readonly unknown[];
  /** Text that is not empty, cut to 4,096 characters; not fit to be printed. */
  text(value: unknown): string | undefined;
  /** A whole number from 0, also one that is written as text. */
  count(value: unknown): number | undefined;
  /** Whether it is `true` or `false`. */
  flag(value: unknown): boolean | undefined;
  /** A tag. */
  tag(value: unknown): string | undefined;
  /** A digest. */
  digest(value: unknown): string | undefined;
  /** ISO 8601 text, or milliseconds since 1970, as ISO 8601 in UTC. */
  time(value: unknown): string | undefined;
  /** A platform, as in `linux/arm64/v8`. */
  platform(os: unknown, architecture: unknown, variant: unknown): string | undefined;
}

/** What is known of a tag. Times are ISO 8601 in UTC; what is not known is absent. */
export interface TagDetails {
  /** Its name. */
  readonly name: string;
  /** The digest of the manifest that it points to. */
  readonly digest?: string;
  /** The manifest's type. */
  readonly mediaType?: string;
  /** The platforms of the image, as in `linux/arm64/v8`, attestations left out. */
  readonly platforms?: readonly string[];
  /** Bytes as they are stored. */
  readonly size?: number;
  /** Of which platform's image `size` and `createdAt` are. @default of all that the tag points to */
  readonly sizeOf?: string;
  /** When it was last pushed. */
  readonly pushedAt?: string;
  /** When anything about it was last changed. */
  readonly updatedAt?: string;
  /** When the image was built, by its own word. */
  readonly createdAt?: string;
}

/** What is known of a repository. */
export interface RepositoryDetails {
  /** Its full name without the registry, as in `library/ubuntu`. */
  readonly name: string;
  /** What it says of itself; not fit to be printed. */
  readonly description?: string;
  /** How many people marked it. */
  readonly stars?: number;
  /** How often it was pulled. */
  readonly pulls?: number;
  /** When anything in it was last changed. */
  readonly updatedAt?: string;
  /** Whether not everybody may read it. */
  readonly isPrivate?: boolean;
}

/** What is known of a namespace. */
export interface NamespaceDetails {
  /** Its name. */
  readonly name: string;
}
