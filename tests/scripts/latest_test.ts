import { assertEquals, assertStringIncludes } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { runCommand } from "../../scripts/_cli.ts";
import { latest } from "../../scripts/latest.ts";
import { createFake, runFake, type Step } from "./fake.ts";

const DIGEST = `sha256-${"ab".repeat(32)}`;
const REPOSITORIES: Readonly<Record<string, readonly Step[]>> = {
  "docker.io/library/a": [["1.0.0", "1.1.0-rc1", "latest"], [DIGEST, "1.0.1", "1.0.1-slim", "1"]],
  "quay.io/o/b": [["v3.1", "v3.2", "v2.9"]],
  "quay.io/o/names": [["latest", "jammy", DIGEST]],
  "quay.io/o/early": [["1.0rc1", "1.0rc2"]],
  "quay.io/o/alpha": [["1.0.0", "1.1.0", "2.0.0", "2.1.0-rc1", "3.0.0-alpha.1", "latest"]],
  "quay.io/o/bases": [["1.26.2-alpine3.20", "1.27.3-alpine3.20", "1.27.3", "nanoserver-1809"]],
  "quay.io/o/new": [["0.1", "0.2", "1.0.0"]],
  "quay.io/o/broken": [["1.0", "1.1"], new RegistryError("incomplete", "broken broke off")],
};
const A = "docker.io/library/a";
const EARLY =
  "quay.io/o/early:1.0rc2: there is no release; 2 pre-releases have the shape #.#, the only shape without a variant";
const WHY = "2 releases have the shape #.#.#, the only shape without a variant";

/** Command lines, what is printed, and what is said. */
const answers: readonly (readonly [words: string, stdout: string, stderr: string])[] = [
  ["a", `${A}:1.0.1\n`, `portolan: ${A}:1.0.1: ${WHY}\n`],
  ["--quiet a", `${A}:1.0.1\n`, ""],
  ["--like 1.0.0 a", `${A}:1.0.1\n`, ""],
  ["--newer-than 1.0.0 a", `${A}:1.0.1\n`, ""],
  ["--per variant a", `${A}:1.0.1\n${A}:1.0.1-slim\n`, ""],
  ["--quiet --newest 5 a", `${A}:1.0.1\n${A}:1.0.0\n`, ""],
  ["--quiet --newest 5 --reverse --limit 1 a", `${A}:1.0.0\n`, ""],
  ["--quiet --pre a", `${A}:1.1.0-rc1\n`, ""],
  [
    "--pre a",
    `${A}:1.1.0-rc1\n`,
    `portolan: ${A}:1.1.0-rc1: a pre-release; ${WHY}\n`,
  ],
  [
    "quay.io/o/new",
    "quay.io/o/new:0.2\n",
    "portolan: quay.io/o/new:0.2: 2 releases have the shape #.#, the most common of 2 shapes without a variant" +
    "; 1.0.0 is newer, of the shape #.#.#: --like 1.0.0 chooses it\n",
  ],
  ["--like 1.0.0 quay.io/o/new", "quay.io/o/new:1.0.0\n", ""],
  ["--quiet --variant slim a", `${A}:1.0.1-slim\n`, ""],
  ["--quiet a quay.io/o/b", `${A}:1.0.1\nquay.io/o/b:v3.2\n`, ""],
  ["--quiet quay.io/o/early", "quay.io/o/early:1.0rc2\n", ""],
  ["quay.io/o/early", "quay.io/o/early:1.0rc2\n", `portolan: ${EARLY}\n`],
  ["--like 1.0 quay.io/o/early", "quay.io/o/early:1.0rc2\n", `portolan: ${EARLY}\n`],
  ["--pre --like 1.0 quay.io/o/early", "quay.io/o/early:1.0rc2\n", ""],
  ["--newer-than 2.0.0 --pre quay.io/o/alpha", "quay.io/o/alpha:3.0.0-alpha.1\n", ""],
  ["--quiet --range >=1.24 quay.io/o/bases", "quay.io/o/bases:1.27.3\n", ""],
  [
    "--json a",
    `{"repository":"${A}","adapter":"fake","complete":true,"shape":"#.#.#","reason":"1.0.1: ${WHY}",` +
    '"tags":[{"name":"1.0.1"}]}\n',
    "",
  ],
  [
    "--json --per major a quay.io/o/b",
    `[{"repository":"${A}","adapter":"fake","complete":true,"tags":[{"name":"1.0.1","shape":"#.#.#"},` +
    '{"name":"1.0.1-slim","shape":"#.#.#-slim"}]},' +
    '{"repository":"quay.io/o/b","adapter":"fake","complete":true,"tags":[{"name":"v3.2","shape":"v#.#"},{"name":"v2.9","shape":"v#.#"}]}]\n',
    "",
  ],
  [
    "--quiet --format ndjson a quay.io/o/b",
    `{"repository":"${A}","name":"1.0.1"}\n{"repository":"quay.io/o/b","name":"v3.2"}\n`,
    "",
  ],
  [
    "--quiet --format table a quay.io/o/b",
    `REPOSITORY           TAG\n${A}  1.0.1\nquay.io/o/b          v3.2\n`,
    "",
  ],
  [
    "--like 1.0.0 --explain a",
    `${A}:1.0.1\n`,
    "latest: version\n" +
    `${DIGEST}: version\n1.0.1-slim: like\n1: like\n1.1.0-rc1: pre\n1.0.0: newest\n`,
  ],
  [
    "--quiet --explain a",
    `${A}:1.0.1\n`,
    `latest: version\n${DIGEST}: version\n1.1.0-rc1: pre\n1: channels\n1.0.1-slim: shape\n1.0.0: newest\n`,
  ],
];
for (const [words, complete] of [["--newest 5 --limit 1", false], ["--newest 5 --limit 2", true]]) {
  Deno.test(`latest --json ${words} says whether the limit cut it`, async () => {
    for (const per of [[], ["--per", "minor", "--variant", "none"]]) {
      const fake = createFake({ repositories: REPOSITORIES });
      const { stdout } = await runFake(
        latest,
        ["--json", ...`${words}`.split(" "), ...per, "a"],
        fake,
      );
      assertEquals(JSON.parse(stdout).complete, complete);
    }
  });
}
for (const [words, stdout, stderr] of answers) {
  Deno.test(`latest ${words} answers ${stdout.slice(0, 40).trimEnd()}`, async () => {
    const fake = createFake({ repositories: REPOSITORIES });
    assertEquals(await runFake(latest, words.split(" "), fake), { code: 0, stdout, stderr });
  });
}

Deno.test("latest answers for the others where one fails, and exits with the first failure", async () => {
  const fake = createFake({ repositories: REPOSITORIES });
  const words = ["--quiet", "a", "quay.io/o/broken", "quay.io/o/names", "quay.io/o/b"];
  const { code, stdout, stderr } = await runFake(latest, words, fake);
  assertEquals([code, stdout], [7, `${A}:1.0.1\nquay.io/o/b:v3.2\n`]);
  assertEquals(stderr.startsWith("portolan: broken broke off\nportolan: Cannot find"), true);
});

for (const format of ["lines", "ndjson", "json", "table"]) {
  Deno.test(`latest prints no ${format} of a listing that breaks off`, async () => {
    const fake = createFake({ repositories: REPOSITORIES });
    const outcome = await runFake(latest, ["--format", format, "quay.io/o/broken"], fake);
    assertEquals([outcome.code, outcome.stdout], [7, ""]);
  });
}

Deno.test("latest prints in the order given, each as soon as its turn comes", async () => {
  const slow = Promise.withResolvers<void>();
  const fake = createFake({
    repositories: { "docker.io/library/a": [slow.promise, ["1.0"]], "quay.io/o/b": [["2.0"]] },
  });
  const running = runCommand(latest, ["--quiet", "a", "quay.io/o/b"], fake.surroundings);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(fake.stdout, []);
  slow.resolve();
  assertEquals(await running, 0);
  assertEquals(fake.stdout, ["docker.io/library/a:1.0\n", "quay.io/o/b:2.0\n"]);
});

Deno.test("latest exits with 130 when interrupted", async () => {
  const never = Promise.withResolvers<void>();
  const fake = createFake({ repositories: { "docker.io/library/a": [["1.0"], never.promise] } });
  const running = runFake(latest, ["a"], fake);
  await new Promise((resolve) => setTimeout(resolve, 5));
  fake.interrupt.abort();
  assertEquals(await running, { code: 130, stdout: "", stderr: "" });
});

Deno.test("latest warns once that no dates are known", async () => {
  const fake = createFake({ repositories: REPOSITORIES });
  const { stdout, stderr } = await runFake(
    latest,
    ["--min-age=2w", "--like=v1.0", "quay.io/o/b"],
    fake,
  );
  assertEquals(stdout, "");
  assertStringIncludes(stderr, "Cannot find a version");
  const other = createFake({ repositories: REPOSITORIES });
  const told = await runFake(latest, ["--min-age=2w", "--like=v3.0", "quay.io/o/b"], other);
  assertEquals(told, {
    code: 0,
    stdout: "quay.io/o/b:v3.2\n",
    stderr: "portolan: warning: no date is known of 2 tags: --min-age keeps them\n",
  });
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot find versions: expected at least one reference, got none"],
  [
    ["ubuntu:22.04"],
    'Cannot find versions of "ubuntu:22.04", one image: expected docker.io/library/ubuntu --like 22.04',
  ],
  [["a", `b@sha256:${"0".repeat(64)}`], "one image: expected docker.io/library/b"],
  [["--format", "api", "a"], 'Cannot read "--format api": expected lines, json, ndjson, table'],
  [["UPPER"], 'Cannot read reference "UPPER"'],
];
for (const [words, message] of mistakes) {
  Deno.test(`latest refuses ${JSON.stringify(words).slice(0, 40)} and asks nobody`, async () => {
    const fake = createFake({ repositories: REPOSITORIES });
    const { code, stdout, stderr } = await runFake(latest, words, fake);
    assertEquals([code, stdout, fake.asked], [2, "", []]);
    assertStringIncludes(stderr, message);
    assertStringIncludes(stderr, "usage: portolan latest [options] REF...\n");
  });
}
