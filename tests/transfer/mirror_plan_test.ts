import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parse } from "yaml";
import schema from "../../plan.schema.json" with { type: "json" };
import { openFlow, planJobs, readPlan } from "../../mod.ts";
import { PLAN_FIELDS } from "../../core/transfer/plan_fields.ts";
import { parsePlanFile } from "../../scripts/_plan_file.ts";
import { isValid, type Schema } from "./mirror_schema.ts";
import { planOf } from "./mirror_world.ts";

const ENDS = "source: a.example/x\n    target: b.example/x";

/** Plans that both take: the lines of one entry behind its ends. */
const TAKEN: readonly string[] = [
  "",
  "include: '21.*'",
  "include: 21.*",
  "include: ['21.*', /^17/]",
  "exclude: /-rc/i",
  "exclude: [21, 17.0]",
  "like: 21.0.1",
  "like: 21.10",
  "like: 21",
  "like: '21'",
  "range: '>=17 <22'",
  "range: ^1.8.0",
  "variant: none",
  "variant: alpine*",
  "newerThan: 1.2.3",
  "minAge: 12h",
  "maxAge: 30d",
  "pre: true",
  "channels: false",
  "newest: 3",
  "newest: 1\n    per: minor",
  "keep: 3",
  "keep: 3\n    per: major",
  "limit: 5\n    sort: date",
  "sort: name\n    reverse: true",
  "platforms: linux/arm64",
  "platforms: [linux/amd64, linux/arm64/v8]",
  "referrers: false",
  "prune: false",
];

/** Plans that neither takes. */
const REFUSED: readonly string[] = [
  "unknown: 1",
  "newer-than: 1.2.3",
  "include: []",
  "include: {}",
  "include: ''",
  "include: [[a]]",
  "include: true",
  "like: true",
  "like: [1.2]",
  "like: ''",
  "range: null",
  "pre: 1",
  "pre: 'true'",
  "channels: plan",
  "newest: 0",
  "newest: '3'",
  "newest: 1.5",
  "newest: many",
  "keep: -1",
  "keep: true",
  "limit: [1]",
  "per: day",
  "per: [major]",
  "sort: newest",
  "reverse: 'no'",
  "platforms: []",
  "referrers: yes please",
  "prune: delete",
  "prune: 1",
  "prune: true",
  "prune: plan",
  "keep: 2\n    newest: 2",
  "platforms: xx",
  "platforms: [linux/amd64, xx]",
  "platforms: linux/amd64/v8/x/y/z",
  "platforms: 1",
  "minAge: foo",
  "minAge: 12m",
  "maxAge: -1d",
  "maxAge: 1234567d",
];

/** Plans that only the reader refuses: what no schema can say. */
const READER_ALONE: readonly (readonly [text: string, reason: string])[] = [
  ["like: latest", "like"],
  ["range: '>='", "range"],
  ["include: '/('", "include"],
];

Deno.test("plan.schema.json has the keys of the reader, and a description of each", () => {
  const { entry } = schema.definitions;
  assertEquals(Object.keys(entry.properties).toSorted(), [...PLAN_FIELDS.keys()].toSorted());
  for (const property of Object.values(entry.properties)) assert(property.description.length > 10);
});

for (const lines of TAKEN) {
  Deno.test(`plan.schema.json and readPlan() take "${lines}"`, async () => {
    const text = entryOf(lines);
    assertEquals((await problemsOf(text)).map(({ message }) => message), []);
    assert(isValid(parse(text), schema as Schema));
  });
}

for (const lines of REFUSED) {
  Deno.test(`plan.schema.json and readPlan() refuse "${lines}"`, async () => {
    const text = entryOf(lines);
    assert((await problemsOf(text)).length > 0);
    assert(!isValid(parse(text), schema as Schema));
  });
}

for (const [lines, key] of READER_ALONE) {
  Deno.test(`readPlan() refuses "${lines}"`, async () => {
    const [problem] = await problemsOf(entryOf(lines));
    assertEquals(problem?.path, ["mirror", 0, key]);
  });
}

const WHOLE: readonly (readonly [text: string, isTaken: boolean])[] = [
  [`mirror:\n  - ${ENDS}`, true],
  [`name: daily\nmirror:\n  - ${ENDS}\n    prune: true`, true],
  [`name: daily\nmirror:\n  - ${ENDS}\n    prune: plan`, true],
  [`name: Daily Plan\nmirror:\n  - ${ENDS}`, false],
  [`name: 1\nmirror:\n  - ${ENDS}`, false],
  ["mirror: []", false],
  ["mirror: {}", false],
  ["mirror:", false],
  ["defaults: {}", false],
  ["[]", false],
  ["text", false],
  ["", false],
  [`mirrors:\n  - ${ENDS}`, false],
  [`defaults:\n  keep: 3\nmirror:\n  - ${ENDS}`, true],
  [`defaults:\n  kep: 3\nmirror:\n  - ${ENDS}`, false],
  [`defaults: []\nmirror:\n  - ${ENDS}`, false],
  ["mirror: [text]", false],
  ["mirror:\n  - source: a.example/x", false],
  ["mirror:\n  - target: b.example/x", false],
  ["mirror:\n  - {}", false],
  ["defaults: {target: 'b.example/{path}'}\nmirror:\n  - source: a.example/x", true],
  ["defaults: {target: 'b.example/{path}'}\nmirror:\n  - include: a", false],
  ["defaults: {source: a.example/x}\nmirror:\n  - target: b.example/x", true],
  [`defaults: {prune: true}\nmirror:\n  - ${ENDS}`, false],
  [`defaults: {prune: true}\nmirror:\n  - ${ENDS}\n    prune: false`, true],
  [`defaults: {prune: plan}\nname: x\nmirror:\n  - ${ENDS}`, true],
  [`defaults: {keep: 1}\nmirror:\n  - ${ENDS}\n    newest: 1`, false],
  [`defaults: {newest: 1}\nmirror:\n  - ${ENDS}\n    keep: 1`, false],
  [`defaults: {newest: 1}\nmirror:\n  - ${ENDS}\n    newest: 2`, true],
  ...[
    "b.example/x",
    "localhost/x",
    "'localhost:5000/{name}'",
    "'[::1]:5000/x'",
    "https://b.example:5000/x/y",
    "docker://b.example/x",
    "'b.example/{registry}/{path}'",
    "'{registry}/{path}'",
  ].map((target) => [`mirror: [{source: a.example/x, target: ${target}}]`, true] as const),
  ...[
    "mirror/x",
    "x",
    "'{path}'",
    "b.example",
    "b.example/x:1",
    "b.example:5000/x:1",
    `'b.example/x@sha256:${"0".repeat(64)}'`,
    "oci:w/mir",
    "oci-archive:w.tar",
    "1",
  ].map((target) => [`mirror: [{source: a.example/x, target: ${target}}]`, false] as const),
  ...["ubuntu", "org/app", "localhost:5000/app", "'[::1]:5000/x'", "1", "[ubuntu, a.example/x]"]
    .map((source) => [`mirror: [{source: ${source}, target: 'b.example/{path}'}]`, true] as const),
  ...["ubuntu:22.04", "localhost:5000/app:1", "oci:w", "oci:w/x", "[ubuntu, 'x:1']", "'@'", "''"]
    .map((source) => [`mirror: [{source: ${source}, target: 'b.example/{path}'}]`, false] as const),
];

for (const [text, isTaken] of WHOLE) {
  Deno.test(`plan.schema.json and readPlan() ${isTaken ? "take" : "refuse"} "${text}"`, async () => {
    assertEquals((await problemsOf(text)).length === 0, isTaken);
    assertEquals(isValid(parse(text), schema as Schema), isTaken);
  });
}

Deno.test("readPlan() puts the defaults into each entry, and an entry for each source", () => {
  const { entries } = planOf({
    name: "x",
    defaults: { target: "b.example/{path}", keep: 2, prune: true, variant: "none" },
    mirror: [{ source: ["a.example/x", "a.example/y/z"], variant: "alpine" }, {
      source: "a.example/w",
      keep: 5,
      per: "minor",
    }],
  });
  assertEquals(entries.map(({ source, select, prune }) => [source, select, prune]), [
    ["a.example/x", { variant: "alpine", newest: 2, per: "major", noDigestTags: true }, true],
    ["a.example/y/z", { variant: "alpine", newest: 2, per: "major", noDigestTags: true }, true],
    ["a.example/w", { variant: "none", newest: 5, per: "minor", noDigestTags: true }, true],
  ]);
});

Deno.test("readPlan() keeps the newest of the line of an example, or of each in a range", () => {
  function perOf(more: object): unknown {
    const entry = { source: "a.example/x", target: "b.example/x", keep: 2, ...more };
    return planOf({ mirror: [entry] }).entries[0]?.select.per;
  }
  assertEquals(perOf({}), "major");
  assertEquals(perOf({ like: "21.0.1" }), undefined);
  assertEquals(perOf({ like: "21.0.1", range: ">=17" }), "major");
  assertEquals(perOf({ like: "21.0.1", per: "minor" }), "minor");
});

Deno.test("readPlan() refuses sources and targets that are no repositories", () => {
  const wrong: readonly (readonly [key: string, value: unknown])[] = [
    ["source", "a.example/x:1.0"],
    ["source", "a.example/UPPER"],
    ["source", "a.example/x@sha256:" + "0".repeat(64)],
    ["source", ["a.example/x", "http://a.example/x"]],
    ["target", "b.example/x:1"],
    ["target", "b.example/{paths}"],
    ["target", "mirror/{path}"],
    ["target", "oci:folder"],
    ["target", ["b.example/x"]],
  ];
  for (const [key, value] of wrong) {
    const entry = { source: "a.example/x", target: "b.example/x", [key]: value };
    const { problems } = readPlan({ mirror: [entry] });
    assertEquals(problems.map(({ path }) => path), [["mirror", 0, key]], JSON.stringify(value));
  }
  const many = { source: ["a.example/x", "a.example/y"], target: "b.example/x" };
  assertEquals(readPlan({ mirror: [many] }).problems[0]?.path, ["mirror", 0, "target"]);
  assertEquals(readPlan({ mirror: [{}] }).problems[0]?.path, ["mirror", 0]);
});

Deno.test("readPlan() shows no password that stands in a reference", () => {
  const wrong = [
    "u:SECRET@r.example/x",
    "https://u:SECRET@r.example/x",
    "u:SEC@RET@r.example/x",
    "u:SECRET with blanks@r.example/x",
    "r.example:SECRET@sha256:abc",
    "u:SECRET@sha256:80/x",
  ];
  for (const text of wrong) {
    for (const [key, value] of [["source", text], ["source", [text]], ["target", text]] as const) {
      const entry = { source: "a.example/x", target: "b.example/x", [key]: value };
      const told = JSON.stringify(readPlan({ mirror: [entry] }).problems);
      assert(!told.includes("SEC"), told);
    }
    assertEquals(JSON.stringify(readPlan({ mirror: text }).problems).includes("SEC"), false);
  }
  const [problem] = readPlan({ mirror: [{ source: wrong[0], target: "b.example/x" }] }).problems;
  assertStringIncludes(problem?.message ?? "", 'got "…@r.example/x": user information');
  const image = `a.example/x@sha256:${"0".repeat(8)}${"1".repeat(56)}`;
  const [named] = readPlan({ mirror: [{ source: image, target: "b.example/x" }] }).problems;
  assertStringIncludes(named?.message ?? "", "a.example/x@sha256:00000000");
});

Deno.test("readPlan() ends for any value, and never throws", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    readPlan(value);
    readPlan({ mirror: [value] });
    readPlan({ name: value, defaults: value, mirror: [{ source: value, target: value }] });
  }));
  fc.assert(fc.property(fc.constantFrom(...PLAN_FIELDS.keys()), fc.anything(), (key, value) => {
    readPlan({ mirror: [{ source: "a.example/x", target: "b.example/x", [key]: value }] });
  }));
});

Deno.test("planJobs() puts entries about one repository together, and refuses what contradicts", () => {
  const { locate } = openFlow();
  const one = { source: "a.example/x", target: "b.example/x" };
  const [job, ...more] = planJobs(
    planOf({ mirror: [{ ...one, like: "21.0.1" }, { ...one, like: "17.0.1" }] }),
    locate,
  );
  assertEquals(more, []);
  assertEquals(job?.selects.map(({ like }) => like), ["21.0.1", "17.0.1"]);
  const wrong: readonly (readonly object[])[] = [
    [one, { ...one, source: "a.example/y" }],
    [one, { ...one, platforms: "linux/arm64" }],
    [one, { ...one, referrers: false }],
    [{ ...one, target: "a.example/x" }],
  ];
  for (const mirror of wrong) {
    try {
      planJobs(planOf({ mirror }), locate);
    } catch (error) {
      assert(error instanceof Error && error.message.startsWith("Cannot mirror "));
      continue;
    }
    throw new Error(`It was taken: ${JSON.stringify(mirror)}`);
  }
});

Deno.test("planJobs() fills in the target from what the source means", () => {
  const { locate } = openFlow();
  const targets = [
    ["ubuntu", "b.example/m/{path}", "m/library/ubuntu"],
    ["ubuntu", "b.example/{registry}/{name}", "docker.io/ubuntu"],
    ["localhost:5000/a/b", "b.example/{registry}/{path}", "localhost-5000/a/b"],
  ] as const;
  for (const [source, target, expected] of targets) {
    const [job] = planJobs(planOf({ mirror: [{ source, target }] }), locate);
    assertEquals(String(job?.target.repository), expected);
  }
});

function entryOf(lines: string): string {
  return `mirror:\n  - ${ENDS}\n    ${lines}\n`;
}

async function problemsOf(text: string) {
  const file = await parsePlanFile("plan.yaml", text);
  return readPlan(file.value).problems;
}
