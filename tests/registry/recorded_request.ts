import { concat } from "./tar.ts";

/** Everything that one request carried, so that a test can judge where a secret went. */
export interface RecordedRequest {
  /** The host which received it. */
  readonly host: string;
  /** In upper case. */
  readonly method: string;
  /** Under the host's own name, also over sockets: `https://ghcr.io/v2/`. */
  readonly url: string;
  /** By lower-case name; a header that was sent twice is joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, empty where there was none; of one over 64 KiB no more than its beginning. */
  readonly body: string;
}

/** A request that was taken down, and what there is to go on with. */
export interface Recording {
  /** What it carried. */
  readonly recorded: RecordedRequest;
  /** The request with its body unread, which carries the given URL and signal. */
  readonly copy: Request;
  /** Lets go of a body which nobody read. */
  release(): void;
}

/** How much of a body is read before the request is answered. */
const ahead = 65_536;

/**
 * Records a request and gives a copy. A body over 64 KiB is handed on as it comes, and is in nobody's memory; `count` is told the
 * bytes as they are read.
 */
export async function recordRequest(
  request: Request,
  at: { readonly host: string; readonly url: string; readonly signal: AbortSignal },
  count: (bytes: number) => void = () => {},
): Promise<Recording> {
  const reader = request.body?.getReader();
  const { signal } = at;
  let lost = signal.aborted;
  const release = (): void => {
    lost = true;
    reader?.cancel(signal.reason).catch(() => {});
  };
  signal.addEventListener("abort", release, { once: true });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let ended = reader === undefined;
  while (reader !== undefined && !ended && size <= ahead) {
    const { done, value } = await reader.read();
    ended = done;
    if (lost) throw new TypeError("connection lost");
    if (value === undefined) continue;
    parts.push(value);
    size += value.length;
    count(value.length);
  }
  const bytes = concat(parts);
  const recorded: RecordedRequest = {
    host: at.host,
    method: request.method,
    url: at.url,
    headers: Object.fromEntries(request.headers),
    body: new TextDecoder().decode(ended ? bytes : bytes.subarray(0, ahead)),
  };
  const rest = reader === undefined || ended ? undefined : reader;
  const body = rest === undefined ? bytes : goingOn(bytes, rest, count, () => lost);
  const copy = new Request(at.url, {
    method: request.method,
    headers: request.headers,
    body: reader === undefined ? undefined : body,
    signal: at.signal,
  });
  return { recorded, copy, release };
}

/** What was read already, and then the rest. */
function goingOn(
  first: Uint8Array<ArrayBuffer>,
  rest: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  count: (bytes: number) => void,
  isLost: () => boolean,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(first),
    async pull(controller): Promise<void> {
      const { done, value } = await rest.read();
      // A body that was let go is no shorter body.
      if (isLost()) throw new TypeError("connection lost");
      if (done) return controller.close();
      count(value.length);
      controller.enqueue(value);
    },
    cancel: (reason) => rest.cancel(reason),
  }, { highWaterMark: 0 });
}
