/** One request and its answer, as far as they have gone. */
export interface Exchange {
  /** The host which received it. */
  readonly host: string;
  /** In upper case. */
  readonly method: string;
  /** With the query: `/v2/library/ubuntu/tags/list?n=2`. */
  readonly path: string;
  /** Undefined until it is answered, and where it never was. */
  readonly status: number | undefined;
  /** Bytes of the request's body which were received. */
  readonly requestBytes: number;
  /** Bytes of the answer's body, undecoded, which were handed out. */
  readonly responseBytes: number;
  /** Whether the answer's body was read to its end, or dropped, or lost. */
  readonly ended: boolean;
}

/** What went over a network, counted. */
export interface Traffic {
  /** Oldest first. */
  readonly exchanges: readonly Exchange[];
  /** How many exchanges with a host have begun and not ended; with all hosts where none is named. */
  inFlight(host?: string): number;
  /** The highest that `inFlight()` ever was. */
  mostInFlight(host?: string): number;
  /**
   * The highest that the bytes handed out were above the bytes received, in bodies: what a client that carries blobs from one
   * registry to another held at most.
   */
  readonly mostBytesHeld: number;
  /** Forgets what has ended, and begins the highest numbers anew. */
  reset(): void;
}

/** Counts what goes over a network. */
export interface TrafficMeter {
  /** What was counted. */
  readonly traffic: Traffic;
  /** A request has come in. */
  begin(request: { readonly host: string; readonly method: string; readonly url: string }): Meter;
}

/** Counts one exchange. */
export interface Meter {
  /** Bytes of the request's body have come. */
  received(bytes: number): void;
  /** The answer, counted as it is read; the exchange ends with its body. */
  answered(response: Response): Response;
  /** An answer which goes out at once, with so many bytes; the exchange does not end by it. */
  sent(status: number, bytes: number): void;
  /** There is no answer, or no more of it. */
  end(): void;
}

/** Opens a meter with nothing counted. */
export function openTrafficMeter(): TrafficMeter {
  const exchanges: { -readonly [Key in keyof Exchange]: Exchange[Key] }[] = [];
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  let held = 0;
  let mostHeld = 0;

  /** Counts for the host, and under the empty name for all. */
  function step(host: string, by: number): void {
    for (const name of [host, ""]) {
      const count = (now.get(name) ?? 0) + by;
      now.set(name, count);
      most.set(name, Math.max(most.get(name) ?? 0, count));
    }
  }

  function hold(bytes: number): void {
    held += bytes;
    mostHeld = Math.max(mostHeld, held);
  }

  const traffic = {
    exchanges,
    inFlight: (host = "") => now.get(host) ?? 0,
    mostInFlight: (host = "") => most.get(host) ?? 0,
    get mostBytesHeld(): number {
      return mostHeld;
    },
    reset(): void {
      const open = exchanges.filter(({ ended }) => !ended);
      exchanges.splice(0, exchanges.length, ...open);
      most.clear();
      for (const [host, count] of now) most.set(host, count);
      held = 0;
      mostHeld = 0;
    },
  };
  return {
    traffic,
    begin({ host, method, url }): Meter {
      const { pathname, search } = new URL(url);
      const counted = { status: undefined, requestBytes: 0, responseBytes: 0, ended: false };
      const exchange: typeof exchanges[number] = {
        host,
        method,
        path: pathname + search,
        ...counted,
      };
      exchanges.push(exchange);
      step(host, 1);
      const end = (): void => {
        if (!exchange.ended) step(host, -1);
        exchange.ended = true;
      };
      return {
        end,
        received(bytes: number): void {
          exchange.requestBytes += bytes;
          hold(-bytes);
        },
        sent(status: number, bytes: number): void {
          exchange.status = status;
          exchange.responseBytes += bytes;
          hold(bytes);
        },
        answered(response: Response): Response {
          exchange.status = response.status;
          if (response.body === null) {
            end();
            return response;
          }
          const body = counting(response.body, (bytes) => {
            exchange.responseBytes += bytes;
            hold(bytes);
          }, end);
          const { status, statusText, headers } = response;
          return new Response(body, { status, statusText, headers });
        },
      };
    },
  };
}

/** A body whose bytes are told as they are read, and its end in any way. */
function counting(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  count: (bytes: number) => void,
  end: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          count(value.length);
          return controller.enqueue(value);
        }
        end();
        controller.close();
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
