import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runCommand, type RunResult } from "../real/run_command.ts";
import { oracle, sampleContent, type ServedRegistry, serveRegistry } from "../registry/mod.ts";

const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
const HOST = "container-registry.oracle.com";
const JDK = `${HOST}/java/jdk`;

/** Twenty repositories, each with its own newest version, and the ones of the seeds. */
const apps = Array.from({ length: 20 }, (_, index) => `apps/app${index}`);
const content = {
  ...sampleContent(),
  ...Object.fromEntries(apps.map((name, index) => [name, ["1.0.0", `1.${index}.7`, "latest"]])),
};

function serve(): Promise<ServedRegistry> {
  return serveRegistry(oracle({ content }));
}

/** Runs a script as a person would who has an account at the registry. */
async function run(
  script: string,
  words: readonly string[],
  registry: ServedRegistry,
): Promise<RunResult> {
  const net = Object.values(registry.origins).map((origin) => new URL(origin).host).join();
  const origins = Object.entries(registry.origins).map(([host, at]) => `--origin=${host}=${at}`);
  const permissions = [`--allow-net=${net}`, "--allow-env=OCR_USERNAME,OCR_PASSWORD"];
  const args = ["run", "--quiet", "--no-prompt", ...permissions, `scripts/${script}`];
  const { DENO_DIR, HOME, PATH } = Deno.env.toObject();
  const known = Object.entries({ DENO_DIR, HOME, PATH }).filter(([, value]) => value);
  return await runCommand(Deno.execPath(), [...args, ...words, ...origins], {
    cwd: ROOT,
    env: {
      ...Object.fromEntries(known),
      NO_COLOR: "1",
      OCR_USERNAME: "alice",
      OCR_PASSWORD: "wonderland",
    },
  });
}

/** Command lines for the JDK, and the tags that are printed. */
const asked: readonly (readonly [script: string, words: string, tags: string])[] = [
  ["latest.ts", `${JDK} --like 21.0.1`, "21.0.7"],
  ["main.ts", `latest ${JDK} --like 21.0.1`, "21.0.7"],
  ["latest.ts", `${JDK} --like 21.0.1 --newest 3`, "21.0.7 21.0.6 21.0.5"],
  ["latest.ts", `${JDK} --like 1.8.0_371-oraclelinux8`, "1.8.0_441-oraclelinux8"],
];
for (const [script, words, tags] of asked) {
  Deno.test(`scripts/${script} ${words} prints ${tags}`, async () => {
    await using registry = await serve();
    const outcome = await run(script, words.split(" "), registry);
    const stdout = tags.split(" ").map((tag) => `${JDK}:${tag}\n`).join("");
    assertEquals(outcome, { code: 0, stdout, stderr: "" });
  });
}

Deno.test("scripts/latest.ts says why that shape where nothing names one, unless --quiet", async () => {
  await using registry = await serve();
  const stdout = `${JDK}:24.0.1\n`;
  const told = await run("latest.ts", [JDK], registry);
  assertEquals([told.code, told.stdout], [0, stdout]);
  assertEquals(told.stderr.startsWith(`portolan: ${JDK}:24.0.1: `), true);
  assertStringIncludes(told.stderr, "releases have the shape #.#.#, the most common of ");
  const quiet = await run("latest.ts", ["--quiet", JDK], registry);
  assertEquals(quiet, { code: 0, stdout, stderr: "" });
});

Deno.test("scripts/tags.ts prints one plain tag for each of five JDK lines", async () => {
  await using registry = await serve();
  const words = ["--newest", "1", "--per", "major", "--variant", "none", JDK];
  assertEquals(await run("tags.ts", words, registry), {
    code: 0,
    stdout: "24.0.1\n21.0.7\n17.0.15\n11.0.27\n1.8.0_441\n",
    stderr: "",
  });
});

Deno.test("scripts/latest.ts answers for 20 repositories with a line each, in order", async () => {
  await using registry = await serve();
  const words = ["--quiet", ...apps.map((name) => `${HOST}/${name}`)];
  const stdout = apps.map((name, index) => `${HOST}/${name}:1.${index}.7\n`).join("");
  assertEquals(await run("latest.ts", words, registry), { code: 0, stdout, stderr: "" });
});

Deno.test("scripts/latest.ts exits with 3 where no tag is what was asked for", async () => {
  await using registry = await serve();
  const outcome = await run("latest.ts", [JDK, "--like", "9.9.9-alpine"], registry);
  assertEquals([outcome.code, outcome.stdout], [3, ""]);
  assertStringIncludes(
    outcome.stderr,
    `Cannot find a version of "${JDK}" with --like 9.9.9-alpine`,
  );
  assertStringIncludes(outcome.stderr, "hint: there is 24.0.1; --like leaves out ");
});
