import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { realTests } from "./available.ts";
import { type RealRegistry, startDockerRegistry } from "./docker_registry.ts";
import { createPerson, type Person } from "./person.ts";

const { test } = realTests("tests/real/terminal_test.ts");

const PASSWORD = "Typed-Password-42";

/** A program on a terminal of its own, by util-linux's `script`, which every Debian has. */
class Typist {
  /** All that the terminal has shown. */
  shown = "";
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(person: Person, words: readonly string[]) {
    const line: string = [...person.command, ...words].map((word) => `'${word}'`).join(" ");
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", `${line} > "$HOME/stdout"`, "/dev/null"],
      env: { ...person.environment, SHELL: "/bin/sh", TERM: "xterm" },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#writer = this.#child.stdin.getWriter();
  }

  /** Waits until the terminal shows this, and then types. */
  async answer(question: string, keys: string): Promise<void> {
    while (!this.shown.includes(question)) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`It ended without "${question}": ${this.shown}`);
      this.shown += value;
    }
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  /** Waits for the end; the exit code. */
  async end(): Promise<number> {
    for (let piece = await this.#reader.read(); !piece.done; piece = await this.#reader.read()) {
      this.shown += piece.value;
    }
    await this.#writer.close().catch(() => {});
    return (await this.#child.status).code;
  }
}

async function startForAnn(): Promise<RealRegistry> {
  return await startDockerRegistry({ auth: { kind: "htpasswd", users: { ann: PASSWORD } } });
}

test("login asks for name and password on a terminal, which does not show the password", async () => {
  await using registry = await startForAnn();
  await using ann = await createPerson();
  const typist = new Typist(ann, ["login", registry.host]);
  await typist.answer(`user name for ${registry.host}: `, "ann\n");
  await typist.answer("password or token of ann: ", `wrong\x15${PASSWORD}x\x7f\n`);
  assertEquals(await typist.end(), 0, typist.shown);
  assertStringIncludes(typist.shown, "ann\r\n");
  assertStringIncludes(typist.shown, "is kept in ~/.docker/config.json");
  for (const piece of [PASSWORD, PASSWORD.slice(0, 5), "wrong", "*"]) {
    assert(!typist.shown.includes(piece), typist.shown);
  }
  assertEquals(await Deno.readTextFile(join(ann.home, "stdout")), "");
  const config: string = await Deno.readTextFile(join(ann.home, ".docker", "config.json"));
  assertEquals(JSON.parse(config), {
    auths: { [registry.host]: { auth: btoa(`ann:${PASSWORD}`) } },
  });
});

test("login exits with 130 when it is interrupted at the password, and keeps nothing", async () => {
  await using registry = await startForAnn();
  await using ann = await createPerson();
  const typist = new Typist(ann, ["login", "--username", "ann", registry.host]);
  await typist.answer("password or token of ann: ", "Typed\x03");
  assertEquals(await typist.end(), 130, typist.shown);
  assert(!typist.shown.includes("Typed"), typist.shown);
  assertEquals([...Deno.readDirSync(ann.home)].map(({ name }) => name), ["stdout"]);
});
