import { cutByAbort } from "./cut_body.ts";
import { type RecordedRequest, recordRequest } from "./recorded_request.ts";
import { type Meter, openTrafficMeter, type Traffic } from "./traffic.ts";
import type { SimulatedHost, SimulatedRegistry } from "./simulated_registry.ts";

/** How a registry is served over sockets. */
export interface ServeOptions {
  /**
   * How long every answer is held back, in milliseconds.
   * @default 0
   */
  readonly latency?: number;
  /**
   * Whether `https://<host>` is replaced by the listener's origin in `www-authenticate`, `link` and `location`, for clients which
   * cannot be told where a host is.
   * @default false
   */
  readonly rewrite?: boolean;
}

/** A registry on 127.0.0.1, one listener a host. */
export interface ServedRegistry extends AsyncDisposable {
  /** By host: `http://127.0.0.1:PORT`. */
  readonly origins: Readonly<Record<string, string>>;
  /** What was received so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Requests and answers counted: in flight, in bytes. */
  readonly traffic: Traffic;
  /** By host, how many connections requests came in on. */
  readonly connections: Readonly<Record<string, number>>;
}

/**
 * Serves a registry over real sockets until it is disposed of; requests which are still being answered are cut off then.
 * Ports that the fetch standard blocks are avoided. Needs `--allow-net=127.0.0.1`.
 */
export async function serveRegistry(
  registry: SimulatedRegistry,
  options: ServeOptions = {},
): Promise<ServedRegistry> {
  const requests: RecordedRequest[] = [];
  const peers = new Map<string, Set<number>>();
  const origins: Record<string, string> = {};
  const closing = new AbortController();
  const servers: Deno.HttpServer<Deno.NetAddr>[] = [];
  const meter = openTrafficMeter();
  const served = {
    origins,
    requests,
    traffic: meter.traffic,
    get connections(): Readonly<Record<string, number>> {
      return Object.fromEntries([...peers].map(([host, ports]) => [host, ports.size]));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closing.abort();
      await Promise.all(servers.map((server) => server.shutdown()));
    },
  };

  async function answer(
    simulated: SimulatedHost,
    received: Request,
    info: Info,
  ): Promise<Response> {
    const { host } = simulated;
    peers.get(host)?.add(info.remoteAddr.port);
    const { pathname, search } = new URL(received.url);
    const url = `https://${host}${pathname}${search}`;
    const signal = AbortSignal.any([closing.signal, goneSignal(info)]);
    const exchange = meter.begin({ host, url, method: received.method });
    info.completed.finally(exchange.end).catch(() => {});
    const at = { host, url, signal };
    const { recorded, copy, release } = await recordRequest(received, at, exchange.received);
    requests.push(recorded);
    await pause(options.latency ?? 0, signal);
    const response = await untilClosed(handled(simulated, copy), closing.signal);
    release();
    const rewritten = options.rewrite === true ? origins : undefined;
    return await asSent(response, closing.signal, exchange, rewritten);
  }

  try {
    for (const simulated of registry.hosts) {
      peers.set(simulated.host, new Set());
      const server = await listen((request, info) => answer(simulated, request, info));
      servers.push(server);
      origins[simulated.host] = `http://127.0.0.1:${server.addr.port}`;
    }
  } catch (error) {
    await served[Symbol.asyncDispose]();
    throw error;
  }
  return served;
}

type Info = Deno.ServeHandlerInfo<Deno.NetAddr>;

type Answer = (request: Request, info: Info) => Promise<Response>;

/** Aborted when the client went away before it had its answer. */
function goneSignal(info: Info): AbortSignal {
  const gone = new AbortController();
  info.completed.catch((reason) => gone.abort(reason));
  return gone.signal;
}

async function listen(answer: Answer): Promise<Deno.HttpServer<Deno.NetAddr>> {
  while (true) {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
    if (!blockedPorts.has(server.addr.port)) return server;
    await server.shutdown();
  }
}

async function handled(simulated: SimulatedHost, request: Request): Promise<Response> {
  try {
    return await simulated.handle(request);
  } catch (error) {
    return new Response(new ReadableStream({ start: (controller) => controller.error(error) }));
  }
}

/** Answers 503 for a handler that is still at work when the registry closes. */
async function untilClosed(work: Promise<Response>, closing: AbortSignal): Promise<Response> {
  const closed = Promise.withResolvers<Response>();
  const onClose = (): void => closed.resolve(new Response("closing\n", { status: 503 }));
  closing.addEventListener("abort", onClose, { once: true });
  if (closing.aborted) onClose();
  try {
    return await Promise.race([work, closed.promise]);
  } finally {
    closing.removeEventListener("abort", onClose);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end, { once: true });
  function end(): void {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    resolve();
  }
  return promise;
}

/**
 * A body of known length goes out whole, with its content-length, or as it comes where that is much; any other one in chunks until
 * the registry closes.
 */
async function asSent(
  response: Response,
  closing: AbortSignal,
  exchange: Meter,
  origins: Readonly<Record<string, string>> | undefined,
): Promise<Response> {
  const length = response.headers.get("content-length");
  const whole = response.body === null || length !== null && Number(length) <= wholeMax;
  if (whole) exchange.sent(response.status, response.body === null ? 0 : Number(length));
  // A copy of headers joins those of one name: several challenges would leave as one.
  if (whole && origins === undefined) return response;
  const headers = new Headers();
  for (const [name, value] of response.headers) {
    headers.append(name, addresses.has(name) ? relocated(value, origins ?? {}) : value);
  }
  const body = await bodyAsSent(response, whole, closing);
  const sent = new Response(body, { status: response.status, headers });
  return whole ? sent : exchange.answered(sent);
}

async function bodyAsSent(
  response: Response,
  whole: boolean,
  closing: AbortSignal,
): Promise<BodyInit | null> {
  if (response.body === null) return null;
  return whole ? await response.bytes() : cutByAbort(response.body, closing, "ends");
}

function relocated(value: string, origins: Readonly<Record<string, string>>): string {
  return Object.entries(origins).reduce(
    (text, [host, origin]) => text.replaceAll(`https://${host}`, origin),
    value,
  );
}

/** The longest body, in bytes, which is held in memory. */
const wholeMax = 1_048_576;

const addresses: ReadonlySet<string> = new Set(["www-authenticate", "link", "location"]);

/** The ports above 1023 that the fetch standard calls bad (section 2.9, "Port blocking"). */
const blockedPorts: ReadonlySet<number> = new Set(
  // deno-fmt-ignore
  [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
  ],
);
