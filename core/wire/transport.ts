import { printable } from "../names/printable.ts";
import type { Clock } from "../system/clock.ts";
import type { Secret } from "./secret.ts";
import { Setback, setbackOf } from "./setback.ts";
import type { Exchange } from "./trace.ts";
import { startWatch } from "./watch.ts";

/** Milliseconds for connecting and for the headers to come. */
const HEADERS = 15_000;
/** Milliseconds that a body may stay silent. */
const SILENCE = 30_000;
/** Bytes kept of an answer that is an error. */
const ERROR_BODY = 64 * 1024;

/** Tokens that are looked for in what is shown. */
const MOST_TOKENS = 64;

/** Headers of an answer that matter to the protocol, and so to a reader of the trace. */
const TELLING_HEADERS = [
  "content-type",
  "content-length",
  "link",
  "location",
  "retry-after",
  "www-authenticate",
];

/** One request. */
export interface Request {
  /** Where it goes, already routed. */
  readonly url: URL;
  /** Sent as a POST with this form; without one it is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Whether its query may be signed, and so is not to be shown. */
  readonly signed?: boolean;
  /** Goes along if its audience allows. */
  readonly secret?: Secret;
  /** Bytes, after decoding, that a good answer may have. */
  readonly limit: number;
  /** Milliseconds that it may take in all. */
  readonly time: number;
  /** Milliseconds for the headers, where that is less than usual. */
  readonly headersTime: number;
  /** Counts from 1 for each sending of the same request. */
  readonly attempt: number;
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
}

/** What came back, whole. */
export interface RawAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The headers; repeated ones are joined with a comma, as fetch does. */
  readonly headers: Headers;
  /** The body after content decoding; of an error only its beginning. */
  readonly body: Uint8Array;
}

/** The one way out of this program. */
export interface Transport {
  /**
   * Sends one request and reads the answer, whatever its status. Redirects are answers like any other.
   *
   * @throws {Setback} if no whole answer came; the signal's reason if it was aborted
   */
  exchange(request: Request): Promise<RawAnswer>;
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

  async function exchange(request: Request): Promise<RawAnswer> {
    const headers = new Headers({ accept: "application/json", "user-agent": "portolan" });
    const form = request.form && new URLSearchParams(request.form);
    const method = form === undefined ? "GET" : "POST";
    const authorised = request.secret?.attach({ headers, form }, request.url) ?? false;
    if (request.secret && authorised) remember(request.secret);

    const started = clock.now();
    const deadline = started + request.time;
    const watch = startWatch(clock, request.signal);
    watch.expect(Math.min(HEADERS, request.headersTime), deadline, "no answer");
    const silence = () => watch.expect(SILENCE, deadline, "nothing more");
    let response: Response | undefined;
    let failure: unknown;
    try {
      const client = await ports.clientFor?.(request.url.host);
      response = await ports.fetch(request.url, {
        method,
        headers,
        body: form,
        redirect: "manual",
        signal: watch.signal,
        ...(client === undefined ? {} : { client }),
      });
      const body = await readBody(response, request.limit, silence);
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      failure = request.signal?.aborted
        ? request.signal.reason
        : setbackOf(watch.late() ?? error, request.url);
      throw failure;
    } finally {
      watch.stop();
      onExchange?.({
        method,
        url: clean(shown(request.url, request.signed)),
        authorization: authorised ? request.secret?.scheme : undefined,
        status: response?.status,
        headers: response ? tellingHeaders(response.headers, request.url, clean) : {},
        elapsed: clock.now() - started,
        failure: failure instanceof Error ? clean(failure.message) : undefined,
        attempt: request.attempt,
      });
    }
  }

  return { exchange, clean, holdsSecret };
}

/**
 * The body, counted after decoding: a compressed answer's Content-Length is the compressed length.
 * An error's body is cut at its limit, a good one's excess is a setback.
 */
async function readBody(
  response: Response,
  limit: number,
  onChunk: () => void,
): Promise<Uint8Array> {
  const isError = response.status >= 300;
  const most = isError ? Math.min(limit, ERROR_BODY) : limit;
  const chunks: Uint8Array[] = [];
  let size = 0;
  onChunk();
  for await (const chunk of response.body ?? []) {
    onChunk();
    size += chunk.length;
    chunks.push(chunk);
    if (size > most) {
      if (isError) break;
      throw new Setback("large", `the answer is larger than ${most} bytes`);
    }
  }
  return join(chunks, Math.min(size, most));
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, size - at);
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** An address without its user; of a signed one not even the query. */
function shown({ origin, pathname, search }: URL, signed: boolean = false): string {
  return `${origin}${pathname}${signed ? "" : search}`;
}

function tellingHeaders(
  headers: Headers,
  base: URL,
  clean: (text: string) => string,
): Record<string, string> {
  const telling: Record<string, string> = {};
  for (const name of TELLING_HEADERS) {
    const value = headers.get(name);
    // A redirect to a storage is signed in its query, and may name a user.
    if (value !== null) telling[name] = clean(name === "location" ? addressOf(value, base) : value);
  }
  return telling;
}

/** Where a Location leads, without user and query; nothing of one that cannot be read. */
export function addressOf(location: string, base: URL): string {
  const url = URL.parse(location, base);
  return url === null ? "an address that cannot be read" : shown(url, true);
}
