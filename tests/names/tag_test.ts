import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import { isTag, parseTag } from "../../core/names/tag.ts";

const VALID: readonly string[] = [
  "latest",
  "22.04",
  "V1",
  "_",
  "__proto__",
  "constructor",
  "a..b",
  "1.0--",
  "sha256-0123456789abcdef",
  "x".repeat(128),
];

for (const text of VALID) {
  Deno.test(`parseTag() takes ${text.slice(0, 20)}`, () => {
    assert(isTag(text));
    assertEquals<string>(parseTag(text), text);
  });
}

const INVALID: readonly (readonly [name: string, text: string, reason: string])[] = [
  ["empty text", "", "the tag is empty"],
  ["a leading dot", ".hidden", 'begins with "."'],
  ["a leading hyphen", "-rf", 'begins with "-"'],
  ["two dots", "..", 'begins with "."'],
  ["129 characters", "x".repeat(129), "129 characters, at most 128"],
  ["a slash", "a/../../b", "only the letters"],
  ["a percent sign", "a%2fb", "only the letters"],
  ["a query", "a?b", "only the letters"],
  ["a fragment", "a#b", "only the letters"],
  ["a colon", "sha256:abc", "only the letters"],
  ["a plus", "1.0+build", "only the letters"],
  ["a space", "a b", "only the letters"],
  ["a final line feed", "latest\n", "only the letters"],
  ["an escape sequence", "\x1b[2J", "only the letters"],
  ["a bidi override", "a\u202eb", "only the letters"],
  ["an umlaut", "größe", "only the letters"],
  ["a full-width letter", "ａ", "only the letters"],
  ["a formula", "=cmd|", "only the letters"],
  ["a workflow command", "::add-mask::", "only the letters"],
];

for (const [name, text, reason] of INVALID) {
  Deno.test(`parseTag() refuses ${name}`, () => {
    const error = assertThrows(() => parseTag(text), RegistryError);
    assertEquals(error.code, "reference_invalid");
    assertStringIncludes(error.message, 'Cannot read tag "');
    assertStringIncludes(error.message, reason);
    assert(!isTag(text));
  });
}

Deno.test("parseTag() shows the text escaped and cut in its error", () => {
  const error = assertThrows(() => parseTag("\x1b" + "x".repeat(10_000)), RegistryError);
  assertStringIncludes(error.message, '"\\u{1b}xxx');
  assert(error.message.length < 200);
});

Deno.test("isTag() refuses what is no text", () => {
  for (const value of [null, undefined, 1, {}, ["latest"], new String("latest")]) {
    assert(!isTag(value));
  }
});

Deno.test("parseTag() agrees with isTag(), and a tag survives as a path segment", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[\w.-]{0,130}$/));
  fc.assert(fc.property(text, (text) => {
    if (!isTag(text)) {
      assertThrows(() => parseTag(text), RegistryError);
      return;
    }
    const path = `/v2/a/manifests/${parseTag(text)}`;
    assertEquals(new URL(`https://registry.example${path}`).pathname, path);
  }));
});
