import type { RegistryAdapter } from "./adapter.ts";
import type { CredentialSource } from "./credentials.ts";
import { knock } from "./endpoints/door.ts";
import { listTags, type TagEntry } from "./endpoints/tags.ts";
import { RegistryError } from "./errors.ts";
import { formatReference } from "./names/reference.ts";
import { type Clock, systemClock } from "./system/clock.ts";
import { locate, locateRegistry, type Target } from "./target.ts";
import { findLatest, type FindOptions, type Latest } from "./versions/latest.ts";
import { createAsk } from "./wire/ask.ts";
import { createAuth } from "./wire/auth.ts";
import { createKeyring } from "./wire/keyring.ts";
import { beginOperation } from "./wire/operation.ts";
import { createRoutes } from "./wire/route.ts";
import { createSender } from "./wire/send.ts";
import { createTokens } from "./wire/tokens.ts";
import type { Exchange } from "./wire/trace.ts";
import { createTransport } from "./wire/transport.ts";

/** How a flow talks. */
export interface FlowOptions {
  /** Known registries, in order of precedence. @default `builtin` */
  readonly adapters?: readonly RegistryAdapter[];
  /** The host that references without one mean. @default that of `ubuntu` */
  readonly defaultRegistry?: string;
  /** Sends requests. @default the global `fetch` */
  readonly fetch?: typeof fetch;
  /** Gives the `client` of a fetch's options for a `host[:port]`: own certificates. @default none */
  readonly clientFor?: (host: string) => Promise<object | undefined>;
  /** Tells time. @default the machine's clock */
  readonly clock?: Clock;
  /** Numbers from 0 to 1 that spread retries. @default `Math.random` */
  readonly random?: () => number;
  /** Finds credentials. @default none: everything is asked for anonymously */
  readonly credentials?: CredentialSource;
  /** Sends what is meant for a host to another origin: `{ "registry.example": "http://127.0.0.1:5000" }`. */
  readonly origins?: Readonly<Record<string, string>>;
  /** Hosts (`host[:port]`) spoken to in plain HTTP. Loopback hosts are so by themselves. */
  readonly plainHttp?: readonly string[];
  /** Hosts (`host[:port]`), not the registry's own, whose token endpoint may be given the credentials. */
  readonly trustedRealms?: readonly string[];
  /** Milliseconds that one verb may take for requests and waits. @default 900_000 */
  readonly timeout?: number;
  /** How often a failed request is sent again, within a minute of waiting. @default 4 */
  readonly retries?: number;
  /** Told of every exchange; secrets are already taken out. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Told of what a person should know although it is no failure: one printable sentence. */
  readonly onWarning?: (message: string) => void;
}

/** How a listing is asked for. */
export interface TagOptions {
  /** Ends after so many tags, at least 1. @default all of them */
  readonly limit?: number;
  /** Tags a page, at least 1; lowered to what the registry takes. @default the adapter's habit */
  readonly pageSize?: number;
  /** Ends the listing early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The tags of one repository, as the registry gives them, each once.
 *
 * Iteration that ends normally has seen every tag, or as many as `limit` allows. One that could not be
 * completed throws a `RegistryError`: `incomplete` if some tags were seen, else the reason's own code.
 */
export interface TagListing extends AsyncIterable<TagEntry> {
  /** What is listed. */
  readonly target: Target;
  /** Whether the latest iteration has come to the end of the listing; false where `limit` cut it. */
  readonly complete: boolean;
  /** The same tags, in the bunches that they arrive in. */
  pages(): AsyncIterable<readonly TagEntry[]>;
}

/** Which tags are the latest, and how the listing for it is asked for. `limit` cuts what was chosen. */
export interface LatestOptions
  extends FindOptions<TagEntry>, Pick<TagOptions, "pageSize" | "signal"> {}

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
   * @throws {RangeError} if `limit` or `pageSize` is not a whole number from 1
   */
  tags(reference: string, options?: TagOptions): TagListing;
  /**
   * Finds the newest versions of a repository, from its whole list: with `like`, of that shape; with `per`,
   * of each group; else the newest release of the most common shape.
   *
   * @default options.newest 1
   * @returns the tags, newest first, with shape and reason: `const [newest] = await flow.latest(reference)`
   * @throws {RegistryError} `reference_invalid`, and `incomplete` for a listing that breaks off
   * @throws {RangeError} if an option cannot be read
   */
  latest(reference: string, options?: LatestOptions): Promise<Latest<TagEntry>>;
  /**
   * Tries the credentials for a registry, `host[:port]`.
   *
   * @returns whether the registry asked for them; false if it lets everybody in
   * @throws {RegistryError} `reference_invalid`; `unauthorized` if they are refused or there are none
   */
  checkLogin(registry: string, options?: { readonly signal?: AbortSignal }): Promise<boolean>;
}

/**
 * Opens a flow over `options.adapters`.
 *
 * @throws {TypeError} if an origin is not one
 * @throws {RangeError} if `timeout` or `retries` is out of range
 */
export function openFlow(options: FlowOptions): Flow {
  const { adapters = [], clock = systemClock, timeout = 900_000, retries = 4 } = options;
  checkRange("timeout", timeout, 1, Number.MAX_VALUE);
  checkRange("retries", retries, 0, Infinity);
  const routes = createRoutes(options.origins ?? {}, options.plainHttp ?? [], adapters);
  const transport = createTransport({
    fetch: options.fetch ?? fetch,
    clientFor: options.clientFor,
    clock,
    onExchange: options.onExchange,
  });
  const clean = transport.clean;
  function onWarning(message: string): void {
    options.onWarning?.(clean(message));
  }
  const random = options.random ?? Math.random;
  const sender = createSender({ transport, routes, clock, random, retries });
  const keyring = createKeyring(options.credentials, {
    routes,
    trustedRealms: options.trustedRealms ?? [],
    onWarning,
  });
  const tokens = createTokens({ sender, clock, keyring, onWarning });
  const auth = createAuth({ sender, routes, keyring, tokens, holdsSecret: transport.holdsSecret });
  const ask = createAsk({ sender, auth, keyring, clock });

  const chart = { adapters, routes, defaultRegistry: options.defaultRegistry };

  function tags(reference: string, wishes: TagOptions = {}): TagListing {
    checkCount("limit", wishes.limit);
    checkCount("pageSize", wishes.pageSize);
    const target = locate(reference, chart);
    const { adapter, registry, repository } = target;
    const name = formatReference({ registry, repository });
    if (target.tag !== undefined || target.digest !== undefined) {
      const message = `Cannot list tags of "${reference}": it names one image of a repository`;
      throw new RegistryError("reference_invalid", message, { hint: adviceFor(reference, name) });
    }
    let complete = false;

    async function* pages(): AsyncGenerator<readonly TagEntry[]> {
      complete = false;
      const { signal } = wishes;
      const operation = beginOperation(`list tags of "${name}"`, {
        adapter,
        registry,
        timeout,
        clock,
        signal,
      });
      complete = yield* listTags(target, wishes, { ask, operation, onWarning, clean });
    }

    return {
      target,
      get complete() {
        return complete;
      },
      pages,
      async *[Symbol.asyncIterator](): AsyncGenerator<TagEntry> {
        for await (const page of pages()) yield* page;
      },
    };
  }

  async function latest(
    reference: string,
    { pageSize, signal, ...wishes }: LatestOptions = {},
  ): Promise<Latest<TagEntry>> {
    return await findLatest(tags(reference, { pageSize, signal }).pages(), wishes);
  }

  async function checkLogin(
    host: string,
    wishes: Pick<TagOptions, "signal"> = {},
  ): Promise<boolean> {
    const place = locateRegistry(host, chart);
    const { adapter, registry } = place;
    const { signal } = wishes;
    const what = `log in to "${registry}"`;
    const operation = beginOperation(what, { adapter, registry, timeout, clock, signal });
    return await knock(place, { ask, operation });
  }

  return { locate: (reference) => locate(reference, chart), tags, latest, checkLogin };
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || ((Number.isSafeInteger(value) || value === Infinity) && value > 0)) {
    return;
  }
  throw new RangeError(`Cannot list tags: "${name}" must be a whole number from 1, not ${value}`);
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RangeError(`Cannot open a flow: "${name}" must be at least ${least}, not ${value}`);
}

/** What to write instead of a reference with a tag, which may have been meant as a host with a port. */
function adviceFor(reference: string, name: string): string {
  const [first = ""] = reference.split(":");
  const isHost = !reference.includes("/") && (first.includes(".") || first === "localhost");
  return isHost ? `If it is a host, name a repository on it: ${reference}/NAME` : `Write ${name}`;
}
