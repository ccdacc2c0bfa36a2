import type { RegistryAdapter, RegistryApi } from "../adapter.ts";
import type { CredentialSource } from "../credentials.ts";
import type { ErrorFacts } from "../errors.ts";
import { type Clock, systemClock } from "../system/clock.ts";
import { type Ask, createAsk } from "./ask.ts";
import { type AskApi, createAskApi } from "./ask_api.ts";
import { createAuth } from "./auth.ts";
import type { Place } from "./grant.ts";
import { createKeyring } from "./keyring.ts";
import { beginOperation, type Budget, budgetOf, type Operation } from "./operation.ts";
import type { Routes } from "./route.ts";
import { backoff } from "./retry.ts";
import { createSender } from "./send.ts";
import { createTokens } from "./tokens.ts";
import type { Exchange } from "./trace.ts";
import { createTransport } from "./transport.ts";

/** How registries are talked to. */
export interface WireOptions {
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
  /** Hosts (`host[:port]`), not the registry's own, whose token endpoint may be given the credentials. */
  readonly trustedRealms?: readonly string[];
  /**
   * Milliseconds that one verb may take for requests and waits; blobs take as long as bytes come.
   *
   * @default 900_000
   */
  readonly timeout?: number;
  /** How often a failed request is sent again, within a minute of waiting. @default 4 */
  readonly retries?: number;
  /** Told of every exchange; secrets are already taken out. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Told of what a person should know although it is no failure: one printable sentence. */
  readonly onWarning?: (message: string) => void;
}

/** How a verb is begun. */
export interface BeginOptions {
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
  /** Requests that it may send. @default Infinity */
  readonly maxRequests?: number;
  /** Requests that it may send together with others, instead. */
  readonly budget?: Budget;
  /** Which end of a copy it is. */
  readonly side?: ErrorFacts["side"];
}

/** The way to every registry: what a verb needs to ask one. */
export interface Wire {
  /** Asks. */
  readonly ask: Ask;
  /** Asks a registry's own web API. */
  readonly askApi: AskApi;
  /**
   * A registry's own web API, if it is to be asked: not where the registry was replaced by another, which is
   * warned of once unless `quiet`.
   */
  apiOf(
    place: { readonly adapter: RegistryAdapter; readonly registry: string },
    options?: { readonly quiet?: boolean },
  ): RegistryApi | undefined;
  /** The address to really use for one that a server names. */
  route(url: URL): URL;
  /** Tells time. */
  readonly clock: Clock;
  /**
   * Begins one verb on one registry; `what` follows "Cannot". A request past
   * what it may send is an error.
   */
  begin(
    what: string,
    place: { readonly adapter: RegistryAdapter; readonly registry: string },
    options?: BeginOptions,
  ): Operation;
  /** Waits before the try after `attempt`, counted from 1, which had broken off. */
  pause(attempt: number, signal?: AbortSignal): Promise<void>;
  /** Makes a server's words fit to be shown: without secrets, printable, cut to `limit` characters. */
  clean(text: string, limit?: number): string;
  /** Tells a person one sentence. */
  warn(message: string): void;
  /** Tells it, unless it was told so before: for what is true of more than the question at hand. */
  warnOnce(message: string): void;
}

/**
 * Opens the way out.
 *
 * @throws {RangeError} if `timeout` or `retries` is out of range
 */
export function openWire(options: WireOptions, routes: Routes): Wire {
  const { clock = systemClock, timeout = 900_000, retries = 4, trustedRealms = [] } = options;
  checkRange("timeout", timeout, 1, Number.MAX_VALUE);
  checkRange("retries", retries, 0, Infinity);
  const transport = createTransport({
    fetch: options.fetch ?? fetch,
    clientFor: options.clientFor,
    clock,
    onExchange: options.onExchange,
  });
  const { clean, holdsSecret } = transport;
  function warn(message: string): void {
    options.onWarning?.(clean(message));
  }
  const warned = new Set<string>();
  function warnOnce(message: string): void {
    if (warned.has(message)) return;
    warned.add(message);
    warn(message);
  }
  const apiOf: Wire["apiOf"] = ({ adapter: { api }, registry }, { quiet = false } = {}) => {
    if (api === undefined) return undefined;
    const { host } = new URL(api.origin);
    if (!routes.isRerouted(registry) || routes.isRerouted(host)) return api;
    const way = `--origin ${host}=URL names one that is`;
    if (!quiet) warnOnce(`${registry} is replaced, so its own API at ${host} is not asked; ${way}`);
    return undefined;
  };
  const random = options.random ?? Math.random;
  const sender = createSender({ transport, routes, clock, random, retries });
  const keyring = createKeyring(options.credentials, { routes, trustedRealms, onWarning: warn });
  const tokens = createTokens({ sender, clock, keyring, onWarning: warnOnce });
  const auth = createAuth({ sender, routes, keyring, tokens, holdsSecret });
  return {
    ask: createAsk({ sender, auth, keyring, clock }),
    askApi: createAskApi({ sender, keyring, routes, clock, onWarning: warnOnce }),
    apiOf,
    route: routes.route,
    clock,
    begin(
      what: string,
      { adapter, registry }: Pick<Place, "adapter" | "registry">,
      wishes: BeginOptions = {},
    ): Operation {
      const { signal, side, budget = budgetOf(wishes.maxRequests) } = wishes;
      return beginOperation(what, { adapter, registry, timeout, clock, signal, side, budget });
    },
    pause: (attempt: number, signal?: AbortSignal) => clock.sleep(backoff(attempt, random), signal),
    clean,
    warn,
    warnOnce,
  };
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RangeError(`Cannot open a flow: "${name}" must be at least ${least}, not ${value}`);
}
