import { assert, assertEquals } from "@std/assert";
import { distribution, dockerHub, ghcr, quay, simulateNetwork } from "../registry/mod.ts";
import { GITHUB_TOKEN, tagsUpTo } from "./api_world.ts";

/* The simulated APIs do what is known of the true ones, asked as curl asks. */

const CONTENT = { "team/app": tagsUpTo(250), "team/secret": ["1"] };
const SECRET = ["team/secret"];

type Page = Record<string, unknown> & { readonly results: readonly Record<string, unknown>[] };

async function pageOf(answer: Promise<Response>): Promise<Page> {
  return Object.assign({ results: [] }, await (await answer).json());
}

Deno.test("hub.docker.com answers the third seed's commands", async () => {
  const api = { namespaces: { alice: ["team"] } };
  const { fetch } = simulateNetwork(dockerHub({ content: CONTENT, private: SECRET, api }));
  const post = { method: "POST", headers: { "content-type": "application/json" } };
  const login = await fetch("https://hub.docker.com/v2/users/login/", {
    ...post,
    body: JSON.stringify({ username: "alice", password: "wonderland" }),
  });
  const { token } = await login.json();
  for (const scheme of ["JWT", "Bearer"]) {
    const headers = { authorization: `${scheme} ${token}` };
    const ask = (path: string) => pageOf(fetch(`https://hub.docker.com/v2/${path}`, { headers }));
    assertEquals(await ask("repositories/namespaces/"), {
      results: [],
      namespaces: ["alice", "team"],
    });
    const repositories = await ask("repositories/team/?page_size=10000");
    assertEquals(repositories.results.map(({ name }) => name), ["app", "secret"]);
    const tags = await ask("repositories/team/app/tags/?page_size=10000");
    assertEquals([tags.count, tags.results.length, tags.previous], [250, 100, null]);
    assert(String(tags.next).startsWith("https://hub.docker.com/v2/"), String(tags.next));
  }
  const refusals = [["alice", "wrong"], ["bob", "wonderland"], ["__proto__", "wonderland"]];
  for (const [identifier, secret] of refusals) {
    const body = JSON.stringify({ identifier, secret });
    const answer = await fetch("https://hub.docker.com/v2/auth/token", { ...post, body });
    assertEquals([answer.status, Object.keys(await answer.json())], [401, ["detail"]]);
  }
});

Deno.test("hub.docker.com shows what is public to everybody, by the older path", async () => {
  const { fetch } = simulateNetwork(dockerHub({ content: CONTENT, private: SECRET }));
  const statuses = await Promise.all([
    "repositories/team/app/tags",
    "repositories/team/secret/tags",
    "namespaces/team/repositories/app/tags",
    "repositories/namespaces/",
    "repositories/nobody/",
  ].map(async (path) => {
    const answer = await fetch(`https://hub.docker.com/v2/${path}`);
    await answer.body?.cancel();
    return answer.status;
  }));
  assertEquals(statuses, [200, 404, 401, 401, 404]);
});

Deno.test("hub.docker.com counts requests a minute, and names the moment when it answers again", async () => {
  let now = Date.UTC(2026, 0, 1, 0, 0, 20);
  const api = { perMinute: 2 };
  const { fetch } = simulateNetwork(dockerHub({ content: CONTENT, api, now: () => now }));
  const ask = async () => {
    const answer = await fetch("https://hub.docker.com/v2/repositories/team/app/tags");
    await answer.body?.cancel();
    const names = ["x-ratelimit-remaining", "x-retry-after"];
    return [answer.status, ...names.map((name) => answer.headers.get(name))];
  };
  const reset = String(Date.UTC(2026, 0, 1, 0, 1) / 1000);
  assertEquals([await ask(), await ask(), await ask()], [
    [200, "1", null],
    [200, "0", null],
    [429, "0", reset],
  ]);
  now += 60_000;
  assertEquals(await ask(), [200, "1", null]);
});

Deno.test("quay.io clamps, filters and hides as API v1 does", async () => {
  const api = { past: ["0.9"], oauthTokens: ["oauth"] };
  const { fetch } = simulateNetwork(quay({ content: CONTENT, private: SECRET, api }));
  const ask = async (query: string, repository = "team/app", headers: HeadersInit = {}) => {
    const url = `https://quay.io/api/v1/repository/${repository}/tag/?${query}`;
    const answer = await fetch(url, { headers });
    const { tags = [], page, has_additional } = await answer.json();
    return [answer.status, tags.length, page, has_additional];
  };
  assertEquals(await ask(""), [200, 50, 1, true]);
  assertEquals(await ask("limit=0"), [200, 1, 1, true]);
  assertEquals(await ask("limit=1000&page=3"), [200, 51, 3, false]);
  assertEquals(await ask("limit=1000&page=3&onlyActiveTags=true"), [200, 50, 3, false]);
  assertEquals(await ask("limit=100&page=9&onlyActiveTags=true"), [200, 0, 9, false]);
  assertEquals(await ask("filter_tag_name=like:1.24"), [200, 11, 1, false]);
  assertEquals(await ask("filter_tag_name=eq:1.24"), [200, 1, 1, false]);
  assertEquals((await ask("filter_tag_name=is:1.24"))[0], 400);
  assertEquals((await ask("filter_tag_name=1.24"))[0], 400);
  assertEquals((await ask("", "team/secret"))[0], 401);
  const robot = { authorization: `Basic ${btoa("ansible+reader:robot-secret")}` };
  assertEquals((await ask("", "team/secret", robot))[0], 401);
  assertEquals((await ask("", "team/secret", { authorization: "Bearer oauth" }))[0], 200);
});

Deno.test("api.github.com wants a token with read:packages, and tells users from organisations", async () => {
  const api = { tokens: { [GITHUB_TOKEN]: ["read:packages"], weak: ["repo"] }, untagged: 1 };
  const { fetch } = simulateNetwork(ghcr({ content: CONTENT, api }));
  const ask = async (path: string, token: string | undefined = GITHUB_TOKEN) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`https://api.github.com/${path}`, { headers });
    const body: unknown = await answer.json();
    return [answer.status, Array.isArray(body) ? body.length : undefined];
  };
  const versions = "users/team/packages/container/app/versions";
  assertEquals(await ask(versions), [200, 30]);
  assertEquals(await ask(`${versions}?per_page=1000`), [200, 100]);
  assertEquals(await ask(`${versions}?per_page=100&page=5`), [200, 100]);
  assertEquals(await ask(`${versions}?per_page=100&page=6`), [200, 0]);
  assertEquals((await ask(versions.replace("users", "orgs")))[0], 404);
  assertEquals((await ask(versions, "unknown"))[0], 401);
  assertEquals((await ask(versions, "weak"))[0], 403);
  assertEquals((await ask("users/team/packages"))[0], 400);
  assertEquals(await ask("users/team/packages?package_type=container"), [200, 2]);
});

Deno.test("the catalog has 100 a page, 1000 at most, and 400 above", async () => {
  const content = Object.fromEntries(tagsUpTo(1100).map((_, index) => [`team/r${index}`, ["1"]]));
  const { fetch } = simulateNetwork(distribution({ content }));
  const ask = async (query: string) => {
    const answer = await fetch(`https://registry.example/v2/_catalog${query}`);
    const { repositories } = await answer.json();
    return [answer.status, repositories?.length, answer.headers.has("link")];
  };
  assertEquals(await ask(""), [200, 100, true]);
  assertEquals(await ask("?n=1000"), [200, 1000, true]);
  assertEquals(await ask("?n=1001"), [400, undefined, false]);
  assertEquals(await ask("?n=-1"), [400, undefined, false]);
  assertEquals(await ask("?n=1000&last=team/r998"), [200, 1, false]);
});
