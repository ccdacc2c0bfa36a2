import { assert, assertEquals } from "@std/assert";
import { type Credentials, environmentCredentials, openFlow, RegistryError } from "../../mod.ts";
import type { TagDetails } from "../../core/adapter.ts";
import { IDENTITY, LOGIN, PASSWORD } from "../flow/houses.ts";
import { holds } from "../flow/invariants.ts";
import { echo } from "./echo.ts";
import {
  type ApiHouse,
  type ApiRun,
  assertWhole,
  GITHUB_TOKEN,
  HOUSES,
  listDetails,
  REPOSITORY,
  tagsUpTo,
} from "./api_world.ts";

const STORED = { stored: true, source: "~/.docker/config.json" };
const TAGS = tagsUpTo(250);
const CONTENT = { [REPOSITORY]: TAGS };
const HUB = "https://hub.docker.com";

function houseOf(adapter: string): ApiHouse {
  const house = HOUSES.find((each) => each.adapter === adapter);
  assert(house !== undefined);
  return house;
}

const hub = houseOf("docker-hub");
const quay = houseOf("quay");
const ghcr = houseOf("ghcr");

type Options = Parameters<typeof listDetails>[1];

function listAs(house: ApiHouse, credentials: Credentials | undefined, options: Options = {}) {
  const users = { [LOGIN.username]: PASSWORD };
  return listDetails(house, { content: CONTENT, users, ...options }, {
    flow: { credentials: ({ registry }) => registry === house.registry ? credentials : undefined },
  });
}

/** Where in a run a text went, and whether anybody can see it. */
function assertOnlyAt(run: ApiRun<TagDetails>, secret: string, origins: readonly string[]): void {
  for (const { origin, url, headers, body } of run.requests) {
    if (origins.includes(origin)) continue;
    const sent = [url, ...Object.entries(headers).flat(), body].join("\n");
    assert(!holds(sent, secret), `${secret} went to ${url}`);
  }
  const shown = [
    run.warnings.join("\n"),
    JSON.stringify(run.exchanges),
    run.error instanceof Error ? `${run.error.stack}${Deno.inspect(run.error, { depth: 9 })}` : "",
    run.error instanceof RegistryError ? JSON.stringify(run.error.facts) : "",
  ].join("\n");
  assert(!holds(shown, secret), `${secret} shows in ${shown}`);
}

/** The bearer tokens that an origin was sent, and to whom else each of them went. */
function assertTokensApart(run: ApiRun<TagDetails>): void {
  const homes = new Map<string, Set<string>>();
  for (const { origin, headers } of run.requests) {
    const [scheme, token] = (headers.authorization ?? "").split(" ");
    if (scheme !== "Bearer" || token === undefined) continue;
    homes.set(token, (homes.get(token) ?? new Set()).add(origin));
  }
  for (const [token, origins] of homes) assertEquals(origins.size, 1, `${token}: ${[...origins]}`);
}

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
    assertEquals(exchanges(run), paths);
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

Deno.test("ghcr without a token lists by V2 and says once what is missing", async () => {
  const run = await listAs(ghcr, undefined);
  assertWhole(run, TAGS);
  assertEquals(run.warnings.length, 1);
  assert(run.warnings[0]?.includes("api.github.com answers nobody without a token"));
  assertEquals(run.asked("api.github.com"), []);
});

Deno.test("GITHUB_TOKEN goes to api.github.com and nowhere else", async () => {
  const source = environmentCredentials((name) =>
    name === "GITHUB_TOKEN" ? GITHUB_TOKEN : undefined
  );
  const run = await listDetails(ghcr, { content: CONTENT }, { flow: { credentials: source } });
  assertWhole(run, TAGS);
  assertEquals(run.warnings, []);
  for (const { digest } of run.items) assert(digest !== undefined);
  assertOnlyAt(run, GITHUB_TOKEN, ["https://api.github.com"]);

  // Nor does another registry get it.
  for (const house of [hub, quay]) {
    const other = await listDetails(house, { content: CONTENT }, { flow: { credentials: source } });
    assertWhole(other, TAGS);
    assertOnlyAt(other, GITHUB_TOKEN, []);
  }
});

Deno.test("ghcr falls back where its token is unknown, or not good for packages", async () => {
  const unknown: Readonly<Record<string, readonly string[]>> = {};
  for (const tokens of [unknown, { [GITHUB_TOKEN]: ["repo"] }]) {
    const api = { tokens };
    for (const more of [{}, STORED]) {
      const run = await listDetails(ghcr, { content: CONTENT, api }, {
        flow: {
          credentials: ({ registry }) =>
            registry === "api.github.com" ? { registryToken: GITHUB_TOKEN, ...more } : undefined,
        },
      });
      assertWhole(run, TAGS);
      assert(run.warnings.length >= 1 && run.warnings.length <= 2, run.warnings.join("\n"));
      assertOnlyAt(run, GITHUB_TOKEN, ["https://api.github.com"]);
    }
  }
});

Deno.test("ghcr with a password that is no token lists by V2", async () => {
  const run = await listAs(ghcr, LOGIN);
  assertWhole(run, TAGS);
  assertOnlyAt(run, PASSWORD, ["https://ghcr.io"]);
});

Deno.test("quay asks its API as nobody, and V2 with the robot's password", async () => {
  const robot = { username: "ansible+reader", password: "r0b0t-C4n4ry-s3cret" };
  for (const isPrivate of [false, true]) {
    const run = await listAs(quay, robot, {
      users: { [robot.username]: robot.password },
      private: isPrivate ? [REPOSITORY] : [],
    });
    assertWhole(run, TAGS);
    assertEquals(run.warnings.length, isPrivate ? 1 : 0);
    for (const { url, headers } of run.requests) {
      if (url.includes("/api/v1/")) assertEquals(headers.authorization, undefined);
    }
    assertTokensApart(run);
  }
});

Deno.test("quay's own credentials are still read from the environment", () => {
  const environment: Readonly<Record<string, string>> = {
    QUAY_USERNAME: "a+b",
    QUAY_PASSWORD: "c",
    DOCKER_USERNAME: "d",
    DOCKER_PASSWORD: "e",
    GITHUB_TOKEN,
  };
  const source = environmentCredentials((name) => environment[name]);
  const found = new Map<string, unknown>();
  for (const house of HOUSES) {
    const { adapter } = openFlow().locate(house.reference);
    for (const registry of [house.registry, house.host]) {
      found.set(registry, source({ adapter, registry }));
    }
  }
  const { username, password } = Object.assign(
    { username: "", password: "" },
    found.get("quay.io"),
  );
  assertEquals([username, password], ["a+b", "c"]);
  assertEquals(
    Object.assign({ registryToken: "" }, found.get("api.github.com")).registryToken,
    GITHUB_TOKEN,
  );
});

Deno.test("an API is left alone where its registry was replaced by another", async () => {
  for (const house of HOUSES) {
    const run = await listDetails(house, { content: CONTENT }, {
      flow: {
        credentials: () => LOGIN,
        origins: { [house.registry]: "https://mirror.example" },
      },
    });
    assert(run.error instanceof RegistryError, house.adapter);
    assertEquals(
      new Set(run.requests.map(({ origin }) => origin)),
      new Set(["https://mirror.example"]),
    );
  }
});

Deno.test("an API that was replaced too gets the login, and the true one nothing", async () => {
  const run = await listDetails(hub, { content: CONTENT, users: { alice: PASSWORD } }, {
    flow: {
      credentials: ({ registry }) => registry === "docker.io" ? LOGIN : undefined,
      origins: {
        "docker.io": "https://registry-1.docker.io",
        "auth.docker.io": "https://auth.docker.io",
        "hub.docker.com": "https://index.docker.io",
      },
    },
  });
  assertWhole(run, TAGS);
  assertEquals(run.asked("hub.docker.com"), []);
  assert(run.asked("index.docker.io").includes("/v2/auth/token"));
});
