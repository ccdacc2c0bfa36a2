import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "@std/semver/parse";
import { parseRange as parseStdRange } from "@std/semver/parse-range";
import { satisfies } from "@std/semver/satisfies";
import fc from "fast-check";
import { parseRange } from "../../core/versions/range.ts";
import { parseVersion } from "../../core/versions/shape.ts";

const CASES: readonly (readonly [range: string, inside: string, outside: string])[] = [
  [">=10.04 <22.04", "10.04 12.04.5 20.04 21.10", "9.10 22.04 22.04.1 24.04"],
  ["<=22.04", "22.04 22.04.3 10.04", "22.10"],
  [">22.04", "22.10 24.04", "22.04 22.04.3"],
  ["22.04", "22.04 22.04.3", "22.05 22.10"],
  ["^1.8.0", "1.8.0 1.8.0_371 1.9 1.300053.0b1046", "1.7.9 2.0.0 21"],
  ["^0.2.3", "0.2.3 0.2.10", "0.2.2 0.3.0 1.0.0"],
  ["^0.0.3", "0.0.3", "0.0.4 0.1.0"],
  ["17.x", "17 17.0.9 17.0.9_9-jdk 17.11-alpine", "16.9 18 1.17"],
  ["17", "17 17.0.9", "170"],
  ["~3.19", "3.19 3.19.7", "3.18.9 3.20.0"],
  ["~1", "1 1.9.9", "2"],
  ["~10.0.17763.2", "10.0.17763.2 10.0.17763.500 10.0.20348.1", "10.0.17763.1 10.1"],
  [">=10.0.17763 <10.0.20348", "10.0.17763 10.0.17763.6775 10.0.19041.1", "10.0.20348.2227"],
  [">=1.8.0_381 <=1.8.0_421", "1.8.0_381 1.8.0_421 1.8.0_401-oraclelinux8", "1.8.0_371 1.8.0_431"],
  [">=8u372", "8u372 8u372-b07 8u392-b08-jdk 11.0.2", "8u371-b11 8"],
  ["1.2 - 1.4", "1.2 1.2.0 1.4 1.4.9", "1.1.9 1.5"],
  ["<1 || >=3", "0.9 3 3.1", "1 2.9"],
  [">= 1.2", "1.2 1.3", "1.1"],
  ["v1.2", "v1.2.3 1.2.3", "1.3"],
  ["*", "1 21.0.7 1.2.3-rc1 2024-01-11", ""],
  ["", "1 21.0.7", ""],
  [">=1.27", "1.27 1.27.0 1.28rc1", "1.27rc1 1.27.0rc1 1.26.9"],
  [">=1.27rc2", "1.27rc2 1.27rc11 1.27 1.28rc1", "1.27rc1 1.26"],
  ["<2", "1.9 1.9rc1", "2 2.0.0-rc.1 2.0"],
  ["~1.27", "1.27.0 1.27.1rc1", "1.27rc1"],
  [">=2024-01-11", "2024-01-11 jammy-20240111.1 20240201", "20240110 2025 24.04"],
  [">=9007199254740993", "9007199254740993", "9007199254740992"],
  [">=1.99999999999999999999", "1.99999999999999999999 1.100000000000000000000", "1.1"],
];

for (const [range, inside, outside] of CASES) {
  Deno.test(`parseRange() judges "${range}"`, () => {
    const { includes } = parseRange(range);
    assertEquals(inside.split(" ").filter((tag) => !isIn(tag, includes)), []);
    assertEquals(outside.split(" ").filter((tag) => tag !== "" && isIn(tag, includes)), []);
  });
}

function isIn(tag: string, includes: ReturnType<typeof parseRange>["includes"]): boolean {
  const version = parseVersion(tag);
  assert(version !== undefined);
  return includes(version);
}

for (
  const range of ["latest", ">=", "^", ">*", "1.2-alpine", "amd64-1.2", "x".repeat(300), "8f2ef3e"]
) {
  Deno.test(`parseRange() refuses ${range.slice(0, 20)}`, () => {
    const error = assertThrows(() => parseRange(range), RangeError);
    assertStringIncludes(error.message, "Cannot read range");
  });
}

Deno.test("parseRange() tells whether a pre-release is named", () => {
  assert(parseRange("<1 || >=1.27rc1").namesPre);
  assert(!parseRange(">=1.27").namesPre);
});

const part = fc.nat(3).map(String);
const release = fc.tuple(part, part, part).map((numbers) => numbers.join("."));
const partial = fc.oneof(release, fc.tuple(part, part).map((numbers) => numbers.join(".")), part);
const wildcard = fc.tuple(partial, fc.constantFrom("x", "*")).map(([text, x]) => `${text}.${x}`)
  .filter((text) => text.split(".").length <= 3);
const operator = fc.constantFrom("", "=", ">", ">=", "<", "<=", "^", "~");
const comparator = fc.oneof(
  fc.tuple(operator, partial).map(([sign, version]) => sign + version),
  wildcard,
);
const set = fc.oneof(
  fc.array(comparator, { minLength: 1, maxLength: 3 }).map((all) => all.join(" ")),
  fc.tuple(partial, partial).map((ends) => ends.join(" - ")),
);
const ranges = fc.array(set, { minLength: 1, maxLength: 2 }).map((sets) => sets.join(" || "));

Deno.test("parseRange() agrees with @std/semver on releases of three numbers", () => {
  fc.assert(
    fc.property(release, ranges, (text, range) => {
      const expected = satisfies(parse(text), parseStdRange(range));
      assertEquals(isIn(text, parseRange(range).includes), expected, `${text} in ${range}`);
    }),
    { numRuns: 5000 },
  );
});
