import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";
import { body, type Fault, type Position, refused, strike } from "./faults.ts";
import { type House, HOUSES, LOGIN, openHouse } from "./houses.ts";
import { challenged, internet, json } from "./internet.ts";
import { recordingFetch, runListing } from "./run_listing.ts";

/** What a listing is held up by. */
const HOLDS: readonly Fault[] = [
  { row: 25, name: "headers that do not come", answer: () => new Promise(() => {}) },
  { row: 24, name: "a body that stalls", answer: () => body('{"tags":[', "stalls") },
  { row: 1, name: "a wait", answer: () => refused(429, { "retry-after": "40" }) },
  { row: 7, name: "a backoff", answer: () => refused(503) },
  { row: 24, name: "a body of an error that stalls", answer: () => stalledError() },
];
const POSITIONS: readonly Position[] = ["token", "first page", "middle page"];

function stalledError(): Response {
  return new Response(body("{", "stalls").body, { status: 404 });
}

async function abortedListing(house: House, position: Position, fault: Fault): Promise<void> {
  const clock = virtualClock();
  const controller = new AbortController();
  const reason = new Error("enough");
  const network = openHouse(house, {
    now: () => clock.wall(),
    faults: strike(house, position, fault, Infinity),
  });
  const abortion = clock.sleep(20).then(() => controller.abort(reason));
  const run = await runListing(house.reference, network, {
    pageSize: 4,
    clock,
    signal: controller.signal,
    flow: { credentials: () => LOGIN },
  });
  await abortion;
  assertStrictEquals(run.error, reason);
  assertEquals(run.elapsed, 20);
  assertEquals([run.sleepers, run.openBodies, run.complete], [0, 0, false]);
}

for (const fault of HOLDS) {
  Deno.test(`flow.tags() throws the signal's reason while it is held up by ${fault.name}`, async () => {
    for (const house of HOUSES) {
      for (const position of POSITIONS) {
        if (position === "middle page" && !house.paged) continue;
        await abortedListing(house, position, fault);
      }
    }
  });
}

Deno.test("flow.tags() throws the signal's reason at every step of a listing", async () => {
  for (const house of HOUSES) {
    for (let step = 0; step < 60; step++) {
      const controller = new AbortController();
      const reason = { step };
      const clock = virtualClock();
      const network = recordingFetch(openHouse(house), clock);
      const flow = openFlow({ clock, fetch: network.fetch, credentials: () => LOGIN });
      abortAfter(step, controller, reason);
      let thrown: unknown;
      const tags: string[] = [];
      try {
        const listing = flow.tags(house.reference, { signal: controller.signal, pageSize: 4 });
        for await (const { name } of listing) tags.push(name);
      } catch (error) {
        thrown = error;
      }
      if (thrown === undefined) assertEquals(tags.length, 10, "it ended too soon");
      else assertStrictEquals(thrown, reason);
      assertEquals([clock.sleepers(), network.openBodies()], [0, 0], `${house.adapter}, ${step}`);
    }
  }
});

/** Aborts after so many turns of the microtask queue. */
async function abortAfter(
  turns: number,
  controller: AbortController,
  reason: unknown,
): Promise<void> {
  for (let turn = 0; turn < turns * 5; turn++) await Promise.resolve();
  controller.abort(reason);
}

Deno.test("flow.tags() sends nothing where the signal is aborted beforehand", async () => {
  for (const house of HOUSES) {
    const run = await runListing(house.reference, openHouse(house), {
      signal: AbortSignal.abort("never mind"),
    });
    assertEquals([run.error, run.requests.length], ["never mind", 0]);
  }
});

Deno.test("flow.tags() throws the signal's reason between two pages", async () => {
  const controller = new AbortController();
  const flow = openFlow({
    clock: virtualClock(),
    fetch: internet(() => json({ tags: ["1", "2"] }, { link: "<?p=2>; rel=next" })),
  });
  const seen: string[] = [];
  try {
    for await (const { name } of flow.tags("registry.example/a", { signal: controller.signal })) {
      seen.push(name);
      controller.abort("stop");
    }
    assert(false, "it went on");
  } catch (error) {
    assertEquals([error, seen.length <= 2], ["stop", true]);
  }
});

/** Runs `held` first and then `victim`, whose signal is aborted at 100 ms while `held` goes on. */
async function abortedBehind(
  handle: typeof fetch,
  clock: VirtualClock,
  held: number,
  references: (index: number) => string,
): Promise<number> {
  const flow = openFlow({ clock, fetch: handle, retries: 0 });
  const controller = new AbortController();
  const list = async (index: number, signal?: AbortSignal): Promise<void> => {
    for await (const _ of flow.tags(references(index), { signal }));
  };
  const others = Array.from({ length: held }, (_, index) => list(index).catch(() => {}));
  const abortion = clock.sleep(100).then(() => controller.abort("enough"));
  let at = -1;
  try {
    await list(held, controller.signal);
  } catch (error) {
    assertEquals(error, "enough");
    at = clock.now();
  }
  await Promise.all([...others, abortion]);
  return at;
}

Deno.test("flow.tags() throws the signal's reason while another listing fetches the token for both", async () => {
  const clock = virtualClock();
  const handle = internet((url) =>
    url.pathname === "/token"
      ? new Promise(() => {})
      : challenged('Bearer realm="https://registry.example/token"')
  );
  const at = await abortedBehind(handle, clock, 1, () => "registry.example/team/app");
  assertEquals(at, 100);
});

Deno.test("flow.tags() throws the signal's reason while it queues for a place", async () => {
  const clock = virtualClock();
  const at = await abortedBehind(
    internet(() => new Promise(() => {})),
    clock,
    6,
    (index) => `registry.example/team/app${index}`,
  );
  assertEquals(at, 100);
});

Deno.test("flow.tags() throws the signal's reason while credentials are looked up", async () => {
  const clock = virtualClock();
  const controller = new AbortController();
  const found = Promise.withResolvers<undefined>();
  const flow = openFlow({
    clock,
    fetch: internet(() => json({ tags: [] })),
    credentials: () => found.promise,
  });
  const listing = (async (): Promise<unknown> => {
    try {
      for await (const _ of flow.tags("registry.example/a", { signal: controller.signal }));
    } catch (error) {
      return error;
    }
  })();
  await clock.sleep(10);
  controller.abort("enough");
  const late = clock.sleep(1000).then(() => "it waits for the credentials");
  const first = await Promise.race([listing, late]);
  found.resolve(undefined);
  await Promise.all([listing, late]);
  assertEquals(first, "enough");
});

Deno.test("flow.tags() goes on where another listing that fetched the token is aborted", async () => {
  const clock = virtualClock();
  const controller = new AbortController();
  let asked = 0;
  const flow = openFlow({
    clock,
    fetch: internet((url, request) => {
      if (url.pathname === "/token") {
        return ++asked === 1 ? new Promise<Response>(() => {}) : json({ token: "t2" });
      }
      return request.headers.has("authorization")
        ? json({ tags: ["1"] })
        : challenged('Bearer realm="https://registry.example/token"');
    }),
  });
  const list = async (signal?: AbortSignal): Promise<string[]> => {
    const tags: string[] = [];
    for await (const { name } of flow.tags("registry.example/team/app", { signal })) {
      tags.push(name);
    }
    return tags;
  };
  const first = list(controller.signal).catch((error) => error);
  const others = [list(), list(), list()];
  await clock.sleep(50);
  controller.abort("enough");
  assertEquals(await first, "enough");
  assertEquals(await Promise.all(others), [["1"], ["1"], ["1"]]);
  assertEquals(asked, 2);
});

Deno.test("flow.tags() of 20 listings end within their timeout where a token endpoint is silent", async () => {
  const clock = virtualClock();
  const flow = openFlow({
    clock,
    timeout: 60_000,
    fetch: internet((url) =>
      url.pathname === "/token"
        ? new Promise(() => {})
        : challenged('Bearer realm="https://registry.example/token"')
    ),
  });
  const ends = await Promise.all(Array.from({ length: 20 }, async () => {
    try {
      for await (const _ of flow.tags("registry.example/team/app"));
    } catch {
      return clock.now();
    }
  }));
  const latest = Math.max(...ends.map((end) => end ?? Infinity));
  assert(latest <= 61_000, `the last of 20 ended after ${latest} ms of 60000`);
});
