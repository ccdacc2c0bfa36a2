import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseContentRange } from "../../core/wire/content_range.ts";

Deno.test("parseContentRange() reads what a server may say", () => {
  assertEquals(parseContentRange("bytes 0-0/1"), { from: 0, to: 0, size: 1 });
  assertEquals(parseContentRange("bytes 5-9/10"), { from: 5, to: 9, size: 10 });
  assertEquals(parseContentRange("Bytes 5-9/*"), { from: 5, to: 9 });
  assertEquals(parseContentRange("bytes 005-009/010"), { from: 5, to: 9, size: 10 });
});

Deno.test("parseContentRange() gives nothing for what makes no sense", () => {
  const junk = [
    null,
    "",
    "bytes",
    "bytes */10",
    "bytes 0-9",
    "bytes 0-/10",
    "bytes -9/10",
    "bytes 9-0/10",
    "bytes 0-10/10",
    "bytes 0-9/9",
    "bytes 0-9/0",
    "bytes 0-9/",
    "bytes 0-9/x",
    "bytes=0-9/10",
    "bytes 0-9/10 ",
    " bytes 0-9/10",
    "bytes  0-9/10",
    "bytes 0-9/10, bytes 0-9/10",
    "bytes 0x0-0x9/10",
    "bytes 0-9/1e9",
    "bytes +0-9/10",
    "bytes 0.0-9/10",
    "bytes ٠-٩/10",
    "items 0-9/10",
    "bytes 0-9999999999999999/*",
    `bytes 0-9/${"1".repeat(60)}`,
    "bytes 0-9/10\n",
  ];
  for (const text of junk) assertEquals(parseContentRange(text), undefined, `${text}`);
});

Deno.test("parseContentRange() reads back every range that was written", () => {
  const byte = fc.integer({ min: 0, max: 999_999_999_999_999 });
  fc.assert(fc.property(byte, byte, fc.option(byte, { nil: undefined }), (from, to, size) => {
    const isRange = from <= to && (size === undefined || to < size);
    const wanted = size === undefined ? { from, to } : { from, to, size };
    assertEquals(
      parseContentRange(`bytes ${from}-${to}/${size ?? "*"}`),
      isRange ? wanted : undefined,
    );
  }));
});

Deno.test("parseContentRange() of any text is nothing, or a range within its whole", () => {
  const part = fc.constantFrom("bytes ", "bytes", "0", "9", "-", "/", "*", " ", "=", "99", "1e3");
  const text = fc.oneof(fc.string(), fc.array(part, { maxLength: 12 }).map((all) => all.join("")));
  fc.assert(fc.property(text, (header) => {
    const range = parseContentRange(header);
    if (range === undefined) return;
    const { from, to, size = Infinity } = range;
    assert(Number.isSafeInteger(from) && Number.isSafeInteger(to));
    assert(0 <= from && from <= to && to < size);
  }));
});
