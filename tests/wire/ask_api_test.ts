import { assert, assertEquals } from "@std/assert";
import type { ApiListing, RegistryAdapter, TagDetails } from "../../core/adapter.ts";
import { type Flow, openFlow, RegistryError } from "../../mod.ts";
import { internet } from "../flow/internet.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";

/* The login of a registry's own web API: changed once, by whoever comes first, for all who ask. */

const TAGS: ApiListing<TagDetails> = {
  page: () => "/tags",
  read: (document, check) => {
    const items = check.list(document).flatMap((tag) => check.tag(tag) ?? []);
    return { items: items.map((name) => ({ name })), entries: items.length, more: false };
  },
};

const ADAPTER: RegistryAdapter = {
  id: "acme",
  title: "Acme",
  hosts: ["registry.example"],
  api: {
    origin: "https://api.example",
    login: { exchanges: [{ path: "/login", username: "who", password: "what", token: "t" }] },
    tags: () => [TAGS],
  },
};

interface World {
  readonly clock: VirtualClock;
  readonly flow: Flow;
  readonly logins: () => number;
  readonly warnings: readonly string[];
}

function openWorld(options: {
  readonly login?: (count: number) => Response;
  readonly tags?: (authorization: string | null) => Response;
  readonly stored?: boolean;
} = {}): World {
  const clock = virtualClock();
  const warnings: string[] = [];
  let logins = 0;
  const flow = openFlow({
    clock,
    random: () => 0,
    adapters: [ADAPTER],
    credentials: ({ registry }) =>
      registry === "registry.example"
        ? { username: "alice", password: "pässword", stored: options.stored ?? false }
        : undefined,
    onWarning: (message) => void warnings.push(message),
    fetch: internet(async (url, request) => {
      await clock.sleep(100, request.signal);
      if (url.origin === "https://registry.example") return Response.json({ tags: ["plain"] });
      if (url.pathname === "/login") {
        logins++;
        assertEquals(await request.json(), { who: "alice", what: "pässword" });
        return options.login?.(logins) ?? Response.json({ t: `token-${logins}` });
      }
      return options.tags?.(request.headers.get("authorization")) ?? Response.json(["1"]);
    }),
  });
  return { clock, flow, logins: () => logins, warnings };
}

async function names(flow: Flow, repository: string, signal?: AbortSignal): Promise<string[]> {
  const listing = flow.tags(`registry.example/${repository}`, { details: true, signal });
  return (await Array.fromAsync(listing)).map(({ name }) => String(name));
}

Deno.test("askApi() changes a login once for all who ask at the same time", async () => {
  const { flow, logins, warnings } = openWorld();
  const found = await Promise.all(["a", "a", "b/c", "d"].map((name) => names(flow, name)));
  assertEquals(found, Array(4).fill(["1"]));
  assertEquals(logins(), 1);
  assertEquals(warnings, []);
});

Deno.test("askApi() lets nobody suffer where the one who logs in has had enough", async () => {
  const stop = new AbortController();
  const { flow, logins, warnings } = openWorld({
    login(count: number): Response {
      if (count === 1) stop.abort(new DOMException("enough", "AbortError"));
      return Response.json({ t: `token-${count}` });
    },
  });
  const first = names(flow, "a", stop.signal).catch((error) => error);
  const second = names(flow, "a");
  assertEquals((await first).name, "AbortError");
  assertEquals(await second, ["1"]);
  assert(logins() <= 2);
  assertEquals(warnings, []);
});

Deno.test("askApi() logs in once more where a token is refused, and not a third time", async () => {
  const over = openWorld({
    tags: (authorization) =>
      authorization === "Bearer token-1"
        ? new Response(null, { status: 401 })
        : Response.json(["1"]),
  });
  const found = await Promise.all(["a", "b", "c", "d"].map((name) => names(over.flow, name)));
  assertEquals(found, Array(4).fill(["1"]));
  assertEquals(over.logins(), 2);

  for (const stored of [false, true]) {
    const never = openWorld({ stored, tags: () => new Response(null, { status: 401 }) });
    assertEquals(await names(never.flow, "a"), ["plain"]);
    assertEquals(never.logins(), 2);
    const [first = ""] = never.warnings;
    assert(first.includes("api.example refuses the credentials"), first);
    assertEquals(never.warnings.length, stored ? 2 : 1);
  }
});

Deno.test("askApi() gives up a stored login that is refused, once for all who ask", async () => {
  const { flow, logins, warnings } = openWorld({
    stored: true,
    login: () => new Response(null, { status: 401 }),
    tags: (authorization) =>
      authorization === null ? Response.json(["1"]) : new Response(null, { status: 500 }),
  });
  const found = await Promise.all(["a", "b", "c"].map((name) => names(flow, name)));
  assertEquals(found, Array(3).fill(["1"]));
  assertEquals(await names(flow, "a"), ["1"]);
  assertEquals(logins(), 1);
  assertEquals(warnings, ["api.example refuses the credentials: going on without"]);
});

Deno.test("askApi() asks as nobody while a login breaks off, and later tries it again", async () => {
  const asked: (string | null)[] = [];
  const { clock, flow, logins, warnings } = openWorld({
    login: (count) =>
      count <= 5 ? new Response(null, { status: 503 }) : Response.json({ t: "good" }),
    tags(authorization) {
      asked.push(authorization);
      return Response.json(["1"]);
    },
  });
  assertEquals(await names(flow, "a"), ["1"]);
  assertEquals(await names(flow, "a"), ["1"]);
  assertEquals([logins(), asked], [5, [null, null]]);
  assertEquals(warnings, [
    "api.example cannot use the credentials at the moment: going on without",
  ]);
  await clock.sleep(180_000);
  assertEquals(await names(flow, "a"), ["1"]);
  assertEquals([logins(), asked.at(-1)], [6, "Bearer good"]);
});

Deno.test("askApi() fails as its login where nobody is answered", async () => {
  const { flow, logins } = openWorld({
    login: () => new Response(null, { status: 503 }),
    tags: () => new Response(null, { status: 401 }),
  });
  assertEquals(await names(flow, "a"), ["plain"]);
  assertEquals(logins(), 5);
});

Deno.test("askApi() tells of a typed login that is refused in the words of the one who asks", async () => {
  const { flow } = openWorld({ login: () => new Response(null, { status: 401 }) });
  const noRepositories = Array.fromAsync(flow.namespaces("registry.example"));
  const error = await noRepositories.catch((thrown) => thrown);
  assert(error instanceof RegistryError);
  assertEquals(error.code, "unsupported");
});

Deno.test("askApi() sends a typed login that is refused once, whatever else is asked", async () => {
  const { flow, logins, warnings } = openWorld({
    login: () => new Response(null, { status: 401 }),
  });
  for (const name of ["a", "b", "c"]) assertEquals(await names(flow, name), ["plain"]);
  await Promise.all(["d", "e", "f"].map((name) => names(flow, name)));
  assertEquals(logins(), 1);
  assertEquals(new Set(warnings).size, 1, warnings.join("\n"));
});

Deno.test("askApi() heeds what a login's answer tells of the API's rate", async () => {
  const { clock, flow } = openWorld({
    login: () =>
      Response.json({ t: "token" }, {
        headers: {
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(Math.floor(clock.wall() / 1000) + 30),
        },
      }),
  });
  const started = clock.now();
  assertEquals(await names(flow, "a"), ["1"]);
  assert(clock.now() - started > 28_000, `${clock.now() - started} ms`);
});
