import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SelectOptions } from "../../mod.ts";
import { type Arguments, parseArguments } from "../../scripts/_options.ts";
import { readSelector, selectorOptions, writtenSelector } from "../../scripts/_selector.ts";
import { latest } from "../../scripts/latest.ts";
import { tags } from "../../scripts/tags.ts";
import { createFake, runFake } from "./fake.ts";

const PATTERN = "expected a glob such as 21.*, or a regular expression such as /^21/i";
const VERSION = "expected a version, as in 21.0.1";
const AGE = "expected hours, days or weeks, as in 12h, 30d or 2w";
const RANGE = 'expected versions with comparisons, as in ">=17 <22" or ^1.8.0';
const COUNT = "expected a whole number from 1";

/** A flag, a value that cannot be read, and what was expected. */
const mistakes: readonly (readonly [flag: string, value: string, expected: string])[] = [
  ["include", "/(/", PATTERN],
  ["include", "/a", PATTERN],
  ["exclude", "/a/g", PATTERN],
  ["exclude", "x".repeat(600), PATTERN],
  ["like", "latest", VERSION],
  ["like", "8f2ef3e", VERSION],
  ["like", `sha256-${"ab".repeat(32)}`, VERSION],
  ["newer-than", "jammy", VERSION],
  ["range", "new", RANGE],
  ["range", "<1 ||| 2", RANGE],
  ["range", "1 ".repeat(200).trim(), RANGE],
  ["min-age", "30", AGE],
  ["min-age", "1.5d", AGE],
  ["max-age", "3m", AGE],
  ["newest", "0", COUNT],
  ["newest", "two", COUNT],
  ["limit", "0", COUNT],
  ["per", "week", "expected major, minor, variant"],
  ["per", "Major", "expected major, minor, variant"],
  ["sort", "semver", "expected version, name, date, none"],
  ["sort", "__proto__", "expected version, name, date, none"],
];
for (const command of [tags, latest]) {
  for (const [flag, value, expected] of mistakes) {
    Deno.test(`${command.name} refuses --${flag} ${value.slice(0, 20)}`, async () => {
      const fake = createFake({ repositories: { "docker.io/library/a": [["1"]] } });
      const { code, stdout, stderr } = await runFake(command, [`--${flag}`, value, "a"], fake);
      assertEquals([code, stdout, fake.asked], [2, "", []]);
      assertStringIncludes(stderr, `portolan: Cannot read "--${flag} `);
      assertStringIncludes(stderr, `: ${expected}\nusage: portolan ${command.name} `);
    });
  }
}

/** Flags that leave nothing together, and why. */
const contradictions: readonly (readonly [words: string, message: string])[] = [
  ["--like 21.0.1 --variant oraclelinux8", 'with "--like 21.0.1" and "--variant oraclelinux8"'],
  [
    "--newer-than 21.0.1-slim --variant none",
    'with "--newer-than 21.0.1-slim" and "--variant none"',
  ],
  ["--min-age 30d --max-age 10d", 'with "--min-age 30d" and "--max-age 10d"'],
  ["--max-age 1d --min-age 25h", 'with "--min-age 25h" and "--max-age 1d"'],
];
for (const [words, message] of contradictions) {
  Deno.test(`tags and latest refuse ${words}, which exclude each other`, async () => {
    for (const command of [tags, latest]) {
      const { code, stderr } = await runFake(command, [...words.split(" "), "a"]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, `Cannot select ${message}: they exclude each other\n`);
    }
  });
}

for (const words of [["--variant", ""], ["--variant="]]) {
  Deno.test(`tags and latest refuse ${JSON.stringify(words)}, which is no variant`, async () => {
    for (const command of [tags, latest]) {
      const { code, stdout, stderr } = await runFake(command, [...words, "a"]);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, 'Cannot read "--variant"');
    }
  });
}

Deno.test("tags names the one of several patterns that cannot be read", async () => {
  const { stderr } = await runFake(tags, ["--include=a*", "--include=/(/", "--include=b", "a"]);
  assertStringIncludes(stderr, 'Cannot read "--include /(/"');
});

/** Command lines and what they ask for. */
const read: readonly (readonly [words: string, options: SelectOptions])[] = [
  ["", {}],
  ["--include 1.* --include /2$/ --exclude *rc*", { include: ["1.*", "/2$/"], exclude: ["*rc*"] }],
  ["--no-digest-tags --pre --channels --reverse", {
    noDigestTags: true,
    pre: true,
    channels: true,
    reverse: true,
  }],
  ["--like 1.2 --like 21.0.1 --variant none", { like: "21.0.1", variant: "none" }],
  ["--range <22 --newer-than 17.0.1", { range: "<22", newerThan: "17.0.1" }],
  ["--like 21.0.1-alpine --variant alp*", { like: "21.0.1-alpine", variant: "alp*" }],
  ["--like 3.19-rc1 --newer-than 3.18-slim --variant none", {
    like: "3.19-rc1",
    newerThan: "3.18-slim",
    variant: "none",
  }],
  ["--min-age 12h --max-age 2w", { minAge: "12h", maxAge: "2w" }],
  ["--newest 2 --per minor --sort date --limit 3", {
    newest: 2,
    per: "minor",
    sort: "date",
    limit: 3,
  }],
];
for (const [words, options] of read) {
  Deno.test(`readSelector() reads ${words || "nothing"}`, () => {
    const found = Object.entries(readSelector(sort(words))).filter(([, value]) => value);
    assertEquals(Object.fromEntries(found), options);
  });
}

Deno.test("writtenSelector() gives the flags in one order", () => {
  const written = writtenSelector(sort("--explain --pre --include b --like 1.2 --include a"));
  assertEquals(written, "--include b --include a --like 1.2 --pre");
});

Deno.test("tags and latest take every flag of the selector, under titles of their own", async () => {
  for (const command of [tags, latest]) {
    const { stdout } = await runFake(command, ["--help"]);
    for (const title of ["options", "which tags", "how many, in which order", "connection"]) {
      assertStringIncludes(stdout, `\n\n${title}:\n  --`);
    }
    for (const { name } of selectorOptions) assertStringIncludes(stdout, `\n  --${name} `);
    assertEquals(stdout.split("\n").filter((line) => line.length > 110), []);
  }
});

function sort(words: string): Arguments {
  return parseArguments(words.split(" ").filter((word) => word !== ""), selectorOptions);
}
