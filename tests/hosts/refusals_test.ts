import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunResult } from "../real/run_command.ts";
import { type Example, EXAMPLES, openExample, oracleExample } from "./examples.ts";
import { runTags } from "./programs.ts";
import { startTlsWorld, type TlsWorld } from "./tls_world.ts";

const PRIVATE = /private/i;

for (const example of EXAMPLES) {
  const missing = `${
    example.hosts.at(-1) === "auth.docker.io" ? "" : `${example.registry}/`
  }no/such`;

  Deno.test(`tags exits with 3 for the missing ${missing}`, async () => {
    await using world: TlsWorld = await startTlsWorld(openExample(example));
    const run: RunResult = await ask(missing, example, world);
    assertEquals([run.code, run.stdout], [3, ""], run.stderr);
    assertStringIncludes(run.stderr, `"${example.registry}/no/such"`);
    assertMatch(
      run.stderr,
      example.user === undefined ? PRIVATE : /no such repository, or not for/,
    );
  });

  Deno.test(`tags exits with 6 and a hint for ${example.reference} when its certificate is not trusted`, async () => {
    await using world: TlsWorld = await startTlsWorld(openExample(example));
    const run: RunResult = await ask(example.reference, example, world, { DENO_CERT: undefined });
    assertEquals([run.code, run.stdout], [6, ""], run.stderr);
    assertMatch(run.stderr, /^hint: .*DENO_CERT/m);
    assertEquals(world.requests, []);
  });
}

const visitor: Example = { ...oracleExample, user: undefined };

Deno.test("tags exits with 4 and says what Oracle wants when nobody is logged in", async () => {
  await using world: TlsWorld = await startTlsWorld(openExample(visitor));
  const run: RunResult = await ask(visitor.reference, visitor, world);
  assertEquals([run.code, run.stdout], [4, ""], run.stderr);
  assertMatch(run.stderr, /^hint: .*2025-06-30.*Auth Token/m);
});

Deno.test("tags exits with 4 for a missing repository of Oracle when nobody is logged in", async () => {
  await using world: TlsWorld = await startTlsWorld(openExample(visitor));
  const run: RunResult = await ask(`${visitor.registry}/no/such`, visitor, world);
  assertEquals([run.code, run.stdout], [4, ""], run.stderr);
  assertMatch(run.stderr, /^hint: .*2025-06-30.*Auth Token/m);
});

Deno.test("tags exits with 4 when Oracle refuses the password, which is nowhere told", async () => {
  const wrong: Example = {
    ...oracleExample,
    user: { username: "me@mail.example", password: "not-the-password" },
  };
  await using world: TlsWorld = await startTlsWorld(openExample(wrong));
  const run: RunResult = await ask(wrong.reference, wrong, world);
  assertEquals([run.code, run.stdout], [4, ""], run.stderr);
  assertMatch(run.stderr, /^hint: .*2025-06-30.*Auth Token/m);
  assertEquals(run.stderr.includes("not-the-password"), false);
});

Deno.test("tags exits with 6 and names the permission when a host is not allowed", async () => {
  for (const example of EXAMPLES) {
    await using world: TlsWorld = await startTlsWorld(openExample(example));
    const run: RunResult = await ask(
      example.reference,
      { ...example, hosts: ["x.example"] },
      world,
    );
    assertEquals([run.code, run.stdout], [6, ""], run.stderr);
    assertMatch(run.stderr, /^hint: .*--allow-net=/m);
    assertEquals(world.connections, {});
  }
});

function ask(
  reference: string,
  { hosts, user }: Example,
  { environment }: TlsWorld,
  changed: Readonly<Record<string, string | undefined>> = {},
): Promise<RunResult> {
  const { HTTPS_PROXY, DENO_CERT } = environment;
  return runTags(["--format", "api", reference], {
    net: hosts.map((host) => `${host}:443`),
    environment: { HTTPS_PROXY, DENO_CERT, ...changed },
    user,
  });
}
