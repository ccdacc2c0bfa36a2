import type { RegistryAdapter } from "./adapter.ts";
import type { Repository, RegistryHost } from "./names/reference.ts";
import type { Digest } from "./names/digest.ts";
import type { Tag } from "./names/tag.ts";
import type { Clock } from "./system/clock.ts";
import type { Exchange } from "./wire/trace.ts";

/** A user name and its secret: a password or an access token. */
export interface Credentials {
  /** The user name. */
  readonly username: string;
  /** The secret. Wrapped as soon as it is read, and sent only to the registry and its token endpoint. */
  readonly password: string;
}

/** Where a registry is looked up: the adapter and the canonical `host[:port]`. */
export interface CredentialQuery {
  /** The adapter that was chosen. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: string;
}

/** Finds the credentials for a registry, or none. Asked once for a registry. */
export type CredentialSource = (
  query: CredentialQuery,
) => Credentials | undefined | Promise<Credentials | undefined>;

/** How a flow talks. */
export interface FlowOptions {
  /** Known registries, in order of precedence. @default `builtin` */
  readonly adapters?: readonly RegistryAdapter[];
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** Numbers from 0 to 1 that spread retries. @default `Math.random` */
  readonly random?: () => number;
  /** @default none: everything is asked for anonymously */
  readonly credentials?: CredentialSource;
  /** Sends what is meant for a host to another origin: `{ "registry.example": "http://127.0.0.1:5000" }`. */
  readonly origins?: Readonly<Record<string, string>>;
  /** Hosts (`host[:port]`) spoken to in plain HTTP. Loopback hosts are so by themselves. */
  readonly plainHttp?: readonly string[];
  /** Hosts other than the registry's own whose token endpoint may be given the credentials. */
  readonly trustedRealms?: readonly string[];
  /** Milliseconds that one verb may take in all. @default 900_000 */
  readonly timeout?: number;
  /** How often a failed request is sent again. @default 4 */
  readonly retries?: number;
  /** Told of every exchange; secrets are already taken out. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Told of what a person should know although it is no failure. One printable sentence. */
  readonly onWarning?: (message: string) => void;
}

/** A reference after expansion: whom to ask, and for what. */
export interface Target {
  /** The adapter that was chosen by exact host. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: RegistryHost;
  /** Scheme, host and port that requests go to. */
  readonly origin: string;
  /** The repository's full name. */
  readonly repository: Repository;
  /** The tag, where one was written. */
  readonly tag?: Tag;
  /** The digest, where one was written. */
  readonly digest?: Digest;
}

/** One tag of a listing. */
export interface TagEntry {
  /** The tag's name. */
  readonly name: Tag;
}

/** How a listing is asked for. */
export interface TagOptions {
  /** Ends after so many tags. @default all of them */
  readonly limit?: number;
  /** Tags a page, lowered to what the registry takes. @default the adapter's habit */
  readonly pageSize?: number;
  /** Ends the listing early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The tags of one repository, as the registry gives them, each once.
 *
 * Iteration that ends normally has seen every tag. One that could not be completed throws a
 * `RegistryError`: with code `incomplete` if some tags were seen, else with the reason's own.
 */
export interface TagListing extends AsyncIterable<TagEntry> {
  /** What is listed. */
  readonly target: Target;
  /** The same tags, in the bunches that they arrive in. */
  pages(): AsyncIterable<readonly TagEntry[]>;
}

/** The verbs, over one set of adapters, credentials and cached tokens. */
export interface Flow {
  /**
   * What a reference means after expansion; asks nobody.
   *
   * @throws {RegistryError} `reference_invalid`
   */
  locate(reference: string): Target;
  /**
   * Lists the tags of a repository. Nothing is sent before iteration begins.
   *
   * @throws {RegistryError} `reference_invalid`, also for a reference with a tag or digest
   */
  tags(reference: string, options?: TagOptions): TagListing;
}

/** Opens a flow over `options.adapters`. */
export function openFlow(_options: FlowOptions): Flow {
  throw new Error("not built yet");
}
