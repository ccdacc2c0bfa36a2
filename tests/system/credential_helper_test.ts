import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { join } from "node:path";
import type { Credentials } from "../../core/credentials.ts";
import {
  eraseFromHelper,
  getFromHelper,
  listHelper,
  storeInHelper,
} from "../../core/system/credential_helper.ts";
import { type HelperAnswer, isHelperName } from "../../core/system/helper_program.ts";
import { type Machine, systemMachine } from "../../core/system/machine.ts";

const CANARY = "canary-secret";

/** A machine on whose PATH is one helper, `test`: this shell script. */
interface Bench extends AsyncDisposable {
  readonly machine: Machine;
  readonly directory: string;
}

async function withHelper(script: string, more: Record<string, string> = {}): Promise<Bench> {
  const directory = await Deno.makeTempDir({ prefix: "portolan-helper-" });
  const path = join(directory, "docker-credential-test");
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const variables = new Map(Object.entries({
    PATH: `${directory}:/usr/bin:/bin`,
    HOME: directory,
    AWS_SECRET_ACCESS_KEY: CANARY,
    LD_PRELOAD: "",
    ...more,
  }));
  return {
    machine: { ...systemMachine(), variable: (name) => variables.get(name) },
    directory,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const question = { name: "test", server: "registry.example:5000" };

const GET: readonly (readonly [
  name: string,
  script: string,
  expected: HelperAnswer<Credentials>,
])[] = [
  ["a login", `echo '{"Username":"ann","Secret":"${CANARY}"}'`, {
    kind: "done",
    value: { username: "ann", password: CANARY },
  }],
  ["an identity token", `echo '{"Username":"<token>","Secret":"${CANARY}"}'`, {
    kind: "done",
    value: { identityToken: CANARY },
  }],
  [
    "the same server",
    `echo '{"ServerURL":"registry.example:5000","Username":"a","Secret":"s"}'`,
    { kind: "done", value: { username: "a", password: "s" } },
  ],
  [
    "the same server as an address",
    `echo '{"ServerURL":"https://registry.example:5000/v1/","Username":"a","Secret":"s"}'`,
    { kind: "done", value: { username: "a", password: "s" } },
  ],
  [
    "another server",
    `echo '{"ServerURL":"other.example","Username":"ann","Secret":"${CANARY}"}'`,
    { kind: "failed", reason: "answered for another server" },
  ],
  [
    "another port",
    `echo '{"ServerURL":"registry.example","Username":"ann","Secret":"${CANARY}"}'`,
    { kind: "failed", reason: "answered for another server" },
  ],
  ["nothing found", `echo "credentials not found in native keychain"; exit 1`, { kind: "none" }],
  ["nothing found, exit 0", "echo credentials not found in native keychain", { kind: "none" }],
  ["nothing found, on stderr too", "echo credentials not found; echo x >&2; exit 1", {
    kind: "none",
  }],
  ["nothing found, but only on stderr", "echo credentials not found >&2; exit 1", {
    kind: "failed",
    reason: "failed with exit code 1",
  }],
  ["empty texts", `echo '{"Username":"","Secret":""}'`, { kind: "none" }],
  ["no texts", "echo '{}'", { kind: "none" }],
  ["a failure that shows a secret", `echo ${CANARY}; echo ${CANARY} >&2; exit 3`, {
    kind: "failed",
    reason: "failed with exit code 3",
  }],
  ["no JSON", `echo ${CANARY}`, { kind: "failed", reason: "did not answer with JSON" }],
  ["nothing", "true", { kind: "failed", reason: "did not answer with JSON" }],
  ["a list", "echo '[]'", { kind: "failed", reason: "did not answer with JSON" }],
  ["numbers", `echo '{"Username":1,"Secret":"${CANARY}"}'`, {
    kind: "failed",
    reason: "answered with something else than text",
  }],
  ["no user name", `echo '{"Secret":"${CANARY}"}'`, {
    kind: "failed",
    reason: "answered without a user name",
  }],
  ["a colon in the user name", `echo '{"Username":"a:b","Secret":"${CANARY}"}'`, {
    kind: "failed",
    reason: "answered with a colon in the user name",
  }],
  ["1 GB", "yes | head -c 1000000000", { kind: "failed", reason: "wrote more than 64 KiB" }],
  ["1 GB on stderr", `yes | head -c 100000000 >&2; echo '{"Username":"a","Secret":"s"}'`, {
    kind: "done",
    value: { username: "a", password: "s" },
  }],
  ["its own death", "kill -9 $$", { kind: "failed", reason: "was killed" }],
  ["no look at its input", `exec <&-; echo '{"Username":"a","Secret":"s"}'`, {
    kind: "done",
    value: { username: "a", password: "s" },
  }],
];

for (const [name, script, expected] of GET) {
  Deno.test(`getFromHelper() when the helper answers with ${name}`, async () => {
    await using bench = await withHelper(script);
    assertEquals(await getFromHelper(question, bench.machine), expected);
  });
}

Deno.test("getFromHelper() kills a helper that hangs, and does not wait for what that started", async () => {
  await using bench = await withHelper("sleep 3");
  const run: Machine["run"] = (program) => {
    assertEquals(program.timeout, 10_000);
    return bench.machine.run({ ...program, timeout: 200 });
  };
  const start = performance.now();
  assertEquals(await getFromHelper(question, { ...bench.machine, run }), {
    kind: "failed",
    reason: "did not end within 0.2 seconds",
  });
  assertLessOrEqual(performance.now() - start, 2_000);
});

Deno.test("getFromHelper() sends the server without a line end, and the action as the one argument", async () => {
  await using bench = await withHelper(
    `[ "$#" = 1 ] || exit 9; printf '{"Username":"%s","Secret":"%s"}' "$1" "$(od -An -c | tr -d ' \\n\\\\')"`,
  );
  const server = "https://index.docker.io/v1/";
  assertEquals(await getFromHelper({ name: "test", server }, bench.machine), {
    kind: "done",
    value: { username: "get", password: server },
  });
});

Deno.test("getFromHelper() gives the helper no variable that it does not need", async () => {
  const script =
    `printf '{"Username":"ann","Secret":"%s"}' "$(env | cut -d= -f1 | sort | tr '\\n' ' ')"`;
  await using bench = await withHelper(script, { DISPLAY: ":0", GITHUB_TOKEN: CANARY });
  const answer = await getFromHelper(question, bench.machine);
  const names = answer.kind === "done" && "password" in answer.value ? answer.value.password : "";
  // The shell adds PWD and its like itself.
  assertEquals(names.split(" ").filter((name) => !/^(PWD|SHLVL|_|OLDPWD|)$/.test(name)), [
    "DISPLAY",
    "HOME",
    "PATH",
  ]);
  const more = { ...question, variables: ["AWS_SECRET_ACCESS_KEY"] };
  const wider = await getFromHelper(more, bench.machine);
  assert(Deno.inspect(wider).includes("AWS_SECRET_ACCESS_KEY"));
});

Deno.test("getFromHelper() says that a helper is missing", async () => {
  await using bench = await withHelper("true");
  const answer = await getFromHelper({ ...question, name: "none" }, bench.machine);
  assertEquals(answer, { kind: "failed", reason: "is not on PATH" });
});

Deno.test("getFromHelper() runs nothing that may not be run", async () => {
  await using bench = await withHelper("true");
  await Deno.chmod(join(bench.directory, "docker-credential-test"), 0o644);
  const answer = await getFromHelper(question, bench.machine);
  assertEquals(answer.kind, "failed");
});

for (const path of ["", ".", "bin:.:", ":", "./bin"]) {
  Deno.test(`getFromHelper() takes no helper from the working directory, with PATH "${path}"`, async () => {
    await using bench = await withHelper(`echo '{"Username":"a","Secret":"s"}'`);
    await Deno.mkdir(join(bench.directory, "bin"));
    await Deno.copyFile(
      join(bench.directory, "docker-credential-test"),
      join(bench.directory, "bin", "docker-credential-test"),
    );
    const program = `
      import { getFromHelper } from "${
      import.meta.resolve("../../core/system/credential_helper.ts")
    }";
      import { systemMachine } from "${import.meta.resolve("../../core/system/machine.ts")}";
      const variable = (name) => name === "PATH" ? ${JSON.stringify(path)} : undefined;
      const machine = { ...systemMachine(), variable };
      console.log((await getFromHelper(${JSON.stringify(question)}, machine)).reason);
    `;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
      cwd: bench.directory,
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "is not on PATH\n");
  });
}

const NAMES: readonly string[] = [
  ...["../../evil", "..", "a..b", "a b", "x;id", "desktop\n", "", "/bin/sh", "a/b", "a\\b"],
  ...["$(id)", "`id`", "a|b", "a&b", "ä", "a\0", "x".repeat(65), "a*", "-\t", "%00"],
];

for (const name of NAMES) {
  Deno.test(`getFromHelper() runs nothing by the name ${JSON.stringify(name)}`, async () => {
    await using bench = await withHelper("true");
    const run = () => {
      throw new Error("it ran");
    };
    assert(!isHelperName(name));
    assertEquals(await getFromHelper({ ...question, name }, { ...bench.machine, run }), {
      kind: "failed",
      reason: "has a name that no helper may have",
    });
  });
}

for (const server of ["a\nb", "a\r", "a\0b", "", "a b", "\x1b[2J", "ä.example"]) {
  Deno.test(`askHelper() sends no server like ${JSON.stringify(server)}`, async () => {
    await using bench = await withHelper("cat");
    const asked = { name: "test", server };
    await assertRejects(() => getFromHelper(asked, bench.machine), TypeError);
    await assertRejects(() => eraseFromHelper(asked, bench.machine), TypeError);
    const login = { username: "a", password: "s" };
    await assertRejects(() => storeInHelper(asked, login, bench.machine), TypeError);
  });
}

Deno.test("storeInHelper() and eraseFromHelper() speak the protocol", async () => {
  await using bench = await withHelper(`cat > "$HOME/$1.txt"`);
  const login = { username: "ann", password: 'p"\\ä\n' };
  assertEquals(await storeInHelper(question, login, bench.machine), {
    kind: "done",
    value: undefined,
  });
  const file = join(bench.directory, "store.txt");
  assertEquals(JSON.parse(await Deno.readTextFile(file)), {
    ServerURL: "registry.example:5000",
    Username: "ann",
    Secret: 'p"\\ä\n',
  });
  await storeInHelper(question, { identityToken: "t" }, bench.machine);
  assertEquals(JSON.parse(await Deno.readTextFile(file)), {
    ServerURL: "registry.example:5000",
    Username: "<token>",
    Secret: "t",
  });
  assertEquals((await eraseFromHelper(question, bench.machine)).kind, "done");
  const erased = await Deno.readTextFile(join(bench.directory, "erase.txt"));
  assertEquals(erased, "registry.example:5000");
});

Deno.test("storeInHelper() says that it failed, and nothing of what the helper said", async () => {
  await using bench = await withHelper("cat; exit 1");
  const login = { username: "ann", password: CANARY };
  assertEquals(await storeInHelper(question, login, bench.machine), {
    kind: "failed",
    reason: "failed with exit code 1",
  });
});

Deno.test("storeInHelper() has no word for a registry token", async () => {
  await using bench = await withHelper("true");
  await assertRejects(
    () => storeInHelper(question, { registryToken: "t" }, bench.machine),
    TypeError,
  );
});

const LISTS: readonly (readonly [script: string, expected: unknown])[] = [
  [`echo '{"registry.example":"ann","__proto__":"bob"}'`, {
    kind: "done",
    value: new Map([["registry.example", "ann"], ["__proto__", "bob"]]),
  }],
  ["echo '{}'", { kind: "done", value: new Map() }],
  [`echo '{"a":1}'`, { kind: "failed", reason: "did not answer with a list" }],
  ["echo '[]'", { kind: "failed", reason: "did not answer with a list" }],
  ["true", { kind: "failed", reason: "did not answer with a list" }],
];

for (const [script, expected] of LISTS) {
  Deno.test(`listHelper() when the helper runs ${script}`, async () => {
    await using bench = await withHelper(script);
    assertEquals<unknown>(await listHelper(question, bench.machine), expected);
  });
}
