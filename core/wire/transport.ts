import { printable } from "../names/printable.ts";
import type { Clock } from "../system/clock.ts";
import type { Secret } from "./secret.ts";
import { setbackOf } from "./setback.ts";
import { type Exchange, shown, tellingHeaders } from "./trace.ts";
import { type Content, openContent } from "./content.ts";
import { startWatch } from "./watch.ts";

/** Milliseconds for connecting and for the headers to come. */
const HEADERS = 15_000;
/** Milliseconds for the server to store what is at hand. */
const SENDING = 120_000;
/** Bytes a millisecond that even a slow line sends: a half of a megabit a second. */
const SLOWEST = 64;
/** Milliseconds that a body may stay silent. */
const SILENCE = 30_000;
/** Tokens that are looked for in what is shown. */
const MOST_TOKENS = 64;

/** The methods of the protocol. */
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request. */
export interface Request {
  /** Where it goes, already routed. */
  readonly url: URL;
  /** What is done there. */
  readonly method: Method;
  /** What goes along besides a secret: `accept`, `range` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as its body, url-encoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as its body, with a password put in under the name `passwordIn`. */
  readonly json?: Readonly<Record<string, string>>;
  /** Under which name the JSON takes a password. */
  readonly passwordIn?: string;
  /** Sent as its body as it is: bytes that are at hand, or what begins their stream anew. */
  readonly content?: Content;
  /** Whether its query may be signed, and so is not to be shown. */
  readonly signed?: boolean;
  /** Goes along if its audience allows. */
  readonly secret?: Secret;
  /** Milliseconds that it may take in all. */
  readonly time: number;
  /** Milliseconds for the headers, where that is less than usual. */
  readonly headersTime: number;
  /** Counts from 1 for each sending of the same request. */
  readonly attempt: number;
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
}

/** What comes back; its body is still on the way. */
export interface Reply {
  /** The HTTP status. */
  readonly status: number;
  /** The headers; repeated ones are joined with a comma, as fetch does. */
  readonly headers: Headers;
  /**
   * The body after content decoding, once. To end its iteration early lets go of the connection; time in
   * which the one who iterates is busy does not count as the server's silence.
   *
   * @throws {Setback} if it breaks off; the signal's reason if it was aborted
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The one way out of this program. */
export interface Transport {
  /**
   * Sends one request. Redirects are answers like any other. The body must be iterated over, or the
   * connection stays open.
   *
   * @throws {Setback} if no answer came; the signal's reason if it was aborted
   */
  open(request: Request): Promise<Reply>;
  /** `text` without any secret that was ever sent along, then printable, and then cut to `limit`. */
  clean(text: string, limit?: number): string;
  /** Whether there is a secret in `text` that was sent along before: a server may hand it on. */
  holdsSecret(text: string): boolean;
}

/** Makes a transport over `fetch`. */
export function createTransport(ports: {
  readonly fetch: typeof fetch;
  /** The `client` of a fetch's options for a `host[:port]`, where it needs one of its own. */
  readonly clientFor?: (host: string) => Promise<object | undefined>;
  readonly clock: Clock;
  readonly onExchange?: (exchange: Exchange) => void;
}): Transport {
  const { clock, onExchange } = ports;
  const sent = new Set<Secret>();

  function redact(text: string): string {
    let safe = text;
    for (const secret of sent) safe = secret.redact(safe);
    return safe;
  }

  function clean(text: string, limit?: number): string {
    return printable(redact(text), limit);
  }

  function holdsSecret(text: string): boolean {
    return redact(text) !== text;
  }

  /** Kept to be redacted; of the tokens only the latest, or each request would cost more than the last. */
  function remember(secret: Secret): void {
    sent.add(secret);
    const tokens = [...sent].filter(({ scheme }) => scheme === "Bearer");
    if (tokens.length > MOST_TOKENS) sent.delete(tokens[0] ?? secret);
  }

  async function open(request: Request): Promise<Reply> {
    const { url, method, signal } = request;
    const headers = new Headers({ "user-agent": "portolan", ...request.headers });
    const form = request.form && new URLSearchParams(request.form);
    const json = request.json && { ...request.json };
    const sendable = { headers, form, json, passwordIn: request.passwordIn };
    const authorised = request.secret?.attach(sendable, url) ?? false;
    if (json !== undefined) headers.set("content-type", "application/json");
    if (request.secret && authorised) remember(request.secret);

    const client = await ports.clientFor?.(url.host);
    const started = clock.now();
    const deadline = started + request.time;
    const watch = startWatch(clock, signal);
    const content = openContent(request.content, watch);
    let response: Response | undefined;

    function fail(error: unknown): unknown {
      if (signal?.aborted) return signal.reason;
      return content?.failure() ?? setbackOf(watch.late() ?? error, url);
    }

    function settle(failure?: unknown): void {
      watch.stop();
      content?.drop();
      onExchange?.({
        method,
        url: clean(shown(url, request.signed)),
        authorization: authorised ? request.secret?.scheme : undefined,
        status: response?.status,
        headers: response ? tellingHeaders(response.headers, url, clean) : {},
        elapsed: clock.now() - started,
        failure: failure instanceof Error ? clean(failure.message) : undefined,
        attempt: request.attempt,
      });
    }

    async function* read(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
      let failure: unknown;
      try {
        watch.expect(SILENCE, deadline, "nothing more");
        for await (const chunk of body ?? []) {
          watch.rest();
          yield chunk;
          watch.expect(SILENCE, deadline, "nothing more");
        }
      } catch (error) {
        failure = fail(error);
        throw failure;
      } finally {
        settle(failure);
      }
    }

    // A stream is watched while it goes; what goes at once has its time in one.
    const time = request.content instanceof Uint8Array
      ? SENDING + request.content.length / SLOWEST
      : Math.min(HEADERS, request.headersTime);
    watch.expect(time, deadline, "no answer");
    try {
      response = await ports.fetch(url, {
        method,
        headers,
        body: content?.body ?? form ?? (json && JSON.stringify(json)),
        redirect: "manual",
        signal: watch.signal,
        ...(client === undefined ? {} : { client }),
      });
    } catch (error) {
      const failure = fail(error);
      settle(failure);
      throw failure;
    } finally {
      // Nobody else ends the stream of what was answered before.
      content?.end();
    }
    watch.rest();
    return { status: response.status, headers: response.headers, body: read(response.body) };
  }

  return { open, clean, holdsSecret };
}
