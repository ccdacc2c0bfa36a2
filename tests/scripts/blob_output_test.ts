import { assertEquals } from "@std/assert";
import { openRemarks, openWriter } from "../../scripts/_output.ts";

Deno.test("openWriter() writes bytes as they are, between texts", async () => {
  const taken: number[] = [];
  const writer = openWriter({
    write(bytes) {
      taken.push(...bytes.subarray(0, 2));
      return Promise.resolve(Math.min(2, bytes.length));
    },
  });
  await Promise.all([
    writer.write("é"),
    writer.write(new Uint8Array([0, 255, 128])),
    writer.write("a"),
  ]);
  assertEquals(taken, [0xc3, 0xa9, 0, 255, 128, 0x61]);
});

Deno.test("openWriter() has no columns where there is no terminal", () => {
  const sink = { write: ({ length }: Uint8Array) => Promise.resolve(length) };
  assertEquals(openWriter(sink).columns?.(), undefined);
  assertEquals(openRemarks({ ...sink, isTerminal: () => false }).columns?.(), undefined);
});
