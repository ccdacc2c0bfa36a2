import { type Exchange, type FlowOptions, openFlow, type TagOptions } from "../../mod.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";

/** Everything that one request carried. */
export interface Received {
  readonly origin: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When it was sent, by the virtual clock. */
  readonly at: number;
}

/** What came of a listing, and all that anybody could see of it. */
export interface Run {
  readonly tags: readonly string[];
  readonly error: unknown;
  readonly complete: boolean;
  readonly warnings: readonly string[];
  readonly exchanges: readonly Exchange[];
  readonly requests: readonly Received[];
  /** Virtual milliseconds. */
  readonly elapsed: number;
  /** Timers that are left. */
  readonly sleepers: number;
  /** Bodies that were neither read to their end nor let go. */
  readonly openBodies: number;
}

/** What a listing is run with. */
export interface RunOptions extends TagOptions {
  readonly flow?: Omit<FlowOptions, "fetch" | "clock" | "onExchange" | "onWarning">;
  readonly clock?: VirtualClock;
  /** Told of each request before it is answered. */
  readonly onRequest?: (received: Received) => void;
}

/** Lists the tags of `reference` over `handle`, which stands for the whole internet, in virtual time. */
export async function runListing(
  reference: string,
  handle: typeof fetch,
  options: RunOptions = {},
): Promise<Run> {
  const { flow: flowOptions, clock = virtualClock(), onRequest, ...tagOptions } = options;
  const warnings: string[] = [];
  const exchanges: Exchange[] = [];
  const network = recordingFetch(handle, clock, onRequest);
  const flow = openFlow({
    random: () => 0.5,
    ...flowOptions,
    clock,
    fetch: network.fetch,
    onExchange: (exchange) => void exchanges.push(exchange),
    onWarning: (message) => void warnings.push(message),
  });
  const tags: string[] = [];
  const started = clock.now();
  let error: unknown;
  let complete = false;
  try {
    const listing = flow.tags(reference, tagOptions);
    for await (const tag of listing) tags.push(tag.name);
    complete = listing.complete;
  } catch (thrown) {
    error = thrown ?? "threw nothing";
  }
  return {
    tags,
    error,
    complete,
    warnings,
    exchanges,
    requests: network.requests,
    elapsed: clock.now() - started,
    sleepers: clock.sleepers(),
    openBodies: network.openBodies(),
  };
}

/** A `fetch` that records, and counts the bodies that are open. */
export interface RecordingFetch {
  readonly fetch: typeof fetch;
  readonly requests: readonly Received[];
  openBodies(): number;
}

/** Wraps `handle`. */
export function recordingFetch(
  handle: typeof fetch,
  clock: { now(): number },
  onRequest?: (received: Received) => void,
): RecordingFetch {
  const requests: Received[] = [];
  let open = 0;

  function watched(response: Response): Response {
    if (response.body === null) return response;
    const reader = response.body.getReader();
    open++;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller): Promise<void> {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          open--;
          controller.close();
        } catch (error) {
          open--;
          controller.error(error);
        }
      },
      async cancel(reason): Promise<void> {
        open--;
        await reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
    const { status, headers } = response;
    return new Response(body, { status, headers });
  }

  return {
    requests,
    openBodies: () => open,
    async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
      const request = new Request(input, init);
      const { origin } = new URL(request.url);
      const received: Received = {
        origin,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        body: request.body === null ? "" : await request.clone().text(),
        at: clock.now(),
      };
      requests.push(received);
      onRequest?.(received);
      return watched(await handle(input, init));
    },
  };
}
