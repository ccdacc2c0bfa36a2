import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mirror } from "../../scripts/mirror.ts";
import { errorAnswer } from "../registry/answer.ts";
import { contentFaults, distribution, type Faults, type Images } from "../registry/mod.ts";
import { assembleRegistry } from "../registry/simulated_registry.ts";
import { imageOf, imagesFor, SOURCE, TARGET } from "../transfer/mirror_world.ts";
import { createImageWorld, type ImageOutcome } from "./image_world.ts";

const PLAN = `name: jdk
mirror:
  - source: ${SOURCE}/java/jdk
    target: ${TARGET}/oracle/{name}
    like: 21.0.1
    keep: 2
    prune: true
`;

/** A machine with a folder, and both registries. */
interface World extends AsyncDisposable {
  run(...words: readonly string[]): Promise<ImageOutcome>;
  file(name: string, text?: string): Promise<string>;
  read(name: string): Promise<string>;
  /** As Ctrl-C does it. */
  interrupt(): void;
}

async function createWorld(
  tags: readonly string[] = ["21.0.5", "21.0.6", "21.0.7", "17.0.1", "latest"],
  sourceFaults?: Faults,
  there: Images = {},
): Promise<World> {
  const source = distribution({ host: SOURCE, images: imagesFor("java/jdk", tags) });
  const world = createImageWorld([
    assembleRegistry(source.hosts, sourceFaults),
    distribution({ host: TARGET, images: there }),
  ]);
  const folder = await Deno.makeTempDir({ prefix: "portolan-mirror-" });
  return {
    run: (...words) => world.run(mirror, words),
    async file(name: string, text?: string): Promise<string> {
      const path = `${folder}/${name}`;
      if (text !== undefined) await Deno.writeTextFile(path, text);
      return path;
    },
    interrupt: () => world.fake.interrupt.abort(),
    read: (name) => Deno.readTextFile(`${folder}/${name}`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("mirror prints what it copied, and nothing the second time", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const first = await world.run(plan);
  assertEquals(
    first.stdout,
    [
      `copied ${TARGET}/oracle/jdk:21.0.7\n`,
      `copied ${TARGET}/oracle/jdk:21.0.6\n`,
    ].join(""),
  );
  const done =
    /^portolan: 2 copied, 0 there already\nportolan: 2 images; sent 4 blobs, \d+ B; \d+ requests in [\d.]+ s\n$/;
  assertMatch(first.stderr, done);
  assertEquals(first.code, 0);
  const second = await world.run(plan);
  assertEquals([second.code, second.stdout], [0, ""]);
  const idle =
    /^portolan: 2 there already\nportolan: 2 images; 2 there before; sent 0 blobs, 0 B; 6 requests in /;
  assertMatch(second.stderr, idle);
});

Deno.test("mirror --dry-run prints what it would do", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const { stdout, stderr } = await world.run("--dry-run", plan);
  assertEquals(
    stdout,
    [
      `to copy ${TARGET}/oracle/jdk:21.0.7\n`,
      `to copy ${TARGET}/oracle/jdk:21.0.6\n`,
    ].join(""),
  );
  const expected =
    /^portolan: 2 to copy, 0 there already\nportolan: asked 6 requests in [\d.]+ s; no manifest was read: /;
  assertMatch(stderr, expected);
});

Deno.test("mirror --json prints the report that --report writes", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const { stdout, stderr } = await world.run(
    "--json",
    "--report",
    await world.file("r.json"),
    plan,
  );
  assertEquals(stderr, "");
  const report = JSON.parse(stdout);
  assertEquals(report, JSON.parse(await world.read("r.json")));
  assertEquals([report.plan, report.done], ["jdk", true]);
  assertEquals(report.repositories[0].tags[0], {
    tag: "21.0.7",
    fate: "copied",
    digest: imageOf("java/jdk:21.0.7").digest,
  });
});

Deno.test("mirror goes past failures with exit 7, and --resume does only what failed", async () => {
  const of = imageOf("java/jdk:21.0.6").digest;
  const faults = contentFaults([
    { on: "manifest", method: "GET", of, times: 1, does: { kind: "status", status: 500 } },
  ]);
  await using world = await createWorld(undefined, faults);
  const plan = await world.file("plan.yaml", PLAN);
  const report = await world.file("r.json");
  const first = await world.run("--report", report, plan);
  assertEquals(first.code, 7);
  assertEquals(first.stdout, `copied ${TARGET}/oracle/jdk:21.0.7\n`);
  assertStringIncludes(first.stderr, `Cannot copy from "${SOURCE}/java/jdk`);
  assertStringIncludes(first.stderr, "portolan: 1 copied, 1 failed, 0 there already\n");
  const second = await world.run("--resume", report, "--report", report, plan);
  assertEquals([second.code, second.stdout], [0, `copied ${TARGET}/oracle/jdk:21.0.6\n`]);
  const third = await world.run("--resume", report, plan);
  assertEquals([third.code, third.stdout], [0, ""]);
  assertStringIncludes(third.stderr, "2 there already");
});

Deno.test("mirror with --report and --resume of one file begins with none, and anew once all is done", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const report = await world.file("r.json");
  const words = ["--resume", report, "--report", report, plan];
  const first = await world.run(...words);
  assertEquals([first.code, first.stdout.split("\n").length], [0, 3]);
  const second = await world.run(...words);
  assertStringIncludes(second.stderr, "2 there already");
  const missing = await world.run("--resume", await world.file("none.json"), plan);
  assertEquals(missing.code, 2);
});

Deno.test("mirror --resume looks at all again where a run came to its end, whatever failed", async () => {
  await using world = await createWorld();
  const gone = `  - source: ${SOURCE}/gone/for-good\n    target: ${TARGET}/gone\n`;
  const plan = await world.file("plan.yaml", PLAN.trimEnd() + "\n" + gone);
  const report = await world.file("r.json");
  const words = ["--resume", report, "--report", report, plan];
  const first = await world.run(...words);
  assertEquals([first.code, first.stdout.split("\n").length], [7, 3]);
  const second = await world.run(...words);
  assertEquals([second.code, second.stdout], [7, ""]);
  assertStringIncludes(second.stderr, "2 there already, 1 of 2 repositories failed");
});

Deno.test("mirror leaves a report when it is interrupted, and --resume does the rest", async () => {
  const of = imageOf("java/jdk:21.0.6").digest;
  const held: { world?: World } = {};
  let isFirst = true;
  await using world = await createWorld(undefined, (request) => {
    if (isFirst && request.url.endsWith(of)) {
      isFirst = false;
      held.world?.interrupt();
    }
    return undefined;
  });
  held.world = world;
  const plan = await world.file("plan.yaml", PLAN);
  const report = await world.file("r.json");
  const first = await world.run("--report", report, plan);
  assertEquals(first.code, 130);
  assertStringIncludes(first.stderr, "portolan: interrupted: what has arrived stays, and the same");
  assertStringIncludes(first.stderr, "portolan: --resume with the file of --report passes over ");
  assertEquals(JSON.parse(await world.read("r.json")).done, false);
  const second = await world.run("--resume", report, plan);
  assertEquals(second.code, 0);
  assertStringIncludes(second.stdout, `copied ${TARGET}/oracle/jdk:21.0.6\n`);
});

Deno.test("mirror --json tells failures as JSON", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN.replace("java/jdk", "java/missing"));
  const { code, stdout, stderr } = await world.run("--json", plan);
  assertEquals(code, 7);
  assertEquals(JSON.parse(stderr).error.code, "not_found");
  assertEquals(JSON.parse(stdout).done, false);
});

Deno.test("mirror reads a plan from standard input and refuses an empty one", async () => {
  await using world = await createWorld();
  const { code, stderr } = await world.run("-");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "-:1:1: expected keys and values, got nothing");
});

Deno.test("mirror --shard does one share", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const runs = [
    await world.run("--shard", "0/2", plan),
    await world.run("--shard", "1/2", plan),
  ];
  const copied = runs.filter(({ stdout }) => stdout !== "");
  assertEquals([copied.length, copied[0]?.stdout.split("\n").length], [1, 3]);
});

const WRONG: readonly (readonly [name: string, text: string, expected: string])[] = [
  [
    "an unknown key",
    PLAN.replace("keep", "keeep"),
    'plan.yaml:6:5: unknown key "keeep": did you mean keep',
  ],
  [
    "an unknown key at the top",
    `prun: true\n${PLAN}`,
    'plan.yaml:1:1: unknown key "prun": expected one of name, defaults, mirror',
  ],
  [
    "a value of another kind",
    PLAN.replace("keep: 2", "keep: two"),
    'plan.yaml:6:11: keep: expected a whole number from 1, got "two"',
  ],
  [
    "text for a number",
    PLAN.replace("keep: 2", 'keep: "3"'),
    'keep: expected a whole number from 1, got the text "3"',
  ],
  [
    "a number below",
    PLAN.replace("keep: 2", "keep: -1"),
    "keep: expected a whole number from 1, got -1",
  ],
  [
    "a layout for a target",
    PLAN.replace(/target: .*/, "target: oci:w/mir"),
    "layouts are no targets of a mirror",
  ],
  [
    "lists without end",
    `mirror: ${"[".repeat(5000)}${"]".repeat(5000)}`,
    ": lists or tables are nested too deeply",
  ],
  [
    "one of a list",
    PLAN.replace("like: 21.0.1", "include: [a, b, '/(']"),
    "plan.yaml:5:14: include: expected a glob",
  ],
  [
    "no target",
    PLAN.replace(/ +target.*\n/, ""),
    "plan.yaml:3:5: mirror: expected a target, got none",
  ],
  [
    "prune without a name",
    PLAN.replace("name: jdk\n", ""),
    "plan.yaml:6:12: prune: expected a name",
  ],
  ["a tag of the source", PLAN.replace("java/jdk", "java/jdk:21"), "it names one image"],
  ["YAML that is none", "mirror: [\n", "plan.yaml:2:1: expected YAML: "],
  ["a key twice", `${PLAN}    keep: 3\n`, "plan.yaml:8:5: the key keep is there twice\n"],
  [
    "two documents",
    `${PLAN}---\n${PLAN}`,
    "plan.yaml:8:1: a plan is one document, and here begins another\n",
  ],
  [
    "an alias of nothing",
    PLAN.replace("keep: 2", "keep: *two"),
    'plan.yaml:6:11: "*two" names what no "&two" before it is\n',
  ],
  [
    "a merge key",
    `${PLAN}    <<: {pre: true}\n`,
    "plan.yaml:8:5: <<: nothing is merged here: what entries share stands once, under defaults",
  ],
  [
    "two problems, in their order",
    PLAN.replace("name: jdk", "name: J").replace(
      "keep: 2",
      "sort: x\n    keep: 0\n    include: []",
    ),
    [
      "/plan.yaml:1:7: name: expected up to 64",
      "/plan.yaml:6:11: sort: expected version",
      "/plan.yaml:7:11: keep: expected a whole",
      "/plan.yaml:8:14: include: expected a glob",
    ].join("|"),
  ],
  [
    "many problems",
    PLAN + Array.from({ length: 30 }, (_, index) => `    key${index}: 1\n`).join(""),
    "\nand 10 more\nportolan: Cannot read the plan: it has 30 mistakes\n",
  ],
  [
    "two sources of one target",
    `${PLAN}  - source: ${SOURCE}/other\n    target: ${TARGET}/oracle/jdk\n`,
    `plan.yaml:8:5: mirror: "${SOURCE}/java/jdk" and "${SOURCE}/other" go to "${TARGET}/oracle/jdk"`,
  ],
  [
    "a repository that goes to itself",
    PLAN.replace(/target: .*/, `target: ${SOURCE}/java/{name}`),
    `plan.yaml:3:5: mirror: "${SOURCE}/java/jdk" goes to itself`,
  ],
  [
    "a repository that goes in two ways",
    `${PLAN}  - source: ${SOURCE}/java/jdk\n    target: ${TARGET}/oracle/jdk\n`,
    `plan.yaml:8:5: mirror: "${SOURCE}/java/jdk" goes to "${TARGET}/oracle/jdk" in two ways`,
  ],
  [
    "aliases without end",
    "a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n" +
    "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c]\n",
    "plan.yaml:1:1: ",
  ],
  ["control characters", 'mirror: "\\e[31m"\n', "\\u{1b}[31m"],
];

for (const [name, text, expected] of WRONG) {
  Deno.test(`mirror refuses ${name}, and says where`, async () => {
    await using world = await createWorld();
    const { code, stderr } = await world.run(await world.file("plan.yaml", text));
    assertEquals(code, 2);
    const at = expected.split("|").map((each) => stderr.indexOf(each));
    assert(at.every((each, index) => each >= 0 && each >= (at[index - 1] ?? 0)), stderr);
    // deno-lint-ignore no-control-regex
    assert(!/\x1b/.test(stderr));
  });
}

Deno.test("mirror --json tells all mistakes of a plan in one error", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN.replace("keep: 2", "keep: 0\n    pre: 1"));
  const { code, stderr } = await world.run("--json", plan);
  assertEquals([code, JSON.parse(stderr).error.message.split("; ").length], [2, 2]);
});

const REGSYNC = `sync:
  - {source: a.example/x, target: b.example/x, type: repository}
  - {source: a.example, target: b.example, type: registry}
`;

Deno.test("mirror --from-regsync says what it left out", async () => {
  await using world = await createWorld();
  const file = await world.file("regsync.yml", REGSYNC);
  const { code, stdout, stderr } = await world.run("--from-regsync", file);
  assertStringIncludes(stdout, "- source: a.example/x\n");
  assertEquals(code, 0);
  assertEquals(stderr.split("\n").length, 2);
  assertStringIncludes(stderr, "portolan: left out: a.example to b.example: a whole registry");
  assertEquals((await world.run("--quiet", "--from-regsync", file)).stderr, "");
});

Deno.test("mirror --from-regsync tells a few of many that it left out", async () => {
  await using world = await createWorld();
  const more = Array.from(
    { length: 12 },
    (_, index) => `  - {source: a.example, target: ${index}.example, type: registry}\n`,
  );
  const { stderr } = await world.run(
    "--from-regsync",
    await world.file("regsync.yml", REGSYNC + more.join("")),
  );
  assertEquals(stderr.split("\n").length, 12);
  assertStringIncludes(stderr, "portolan: left out: 3 more, which are comments in the plan\n");
});

for (
  const [flag, text] of [
    ["--from-regsync", REGSYNC.replace("type: repository", "type: registry")],
    ["--from-regsync", "sync: []\n"],
    ["--from-skopeo", "a.example: {images: {x: [true]}}\n"],
  ] as const
) {
  Deno.test(`mirror ${flag} prints nothing where it takes nothing: ${text}`, async () => {
    await using world = await createWorld();
    const { code, stdout, stderr } = await world.run(flag, await world.file("f.yml", text));
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "Cannot make a plan of ");
  });
}

const MISUSED: readonly (readonly [words: readonly string[], expected: string])[] = [
  [[], "expected one plan, got none"],
  [["a.yaml", "b.yaml"], "expected one plan, got 2"],
  [["missing.yaml"], 'Cannot read "missing.yaml": there is no such file'],
  [["--shard", "2/2", "a.yaml"], "expected I/N"],
  [["--shard", "1", "a.yaml"], "expected I/N"],
  [["--jobs", "0", "a.yaml"], "--jobs"],
  [["--from-skopeo", "a", "--from-regsync", "b"], "expected one of them"],
  [["--from-skopeo", "a", "b"], "expected one of them"],
];

for (const [words, expected] of MISUSED) {
  Deno.test(`mirror ${words.join(" ")} is refused`, async () => {
    await using world = await createWorld();
    const { code, stderr } = await world.run(...words);
    assertEquals(code, 2);
    assertStringIncludes(stderr, expected);
  });
}

Deno.test("mirror refuses to resume from what is no report, or that of another plan", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const others = [
    "",
    "[]",
    '{"format":1}',
    '{"format":1,"plan":"x","done":true,"repositories":[]}',
  ];
  for (const text of others) {
    const { code, stderr } = await world.run("--resume", await world.file("r.json", text), plan);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "Cannot resume from");
  }
});

Deno.test("mirror --resume does what a dry run left, and refuses a changed plan", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const report = await world.file("r.json");
  const dry = await world.run("--dry-run", "--report", report, plan);
  assertEquals(dry.code, 0);
  assertEquals(JSON.parse(await world.read("r.json")).done, false);
  const changed = await world.file("changed.yaml", PLAN.replace("keep: 2", "keep: 3"));
  const refused = await world.run("--resume", report, "--report", report, changed);
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertStringIncludes(refused.stderr, "run without --resume");
  const { code, stdout } = await world.run("--resume", report, plan);
  assertEquals([code, stdout.split("\n").length], [0, 3]);
});

Deno.test("mirror --report does not replace the plan", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  await Deno.symlink(plan, await world.file("link.yaml"));
  for (const report of [plan, await world.file("./plan.yaml"), await world.file("link.yaml")]) {
    const { code, stderr } = await world.run("--report", report, plan);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "the plan is there");
  }
  assertEquals(await world.read("plan.yaml"), PLAN);
});

Deno.test("mirror tells what it overwrites and what the registry said", async () => {
  const faults: Faults = ({ method, url }) =>
    method === "GET" && url.includes("/tags/list")
      ? errorAnswer(403, { code: "DENIED", message: "pay first" })
      : undefined;
  await using world = await createWorld(undefined, faults);
  const { stderr } = await world.run(await world.file("plan.yaml", PLAN));
  assertStringIncludes(stderr, "registry said: DENIED: pay first\n");
  await using other = await createWorld(undefined, undefined, {
    "oracle/jdk": { tags: { "21.0.7": imageOf("a person's") } },
  });
  const second = await other.run(await other.file("plan.yaml", PLAN));
  const was = imageOf("a person's").digest;
  assertStringIncludes(
    second.stderr,
    `overwrites ${TARGET}/oracle/jdk:21.0.7, which this plan did not put: it was ${was}\n`,
  );
});

Deno.test("mirror knows that a report cannot be written before it copies", async () => {
  await using world = await createWorld();
  const plan = await world.file("plan.yaml", PLAN);
  const { code, stdout } = await world.run("--report", await world.file("no/r.json"), plan);
  assertEquals([code, stdout], [2, ""]);
});

Deno.test("mirror takes a version in a plan as it is written", async () => {
  await using world = await createWorld(["1.10", "1.9", "1.1", "08", "8"]);
  const plan = PLAN.replace("21.0.1", "1.10").replace("keep: 2", "newest: 1");
  const { stdout } = await world.run(await world.file("plan.yaml", plan));
  assertEquals(stdout, `copied ${TARGET}/oracle/jdk:1.10\n`);
});
