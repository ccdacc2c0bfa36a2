import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotJson } from "../../core/wire/json.ts";
import { readAway, readBytes, readError, readJson, readLater } from "../../core/wire/reply.ts";
import { Setback } from "../../core/wire/setback.ts";

interface Body extends AsyncIterable<Uint8Array> {
  /** Chunks that were taken. */
  taken: number;
  /** How often it was let go of, at its end or before. */
  ended: number;
}

/** A body of chunks; a number is so many bytes, an error is thrown. */
function bodyOf(chunks: Iterable<number | string | Error>): Body {
  const body = {
    taken: 0,
    ended: 0,
    async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
      try {
        for (const chunk of chunks) {
          body.taken++;
          if (chunk instanceof Error) throw chunk;
          const isText = typeof chunk === "string";
          yield isText ? new TextEncoder().encode(chunk) : new Uint8Array(chunk).fill(body.taken);
          await Promise.resolve();
        }
      } finally {
        body.ended++;
      }
    },
  };
  return body;
}

function replyOf(body: Body): Parameters<typeof readError>[0] {
  return { status: 200, headers: new Headers(), body };
}

function* forever(): Generator<number> {
  for (;;) yield 65_536;
}

Deno.test("readBytes() reads a body up to its limit, chunk by chunk", async () => {
  const cases = [[], [0], [5], [1, 2, 3], [0, 6, 0], [6]];
  for (const chunks of cases) {
    const body = bodyOf(chunks);
    const bytes = await readBytes(6)(replyOf(body));
    assertEquals(bytes.length, chunks.reduce((sum, size) => sum + size, 0));
    assertEquals(body.ended, 1);
  }
  assertEquals(await readBytes(6)(replyOf(bodyOf([1, 2, 3]))), new Uint8Array([1, 2, 2, 3, 3, 3]));
});

Deno.test("readBytes() lets go of a body at the first byte past its limit", async () => {
  for (const chunks of [[7], [6, 1, 1], [3, 3, 3], forever()]) {
    const body = bodyOf(chunks);
    const error = await assertRejects(() => readBytes(6, "Ask less")(replyOf(body)), Setback);
    assertEquals([error.kind, error.hint], ["large", "Ask less"]);
    assertEquals(error.message, "the answer is larger than 6 bytes");
    assertEquals(body.ended, 1);
    assert(body.taken <= 3);
  }
});

Deno.test("readBytes() hands on what breaks a body", async () => {
  const error = new Setback("connection", "reset");
  assertEquals(await readBytes(9)(replyOf(bodyOf([1, error]))).catch((thrown) => thrown), error);
});

Deno.test("readJson() reads an object, and tells apart what is none", async () => {
  assertEquals(await readJson(99)(replyOf(bodyOf(['{"a"', ":[1]}"]))), { a: [1] });
  for (
    const [text, kind] of [["<html>", "html"], ['{"a":', "cut"], ["", "cut"], ["[]", "malformed"]]
  ) {
    const error = await assertRejects(() => readJson(99)(replyOf(bodyOf([text ?? ""]))), NotJson);
    assertEquals<unknown>(error.kind, kind);
  }
  await assertRejects(() => readJson(5)(replyOf(bodyOf(['{"a":1}']))), Setback);
});

Deno.test("readAway() reads what does not matter, within its limit", async () => {
  const body = bodyOf([1, 2]);
  assertEquals(await readAway(3)(replyOf(body)), true);
  assertEquals([body.taken, body.ended], [2, 1]);
  await assertRejects(() => readAway(0)(replyOf(bodyOf([1]))), Setback);
  assertEquals(await readAway(0)(replyOf(bodyOf([]))), true);
});

Deno.test("readLater() touches nothing", async () => {
  const body = bodyOf([1, 2]);
  const later = await readLater(replyOf(body));
  assertEquals(body.taken, 0);
  let size = 0;
  for await (const chunk of later) size += chunk.length;
  assertEquals([size, body.ended], [3, 1]);
});

Deno.test("readError() keeps the first 64 KiB of an error, and waits for no more", async () => {
  assertEquals((await readError(replyOf(bodyOf(["a", "b"])))).length, 2);
  const body = bodyOf(forever());
  assertEquals((await readError(replyOf(body))).length, 65_536);
  assertEquals([body.taken, body.ended], [2, 1]);
});
