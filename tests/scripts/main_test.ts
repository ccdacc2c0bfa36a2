import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { formatHelp } from "../../scripts/_help.ts";
import { versionComplaint } from "../../scripts/_process.ts";
import { adapters } from "../../scripts/adapters.ts";
import { commands, portolan } from "../../scripts/main.ts";
import type { RegistryAdapter } from "../../mod.ts";
import { createFake, type Outcome, runFake } from "./fake.ts";

async function run(words: readonly string[]): Promise<Outcome> {
  const fake = createFake({ repositories: { "docker.io/library/a": [["1"]] } });
  const code = await portolan(words, fake.surroundings);
  return { code, stdout: fake.stdout.join(""), stderr: fake.stderr.join("") };
}

Deno.test("portolan runs the command that the first word names", async () => {
  assertEquals(await run(["tags", "a"]), { code: 0, stdout: "1\n", stderr: "" });
  assertEquals((await run(["adapters", "--json"])).code, 0);
});

Deno.test("portolan --version prints the version in deno.json", async () => {
  const stdout = `portolan ${config.version}\n`;
  assertEquals(await run(["--version"]), { code: 0, stdout, stderr: "" });
});

Deno.test("portolan --help lists every command", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout, stderr } = await run([flag]);
    assertEquals([code, stderr], [0, ""]);
    for (const { name, summary } of commands) {
      assertStringIncludes(stdout, name);
      assertStringIncludes(stdout, summary);
    }
  }
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot go on: expected a command, see --help"],
  [["tag"], 'Unknown command "tag": did you mean tags'],
  [["tgas", "ubuntu"], 'Unknown command "tgas": did you mean tags'],
  [["adaptors"], 'Unknown command "adaptors": did you mean adapters'],
  [["--verson"], 'Unknown flag "--verson": did you mean --version'],
  [["ubuntu"], 'Unknown command "ubuntu": expected tags, latest, '],
  [["__proto__"], 'Unknown command "__proto__": expected tags'],
  [[""], 'Unknown command "": expected tags'],
  [["x".repeat(100_000)], "expected tags"],
];
for (const [words, message] of mistakes) {
  Deno.test(`portolan refuses ${JSON.stringify(words).slice(0, 40)} and prints its usage`, async () => {
    const { code, stdout, stderr } = await run(words);
    assertEquals([code, stdout], [2, ""]);
    if (words[0]?.length !== 100_000) assertStringIncludes(stderr, message);
    assertStringIncludes(stderr, "usage: portolan COMMAND [options] [OPERANDS]\n");
  });
}

for (const command of commands) {
  Deno.test(`portolan ${command.name} --help explains everything`, async () => {
    assertEquals(command.examples.length, 3);
    assertEquals(new Set(command.examples).size, 3);
    const { code, stdout, stderr } = await run([command.name, "--bogus", "--help"]);
    assertEquals([code, stdout, stderr], [0, formatHelp(command), ""]);
    assertStringIncludes(stdout, `${command.summary}.\n\nusage: ${command.usage}\n`);
    for (const option of command.options) {
      assertStringIncludes(stdout, `  --${option.name} `);
      if (option.default) assertStringIncludes(stdout, `default ${option.default}`);
    }
    for (const example of command.examples) {
      assertStringIncludes(stdout, `  ${example}\n`);
      assertStringIncludes(example, `portolan ${command.name}`);
    }
    assert(/\n {2}130 +interrupted\n$/.test(stdout));
  });
}

Deno.test("portolan tags -- --help takes --help for a reference", async () => {
  assertEquals((await run(["tags", "--", "--help"])).code, 2);
});

const ACME: RegistryAdapter = {
  id: "acme",
  title: "Acme",
  hosts: ["acme.example", "www.acme.example"],
  namespace: "library",
  anonymous: "token",
  scope: "all",
  pages: { ask: 100, fallback: 50, max: 1000, order: "name" },
  credentials: { env: ["ACME_USER", "ACME_TOKEN"] },
  api: {
    origin: "https://api.acme.example",
    login: { required: true, env: "ACME_API" },
    tags: () => [],
    namespaces: () => [],
  },
};
const PLAIN: RegistryAdapter = {
  id: "plain",
  title: "Plain",
  hosts: ["plain.example"],
  noApi: "Nobody has written one",
};

Deno.test("adapters prints a table of habits", async () => {
  const fake = createFake();
  const surroundings = { ...fake.surroundings, adapters: [ACME, PLAIN] };
  const outcome = await runFake(adapters, [], { ...fake, surroundings });
  assertEquals(outcome.stdout.split("\n").map((line) => line.split(/ {2,}/)), [
    [
      "ID",
      "HOST",
      "EXPANSION",
      "ANONYMOUS",
      "SCOPE",
      "N",
      "MAX",
      "ORDER",
      "CREDENTIALS",
      "API",
      "LOGIN OF THE API",
    ],
    [
      "acme",
      "acme.example",
      "library/NAME",
      "token",
      "all",
      "100 or 50",
      "1000",
      "name",
      "ACME_USER ACME_TOKEN",
      "tags namespaces",
      "ACME_API, needed",
    ],
    ["plain", "plain.example", "-", "-", "repository", "none", "-", "-", "-", "-", "-"],
    [""],
    ["plain: Nobody has written one"],
    [""],
  ]);
});

Deno.test("adapters --json prints their data alone", async () => {
  const fake = createFake();
  const strange = Object.assign({ list: () => [] }, ACME);
  const surroundings = { ...fake.surroundings, adapters: [strange, PLAIN] };
  const { stdout } = await runFake(adapters, ["--json"], { ...fake, surroundings });
  const login = { required: true, env: "ACME_API" };
  const api = { origin: "https://api.acme.example", tells: ["tags", "namespaces"], login };
  assertEquals(JSON.parse(stdout), [{ ...ACME, api }, PLAIN]);
  assertEquals(stdout.split("\n").length, 2);
});

Deno.test("adapters refuses operands", async () => {
  const { code, stderr } = await runFake(adapters, ["quay"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, 'Cannot read "quay": expected no operands');
});

Deno.test("versionComplaint() names a Deno that is too old", () => {
  for (const version of ["2.9.5", "2.9.6", "2.10.0", "3.0.0", "2.9.6+1a2b3c4"]) {
    assertEquals(versionComplaint(version), undefined, version);
  }
  for (const version of ["2.9.4", "2.9.5-rc.1", "1.46.3"]) {
    assertStringIncludes(versionComplaint(version) ?? "", `Cannot run on Deno ${version}`);
  }
});
