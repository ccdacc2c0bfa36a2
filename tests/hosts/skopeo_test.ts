import { assertEquals } from "@std/assert";
import { realTests } from "../real/available.ts";
import type { RunResult } from "../real/run_command.ts";
import { EXAMPLES, oldQuay, openExample } from "./examples.ts";
import { runSkopeoListTags, runTags } from "./programs.ts";
import { startTlsWorld, type TlsWorld } from "./tls_world.ts";

const { test } = realTests("tests/hosts/skopeo_test.ts");

for (const example of [...EXAMPLES, oldQuay]) {
  const { reference, user, hosts, open } = example;
  const name = open === oldQuay.open ? `${reference} of 2023` : reference;

  test(`tags --format skopeo prints what skopeo prints of ${name}`, async () => {
    await using world: TlsWorld = await startTlsWorld(openExample(example));
    const { HTTPS_PROXY, DENO_CERT, SSL_CERT_FILE } = world.environment;
    const theirs: RunResult = await runSkopeoListTags(
      reference,
      { HTTPS_PROXY, SSL_CERT_FILE },
      user,
    );
    assertEquals([theirs.code, theirs.stderr], [0, ""]);
    const ours: RunResult = await runTags(["--format", "skopeo", reference], {
      net: hosts.map((host) => `${host}:443`),
      environment: { HTTPS_PROXY, DENO_CERT },
      user,
    });
    assertEquals([ours.code, ours.stdout], [0, theirs.stdout], ours.stderr);
    assertEquals(world.refused, []);
  });
}
