import { assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { tags } from "../../scripts/tags.ts";
import { createFake, type Fake, runFake, type Step } from "./fake.ts";

const DIGEST = `sha256-${"ab".repeat(32)}`;
const APP = {
  "docker.io/library/a": [["1.0.0", "2.0.0-rc1", "latest"], [DIGEST, "2.0.0", "2"], ["1.10.0"]],
};

/** Flags, and the tags that are printed, in order. */
const selections: readonly (readonly [words: string, tags: string])[] = [
  ["", `1.0.0 2.0.0-rc1 latest ${DIGEST} 2.0.0 2 1.10.0`],
  ["--include 1.* --include /^lat/", "1.0.0 latest 1.10.0"],
  ["--exclude *.*", `latest ${DIGEST} 2`],
  ["--no-digest-tags", "1.0.0 2.0.0-rc1 latest 2.0.0 2 1.10.0"],
  ["--like 1.2.3", "1.0.0 1.10.0"],
  ["--range >=1 --sort version", "2.0.0 1.10.0 1.0.0"],
  ["--range >=1 --pre --channels", "1.0.0 2.0.0-rc1 2.0.0 2 1.10.0"],
  ["--newer-than 1.0.0 --reverse", "1.10.0 2.0.0"],
  ["--variant none --newest 2", "2.0.0 1.10.0"],
  ["--per major", "2.0.0 1.10.0"],
  ["--sort name --limit 2", "1.0.0 1.10.0"],
  ["--variant alpine", ""],
];
for (const [words, chosen] of selections) {
  Deno.test(`tags ${words} prints ${chosen.slice(0, 40)}`, async () => {
    const outcome = await run(words, createFake({ repositories: APP }));
    const stdout = chosen.split(" ").filter((tag) => tag !== "").map((tag) => `${tag}\n`).join("");
    assertEquals(outcome, { code: 0, stdout, stderr: "" });
  });
}

/** Flags, and what happens, page by page. */
const orders: readonly (readonly [words: string, events: readonly string[]])[] = [
  ["--exclude 2*", [
    "ask",
    "print 1.0.0 latest",
    "ask",
    `print ${DIGEST}`,
    "ask",
    "print 1.10.0",
  ]],
  ["--include 1.10.*", ["ask", "ask", "ask", "print 1.10.0"]],
  ["--include *.* --limit 3", ["ask", "print 1.0.0 2.0.0-rc1", "ask", "print 2.0.0"]],
  ["--include 1.* --limit 1", ["ask", "print 1.0.0"]],
  ["--sort none --limit 1", ["ask", "print 1.0.0"]],
  ["--sort name --limit 1", ["ask", "ask", "ask", "print 1.0.0"]],
  ["--reverse --include *.0", ["ask", "ask", "ask", "print 1.10.0 2.0.0 1.0.0"]],
  ["--format json --include 1.* --limit 1", [
    "ask",
    'print {"repository":"docker.io/library/a","adapter":"fake","complete":false,"tags":[{"name":"1.0.0"}]}',
  ]],
];
for (const [words, events] of orders) {
  Deno.test(`tags ${words} asks ${events.filter((event) => event === "ask").length} times`, async () => {
    const fake = createFake({ repositories: APP });
    await run(words, fake);
    assertEquals(story(fake), events);
  });
}

Deno.test("tags leaves a limit alone to the flow, which asks for no more", async () => {
  for (const [words, limit] of [["--limit 2", 2], ["--limit 2 --pre", undefined]] as const) {
    const fake = createFake({ repositories: APP });
    await run(words, fake);
    assertEquals(fake.asked.map(({ options }) => options.limit), [limit]);
  }
});

/** Flags, and what `--explain` says on stderr. */
const explanations: readonly (readonly [words: string, stderr: readonly string[]])[] = [
  ["", []],
  ["--no-digest-tags", [`${DIGEST}: no-digest-tags`]],
  ["--include *.* --exclude *-rc* --newest 1", [
    "2.0.0-rc1: exclude",
    "latest: include",
    `${DIGEST}: include`,
    "2: include",
    "1.10.0: newest",
    "1.0.0: newest",
  ]],
  ["--range * --limit 2", [
    "2.0.0-rc1: pre",
    "latest: version",
    `${DIGEST}: version`,
    "2: channels",
    "1.10.0: limit",
  ]],
  ["--limit 2", [
    "latest: limit",
    `${DIGEST}: limit`,
    "2.0.0: limit",
    "2: limit",
    "1.10.0: limit",
  ]],
  ["--include 1.* --limit 1", [
    "2.0.0-rc1: include",
    "latest: include",
    `${DIGEST}: include`,
    "2.0.0: include",
    "2: include",
    "1.10.0: limit",
  ]],
];
for (const [words, said] of explanations) {
  Deno.test(`tags --explain ${words} says which rule left each tag out`, async () => {
    const { stderr } = await run(`--explain ${words}`, createFake({ repositories: APP }));
    assertEquals(stderr.split("\n").slice(0, -1).sort(), said.toSorted());
  });
}

Deno.test("tags --explain names the repository where there are several, in order", async () => {
  const repositories = { "docker.io/library/a": [["1", "x"]], "quay.io/o/b": [["y", "2"]] };
  const fake = createFake({ repositories });
  const words = ["--explain", "--include", "/[0-9]/", "a", "quay.io/o/b"];
  assertEquals(await runFake(tags, words, fake), {
    code: 0,
    stdout: "docker.io/library/a:1\nquay.io/o/b:2\n",
    stderr: "docker.io/library/a:x: include\nquay.io/o/b:y: include\n",
  });
});

const undated: readonly (readonly [words: string, stderr: string])[] = [
  ["--min-age 1d", "--min-age keeps them"],
  ["--max-age 1d --min-age 1h", "--min-age keeps them, --max-age keeps them"],
  ["--sort date", "--sort date puts them last, by version"],
];
for (const [words, fate] of undated) {
  Deno.test(`tags ${words} warns once that no dates are known, unless --quiet`, async () => {
    const repositories = { "docker.io/library/a": [["1", "2"]], "docker.io/library/b": [["3"]] };
    const told = await run(`${words} b`, createFake({ repositories }));
    const warning = `portolan: warning: no date is known of 3 tags: ${fate}\n`;
    assertEquals([told.code, told.stderr], [0, warning]);
    const quiet = await run(`--quiet ${words} b`, createFake({ repositories }));
    assertEquals([quiet.stdout, quiet.stderr], [told.stdout, ""]);
  });
}

const BROKEN: Readonly<Record<string, readonly Step[]>> = {
  "docker.io/library/a": [["1.0", "1.1", "x"], new RegistryError("incomplete", "a broke off")],
};
const broken: readonly (readonly [words: string, stdout: string])[] = [
  ["--include 1.*", "1.0\n1.1\n"],
  ["--newest 1", ""],
  ["--sort name", ""],
  ["--json --newest 1", ""],
  [
    "--json --include 1.*",
    '{"repository":"docker.io/library/a","adapter":"fake","complete":false,"tags":[{"name":"1.0"},{"name":"1.1"}]}\n',
  ],
];
for (const [words, stdout] of broken) {
  Deno.test(`tags ${words} prints nothing wrong of a listing that breaks off`, async () => {
    const outcome = await run(words, createFake({ repositories: BROKEN }));
    assertEquals([outcome.code, outcome.stdout], [7, stdout]);
  });
}

const completeness: readonly (readonly [words: string, complete: boolean])[] = [
  ["--include 1.*", true],
  ["--newest 1", true],
  ["--sort name --limit 3", false],
  ["--sort name --limit 99", true],
  ["--no-digest-tags --limit 2", false],
];
for (const [words, complete] of completeness) {
  Deno.test(`tags --json ${words} is ${complete ? "complete" : "cut by the limit"}`, async () => {
    const { stdout } = await run(`--json ${words}`, createFake({ repositories: APP }));
    assertEquals(JSON.parse(stdout).complete, complete);
  });
}

function run(words: string, fake: Fake): ReturnType<typeof runFake> {
  return runFake(tags, [...words.split(" ").filter((word) => word !== ""), "a"], fake);
}

/** What was asked and printed, in order, each page on one line. */
function story({ events }: Fake): readonly string[] {
  return events.filter((event) => /^(ask|print) /.test(event))
    .map((event) => event.replace("ask library/a", "ask").trimEnd().replaceAll("\n", " "));
}
