import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareTags, orderKey } from "../../core/versions/order.ts";
import { LISTS } from "./lists.ts";
import { anyTag } from "./tags.ts";

for (const { name, tags } of LISTS) {
  Deno.test(`compareTags() orders ${name} as a person would`, () => {
    const shuffled = [...tags].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    assertEquals(shuffled.sort((a, b) => compareTags(b, a)).join("\n"), tags.join("\n"));
  });
}

const ASCENDING: readonly (readonly [name: string, tags: string])[] = [
  ["pre-releases by their word", "1.0-dev 1.0a1 1.0b1 1.0-M1 1.0-preview1 1.0rc1 1.0"],
  ["pre-releases by their number", "1.0rc 1.0rc2 1.0rc11 1.0"],
  ["builds behind the release", "1.0 1.0-1 1.0-2 1.0-11"],
  ["a pre-release of a build", "1.8.0_381 1.8.0_391-ea 1.8.0_391"],
  ["betas and long builds", "1.0b9 1.0b99 1.0 1.0b100 1.0b1046"],
  ["leading zeros by value", "1.2 1.03 1.4"],
  ["numbers of 20 digits", "1.9 1.10000000000000000000 1.10000000000000000001 2.0"],
  ["numbers beyond a double", "9007199254740992 9007199254740993 90071992547409920"],
  ["semver's build", "1.0+a 1.0+b.2 1.0+b.11"],
  ["fewer numbers before more", "1 1.0 1.0.0 1.0.0.0 1.1"],
  ["a candidate with more numbers before its release", "17.5 18.0.0-rc1 18 18.0 18.0.0 18.0.1-rc1"],
  ["a candidate with fewer numbers before its release", "1.26.9 1.27rc1 1.27rc2 1.27.0 1.27.1"],
  ["candidates of zeros", "0-rc1 0.0.0-rc1 0 0.0.0 0.0.1-rc1 0.0.1"],
  ["builds of a release before more numbers", "18-rc1 18 18-1 18.0 18.0-1 18.0.0 18.0.0.1-rc1"],
  ["fixes of a release", "1.0-rc1 1.0 1.0-hotfix1 1.0-hotfix.2 1.0-patch1 1.0-sp1 1.0p1 1.1"],
  [
    "a snapshot of a commit before the release",
    "8.16.9 8.17.0-a1b2c3d4-SNAPSHOT 8.17.0-rc1 8.17.0",
  ],
  ["security releases behind theirs", "11.4.0 11.4.0-security-01 11.4.0-security-02 11.4.1"],
  [
    "repairs of a cumulative update behind it",
    "2022-CU15-ubuntu-22.04 2022-CU16-ubuntu-22.04 2022-CU16-GDR1-ubuntu-22.04 2022-CU17-ubuntu-22.04",
  ],
  ["letters of a patch", "1.0.2 1.0.2a 1.0.2k 1.0.3"],
];

for (const [name, text] of ASCENDING) {
  Deno.test(`compareTags() orders ${name}`, () => {
    const tags = text.split(" ");
    assertEquals([...tags].reverse().sort(compareTags), tags);
  });
}

Deno.test("compareTags() orders dates alike with and without hyphens", () => {
  const tags = ["2024-01-10", "20240111", "2024-01-12", "20240112093000", "20240113"];
  assertEquals([...tags].reverse().sort(compareTags), tags);
});

Deno.test("compareTags() tells different tags apart, both ways alike", () => {
  fc.assert(fc.property(anyTag, anyTag, (a, b) => {
    assertEquals(Math.sign(compareTags(a, b)), -Math.sign(compareTags(b, a)) + 0);
    assertEquals(compareTags(a, b) === 0, a === b);
  }));
});

Deno.test("compareTags() is transitive", () => {
  fc.assert(
    fc.property(anyTag, anyTag, anyTag, (a, b, c) => {
      const [x, y, z] = [a, b, c].sort(compareTags);
      assert(compareTags(x ?? "", y ?? "") <= 0);
      assert(compareTags(y ?? "", z ?? "") <= 0);
      assert(compareTags(x ?? "", z ?? "") <= 0);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("compareTags() puts a pre-release before its release, whichever has more zeros", () => {
  const numbers = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });
  const zeros = fc.constantFrom("", ".0", ".0.0");
  const pre = fc.constantFrom("rc1", "-rc.2", "-alpha", "a1", "-SNAPSHOT");
  const behind = fc.constantFrom("", "-1", "-alpine", "-r4");
  fc.assert(
    fc.property(numbers, zeros, zeros, pre, behind, (version, some, more, early, build) => {
      const release = version.join(".");
      const candidate = release + some + early;
      assertEquals(compareTags(candidate, release + more + build), -1);
      const before = `${[...version.slice(0, -1), (version.at(-1) ?? 0) - 1].join(".")}.9.9`;
      if (version.at(-1) !== 0) assertEquals(compareTags(before, candidate), -1);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("compareTags() takes any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (a, b) => {
    assertEquals(compareTags(a, b) === 0, a === b);
  }));
});

Deno.test("orderKey() orders as compareTags() does", () => {
  fc.assert(fc.property(anyTag, anyTag, (a, b) => {
    if (orderKey(a) < orderKey(b)) assertEquals(compareTags(a, b), -1);
  }));
});

Deno.test("orderKey() is equal for spellings of one version", () => {
  assertEquals(orderKey("1.2"), orderKey("v1.02"));
});
