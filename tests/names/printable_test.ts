import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { printable } from "../../core/names/printable.ts";

const ROWS: readonly (readonly [name: string, text: string, shown: string])[] = [
  ["plain text", "22.04-jammy_1", "22.04-jammy_1"],
  ["other scripts", "größe 標籤 метка 🐳", "größe 標籤 метка 🐳"],
  ["a window title", "\x1b]0;x\x07", "\\u{1b}]0;x\\u{7}"],
  ["a cleared screen", "\x1b[2J", "\\u{1b}[2J"],
  ["a hyperlink", "\x1b]8;;https://x\x1b\\", "\\u{1b}]8;;https://x\\u{1b}\\"],
  ["a clipboard write", "\x1b]52;c;eA==\x07", "\\u{1b}]52;c;eA==\\u{7}"],
  ["the one-byte CSI", "\u009b2J", "\\u{9b}2J"],
  ["DEL", "a\x7f", "a\\u{7f}"],
  ["a false log line", "ok\nerror: none", "ok\\u{a}error: none"],
  ["a carriage return and a tab", "a\r\tb", "a\\u{d}\\u{9}b"],
  ["NUL", "a\0b", "a\\u{0}b"],
  ["bidi overrides", "\u202agnp\u202e", "\\u{202a}gnp\\u{202e}"],
  ["bidi isolates", "\u2066a\u2069", "\\u{2066}a\\u{2069}"],
  ["direction marks", "\u061c\u200e\u200f", "\\u{61c}\\u{200e}\\u{200f}"],
  ["zero width", "\u200b\u200c\u200d\u2060\ufeff", "\\u{200b}\\u{200c}\\u{200d}\\u{2060}\\u{feff}"],
  ["line separators", "a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
  ["a lone high surrogate", "a\ud83d", "a\\u{d83d}"],
  ["a lone low surrogate", "\udc33a", "\\u{dc33}a"],
  ["tag characters", "\u{e0041}\u{e007f}", "\\u{e0041}\\u{e007f}"],
  ["a workflow command", "x\n::add-mask::y", "x\\u{a}::add-mask::y"],
  ["a backslash", "\\u{1b}", "\\u{1b}"],
  ["nothing", "", ""],
];

for (const [name, text, shown] of ROWS) {
  Deno.test(`printable() shows ${name}`, () => assertEquals(printable(text), shown));
}

Deno.test("printable() cuts between characters when the text is longer than the limit", () => {
  assertEquals(printable("abcdef", 6), "abcdef");
  assertEquals(printable("abcdefg", 6), "abcde…");
  assertEquals(printable("abc\x1bdefg", 6), "abc…");
  assertEquals(printable("abc\x1b", 9), "abc\\u{1b}");
  assertEquals(printable("abcd🐳ef", 6), "abcd…");
  assertEquals(printable("ab", 1), "…");
});

Deno.test("printable() has a limit of 1000 when none is given", () => {
  assertEquals(printable("x".repeat(1000)).length, 1000);
  assertEquals(printable("x".repeat(1001)), "x".repeat(999) + "…");
});

Deno.test("printable() stops reading at the limit", () => {
  let read = 0;
  const endless = {
    *[Symbol.iterator]() {
      while (true) {
        read++;
        yield "\x1b";
      }
    },
  };
  printable(endless as unknown as string, 80);
  assertLessOrEqual(read, 81);
});

Deno.test("printable() leaves nothing unsafe, keeps the limit, and changes nothing twice", () => {
  const unsafe =
    /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;
  const text = fc.string({ unit: "binary", maxLength: 300 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 500 }), (text, limit) => {
    const shown = printable(text, limit);
    assert(!unsafe.test(shown));
    assert(shown.length <= limit);
    assertEquals(printable(shown, limit), shown);
  }));
});

Deno.test("printable() escapes every code point of the unsafe categories", () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    const isUnsafe = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\u200b-\u200d\u2060\ufeff]/u.test(
      character,
    );
    if (isUnsafe) assertEquals(printable(character), `\\u{${point.toString(16)}}`);
    else if (/[\p{L}\p{N}\p{P}\p{Zs}]/u.test(character)) {
      assertEquals(printable(character), character);
    }
  }
});
