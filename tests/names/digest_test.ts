import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import { isDigest, parseDigest } from "../../core/names/digest.ts";

const HEX = "0123456789abcdef".repeat(4);

const VALID: readonly string[] = [`sha256:${HEX}`, `sha512:${HEX}${HEX}`];

for (const text of VALID) {
  Deno.test(`parseDigest() takes ${text.slice(0, 7)} and its digits`, () => {
    assert(isDigest(text));
    assertEquals<string>(parseDigest(text), text);
  });
}

const INVALID: readonly (readonly [name: string, text: string, reason: string])[] = [
  ["empty text", "", "is empty"],
  ["digits alone", HEX, '"sha256:" and 64'],
  ["the algorithm alone", "sha256:", "64 hex digits, this one has 0"],
  ["63 digits", `sha256:${HEX.slice(1)}`, "64 hex digits, this one has 63"],
  ["65 digits", `sha256:${HEX}0`, "64 hex digits, this one has 65"],
  ["sha512 with 64 digits", `sha512:${HEX}`, "128 hex digits, this one has 64"],
  ["sha256 with 128 digits", `sha256:${HEX}${HEX}`, "64 hex digits, this one has 128"],
  ["upper-case digits", `sha256:${HEX.toUpperCase()}`, "must be lower case"],
  ["an upper-case algorithm", `SHA256:${HEX}`, "algorithm is unknown"],
  ["md5", "md5:d41d8cd98f00b204e9800998ecf8427e", "algorithm is unknown"],
  ["sha384", `sha384:${HEX}${HEX.slice(32)}`, "algorithm is unknown"],
  ["a multihash", `sha256+b64:${HEX}`, "algorithm is unknown"],
  ["an inherited property", `constructor:${HEX}`, "algorithm is unknown"],
  ["a path", "sha256:../../../other/manifests/latest", "not hex digits"],
  ["a query", `sha256:${HEX}?x`, "not hex digits"],
  ["a query of the right length", `sha256:${HEX.slice(2)}?x`, "not hex digits"],
  ["a fragment", `sha256:${HEX.slice(1)}#`, "not hex digits"],
  ["an escaped slash", `sha256:${HEX.slice(3)}%2f`, "not hex digits"],
  ["NUL", `sha256:${HEX.slice(1)}\0`, "not hex digits"],
  ["a final line feed", `sha256:${HEX}\n`, "not hex digits"],
  ["a leading space", ` sha256:${HEX}`, "algorithm is unknown"],
  ["a letter past f", `sha256:${HEX.slice(1)}g`, "not hex digits"],
  ["two colons", `sha256::${HEX}`, "not hex digits"],
];

for (const [name, text, reason] of INVALID) {
  Deno.test(`parseDigest() refuses ${name}`, () => {
    const error = assertThrows(() => parseDigest(text), RegistryError);
    assertEquals(error.code, "reference_invalid");
    assertStringIncludes(error.message, 'Cannot read digest "');
    assertStringIncludes(error.message, reason);
    assert(!isDigest(text));
  });
}

Deno.test("isDigest() refuses what is no text", () => {
  for (const value of [null, undefined, 1, {}, [`sha256:${HEX}`], new String(VALID[0])]) {
    assert(!isDigest(value));
  }
});

Deno.test("parseDigest() takes every digest and nothing else", () => {
  const digest = fc.oneof(
    fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
    fc.stringMatching(/^sha512:[0-9a-f]{128}$/),
  );
  fc.assert(fc.property(digest, (text) => assertEquals<string>(parseDigest(text), text)));
  fc.assert(fc.property(digest, fc.nat(), fc.string({ unit: "binary" }), (text, at, junk) => {
    const place = at % (text.length + 1);
    const bent = text.slice(0, place) + junk + text.slice(place);
    if (junk !== "") assertThrows(() => parseDigest(bent), RegistryError);
  }));
});
