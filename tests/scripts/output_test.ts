import { assert, assertEquals, assertRejects } from "@std/assert";
import { ClosedOutput, openRemarks, openWriter } from "../../scripts/_output.ts";

Deno.test("openWriter() writes everything in order when the sink takes a little at a time", async () => {
  let written = "";
  const writer = openWriter({
    async write(bytes) {
      await Promise.resolve();
      written += new TextDecoder().decode(bytes.subarray(0, 2));
      return Math.min(2, bytes.length);
    },
  });
  await Promise.all([writer.write("first "), writer.write(""), writer.write("second")]);
  assertEquals(written, "first second");
});

Deno.test("openWriter() throws ClosedOutput when nobody reads", async () => {
  const sink = { write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) };
  await assertRejects(() => openWriter(sink).write("x"), ClosedOutput);
  await openRemarks(sink).write("x");
});

Deno.test("openWriter() tells of other failures, and writes again after one", async () => {
  const failures: Error[] = [new Deno.errors.NotCapable("no")];
  const writer = openWriter({
    write(bytes) {
      const failure = failures.pop();
      return failure === undefined ? Promise.resolve(bytes.length) : Promise.reject(failure);
    },
  });
  const error = await assertRejects(() => writer.write("x"), Error, "Cannot write the output: no");
  assert(error.cause instanceof Deno.errors.NotCapable);
  await writer.write("y");
});

Deno.test("openWriter() does not wait for a full pipe when interrupted", async () => {
  const interrupt = new AbortController();
  const writer = openWriter({ write: () => new Promise<number>(() => {}) }, interrupt.signal);
  const writing = writer.write("x");
  interrupt.abort(new Error("interrupted"));
  await assertRejects(() => writing, Error, "interrupted");
  await assertRejects(() => writer.write("y"), Error, "interrupted");
});
