import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ApiListing, NamespaceDetails, RegistryAdapter } from "../../core/adapter.ts";
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
    complete: true,
    namespaces: ["alice", "acme", "library"].map((name) => ({ name })),
  });
});

Deno.test("namespaces --json of a list that breaks off has what came, and is exit 7", async () => {
  const logins = { "paged.example": { username: "alice", password: "wonderland", stored: true } };
  const fake = createFake({ logins });
  const paged: ApiListing<NamespaceDetails> = {
    page: (number) => `/namespaces?page=${number}`,
    read: (document, check) => ({
      items: check.list(document).flatMap((name) => check.text(name) ?? []).map((name) => ({
        name,
      })),
      entries: 2,
      total: 4,
    }),
  };
  const adapter: RegistryAdapter = {
    id: "paged",
    title: "Paged",
    hosts: ["paged.example"],
    api: { origin: "https://paged.example", namespaces: () => [paged] },
  };
  const answer = (input: RequestInfo | URL): Promise<Response> =>
    Promise.resolve(
      new Request(input).url.endsWith("page=1")
        ? Response.json(["alice", "acme"])
        : new Response(null, { status: 501 }),
    );
  for (const words of [["--json", "paged.example"], ["paged.example"]]) {
    fake.stdout.length = 0;
    const code = await runCommand(namespaces, words, {
      ...fake.surroundings,
      open: (options) => openFlow({ ...options, adapters: [adapter], fetch: answer, retries: 0 }),
    });
    const stdout = fake.stdout.join("");
    assertEquals(code, 7);
    if (words.length === 1) assertEquals(stdout, "alice\nacme\n");
    else {
      assertEquals(JSON.parse(stdout), {
        registry: "paged.example",
        complete: false,
        namespaces: [{ name: "alice" }, { name: "acme" }],
      });
    }
  }
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
