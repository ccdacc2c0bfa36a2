import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { LOGIN, PASSWORD, passwordCanaries, TAGS } from "../flow/houses.ts";
import { judge, type Law } from "../flow/invariants.ts";
import { type Run, runListing, type RunOptions } from "../flow/run_listing.ts";
import { distribution } from "../registry/distribution.ts";
import type { DistributionOptions } from "../registry/distribution_options.ts";
import { simulateNetwork } from "../registry/mod.ts";
import { ORIGIN, REFERENCE } from "./pages.ts";

/** Habits of registries that have no adapter of their own; all of them list everything. */
const HABITS: Readonly<Record<string, DistributionOptions>> = {
  "distribution": {},
  "distribution with tokens": { auth: "token" },
  "zot: a challenge without quotes": { auth: "token", challengeStyle: "unquoted" },
  "Gitea: two headers, any scope": {
    auth: "token",
    challengeStyle: "two-headers",
    challengeScope: "*",
    lastPageLink: true,
  },
  "Codeberg: one header with two challenges": {
    auth: "token",
    challengeStyle: "joined",
    challengeScope: "*",
    realm: "registry.example/v2/token",
  },
  "Artifact Registry: a challenge at the door": { auth: "token", challengeStyle: "ping-only" },
  "Harbor: Basic after a token": {
    auth: "token",
    challengeStyle: "basic-after-authorization",
    lifetime: 1,
    expiresIn: 300,
  },
  "a challenge without scope": { auth: "token", challengeScope: "none" },
  "a token server elsewhere": { auth: "token", realm: "auth.example/token" },
  "access_token": { auth: "token", tokenField: "access_token", expiresIn: null },
  "Basic": { auth: "basic" },
  "open reads": { auth: "token", openReads: true },
  "an absolute Link": { link: "absolute" },
  "Artifactory: a Link without the first part": { link: "wrong-path" },
  "Nexus: a Link with another path": { link: "prefixed" },
  "a Link without TLS": { link: "http" },
  "ECR: an opaque cursor": { cursor: "opaque", aboveMax: 405, maxPage: 3 },
  "n capped without a word": { maxPage: 3 },
  "n refused": { maxPage: 3, aboveMax: 400, defaultPage: 3 },
  "n and last ignored": { query: "ignored" },
  "the last tag again": { repeatsLast: true },
  "no order": { order: "scattered" },
  "null for no tags": { emptyTags: "null", lastPageLink: true },
  "no tags at the end": { emptyTags: "missing", lastPageLink: true },
  "Nexus: null among tags": { extraElements: [null] },
  "JFrog: digests among tags": { extraElements: [`sha256:${"0".repeat(64)}`] },
  "text/plain": { contentType: "text/plain; charset=utf-8" },
};

async function list(habit: DistributionOptions, options: RunOptions = {}): Promise<Run> {
  const registry = distribution({
    ...habit,
    content: { "team/app": TAGS },
    users: { [LOGIN.username]: PASSWORD },
  });
  return await runListing(REFERENCE, simulateNetwork(registry).fetch, options);
}

const LAW: Law = {
  canaries: passwordCanaries([ORIGIN]),
  tokenAudience: [ORIGIN],
  truth: TAGS,
  registry: "registry.example",
  adapter: "spec",
};

for (const [name, habit] of Object.entries(HABITS)) {
  Deno.test(`flow.tags() lists a registry with ${name}`, async () => {
    for (const pageSize of [undefined, 1, 4, 1000]) {
      for (const who of ["anonymous", "alice"] as const) {
        const run = await list(habit, {
          pageSize,
          flow: who === "alice" ? { credentials: () => LOGIN } : {},
        });
        judge(run, LAW);
        const needsLogin = habit.auth === "basic" && who === "anonymous";
        const code = run.error instanceof RegistryError ? run.error.code : run.error;
        assertEquals(code, needsLogin ? "unauthorized" : undefined, `${pageSize}, ${who}`);
      }
    }
  });
}

Deno.test("flow.tags() follows registry.k8s.io to its mirror, and pages there, for nobody's question", async () => {
  const habit: DistributionOptions = {
    redirectsTo: { host: "mirror.example", prefix: "k8s/images/" },
  };
  for (const pageSize of [undefined, 2]) {
    const run = await list(habit, { pageSize });
    judge(run, LAW);
    assertEquals(run.error, undefined);
  }
  const capped = await list({ ...habit, defaultPage: 3 });
  judge(capped, LAW);
  assertEquals(capped.error, undefined);
  const alice = await list(habit, { flow: { credentials: () => LOGIN } });
  judge(alice, LAW);
  assert(alice.error instanceof RegistryError);
});

Deno.test("flow.tags() tells a closed registry, a refused login and a missing repository apart", async () => {
  const rows: readonly (readonly [DistributionOptions, boolean, string])[] = [
    [{ auth: "token", private: ["team/app"] }, false, "not_found"],
    [{ auth: "token", private: ["team/app"] }, true, "none"],
    [{ auth: "token", anonymous: false }, false, "unauthorized"],
    [{ auth: "token", users: { alice: "another" } }, true, "unauthorized"],
    [{ auth: "basic", users: { alice: "another" } }, true, "unauthorized"],
    [{ auth: "basic" }, false, "unauthorized"],
    [{ content: {} }, false, "not_found"],
    [{ auth: "token", content: {} }, true, "not_found"],
  ];
  for (const [habit, isAlice, code] of rows) {
    const registry = distribution({
      content: { "team/app": TAGS },
      users: { [LOGIN.username]: PASSWORD },
      ...habit,
    });
    const run = await runListing(REFERENCE, simulateNetwork(registry).fetch, {
      flow: isAlice ? { credentials: () => LOGIN } : {},
    });
    judge(run, LAW);
    const found = run.error instanceof RegistryError ? run.error.code : "none";
    assertEquals<string>(found, code, `${JSON.stringify(habit)} ${isAlice}`);
  }
});

Deno.test("flow.tags() wants a login where the door is open and a listing answers 401 without a challenge", async () => {
  for (const door of [new Response(null), new Response("true"), new Response("{}")]) {
    const run = await runListing(
      REFERENCE,
      simulateNetwork({
        hosts: [{
          host: "registry.example",
          handle: ({ url }) =>
            url.endsWith("/v2/") ? door.clone() : new Response("{}", { status: 401 }),
        }],
      }).fetch,
    );
    judge(run, { ...LAW, mostRequests: 2 });
    assert(run.error instanceof RegistryError);
    assertEquals(run.error.code, "unauthorized");
  }
});
