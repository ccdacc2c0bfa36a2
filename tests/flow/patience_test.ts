import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { virtualClock } from "../virtual_clock.ts";
import { failureOf, listing, openTo, outcome } from "./asked.ts";

const BUSY = { status: 503, headers: { "retry-after": "50" } };

Deno.test("flow.tags() holds no place for a host that asked for patience", async () => {
  const clock = virtualClock();
  const flow = openTo(
    (_, { host }) => host === "well.example" ? listing("1") : new Response("", BUSY),
    {
      clock,
      retries: 1,
    },
  );
  const waiting = [1, 2, 3, 4].flatMap((at) =>
    Array.from({ length: 6 }, (_, n) => outcome(flow, `busy${at}.example/a/r${n}`))
  );
  await clock.sleep(1000);
  assertEquals(await outcome(flow, "well.example/a/b"), ["1"]);
  assert(clock.now() < 5000, `${clock.now()}`);
  await Promise.all(waiting);
});

Deno.test("flow.tags() comes back to a host that asked for years", async () => {
  const clock = virtualClock();
  let isBusy = true;
  const flow = openTo(() => {
    return isBusy
      ? new Response("", { status: 503, headers: { "retry-after": "999999999" } })
      : listing("1");
  }, { clock });
  assertEquals(await outcome(flow, "registry.example/a/one"), "unavailable");
  isBusy = false;
  await clock.sleep(3_600_000);
  assertEquals(await outcome(flow, "registry.example/a/two"), ["1"]);
});

Deno.test("flow.tags() counts redirects into its time", async () => {
  const clock = virtualClock();
  const flow = openTo(async (request, url) => {
    await clock.sleep(4900, request.signal);
    const step = Number(url.searchParams.get("step") ?? 0) + 1;
    if (step > 3) return listing("1");
    return new Response(null, {
      status: 307,
      headers: { location: `${url.pathname}?step=${step}` },
    });
  }, { clock, timeout: 10_000, retries: 0 });
  assertEquals(await outcome(flow, "registry.example/a/b"), "unavailable");
  assert(clock.now() <= 10_000, `${clock.now()}`);
});

Deno.test("flow.tags() does not charge a listing for what its reader does between pages", async () => {
  const clock = virtualClock();
  const flow = openTo((_, url) => {
    const last = Number(url.searchParams.get("last") ?? 0);
    const headers = new Headers(last < 3 ? { link: `<?last=${last + 1}>; rel="next"` } : {});
    return Response.json({ tags: [`v${last}`] }, { headers });
  }, { clock, timeout: 10_000 });
  const names: string[] = [];
  for await (const tag of flow.tags("registry.example/a/b")) {
    names.push(tag.name);
    await clock.sleep(60_000);
  }
  assertEquals(names, ["v0", "v1", "v2", "v3"]);
});

Deno.test("flow.tags() takes a 5xx for a failing server, and asks again only where that may help", async () => {
  const rows = [
    [501, "unsupported", 1],
    [507, "unavailable", 1],
    [525, "unavailable", 1],
    [503, "unavailable", 5],
  ] as const;
  for (const [status, code, times] of rows) {
    let asked = 0;
    const flow = openTo(() => {
      asked++;
      return new Response("", { status });
    });
    assertEquals([await outcome(flow, "registry.example/a/b"), asked], [code, times]);
  }
});

Deno.test("flow.tags() blames the host that a redirect led to", async () => {
  const away = { status: 307, headers: { location: "https://storage.example/x?sig=CANARY" } };
  const answers: readonly (readonly [() => Response, string])[] = [
    [() => new Response("<html>"), "storage.example answered with a web page"],
    [() => new Response("{}", { status: 401 }), "storage.example, to which it redirects"],
    [() => {
      throw new TypeError("fetch failed", { cause: new Error("Requires net access to x") });
    }, "may not reach storage.example"],
  ];
  for (const [answer, words] of answers) {
    const flow = openTo((_, { host }) =>
      host === "storage.example" ? answer() : new Response("", away)
    );
    const error = await failureOf(flow, "registry.example/a/b");
    assertStringIncludes(error.message, words);
    assert(!Deno.inspect(error).includes("CANARY"));
  }
});

Deno.test("flow.tags() keeps the runtime's words, with the addresses in them, to itself", async () => {
  const flow = openTo(() => {
    throw new TypeError("fetch failed", {
      cause: new Error(
        "error sending request from 127.0.0.1:1 for https://storage.example/certificate?sig=CANARY " +
          "(10.0.0.1:443): client error (SendRequest): connection closed before message completed",
      ),
    });
  });
  const error = await failureOf(flow, "registry.example/a/b");
  assertStringIncludes(
    error.message,
    "connection closed before message completed after 5 attempts",
  );
  assert(!Deno.inspect(error).includes("CANARY"));
});

Deno.test("flow.tags() says that a login was of no use where a registry names no way to use it", async () => {
  const flow = openTo(() => new Response("{}", { status: 401 }), {
    credentials: () => ({ username: "me", password: "good" }),
  });
  const error = await failureOf(flow, "registry.example/a/b");
  assertEquals(error.code, "unauthorized");
  assertStringIncludes(error.message, "names no way in which the credentials could be used");
});

Deno.test("flow.tags() of others waits for a storage that asked one of them to", async () => {
  const clock = virtualClock();
  let refusals = 0;
  const early: number[] = [];
  const flow = openTo((_, { host, pathname }) => {
    if (host !== "storage.example") {
      return new Response("", {
        status: 307,
        headers: { location: `https://storage.example${pathname}` },
      });
    }
    if (clock.now() >= 30_000) return listing("1");
    early.push(clock.now());
    refusals++;
    return new Response("", { status: 429, headers: { "retry-after": "30" } });
  }, { clock });
  const first = outcome(flow, "registry.example/a/one");
  await clock.sleep(1000);
  const others = [1, 2, 3].map((at) => outcome(flow, `registry.example/a/r${at}`));
  assertEquals(await Promise.all([first, ...others]), [["1"], ["1"], ["1"], ["1"]]);
  assertEquals([refusals, early], [1, [0]]);
});

Deno.test("flow.tags() follows a redirect to a host in whose place the caller put another", async () => {
  const origins = {
    "registry.example": "https://93.184.216.34",
    "storage.example": "http://127.0.0.1:5001",
  };
  const flow = openTo((_, { host }) =>
    host === "127.0.0.1:5001" ? listing("1") : new Response("", {
      status: 307,
      headers: { location: "https://storage.example/x" },
    }), { origins });
  assertEquals(await outcome(flow, "registry.example/a/b"), ["1"]);
});
