import { jsonAnswer, textAnswer } from "./answer.ts";
import { listedRepository } from "./paging.ts";
import type { Faults } from "./simulated_registry.ts";

/**
 * How a listing never ends.
 *
 * - `self`: every page links to itself
 * - `cycle`: A links to B, B to A
 * - `same-tags`: a new cursor each time, always the same tags
 * - `empty`: a new cursor each time, no tags
 * - `one-tag`: a new cursor and one new tag each time
 */
export type EndlessPages = "self" | "cycle" | "same-tags" | "empty" | "one-tag";

/** Faults which answer every listing by pages without end, whatever the request may read. */
export function endlessPages(how: EndlessPages): Faults {
  return (request, count) => {
    const { pathname, search } = new URL(request.url);
    const name = listedRepository(pathname);
    if (name === undefined) return undefined;
    const next: Readonly<Record<EndlessPages, string>> = {
      self: search,
      cycle: search.includes("last=a") ? "?last=b" : "?last=a",
      "same-tags": `?last=cursor${count}`,
      empty: `?last=cursor${count}`,
      "one-tag": `?last=1.0.${count}`,
    };
    const tags: Readonly<Record<EndlessPages, readonly string[]>> = {
      self: ["1.0", "1.1"],
      cycle: search.includes("last=a") ? ["2.0"] : ["1.0"],
      "same-tags": ["1.0", "1.1"],
      empty: [],
      "one-tag": [`1.0.${count}`],
    };
    return listingAnswer(name, tags[how], `<${pathname}${next[how]}>; rel="next"`);
  };
}

/** A listing of any elements with any Link, well formed or not. */
export function listingAnswer(name: string, tags: readonly unknown[], link?: string): Response {
  return jsonAnswer(200, { name, tags }, { headers: link === undefined ? {} : { link } });
}

/** A 401 whose challenge is this very text. */
export function challengeAnswer(challenge: string): Response {
  return textAnswer(401, "unauthorized\n", { headers: { "www-authenticate": challenge } });
}

/** A redirect to anywhere: another scheme, userinfo, nothing at all. */
export function redirectAnswer(location: string | undefined, status = 307): Response {
  return new Response(null, { status, headers: location === undefined ? {} : { location } });
}

/** A captive portal or a login page: status 200 and HTML where JSON was asked for. */
export function htmlAnswer(status = 200): Response {
  return textAnswer(status, "<!DOCTYPE html>\n<html><body><h1>Sign in</h1></body></html>\n", {
    type: "text/html; charset=utf-8",
  });
}

/** Well-formed as far as it goes: JSON that was cut after so many bytes, without a length to tell it. */
export function truncatedAnswer(value: unknown, bytes: number): Response {
  const text = new TextEncoder().encode(JSON.stringify(value)).slice(0, bytes);
  return streamed(ReadableStream.from([text]));
}

/** A tag list with a byte in it that no UTF-8 text has. */
export function badUtf8Answer(name: string): Response {
  const [before = "", after = ""] = JSON.stringify({ name, tags: ["1.0?"] }).split("?");
  const encoder = new TextEncoder();
  const bytes = [...encoder.encode(before), 0xff, ...encoder.encode(after)];
  return streamed(ReadableStream.from([new Uint8Array(bytes)]));
}

/** A tag list that goes on for as long as it is read. */
export function endlessAnswer(name: string): Response {
  let tag = 0;
  const encoder = new TextEncoder();
  return streamed(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) =>
        controller.enqueue(encoder.encode(`{"name":${JSON.stringify(name)},"tags":["0"`)),
      pull(controller): void {
        const from = tag;
        tag += 1000;
        const tags = Array.from({ length: 1000 }, (_, index) => `,"1.0.${from + index}"`);
        controller.enqueue(encoder.encode(tags.join("")));
      },
    }, { highWaterMark: 0 }),
  );
}

/** A tag list of spaces which is a thousandth of its size on the wire: `bytes` is what it decodes to. */
export function gzipBombAnswer(name: string, bytes: number): Response {
  const encoder = new TextEncoder();
  const block = encoder.encode(" ".repeat(65_536));
  let left = bytes;
  const plain = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      if (left > 0) controller.enqueue(block.slice(0, left));
      left -= block.length;
      if (left > 0) return;
      controller.enqueue(encoder.encode(JSON.stringify({ name, tags: [] })));
      controller.close();
    },
  });
  return streamed(plain.pipeThrough(new CompressionStream("gzip")), { "content-encoding": "gzip" });
}

/** How a slow answer is slow. */
export interface SlowOptions {
  /**
   * How many bytes come at once.
   * @default 1
   */
  readonly bytes?: number;
  /**
   * Milliseconds between them; Infinity for a body that stops after the first.
   * @default 10
   */
  readonly every?: number;
}

/** JSON that drips. */
export function slowAnswer(value: unknown, options: SlowOptions = {}): Response {
  const { bytes = 1, every = 10 } = options;
  const text = new TextEncoder().encode(JSON.stringify(value));
  const paused = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = 0;
  return streamed(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller): Promise<void> {
        if (sent > 0) await Promise.race([paused.promise, wait()]);
        if (sent >= text.length) return controller.close();
        controller.enqueue(text.slice(sent, sent + bytes));
        sent += bytes;
      },
      cancel(): void {
        clearTimeout(timer);
        paused.resolve();
      },
    }, { highWaterMark: 0 }),
  );

  function wait(): Promise<void> {
    if (every === Infinity) return new Promise(() => {});
    return new Promise((resolve) => timer = setTimeout(resolve, every));
  }
}

function streamed(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { headers: { "content-type": "application/json", ...headers } });
}
