import { assertEquals, assertStringIncludes } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { runCommand } from "../../scripts/_cli.ts";
import { namespaces } from "../../scripts/namespaces.ts";
import { dockerHub, simulateNetwork } from "../registry/mod.ts";
import { createFake, type FakeOptions } from "./fake.ts";

/** Runs the command beside a Docker Hub where alice is in two organisations. */
async function run(words: readonly string[], options: FakeOptions = {}) {
  const fake = createFake(options);
  const network = simulateNetwork(
    dockerHub({ api: { namespaces: { alice: ["acme", "library"] } } }),
  );
  const code = await runCommand(namespaces, words, {
    ...fake.surroundings,
    open: (options) => openFlow({ ...options, fetch: network.fetch, retries: 0 }),
  });
  return { code, stdout: fake.stdout.join(""), stderr: fake.stderr.join(""), network };
}

Deno.test("namespaces are those of a login that was typed", async () => {
  const words = ["--username", "alice", "--password-stdin"];
  const { code, stdout, stderr, network } = await run(words, { stdin: "wonderland\n" });
  assertEquals([code, stdout, stderr], [0, "alice\nacme\nlibrary\n", ""]);
  assertEquals(network.requests.map(({ method, url }) => `${method} ${url}`), [
    "POST https://hub.docker.com/v2/auth/token",
    "GET https://hub.docker.com/v2/repositories/namespaces/",
  ]);
});

Deno.test("namespaces are those of a login that the machine keeps", async () => {
  const logins = { "docker.io": { username: "alice", password: "wonderland", stored: true } };
  const { code, stdout } = await run(["--json", "docker.io"], { logins });
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    registry: "docker.io",
    namespaces: ["alice", "acme", "library"],
  });
});

Deno.test("namespaces without a login is exit 4, of a registry without an API exit 8", async () => {
  const nobody = await run([]);
  assertEquals([nobody.code, nobody.stdout], [4, ""]);
  assertStringIncludes(nobody.stderr, '"portolan login docker.io"');
  const quay = await run(["quay.io"]);
  assertEquals([quay.code, quay.network.requests.length], [8, 0]);
  assertStringIncludes(quay.stderr, "does not tell which there are");
  const ecr = await run(["public.ecr.aws"]);
  assertStringIncludes(ecr.stderr, "AWS accounts alone");
});

for (const words of [["a/b"], ["docker.io", "quay.io"]]) {
  Deno.test(`namespaces ${words.join(" ")} is a mistake`, async () => {
    const { code, network } = await run(words);
    assertEquals([code, network.requests.length], [2, 0]);
  });
}
