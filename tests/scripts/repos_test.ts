import { assertEquals, assertStringIncludes } from "@std/assert";
import { repos } from "../../scripts/repos.ts";
import { distribution, dockerHub, ecrPublic, quay } from "../registry/mod.ts";
import { createImageWorld } from "./image_world.ts";

const content = { "library/a": ["1"], "library/b": ["1"], "library/c": ["1"], "other/d": ["1"] };

Deno.test("repos lists the repositories of a namespace of Docker Hub", async () => {
  const { network, run } = createImageWorld(dockerHub({ content }));
  const { code, stdout, stderr } = await run(repos, ["library"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd().split("\n").toSorted(), ["library/a", "library/b", "library/c"]);
  assertEquals(network.requests.length, 1);
});

Deno.test("repos --format table has stars, pulls and dates where they are known", async () => {
  const hub = createImageWorld(dockerHub({ content }));
  const words = ["--format", "table", "--sort", "pulls"];
  const { stdout } = await hub.run(repos, [...words, "library"]);
  const rows = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/).slice(0, 4));
  assertEquals(rows, [
    ["REPOSITORY", "STARS", "PULLS", "UPDATED"],
    ["docker.io/library/c", "2", "2000", "2026-08-01"],
    ["docker.io/library/b", "1", "1000", "2026-08-01"],
    ["docker.io/library/a", "0", "0", "2026-08-01"],
  ]);
  const plain = createImageWorld(distribution({ content }));
  const bare = await plain.run(repos, ["--format", "table", "registry.example/other"]);
  assertEquals(bare.stdout, "REPOSITORY\nregistry.example/other/d\n");
});

Deno.test("repos --json tells whether it is all", async () => {
  const { run } = createImageWorld(quay({ content }));
  const { code, stdout } = await run(repos, ["--json", "quay.io/library"]);
  const { registry, namespace, complete, repositories } = JSON.parse(stdout);
  assertEquals([code, registry, namespace, complete], [0, "quay.io", "library", true]);
  assertEquals(repositories.length, 3);
});

Deno.test("repos --sort puts names in order, and several namespaces into one list a line", async () => {
  const { run } = createImageWorld(distribution({ content }));
  const words = ["--sort", "name", "registry.example/other", "registry.example/library"];
  assertEquals((await run(repos, words)).stdout.split("\n"), [
    "registry.example/other/d",
    "registry.example/library/a",
    "registry.example/library/b",
    "registry.example/library/c",
    "",
  ]);
});

Deno.test("repos HOST lists the catalog of a registry", async () => {
  const { run } = createImageWorld(distribution({ content }));
  const { code, stdout } = await run(repos, ["registry.example"]);
  assertEquals([code, stdout], [
    0,
    Object.keys(content).map((name) => `registry.example/${name}\n`).join(""),
  ]);
});

Deno.test("repos prints what it has of a list that breaks off, and is exit 7", async () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`team/r${at}`, ["1"]]));
  for (const format of ["lines", "json", "table"]) {
    const { run } = createImageWorld(dockerHub({
      content: many,
      faults: ({ url }) => /[?&]page=2/.test(url) ? new Response("", { status: 500 }) : undefined,
    }));
    const { code, stdout, stderr } = await run(repos, ["--format", format, "team"]);
    assertEquals(code, 7);
    assertStringIncludes(stdout, "team/r");
    assertStringIncludes(stderr, "stopped after 100 repositories");
    if (format === "json") assertEquals(JSON.parse(stdout).complete, false);
  }
});

Deno.test("repos --json of a list that changed while it was read is not complete, and exit 7", async () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`team/r${at}`, ["1"]]));
  const { run } = createImageWorld(dockerHub({
    content: many,
    faults: async (_, __, answer) => {
      const page = await (await answer()).json();
      return Response.json({ ...page, count: page.count + (page.next === null ? 1 : 0) });
    },
  }));
  const { code, stdout, stderr } = await run(repos, ["--json", "team"]);
  const { complete, repositories } = JSON.parse(stdout);
  assertEquals([code, complete, repositories.length], [7, false, 150]);
  assertStringIncludes(stderr, "the list changed while it was read");
});

/** What refuses, the exit code, and what is said. */
const refusals: readonly (readonly [
  what: string,
  words: string,
  code: number,
  said: readonly string[],
])[] = [
  ["no catalog", "registry.example", 8, ["does not show what it holds", "status 404"]],
  ["Docker Hub as a whole", "docker.io", 8, ["Name a namespace: docker.io/NAMESPACE"]],
  ["ECR Public", "public.ecr.aws/team", 8, ["AWS accounts alone"]],
  ["GHCR without a token", "ghcr.io/team", 4, ["as in GITHUB_TOKEN"]],
  ["no namespace", "a..b", 2, ['Cannot read "a..b": expected a namespace']],
  ["an unknown order", "--sort size library", 2, ['Cannot read "--sort size": expected name']],
  ["nothing", "", 2, ["expected a namespace"]],
];
for (const [what, words, expected, said] of refusals) {
  Deno.test(`repos of ${what} is exit ${expected} and says why`, async () => {
    const registries = [
      distribution({ content, catalog: "missing" }),
      dockerHub({ content }),
      ecrPublic({ content }),
    ];
    const { run } = createImageWorld(registries);
    const { code, stdout, stderr } = await run(repos, words.split(" ").filter(Boolean));
    assertEquals([code, stdout], [expected, ""], stderr);
    for (const text of said) assertStringIncludes(stderr, text);
  });
}

Deno.test("repos of a namespace with nothing in it says so, on stderr alone", async () => {
  const { run } = createImageWorld(quay({ content }));
  const { code, stdout, stderr } = await run(repos, ["quay.io/nobody"]);
  assertEquals([code, stdout], [0, ""]);
  assertStringIncludes(stderr, "quay.io/nobody: no repositories");
  assertEquals((await run(repos, ["--quiet", "quay.io/nobody"])).stderr, "");
});
