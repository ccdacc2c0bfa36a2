import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { SelectOptions } from "../../core/versions/options.ts";
import { openSelection, selectTags } from "../../core/versions/select.ts";
import { GOLANG, JDK, NODE, PYTHON, UBUNTU } from "./lists.ts";
import { anyTag } from "./tags.ts";

const DIGEST = `sha256-${"0123456789abcdef".repeat(4)}`;

/** Without a fixed order, as registries give them. */
const jdk = [...JDK.tags].sort();

Deno.test("selectTags() finds the newest JDK like 21.0.1", () => {
  assertEquals(selectTags(jdk, { like: "21.0.1", newest: 1 }), ["21.0.7"]);
});

Deno.test("selectTags() finds the three newest like 21.0.1", () => {
  assertEquals(selectTags(jdk, { like: "21.0.1", newest: 3 }), ["21.0.7", "21.0.6", "21.0.5"]);
});

Deno.test("selectTags() finds the newest build of the same variant", () => {
  const chosen = selectTags(jdk, { like: "1.8.0_371-oraclelinux8", newest: 1 });
  assertEquals(chosen, ["1.8.0_441-oraclelinux8"]);
});

Deno.test("selectTags() gives one plain version for each of five JDK lines", () => {
  const options: SelectOptions = { newest: 1, per: "major", variant: "none" };
  const wanted = ["24.0.1", "21.0.7", "17.0.15", "11.0.27", "1.8.0_441"];
  assertEquals(selectTags(jdk, options), wanted);
  assertEquals(selectTags(jdk, { per: "major", variant: "none" }), wanted);
});

Deno.test("selectTags() takes a line's only tag for its version", () => {
  const tags = ["24", "24-oraclelinux8", "21", "21.0.7", "21.0.6", "latest"];
  const chosen = selectTags(tags, { newest: 1, per: "major", variant: "none" });
  assertEquals(chosen, ["24", "21.0.7"]);
});

/** Tags, options, and what is chosen, in order. */
const CASES: readonly (readonly [
  name: string,
  tags: readonly string[],
  options: SelectOptions,
  chosen: string,
])[] = [
  ["keeps all without options", ["b", "latest", "a", DIGEST], {}, `b latest a ${DIGEST}`],
  [
    "keeps what a glob matches",
    jdk,
    { include: ["17.*"] },
    "17.0.13 17.0.14 17.0.15 17.0.15-oraclelinux8 17.0.9",
  ],
  [
    "keeps what one of several patterns matches",
    ["a1", "b2", "c3"],
    { include: ["a?", "/^C/i"] },
    "a1 c3",
  ],
  ["leaves out what a pattern matches", ["1.0", "1.0-rc1", "1.0-beta"], {
    exclude: ["*-rc*", "/beta/"],
  }, "1.0"],
  ["leaves out digest tags", ["1.0", DIGEST, `${DIGEST}.sig`], { noDigestTags: true }, "1.0"],
  ["gives the newest of all groups", jdk, { newest: 1 }, "24.0.1"],
  ["lets channels in", jdk, {
    newest: 2,
    per: "major",
    variant: "none",
    channels: true,
    range: "<18 >11",
  }, "17.0.15 17.0.14"],
  ["shows channels that were asked for", jdk, {
    range: "21",
    variant: "oraclelinux8",
    channels: true,
  }, "21-oraclelinux8 21.0.6-oraclelinux8 21.0.7-oraclelinux8"],
  ["takes an example with fewer numbers for a wish for channels", jdk, {
    like: "11",
    sort: "version",
  }, "24 21 17 11"],
  [
    "keeps variants apart",
    jdk,
    { newest: 1, per: "variant" },
    "24.0.1 24.0.1-oraclelinux9 24.0.1-oraclelinux8 1.8.0_431-oraclelinux7",
  ],
  [
    "keeps a variant by its name",
    jdk,
    { variant: "oraclelinux7", newest: 2 },
    "1.8.0_431-oraclelinux7 1.8.0_421-oraclelinux7",
  ],
  [
    "keeps variants by a glob",
    NODE.tags,
    { variant: "alpine*", range: "22.12", newest: 9 },
    "22.12.0-alpine 22.12.0-alpine3.20 22.12.0-alpine3.19",
  ],
  [
    "keeps a flavour as a variant",
    UBUNTU.tags,
    { variant: "jammy", newest: 1 },
    "jammy-20260901.2",
  ],
  [
    "takes a day built again for the same shape",
    UBUNTU.tags,
    { like: "noble-20260810", newest: 4 },
    "noble-20260911 noble-20260905 noble-20260810 noble-20260730.1",
  ],
  ["leaves out pre-releases", PYTHON.tags, { newest: 1, variant: "none" }, "3.13.1"],
  ["lets pre-releases in", PYTHON.tags, { newest: 1, variant: "none", pre: true }, "3.14.0a2"],
  ["lets pre-releases in where the example is one", GOLANG.tags, {
    like: "1.20rc3",
    range: ">=1.25",
    newest: 2,
  }, "1.27rc1 1.27-rc"],
  ["lets pre-releases in where the range names one", GOLANG.tags, {
    range: ">=1.27rc1",
    variant: "none",
  }, "1.27rc1"],
  [
    "keeps pre-releases out if told to",
    ["1.19", "1.20rc1", "1.20rc3"],
    { like: "1.20rc3", pre: false, newest: 1 },
    "1.19",
  ],
  [
    "keeps a range",
    UBUNTU.tags,
    { range: ">=10.04 <22.04", sort: "version", limit: 3 },
    "20.04 18.04 16.04",
  ],
  [
    "keeps what is newer than a tag of its shape",
    jdk,
    { newerThan: "1.8.0_421", sort: "version" },
    "1.8.0_441 1.8.0_431",
  ],
  ["keeps what is newer within another shape", jdk, {
    newerThan: "21.0.5",
    like: "21.0.5-oraclelinux8",
    sort: "version",
  }, "21.0.7-oraclelinux8 21.0.6-oraclelinux8"],
  ["crosses lines with newerThan", jdk, {
    newerThan: "21.0.6",
    sort: "version",
  }, "24.0.1 21.0.7"],
  ["crosses lines of an example with a range", jdk, {
    like: "21.0.1",
    range: ">=17 <24",
    newest: 8,
    limit: 1,
    reverse: true,
  }, "17.0.15"],
  ["crosses lines of an example with per", jdk, {
    like: "21.0.1",
    per: "major",
  }, "24.0.1 21.0.7 17.0.15 11.0.27"],
  ["crosses years of an example", ["2024.1.0", "2024.12.5", "2025.1.1", "1.0.0"], {
    like: "2024.1.0",
    newest: 1,
  }, "2025.1.1"],
  ["crosses days of an example", ["jammy-20240111", "jammy-20250202", "noble-20250303"], {
    like: "jammy-20240111",
    newest: 1,
  }, "jammy-20250202"],
  ["stays in the line of builds", ["21_35-jdk", "21_36-jdk", "23_37-jdk"], {
    like: "21_35-jdk",
    newest: 1,
  }, "21_36-jdk"],
  ["counts on where there is one number", ["b999", "b3456", "b10001"], {
    like: "b3456",
    newest: 1,
  }, "b10001"],
  ["keeps the newest of each minor", NODE.tags, {
    newest: 1,
    per: "minor",
    variant: "none",
    range: "^22 || ^20",
  }, "22.12.0 22.11.0 22.9.0 22.0.0 20.18.1 20.9.0"],
  ["groups days by year and month", ["20240111", "20240129", "20240201", "20250108"], {
    per: "minor",
  }, "20250108 20240201 20240129"],
  ["groups v and no v together", ["v1.2.0", "1.2.1", "v1.1.9"], { per: "minor" }, "1.2.1 v1.1.9"],
  ["sorts by name", ["b", "1.10", "a", "1.9"], { sort: "name" }, "1.10 1.9 a b"],
  [
    "turns the order round",
    ["1.9", "latest", "1.10"],
    { sort: "version", reverse: true },
    "latest 1.9 1.10",
  ],
  ["turns the list's own order round", ["b", "a", "c"], { reverse: true }, "c a b"],
  [
    "keeps the list's own order if told to",
    ["1.1", "1.3", "1.2"],
    { newest: 2, sort: "none" },
    "1.3 1.2",
  ],
  ["limits what is sorted", ["1.1", "1.3", "1.2"], { sort: "version", limit: 2 }, "1.3 1.2"],
  ["limits what comes", ["1.1", "1.3", "1.2"], { limit: 2 }, "1.1 1.3"],
  [
    "takes a repair of four numbers for no line",
    ["1.2.3", "1.2.3.1", "1.2.2"],
    { newest: 9 },
    "1.2.3.1 1.2.3 1.2.2",
  ],
  ["takes three numbers for a channel of four", ["6.12.0", "6.12.0.182", "6.12.0.122"], {
    newest: 9,
  }, "6.12.0.182 6.12.0.122"],
  ["takes Java's 8 for the channel of 1.8.0", ["8", "8-slim", "1.8.0_441", "11", "21.0.7"], {
    per: "major",
    variant: "none",
  }, "21.0.7 11 1.8.0_441"],
  ["takes 8 for a version where 1.8.0 is none of Java's", ["8", "1.8.0", "1.8.0-1"], {
    newest: 9,
  }, "8 1.8.0-1 1.8.0"],
  ["takes a build for no channel", ["21_35-jdk", "21-jdk", "21.0.5_11-jdk", "21.0.1_12-jdk"], {
    newest: 9,
  }, "21.0.5_11-jdk 21.0.1_12-jdk 21_35-jdk"],
  ["takes a build behind a variant for no channel", ["1.2-alpine-r4", "1.2-alpine", "1.2.3"], {
    newest: 9,
  }, "1.2.3 1.2-alpine-r4"],
  ["lets a pre-release in that newerThan names", ["1.0", "1.1-rc1", "1.1-rc2", "1.1"], {
    newerThan: "1.1-rc1",
    newest: 9,
  }, "1.1 1.1-rc2"],
  [
    "takes names of prototypes for names",
    ["__proto__", "constructor", "1.0"],
    { newest: 3 },
    "1.0",
  ],
  ["takes numbers of 20 digits", ["1.10000000000000000001", "1.10000000000000000000", "1.9"], {
    newest: 1,
  }, "1.10000000000000000001"],
];

for (const [name, tags, options, chosen] of CASES) {
  Deno.test(`selectTags() ${name}`, () => {
    assertEquals(selectTags(tags, options).join(" "), chosen);
  });
}

Deno.test("selectTags() judges channels by tags that it leaves out, too", () => {
  const tags = ["21", "21.0.7", "20"];
  assertEquals(selectTags(tags, { exclude: ["21.*"], newest: 5 }), ["20"]);
});

Deno.test("selectTags() gives back the elements themselves", () => {
  const tags = [{ name: "1.0", size: 1 }, { name: "2.0", size: 2 }];
  const [newest] = selectTags(tags, { newest: 1 });
  assert(newest === tags[1]);
});

const now = Date.UTC(2025, 0, 31);
const dated = [
  { name: "1.0", pushedAt: new Date(Date.UTC(2025, 0, 1)) },
  { name: "1.1", pushedAt: "2025-01-20T00:00:00Z", createdAt: "1970-01-01T00:00:00Z" },
  { name: "1.2", createdAt: "2025-01-30T12:00:00Z" },
  { name: "1.3" },
  { name: "1.4", pushedAt: "never" },
];
const AGES: readonly (readonly [SelectOptions, string])[] = [
  [{ minAge: "2w" }, "1.0 1.3 1.4"],
  [{ maxAge: "12h" }, "1.2 1.3 1.4"],
  [{ maxAge: "30d", minAge: "1d" }, "1.0 1.1 1.3 1.4"],
];

for (const [options, chosen] of AGES) {
  Deno.test(`openSelection() judges ${JSON.stringify(options)} and says what it could not`, () => {
    const selection = openSelection<{ name: string }>({ ...options, now });
    const passed = dated.filter((tag) => selection.judge(tag) === undefined);
    assertEquals(passed.map(({ name }) => name).join(" "), chosen);
    assertEquals(selection.undated, 2);
    assert(selection.streams);
  });
}

Deno.test("selectTags() sorts by date, newest first, and what has none last", () => {
  const names = selectTags(dated, { sort: "date" }).map(({ name }) => name);
  assertEquals(names, ["1.2", "1.1", "1.0", "1.4", "1.3"]);
});

Deno.test("openSelection() streams where no rule needs the whole list", () => {
  const streaming: SelectOptions[] = [{}, { include: ["a"] }, { like: "1.2.3" }, { limit: 3 }, {
    range: "1",
    channels: true,
  }];
  const waiting: SelectOptions[] = [{ newest: 1 }, { sort: "name" }, { range: "1" }, {
    like: "1.2rc1",
  }, { reverse: true }];
  for (const options of streaming) assert(openSelection(options).streams, JSON.stringify(options));
  for (const options of waiting) assert(!openSelection(options).streams, JSON.stringify(options));
});

Deno.test("openSelection() tells what every chosen tag contains, where the others have no say", () => {
  const containing = (options: SelectOptions) => openSelection(options).containing;
  assertEquals(containing({ include: ["1.24*"] }), "1.24");
  assertEquals(containing({ include: ["*-alpine?.1"], exclude: ["x"] }), "-alpine");
  assertEquals(containing({ include: ["1.*"], newest: 3, channels: true }), "1.");
  for (
    const include of [undefined, [], ["*"], ["/^1\\.24/"], ["1.24*", "1.25*"]]
  ) assertEquals(containing({ include }), undefined);
  // Channels are told by all tags of the list.
  assertEquals(containing({ include: ["1.24*"], newest: 3 }), undefined);
});

Deno.test("openSelection() says when nothing more can be chosen", () => {
  const selection = openSelection<string>({ include: ["1.*"], limit: 2 });
  assertEquals(["1.0", "x", "1.1", "1.2"].map((tag) => selection.judge(tag)), [
    undefined,
    "include",
    undefined,
    "limit",
  ]);
  assert(selection.full);
});

Deno.test("openSelection() tells the first rule that left each tag out", () => {
  const options: SelectOptions = {
    include: ["/./"],
    exclude: ["bad*"],
    noDigestTags: true,
    like: "1.2.3",
    range: ">=1",
    minAge: "1d",
    newest: 2,
    limit: 1,
    now,
    pre: false,
    channels: false,
  };
  const tags = [
    "bad",
    DIGEST,
    "latest",
    "1.2",
    "1.2.3-slim",
    "1.2.3-rc1",
    "0.9.0",
    "1.2.2",
    "1.2.3",
    "1.2.4",
  ];
  const young = { name: "1.9.9", pushedAt: new Date(now) };
  const selection = openSelection<string | { name: string }>(options);
  const rules = [...tags, young].map((tag) => selection.judge(tag));
  assertEquals(rules, ["exclude", "noDigestTags", "version", "like", "like", "pre", "range", ...[
    ,
    ,
    ,
  ], "minAge"]);
  const { chosen, leftOut } = selection.settle(["1.2.2", "1.2.3", "1.2.4"]);
  assertEquals(chosen, ["1.2.4"]);
  assertEquals(leftOut, [{ tag: "1.2.2", rule: "newest" }, { tag: "1.2.3", rule: "limit" }]);
});

const REFUSED: readonly (readonly [SelectOptions, reason: string])[] = [
  [{ include: ["/(/"] }, 'Cannot use pattern "/(/"'],
  [{ exclude: [""] }, 'Cannot use pattern ""'],
  [{ include: ["/a"] }, 'the "/" that ends it is missing'],
  [{ include: ["/a/g"] }, '"g" behind it is not "i"'],
  [{ include: ["x".repeat(600)] }, "at most 512"],
  [{ like: "latest" }, 'Cannot select with like "latest": it is a name that moves, not a version'],
  [
    { newerThan: "8f2ef3e" },
    'Cannot select with newerThan "8f2ef3e": it is a commit, not a version',
  ],
  [{ variant: "" }, 'Cannot select with variant "": expected a name, or none'],
  [{ range: "new" }, 'Cannot read range "new"'],
  [{ minAge: "30" }, 'Cannot read duration "30"'],
  [{ maxAge: "3m" }, 'Cannot read duration "3m"'],
  [
    { minAge: "2w", maxAge: "13d" },
    'Cannot select with minAge "2w" and maxAge "13d": expected no more than the latter',
  ],
  [{ newest: 0 }, "Cannot select with newest 0"],
  [{ limit: 1.5 }, "Cannot select with limit 1.5"],
  [
    { per: "week" as "major" },
    'Cannot select with per "week": expected one of major, minor, variant',
  ],
];

for (const [options, reason] of REFUSED) {
  Deno.test(`selectTags() refuses ${JSON.stringify(options).slice(0, 60)}`, () => {
    const error = assertThrows(() => selectTags([], options), RangeError);
    assertStringIncludes(error.message, reason);
  });
}

const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const anyOptions: fc.Arbitrary<SelectOptions> = fc.record({
  include: optional(fc.constantFrom(["*"], ["1*", "v*"], ["/[0-9]/"])),
  exclude: optional(fc.constantFrom(["*alpine*"], ["/rc/"])),
  noDigestTags: optional(fc.boolean()),
  like: optional(fc.constantFrom("21.0.1", "1.27rc1", "3.19", "1.8.0_371-oraclelinux8", "21")),
  variant: optional(fc.constantFrom("none", "alpine*", "slim")),
  pre: optional(fc.boolean()),
  range: optional(fc.constantFrom(">=1", "^1.8.0", "<20", "*")),
  newerThan: optional(fc.constantFrom("1.8.0_401", "20.9.0", "v0.2.0a1")),
  channels: optional(fc.boolean()),
  newest: optional(fc.integer({ min: 1, max: 4 })),
  per: optional(fc.constantFrom("major" as const, "minor" as const, "variant" as const)),
  sort: optional(
    fc.constantFrom("version" as const, "name" as const, "date" as const, "none" as const),
  ),
  reverse: optional(fc.boolean()),
  limit: optional(fc.integer({ min: 1, max: 20 })),
});
const anyList = fc.uniqueArray(anyTag, { maxLength: 60 });

Deno.test("selectTags() never invents or repeats a tag", () => {
  fc.assert(fc.property(anyList, anyOptions, (tags, options) => {
    const chosen = selectTags(tags, options);
    assertEquals(new Set(chosen).size, chosen.length);
    assertEquals(chosen.filter((tag) => !tags.includes(tag)), []);
  }));
});

Deno.test("selectTags() chooses the same again from what it chose", () => {
  fc.assert(
    fc.property(anyList, anyOptions, (tags, options) => {
      const chosen = selectTags(tags, options);
      assertEquals(new Set(selectTags(chosen, options)), new Set(chosen));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("selectTags() does not mind the order of the list", () => {
  fc.assert(
    fc.property(anyList, anyOptions, fc.nat(), (tags, options, seed) => {
      const isOrdered = options.sort !== "none" &&
        (options.sort ?? options.newest ?? options.per) !== undefined;
      const asked = isOrdered ? options : { ...options, limit: undefined };
      const turned = [...tags.slice(seed % 61), ...tags.slice(0, seed % 61)].reverse();
      const [a, b] = [selectTags(tags, asked), selectTags(turned, asked)];
      assertEquals(isOrdered ? a : [...a].sort(), isOrdered ? b : [...b].sort());
    }),
    { numRuns: 1000 },
  );
});

Deno.test("openSelection() accounts for every tag once", () => {
  fc.assert(fc.property(anyList, anyOptions, (tags, options) => {
    const selection = openSelection<string>(options);
    const passed = tags.filter((tag) => selection.judge(tag) === undefined);
    const { chosen, leftOut } = selection.settle(passed);
    const seen = [...chosen, ...leftOut.map(({ tag }) => tag)];
    assertEquals(seen.sort(), passed.sort());
    if (selection.streams) assertEquals(leftOut, []);
    assertEquals(chosen, selectTags(tags, options));
  }));
});
