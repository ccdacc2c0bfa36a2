import { assertEquals } from "@std/assert";
import { builtin, type Flow, type FlowOptions, openFlow } from "../../mod.ts";
import { runCommand } from "../../scripts/_cli.ts";
import { copy } from "../../scripts/copy.ts";
import { createFake, type Fake } from "./fake.ts";

const SRC = "source.example/team/app:1";
const DST = "target.example/mirror/app";
const [adapter] = builtin;

/** Runs a copy that reaches nobody, which is exit 6. */
async function run(fake: Fake, words: readonly string[]): Promise<void> {
  function open(options: FlowOptions): Flow {
    fake.opened.push(options);
    const fetch = () => Promise.reject(new TypeError("A fake machine has no network"));
    return openFlow({ ...options, fetch, retries: 0 });
  }
  assertEquals(await runCommand(copy, words, { ...fake.surroundings, open }), 6);
}

/** Who is asked with which login, in the end. */
async function loginsOf(fake: Fake): Promise<unknown[]> {
  const { credentials } = fake.opened.at(-1) ?? {};
  const places = [["source.example", "team/app"], ["target.example", "mirror/app"]] as const;
  return await Promise.all(places.map(async ([registry, repository]) => {
    const login = adapter && await credentials?.({ adapter, registry, repository });
    return login && "username" in login ? `${login.username} ${login.password}` : undefined;
  }));
}

const rows: readonly (readonly [side: string, logins: readonly (string | undefined)[]])[] = [
  ["src", ["alice secret", undefined]],
  ["dest", [undefined, "alice secret"]],
];

for (const [side, logins] of rows) {
  Deno.test(`copy gives the password of --${side}-username to that registry alone`, async () => {
    const fake = createFake({ stdin: "secret\n" });
    await run(fake, [`--${side}-username`, "alice", `--${side}-password-stdin`, SRC, DST]);
    assertEquals(await loginsOf(fake), [...logins]);
  });
}

Deno.test("copy gives the password of --username to the one registry of both ends", async () => {
  const fake = createFake({ stdin: "secret\n" });
  const words = ["--username", "alice", "--password-stdin", SRC, "source.example/mirror/app"];
  await run(fake, words);
  assertEquals(await loginsOf(fake), ["alice secret", undefined]);
});

Deno.test("copy between registries gives up reading this machine, on disk it does not", async () => {
  const between = createFake();
  await run(between, ["--anonymous", SRC, DST]);
  assertEquals(between.prepared.at(-1)?.startsWith("drop reading"), true);
  const onDisk = createFake();
  await run(onDisk, ["--anonymous", SRC, "oci:/nowhere/images"]);
  assertEquals(onDisk.prepared.some((step) => step.startsWith("drop reading")), false);
});
