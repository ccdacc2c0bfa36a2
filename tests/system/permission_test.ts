import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { base64 } from "./examples.ts";

const SOURCES = import.meta.resolve("../../core/system/logins.ts");
const PERMISSION = import.meta.resolve("../../core/system/permission.ts");

/** Looks for a login in a process of its own with these flags; gives its lines of output. */
async function look(
  directory: string,
  flags: readonly string[],
  more: string = "",
): Promise<string[]> {
  const program = join(directory, "look.ts");
  await Deno.writeTextFile(
    program,
    `
    import { systemLogins } from "${SOURCES}";
    import { dropReading } from "${PERMISSION}";
    const adapter = { id: "spec", title: "S", hosts: ["registry.example"],
      credentials: { env: ["R_USER", "R_PASSWORD"] } };
    const asked = { adapter, registry: "registry.example", repository: "a" };
    async function show() {
      const { credentials, problem, looked } = await systemLogins().find(asked);
      console.log(credentials?.username ?? problem ?? "nothing");
      return looked;
    }
    const looked = await show();
    ${more}
    `,
  );
  const helper = join(directory, "docker-credential-test");
  const script = `#!/bin/sh\necho '{"Username":"helper","Secret":"s"}'\n`;
  await Deno.writeTextFile(helper, script, { mode: 0o755 });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...flags, program],
    clearEnv: true,
    env: {
      HOME: directory,
      PATH: `${directory}:/usr/bin:/bin`,
      R_USER: "variable",
      R_PASSWORD: "s",
    },
  }).output();
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).trim().split("\n");
}

async function inHome(config: object, body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "portolan-permission-" });
  try {
    await Deno.mkdir(join(directory, ".docker"));
    await Deno.writeTextFile(join(directory, ".docker", "config.json"), JSON.stringify(config));
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const inFile = { auths: { "registry.example": { auth: base64("file:s") } } };
const inHelper = { credHelpers: { "registry.example": "test" } };

Deno.test("openLogins() finds nothing and asks nobody when nothing is permitted", async () => {
  await inHome(inFile, async (directory) => assertEquals(await look(directory, []), ["nothing"]));
});

Deno.test("openLogins() needs --allow-env of two variables and no more for these", async () => {
  await inHome(inFile, async (directory) => {
    assertEquals(await look(directory, ["--allow-env=R_USER,R_PASSWORD"]), ["variable"]);
  });
});

Deno.test("openLogins() needs HOME and the one file and no more for that", async () => {
  await inHome(inFile, async (directory) => {
    const path = join(directory, ".docker", "config.json");
    assertEquals(await look(directory, ["--allow-env=HOME", `--allow-read=${path}`]), ["file"]);
    const says = "console.log(looked.at(-2).source, looked.at(-2).reason)";
    assertEquals(await look(directory, ["--allow-env=HOME"], says), [
      "nothing",
      `~/.docker/config.json --allow-read=${path} is not given`,
    ]);
  });
});

Deno.test("openLogins() needs one program and three variables for a helper", async () => {
  await inHome(inHelper, async (directory) => {
    const read = `--allow-read=${join(directory, ".docker")}`;
    const env = "--allow-env=HOME,PATH,NODE_V8_COVERAGE";
    const run = "--allow-run=docker-credential-test";
    assertEquals(await look(directory, [read, env, run]), ["helper"]);
    assertEquals(await look(directory, [read, env]), [
      "docker-credential-test (named in ~/.docker/config.json) may not be run: " +
      "--allow-run=docker-credential-test not given",
    ]);
    assertEquals(await look(directory, [read, "--allow-env=HOME,PATH", run]), [
      "docker-credential-test (named in ~/.docker/config.json) may not be run: " +
      "--allow-env=NODE_V8_COVERAGE not given",
    ]);
  });
});

for (const flags of [["--allow-all"], ["--allow-read", "--allow-env", "--allow-run"]]) {
  Deno.test(`dropReading() ends all reading with ${flags.join(" ")}`, async () => {
    const more = `
      await dropReading();
      await show();
      for (const act of [() => Deno.readTextFileSync("/etc/hostname"), () => Deno.env.get("HOME"),
          () => new Deno.Command("docker-credential-test").outputSync()]) {
        try { act(); console.log("it did"); } catch (error) { console.log(error.name); }
      }
    `;
    await inHome(inHelper, async (directory) => {
      assertEquals(await look(directory, flags, more), [
        "variable",
        "nothing",
        "NotCapable",
        "NotCapable",
        "NotCapable",
      ]);
    });
  });
}

Deno.test("systemLogins() finds what it has just stored, and not what it has removed", async () => {
  const more = `
    const logins = systemLogins();
    const show2 = async () => console.log((await logins.find(asked)).credentials?.username);
    console.log((await logins.store(asked, { username: "new", password: "s" })).place);
    await show2();
    console.log((await logins.remove(asked)).length);
    await show2();
  `;
  await inHome({}, async (directory) => {
    const flags = [
      "--allow-env=HOME",
      `--allow-read=${directory}`,
      `--allow-write=${join(directory, ".docker")}`,
    ];
    assertEquals(await look(directory, flags, more), [
      "nothing",
      "~/.docker/config.json",
      "new",
      "1",
      "undefined",
    ]);
  });
});
