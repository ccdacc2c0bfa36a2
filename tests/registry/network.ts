import { cutByAbort } from "./cut_body.ts";
import { type RecordedRequest, recordRequest } from "./recorded_request.ts";
import { openTrafficMeter, type Traffic } from "./traffic.ts";
import type { SimulatedHost, SimulatedRegistry } from "./simulated_registry.ts";

/** Simulated registries behind a function that has the shape of `fetch`. */
export interface SimulatedNetwork {
  /**
   * As the real one with `redirect: "manual"`: a 3xx comes back as it is. Rejects with a `TypeError` where no registry has the
   * host, and with the signal's reason once it is aborted, also while a handler or a body is being waited for. A gzip body is
   * decoded as the real one does, unless the request said `accept-encoding: identity`.
   */
  readonly fetch: typeof fetch;
  /** What was received so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Requests and answers counted: in flight, in bytes. */
  readonly traffic: Traffic;
  /** Forgets the recorded requests and what was counted. */
  reset(): void;
}

/** Puts registries on one network, in process: no socket, no permission. Of two hosts with one name the first answers. */
export function simulateNetwork(
  registries: SimulatedRegistry | readonly SimulatedRegistry[],
): SimulatedNetwork {
  const list = "hosts" in registries ? [registries] : registries;
  const hosts = new Map<string, SimulatedHost>();
  for (const simulated of list.flatMap((registry) => registry.hosts)) {
    if (!hosts.has(simulated.host)) hosts.set(simulated.host, simulated);
  }
  const requests: RecordedRequest[] = [];
  const meter = openTrafficMeter();
  return {
    requests,
    traffic: meter.traffic,
    reset(): void {
      requests.splice(0);
      meter.traffic.reset();
    },
    async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
      const request = new Request(input, init);
      const { signal, url } = request;
      signal.throwIfAborted();
      const { host, protocol } = new URL(url);
      const simulated = hosts.get(host);
      if (simulated === undefined || !/^https?:$/.test(protocol)) {
        throw new TypeError("fetch failed", {
          cause: new Error(`dns error: failed to lookup address information: ${host}`),
        });
      }
      const exchange = meter.begin({ host, url, method: request.method });
      let release = (): void => {};
      try {
        const taken = recordRequest(request, { host, url, signal }, exchange.received);
        const recording = await unlessAborted(taken, signal);
        release = recording.release;
        requests.push(recording.recorded);
        const response = await unlessAborted(answerOf(simulated, recording.copy), signal);
        return asReceived(exchange.answered(response), request);
      } catch (error) {
        exchange.end();
        throw error;
      } finally {
        release();
      }
    },
  };
}

async function answerOf(simulated: SimulatedHost, request: Request): Promise<Response> {
  try {
    return await simulated.handle(request);
  } catch (cause) {
    request.signal.throwIfAborted();
    throw new TypeError("fetch failed", { cause });
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", onAbort));
}

/** What a client of the real fetch would hold: its URL, no body on HEAD, decoded, cut off by its signal. */
function asReceived(response: Response, request: Request): Response {
  const { status, statusText, headers } = response;
  let body = response.body;
  if (request.method === "HEAD" && body !== null) {
    body.cancel().catch(() => {});
    body = null;
  }
  const identity = request.headers.get("accept-encoding") === "identity";
  if (body !== null && !identity && headers.get("content-encoding") === "gzip") {
    body = decoded(body);
  }
  const guarded = body === null ? null : cutByAbort(body, request.signal);
  const received = new Response(guarded, { status, statusText, headers });
  Object.defineProperty(received, "url", { value: request.url });
  return received;
}

function decoded(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return body.pipeThrough(new DecompressionStream("gzip"));
}
