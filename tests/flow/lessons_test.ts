import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Credentials, RegistryError } from "../../mod.ts";
import { challenge, listing, openTo, outcome, passwordOf } from "./asked.ts";

const STORED: Credentials = { username: "me", password: "good", stored: true, source: "a file" };

Deno.test("flow.tags() learns a token endpoint from one repository only as a guess for others", async () => {
  const flow = openTo((_, url) => {
    if (url.pathname === "/token") return new Response("{}", { status: 401 });
    if (url.pathname.includes("/private/")) return challenge("https://registry.example/token");
    return listing("1");
  });
  assertEquals(await outcome(flow, "registry.example/private/app"), "unauthorized");
  assertEquals(await outcome(flow, "registry.example/public/app"), ["1"]);
});

Deno.test("flow.tags() follows a registry with a token endpoint for each repository", async () => {
  const flow = openTo((request, url) => {
    const [, key] = /^\/api\/(\w+)\/token/.exec(url.pathname) ?? [];
    if (key !== undefined) {
      const isRight = url.searchParams.get("scope")?.includes(`repository:${key}/`);
      return isRight ? Response.json({ token: `t-${key}` }) : new Response("{}", { status: 404 });
    }
    const [, , asked] = url.pathname.split("/");
    return request.headers.get("authorization") === `Bearer t-${asked}`
      ? listing("1")
      : challenge(`https://registry.example/api/${asked}/token`);
  });
  for (const key of ["one", "two", "one"]) {
    assertEquals(await outcome(flow, `registry.example/${key}/app`), ["1"]);
  }
});

Deno.test("flow.tags() does not remember a token endpoint that never worked", async () => {
  let realm = "https://dead.example/token";
  const flow = openTo((request, url) => {
    if (url.host === "dead.example") throw new TypeError("fetch failed");
    if (url.pathname === "/token") return Response.json({ token: "t" });
    return request.headers.get("authorization") === "Bearer t" ? listing("1") : challenge(realm);
  }, { retries: 0 });
  assertEquals(await outcome(flow, "registry.example/x/app"), "unavailable");
  realm = "https://registry.example/token";
  assertEquals(await outcome(flow, "registry.example/x/app"), ["1"]);
});

Deno.test("flow.tags() keeps a good login that may not see one repository", async () => {
  const flow = openTo((request, url) => {
    const scope = url.searchParams.get("scope");
    if (url.pathname === "/token") {
      const isGranted = passwordOf(request) === "me:good" && !scope?.includes(":others/");
      return isGranted ? Response.json({ token: "t" }) : new Response("{}", { status: 403 });
    }
    return request.headers.get("authorization") === "Bearer t"
      ? listing("1")
      : challenge("https://registry.example/token");
  }, { credentials: () => STORED });
  assertEquals(await outcome(flow, "registry.example/others/app"), "denied");
  assertEquals(await outcome(flow, "registry.example/mine/app"), ["1"]);
});

Deno.test("flow.tags() tells a good login that may not see a repository from a wrong one", async () => {
  for (const [password, code] of [["good", "denied"], ["wrong", "unauthorized"]] as const) {
    const flow = openTo((request, url) => {
      if (url.pathname !== "/token") return challenge("https://registry.example/token");
      const isGood = passwordOf(request) === "me:good" && !url.searchParams.has("scope");
      return isGood ? Response.json({ token: "t" }) : new Response("{}", { status: 403 });
    }, { credentials: () => ({ username: "me", password }) });
    assertEquals(await outcome(flow, "registry.example/x/app"), code);
  }
});

Deno.test("flow.tags() goes on without a stale login, and then with a token for anybody", async () => {
  const warnings: string[] = [];
  const flow = openTo((request, url) => {
    if (url.host === "auth.example") return Response.json({ token: "anybody" });
    if (request.headers.get("authorization") === "Bearer anybody") return listing("1");
    return challenge("https://auth.example/token", ', Basic realm="x"');
  }, {
    credentials: () => ({ ...STORED, password: "stale" }),
    onWarning: (message) => warnings.push(message),
  });
  assertEquals(await outcome(flow, "registry.example/x/app"), ["1"]);
  assertEquals(warnings, [
    "registry.example refuses the credentials from a file: going on without",
  ]);
});

Deno.test("flow.tags() sends a wrong password once, however many wait for it", async () => {
  let sent = 0;
  const flow = openTo((request, url) => {
    if (url.pathname !== "/token") return challenge("https://registry.example/token");
    if (passwordOf(request) !== undefined) sent++;
    return new Response("{}", { status: 401 });
  }, { credentials: () => ({ username: "me", password: "wrong" }), adapters: [SHARED] });
  const asked = Array.from({ length: 8 }, (_, at) => outcome(flow, `registry.example/x/r${at}`));
  assertEquals(new Set(await Promise.all(asked)), new Set(["unauthorized"]));
  assertEquals(sent, 1);
});

const SHARED = {
  id: "shared",
  title: "Shared",
  hosts: ["registry.example"],
  token: { realm: "https://registry.example/token", service: "s" },
  scope: "everything",
} as const;

Deno.test("flow.tags() asks each registry for its own login, also behind one origin", async () => {
  const seen: (string | undefined)[] = [];
  const flow = openTo((request) => {
    const password = passwordOf(request);
    seen.push(password);
    const headers = { "www-authenticate": 'Basic realm="x"' };
    return password ? listing("1") : new Response("{}", { status: 401, headers });
  }, {
    origins: { "a.example": "https://proxy.example", "b.example": "https://proxy.example" },
    credentials: ({ registry }) => ({ username: registry, password: "secret" }),
  });
  await outcome(flow, "a.example/team/app");
  await outcome(flow, "b.example/team/app");
  assertEquals(seen.at(-1), "b.example:secret");
});

Deno.test("flow.tags() sends a login from plain HTTP to a trusted realm with TLS", async () => {
  const flow = openTo((request, url) => {
    if (url.host === "auth.example") {
      return passwordOf(request)
        ? Response.json({ token: "t" })
        : new Response("", { status: 401 });
    }
    return request.headers.get("authorization") === "Bearer t"
      ? listing("1")
      : challenge("https://auth.example/token");
  }, {
    trustedRealms: ["auth.example"],
    credentials: () => ({ username: "me", password: "good" }),
  });
  assertEquals(await outcome(flow, "localhost:5000/team/app"), ["1"]);
});

Deno.test("flow.checkLogin() is true only of a login that was tried and taken", async () => {
  const realms: Readonly<Record<string, string>> = {
    "registry.example": "https://registry.example/token",
    "away.example": "https://auth.example/token",
  };
  function registry(request: Request, url: URL): Response {
    const isLoggedIn = passwordOf(request) === "me:good";
    if (url.pathname === "/token") {
      const isAnybody = !request.headers.has("authorization");
      return isLoggedIn || isAnybody
        ? Response.json({ token: "t" })
        : new Response("", { status: 401 });
    }
    if (url.host === "open.example") return new Response("true");
    return request.headers.has("authorization")
      ? new Response("true")
      : challenge(realms[url.host] ?? "");
  }
  const good = openTo(registry, { credentials: () => STORED });
  assertEquals(await good.checkLogin("registry.example"), true);
  assertEquals(await good.checkLogin("open.example"), false);
  const wrong = openTo(registry, { credentials: () => ({ ...STORED, password: "bad" }) });
  const rows = [
    [() => wrong.checkLogin("registry.example"), "unauthorized"],
    [() => good.checkLogin("away.example"), "blocked"],
    [() => openTo(registry).checkLogin("registry.example"), "unauthorized"],
  ] as const;
  for (const [check, code] of rows) {
    const error = await assertRejects(check, RegistryError);
    assertEquals(error.code, code);
    assert(!error.message.includes("undefined"), error.message);
  }
});

Deno.test("flow.tags() goes on without an identity token that its endpoint no longer takes", async () => {
  for (const status of [400, 401, 404, 405]) {
    const flow = openTo((request, url) => {
      if (request.method === "POST") return new Response('{"error":"invalid_grant"}', { status });
      if (url.pathname === "/token") return Response.json({ token: "anybody" });
      return request.headers.has("authorization")
        ? listing("1")
        : challenge("https://registry.example/token");
    }, { credentials: () => ({ identityToken: "stale", stored: true, source: "a file" }) });
    assertEquals(await outcome(flow, "registry.example/x/app"), ["1"], `${status}`);
  }
});
