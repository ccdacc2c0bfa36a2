import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { distribution, presets } from "../registry/mod.ts";
import type { Content } from "../registry/simulated_registry.ts";
import { assertClean, runApi, tagsUpTo } from "./api_world.ts";

/* Registries without an API of their own: the catalog, and what a listing of tags tells besides. */

const ALICE = { username: "alice", password: "wonderland" };

function contentOf(namespace: string, count: number): Content {
  const names = Array.from({ length: count }, (_, index) => `${namespace}/r${index}`);
  return Object.fromEntries(names.map((name) => [name, ["latest"]]));
}

for (const auth of ["none", "basic", "token"] as const) {
  for (const count of [0, 1, 100, 1000, 1001, 2500]) {
    Deno.test(`the catalog of a registry with auth ${auth} is read to its end: ${count} repositories`, async () => {
      const content = contentOf("team", count);
      const run = await runApi(
        (now) => distribution({ content, now, auth }),
        (flow) => flow.repositories("registry.example"),
        { flow: { credentials: () => ALICE } },
      );
      assertEquals(run.error, undefined);
      assertClean(run);
      assertEquals([...run.tags].sort(), Object.keys(content).sort());
      const pages = run.requests.filter(({ url }) => url.includes("/v2/_catalog"));
      assert(pages.length <= Math.max(1, Math.ceil(count / 1000)) + (auth === "none" ? 0 : 1));
    });
  }
}

Deno.test("the catalog narrows to a namespace, and to nothing else that begins so", async () => {
  const content = { "a/b": ["1"], "a": ["1"], "ab/c": ["1"], "a/b/c": ["1"] };
  const run = await runApi(
    (now) => distribution({ content, now }),
    (flow) => flow.repositories("registry.example", "a"),
  );
  assertEquals([...run.tags].sort(), ["a", "a/b", "a/b/c"]);
});

Deno.test("a registry without a catalog says so", async () => {
  const run = await runApi(
    (now) => distribution({ now, catalog: "missing" }),
    (flow) => flow.repositories("registry.example"),
  );
  assert(run.error instanceof RegistryError);
  assert(["not_found", "unsupported"].includes(run.error.code), run.error.code);
});

const FOLDERS: Content = {
  "p/r/app": ["1"],
  "p/r/app/debug": ["1"],
  "p/r/deep/er/still": ["1"],
  "p/r/tool": ["1"],
  "p/other": ["1"],
};

Deno.test("artifactRegistry tells of the repositories of a namespace by the names below it", async () => {
  const closed = { ...presets.artifactRegistry, catalog: "missing", content: FOLDERS } as const;
  const run = await runApi(
    (now) => distribution({ ...closed, now }),
    (flow) => flow.repositories("us-docker.pkg.dev", "p/r"),
  );
  assertEquals(run.error, undefined);
  assertClean(run);
  assertEquals(run.tags, ["p/r/app", "p/r/tool", "p/r/app/debug", "p/r/deep/er/still"]);
});

/** What one name answers with, and what comes of the others. */
const BELOW = [
  [404, undefined, ["p/r/app", "p/r/deep/er/still"]],
  [403, "incomplete", ["p/r/app"]],
  [500, "incomplete", ["p/r/app"]],
] as const;
for (const [status, code, names] of BELOW) {
  Deno.test(`artifactRegistry's namespace in which a name answers with ${status} tells of the others`, async () => {
    const run = await runApi(
      (now) =>
        distribution({
          ...presets.artifactRegistry,
          catalog: "missing",
          content: FOLDERS,
          now,
          faults: ({ url }) =>
            url.includes("/p/r/tool/") || url.includes("/app/debug/")
              ? new Response("", { status })
              : undefined,
        }),
      (flow) => flow.repositories("us-docker.pkg.dev", "p/r"),
    );
    assertEquals(run.tags, names);
    if (code === undefined) return assertEquals(run.error, undefined);
    assert(run.error instanceof RegistryError);
    assertEquals(run.error.code, code);
    assert(run.error.message.includes("p/r/tool"), run.error.message);
  });
}

Deno.test("artifactRegistry's namespace that is none is told as before", async () => {
  const run = await runApi(
    (now) =>
      distribution({ ...presets.artifactRegistry, catalog: "missing", content: FOLDERS, now }),
    (flow) => flow.repositories("us-docker.pkg.dev", "q"),
  );
  assert(run.error instanceof RegistryError);
  assertEquals(run.error.code, "unsupported");
});

Deno.test("artifactRegistry tells of its tags in the listing itself", async () => {
  const tags = tagsUpTo(1500);
  const content = { "p/r/app": tags };
  const run = await runApi(
    (now) => distribution({ ...presets.artifactRegistry, content, now }),
    (flow) => flow.tags("us-docker.pkg.dev/p/r/app", { details: true }),
  );
  assertEquals(run.error, undefined);
  assertEquals([...run.tags].sort(), [...tags].sort());
  assertEquals(run.warnings, []);
  assertEquals(run.requests.length, 2);
  for (const tag of run.items) {
    assert(tag.digest?.startsWith("sha256:") && tag.size === 1024 && tag.mediaType, tag.name);
    assert(tag.pushedAt?.startsWith("2026-01-"), tag.pushedAt);
    assertEquals(Date.parse(tag.pushedAt ?? "") - Date.parse(tag.createdAt ?? ""), 1000);
  }
});
