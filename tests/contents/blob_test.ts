import { assert, assertEquals } from "@std/assert";
import { type FlowOptions, openFlow, RegistryError } from "../../mod.ts";
import type { Clock } from "../../core/system/clock.ts";
import { write } from "../flow/raw_server.ts";
import { bytesOf, digestOf, randomBlob } from "../registry/mod.ts";
import {
  answer,
  type BlobRequest,
  type BlobServer,
  serveBlob,
  serveWell,
  type Talk,
  untilGone,
  writeHead,
} from "./range_server.ts";

const MiB = 1024 * 1024;
const blob = randomBlob(MiB + 7);
const bytes = await bytesOf(blob);
const { size, digest } = blob;
const HALF = size >> 1;
const REFERENCE = `registry.example/team/app@${digest}`;

/** Every tenth of the blob, and each of its first and last 64 bytes. */
const OFFSETS = [
  ...new Set([
    ...Array.from({ length: 11 }, (_, part) => Math.floor(size * part / 10)),
    ...Array.from({ length: 65 }, (_, at) => at),
    ...Array.from({ length: 65 }, (_, at) => size - at),
  ]),
];

/** A clock on which everything happens so many times faster. */
function fastClock(times: number): Clock {
  return {
    now: () => performance.now() * times,
    wall: () => Date.now(),
    sleep(ms: number, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }, Math.max(0, ms) / times);
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
  };
}

function open(
  server: BlobServer,
  options: FlowOptions & { readonly signal?: AbortSignal } = {},
): ReadableStream<Uint8Array> {
  const { signal, ...rest } = options;
  const origins = { "registry.example": server.origin };
  return openFlow({ origins, random: () => 0, ...rest }).blob(REFERENCE, { signal });
}

/** What a stream comes to: `whole`, or the code of its error. Its bytes are the blob's as far as they go, if it was not forged. */
async function outcome(stream: ReadableStream<Uint8Array>): Promise<string> {
  const read: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const chunk of stream) read.push(new Uint8Array(chunk));
  } catch (error) {
    assert(error instanceof RegistryError, String(error));
    assert(error.message.startsWith(`Cannot read the blob "${REFERENCE}": `), error.message);
    return error.code;
  }
  const all = new Uint8Array(await new Blob(read).arrayBuffer());
  assertEquals([all.length, digestOf(all)], [size, digest], "it ended well with other bytes");
  return "whole";
}

interface Ended {
  readonly outcome: string;
  readonly ranges: readonly (string | undefined)[];
}

async function read(
  talk: Talk,
  options: FlowOptions & { readonly unread?: readonly number[] } = {},
): Promise<Ended> {
  const { unread, ...flow } = options;
  await using server = serveBlob(talk, unread);
  return { outcome: await outcome(open(server, flow)), ranges: server.ranges };
}

/** How a connection is cut after so many bytes of the body. */
const CUTS: Readonly<Record<string, (connection: Deno.TcpConn, at: number) => Promise<void>>> = {
  "a clean close before Content-Length": async (connection, at) => {
    await writeHead(connection, "200 OK", [`content-length: ${size}`]);
    await write(connection, bytes.subarray(0, at));
  },
  "a clean close without a length": async (connection, at) => {
    await writeHead(connection, "200 OK", []);
    await write(connection, bytes.subarray(0, at));
  },
  "a clean close between chunks": async (connection, at) => {
    await writeHead(connection, "200 OK", ["transfer-encoding: chunked"]);
    if (at === 0) return;
    await write(connection, `${at.toString(16)}\r\n`);
    await write(connection, bytes.subarray(0, at));
    await write(connection, "\r\n");
  },
  "a reset": async (connection, at) => {
    await writeHead(connection, "200 OK", [`content-length: ${size}`]);
    await write(connection, bytes.subarray(0, at));
    await new Promise((resolve) => setTimeout(resolve, 5));
  },
};

for (const [name, cut] of Object.entries(CUTS)) {
  Deno.test(`flow.blob() is whole, or fails, after ${name} at ${OFFSETS.length} offsets`, async () => {
    const broken: string[] = [];
    for (const at of OFFSETS) {
      const { outcome, ranges } = await read(async (request) => {
        if (request.count === 1) return await cut(request.connection, at);
        await serveWell(bytes, request);
      }, { unread: name === "a reset" ? [1] : [] });
      // Nothing tells that a body without a length has ended too soon, but its digest.
      const isBlind = name === "a clean close without a length" && at < size;
      const wanted = isBlind ? "digest_mismatch" : "whole";
      // What was on its way at a reset may be lost: then it is asked for from earlier on.
      const isExact = name === "a clean close before Content-Length" && at > 0 && at < size;
      const asked = isExact ? [undefined, `bytes=${at}-${size - 1}`] : ranges;
      if (outcome !== wanted || `${ranges}` !== `${asked}`) {
        broken.push(`${at}: ${outcome}, ${ranges}`);
      }
      if (ranges.length > 3) broken.push(`${at}: ${ranges.length} requests`);
    }
    assertEquals(broken, []);
  });
}

Deno.test("flow.blob() is whole after a connection that stalls", async () => {
  const offsets = OFFSETS.filter((_, at) => at % 11 === 0);
  const outcomes = await Promise.all(offsets.map((at) =>
    read(async (request) => {
      if (request.count > 1) return await serveWell(bytes, request);
      await writeHead(request.connection, "200 OK", [`content-length: ${size}`]);
      await write(request.connection, bytes.subarray(0, at));
      await untilGone(request.connection);
    }, { clock: fastClock(30) })
  ));
  assertEquals(outcomes.map(({ outcome }) => outcome), offsets.map(() => "whole"));
});

Deno.test("flow.blob() gives up after five connections in a row that brought little", async () => {
  const { outcome, ranges } = await read(async ({ connection, count }) => {
    if (count === 1) {
      await writeHead(connection, "200 OK", [`content-length: ${size}`]);
      return await write(connection, bytes.subarray(0, 10));
    }
    const from = 10 * (count - 1);
    const range = `content-range: bytes ${from}-${size - 1}/${size}`;
    await writeHead(connection, "206 Partial", [`content-length: ${size - from}`, range]);
    await write(connection, bytes.subarray(from, from + 10));
  });
  assertEquals(outcome, "unavailable");
  const rest = [10, 20, 30, 40].map((from) => `bytes=${from}-${size - 1}`);
  assertEquals(ranges, [undefined, ...rest]);
});

const changed = bytes.map((byte) => byte ^ 1);

function part(body: Uint8Array, range: string): Talk {
  return ({ connection }) => answer(connection, "206 Partial", body, [`content-range: ${range}`]);
}

const REST = bytes.subarray(HALF);
const RIGHT = `bytes ${HALF}-${size - 1}/${size}`;

/** What the second answer is, and what comes of it where every later one is good. Rows 47 to 50. */
const SECONDS: readonly (readonly [name: string, talk: Talk, ends: string, requests: number])[] = [
  ["the part", part(REST, RIGHT), "whole", 2],
  ["the part of an unknown total", part(REST, `bytes ${HALF}-${size - 1}/*`), "whole", 2],
  ["the whole", ({ connection }) => answer(connection, "200 OK", bytes), "whole", 2],
  ["a part at 0", part(bytes, `bytes 0-${size - 1}/${size}`), "whole", 3],
  [
    "a part a byte too early",
    part(bytes.subarray(HALF - 1), `bytes ${HALF - 1}-${size - 1}/${size}`),
    "whole",
    3,
  ],
  [
    "a part a byte too late",
    part(bytes.subarray(HALF + 1), `bytes ${HALF + 1}-${size - 1}/${size}`),
    "whole",
    3,
  ],
  [
    "a part that is too short",
    part(REST.subarray(0, 9), `bytes ${HALF}-${HALF + 8}/${size}`),
    "whole",
    3,
  ],
  ["a part of another total", part(REST, `bytes ${HALF}-${size - 1}/${size + 1}`), "whole", 3],
  ["a part of no range", ({ connection }) => answer(connection, "206 Partial", REST), "whole", 3],
  ["a part of a range that is junk", part(REST, "bytes x-y/z"), "whole", 3],
  [
    "parts in one",
    ({ connection }) =>
      answer(connection, "206 Partial", REST, ["content-type: multipart/byteranges; boundary=x"]),
    "whole",
    3,
  ],
  [
    "416",
    ({ connection }) =>
      answer(connection, "416 No", new Uint8Array(), [`content-range: bytes */${size}`]),
    "whole",
    3,
  ],
  ["400", ({ connection }) => answer(connection, "400 No", new Uint8Array()), "whole", 3],
  ["403", ({ connection }) => answer(connection, "403 No", new Uint8Array()), "whole", 3],
  ["503", ({ connection }) => answer(connection, "503 No", new Uint8Array()), "whole", 3],
  ["404", ({ connection }) => answer(connection, "404 No", new Uint8Array()), "not_found", 2],
  ["204", ({ connection }) => writeHead(connection, "204 No Content", []), "whole", 3],
  ["nothing", () => Promise.resolve(), "whole", 3],
  ["another blob's part", part(changed.subarray(HALF), RIGHT), "digest_mismatch", 2],
  ["another blob", ({ connection }) => answer(connection, "200 OK", changed), "digest_mismatch", 2],
  [
    "a blob that is longer",
    ({ connection }) => answer(connection, "200 OK", new Uint8Array([...bytes, 0])),
    "digest_mismatch",
    2,
  ],
  [
    "a part that is longer than it says",
    part(new Uint8Array([...REST, 0]), RIGHT),
    "digest_mismatch",
    2,
  ],
  ["a part that is shorter than it says", part(REST.subarray(0, 9), RIGHT), "whole", 3],
  [
    "a web page",
    ({ connection }) => answer(connection, "200 OK", new TextEncoder().encode("<html>")),
    "whole",
    3,
  ],
];

for (const [name, talk, ends, requests] of SECONDS) {
  Deno.test(`flow.blob() that was cut in the middle is ${ends} after ${name}`, async () => {
    const ended = await read(async (request) => {
      if (request.count === 2) return await talk(request);
      if (request.count > 2) return await serveWell(bytes, request);
      await CUTS["a clean close before Content-Length"]?.(request.connection, HALF);
    });
    assertEquals([ended.outcome, ended.ranges.length], [ends, requests], `${ended.ranges}`);
    assertEquals(ended.ranges[1], `bytes=${HALF}-${size - 1}`);
  });
}

Deno.test("flow.blob() that was cut fails with unauthorized where nobody is let in any more", async () => {
  const { outcome } = await read(async ({ connection, count }) => {
    if (count > 1) return await answer(connection, "401 No", new Uint8Array());
    await CUTS["a clean close before Content-Length"]?.(connection, HALF);
  });
  assertEquals(outcome, "unauthorized");
});

Deno.test("flow.blob() is taken up again after more time than a verb has", async () => {
  const { outcome } = await read(async (request) => {
    if (request.count > 1) return await serveWell(bytes, request);
    await writeHead(request.connection, "200 OK", [`content-length: ${size}`]);
    for (let at = 0; at < 60; at++) {
      await write(request.connection, bytes.subarray(at, at + 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, { timeout: 1000 });
  assertEquals(outcome, "whole");
});

Deno.test("flow.blob() has all its time when it is read long after it was asked for", async () => {
  await using server = serveBlob((request) => serveWell(bytes, request));
  const stream = open(server, { timeout: 500 });
  await new Promise((resolve) => setTimeout(resolve, 700));
  assertEquals(await outcome(stream), "whole");
});

/** A server that gives a little of the blob and then nothing. */
function stalling(): BlobServer {
  return serveBlob(async ({ connection }: BlobRequest) => {
    await writeHead(connection, "200 OK", [`content-length: ${size}`]);
    await write(connection, bytes.subarray(0, 1000));
    await untilGone(connection);
  });
}

Deno.test("flow.blob() lets go of its connection when the loop over it is left", async () => {
  await using server = stalling();
  for await (const _ of open(server)) break;
  await server.left(1);
});

Deno.test("flow.blob() lets go of its connection when it is cancelled", async () => {
  await using server = stalling();
  const reader = open(server).getReader();
  await reader.read();
  await reader.cancel("enough");
  await server.left(1);
});

Deno.test("flow.blob() lets go of its connection when it is cancelled while it waits for more", async () => {
  await using server = stalling();
  const reader = open(server).getReader();
  await reader.read();
  const pending = reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  await reader.cancel("enough");
  assertEquals((await pending).done, true);
  await server.left(1);
  assert(performance.now() - started < 5000, "it waited for the server");
});

Deno.test("flow.blob() lets go of its connection when it is aborted, read or not", async () => {
  for (const isWaiting of [true, false]) {
    await using server = stalling();
    const controller = new AbortController();
    const reader = open(server, { signal: controller.signal }).getReader();
    await reader.read();
    const pending = isWaiting ? reader.read().catch((reason) => reason) : undefined;
    controller.abort("enough");
    await server.left(1);
    const thrown = await (pending ?? reader.read().catch((reason) => reason));
    assertEquals(thrown, "enough");
  }
});

Deno.test("flow.blob() leaves nothing behind when it is aborted and never read again", async () => {
  await using server = stalling();
  const controller = new AbortController();
  const reader = open(server, { signal: controller.signal }).getReader();
  await reader.read();
  controller.abort("enough");
  await server.left(1);
});

Deno.test("flow.blob() sends nothing before it is read", async () => {
  await using server = stalling();
  const stream = open(server);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(server.ranges.length, 0);
  await stream.cancel();
});

Deno.test("flow.blob() of 64 MiB holds its server back while nobody reads, and that is no silence", async () => {
  const large = randomBlob(64 * MiB);
  let written = 0;
  await using server = serveBlob(async ({ connection }) => {
    await writeHead(connection, "200 OK", [`content-length: ${large.size}`]);
    for await (const chunk of large.open()) {
      await write(connection, chunk);
      written += chunk.length;
    }
  });
  const flow = openFlow({ origins: { "registry.example": server.origin }, clock: fastClock(30) });
  let taken = 0;
  let ahead = 0;
  let waits = 0;
  for await (const chunk of flow.blob(`registry.example/a@${large.digest}`)) {
    taken += chunk.length;
    ahead = Math.max(ahead, written - taken);
    if (taken < (waits + 1) * 16 * MiB || waits === 3) continue;
    waits++;
    // 45 seconds by the flow's clock.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    ahead = Math.max(ahead, written - taken);
  }
  assertEquals([taken, server.ranges.length], [large.size, 1]);
  assert(ahead < 20 * MiB, `${ahead} bytes were on their way`);
});
