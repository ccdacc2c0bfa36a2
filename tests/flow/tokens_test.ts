import { assert, assertEquals } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import { HOUSES, lawOf, openHouse, REPOSITORY, TAGS } from "./houses.ts";
import { challenged, internet, json } from "./internet.ts";
import { judge } from "./invariants.ts";
import { recordingFetch, runListing } from "./run_listing.ts";
import { refused } from "./faults.ts";
import { dockerHub } from "../registry/docker_hub.ts";
import { simulateNetwork } from "../registry/mod.ts";

const ORIGIN = "https://registry.example";
const CHALLENGE = `Bearer realm="${ORIGIN}/token",service="s"`;
const LAW = {
  canaries: [],
  tokenAudience: [ORIGIN],
  registry: "registry.example",
  adapter: "spec",
};

/** Seconds that an answer states, and the seconds after which no listing uses the token any more. */
const LIVES: readonly (readonly [stated: unknown, used: number, renewed: number])[] = [
  [300, 269, 271],
  [60, 53, 55],
  [5, 4, 5],
  [1, 4, 5],
  [0, 53, 55],
  [-1, 53, 55],
  [undefined, 53, 55],
  ["junk", 53, 55],
  [1e99, 3239, 3241],
];

for (const [stated, used, renewed] of LIVES) {
  Deno.test(`flow.tags() renews a token of ${stated} seconds between ${used} and ${renewed}`, async () => {
    const clock = virtualClock();
    let minted = 0;
    const flow = openFlow({
      clock,
      fetch: internet((url, request) => {
        if (url.pathname === "/token") {
          return json({
            token: `t${++minted}`,
            expires_in: stated,
            issued_at: "1970-01-01T00:00:00Z",
          });
        }
        return request.headers.has("authorization") ? json({ tags: ["1"] }) : challenged(CHALLENGE);
      }),
    });
    for (const [at, expected] of [[0, 1], [used, 1], [renewed, 2]] as const) {
      await clock.sleep(at * 1000 - clock.now());
      clock.setWall(at % 2 === 0 ? 0 : 9e12); // jumps of the date do not matter
      for await (const _ of flow.tags("registry.example/team/app"));
      assertEquals(minted, expected, `after ${at} s`);
    }
  });
}

/** What registries answer to an expired token. */
const EXPIRED: Readonly<Record<string, () => Response>> = {
  "401 and the challenge": () => challenged(`${CHALLENGE},error="invalid_token"`),
  "401 without a challenge": () => refused(401),
  "401 and Basic": () => challenged('Basic realm="harbor"'),
  "401 and insufficient_scope": () => challenged(`${CHALLENGE},error="insufficient_scope"`),
};

for (const [name, answer] of Object.entries(EXPIRED)) {
  Deno.test(`flow.tags() resumes the same page where a token expires with ${name}`, async () => {
    let minted = 0;
    const pages: string[] = [];
    const run = await runListing(
      "registry.example/team/app",
      internet((url, request) => {
        if (url.pathname === "/token") return json({ token: `t${++minted}`, expires_in: 3600 });
        const token = request.headers.get("authorization");
        if (token === null) return challenged(CHALLENGE);
        pages.push(url.search);
        if (url.search !== "" && token === "Bearer t1") return answer();
        return url.search === "?p=2"
          ? json({ tags: ["2"] })
          : json({ tags: ["1"] }, { link: "<?p=2>; rel=next" });
      }),
    );
    judge(run, { ...LAW, truth: ["1", "2"] });
    if (name.endsWith("insufficient_scope")) return assertEquals(minted, 1);
    assertEquals([run.error, minted, pages], [undefined, 2, ["", "?p=2", "?p=2"]]);
  });
}

for (const status of [400, 403]) {
  Deno.test(`flow.tags() renews a token once where ${status} says that it expired`, async () => {
    const clock = virtualClock();
    let minted = 0;
    const flow = openFlow({
      clock,
      fetch: internet((url, request) => {
        if (url.pathname === "/token") return json({ token: `t${++minted}`, expires_in: 60 });
        const token = request.headers.get("authorization");
        if (token === null) return challenged(CHALLENGE);
        return token === "Bearer t1" && clock.now() > 45_000
          ? refused(status)
          : json({ tags: ["1"] });
      }),
    });
    for (const seconds of [0, 50]) {
      await clock.sleep(seconds * 1000);
      for await (const _ of flow.tags("registry.example/team/app"));
    }
    assertEquals(minted, 2);
  });
}

Deno.test("flow.tags() does not renew a fresh token for a 403", async () => {
  let minted = 0;
  const run = await runListing(
    "registry.example/team/app",
    internet((url, request) => {
      if (url.pathname === "/token") return json({ token: `t${++minted}`, expires_in: 300 });
      return request.headers.has("authorization") ? refused(403) : challenged(CHALLENGE);
    }),
  );
  judge(run, LAW);
  assertEquals(minted, 1);
});

Deno.test("flow.tags() keeps listing where every page outlives its token", async () => {
  for (const house of HOUSES.filter(({ paged }) => paged)) {
    const clock = virtualClock();
    const inner = openHouse(house, { now: () => clock.wall() });
    const slow = internet(async (url, request) => {
      // Each answer takes two minutes of the server's time, none of the client's patience.
      if (url.pathname.endsWith("/tags/list")) clock.setWall(clock.wall() + 120_000);
      return await inner(request);
    });
    const run = await runListing(house.reference, slow, { pageSize: 1, clock });
    judge(run, lawOf(house, { mostRequests: 60 }));
  }
});

Deno.test("flow.tags() of 20 listings at once share a token of one scope", async () => {
  for (const house of HOUSES) {
    const clock = virtualClock();
    const network = recordingFetch(openHouse(house, { now: () => clock.wall() }), clock);
    const flow = openFlow({ clock, fetch: network.fetch });
    await Promise.all(Array.from({ length: 20 }, async () => {
      const tags: string[] = [];
      for await (const { name } of flow.tags(house.reference)) tags.push(name);
      assertEquals(tags.length, TAGS.length);
    }));
    const minted = network.requests.filter(({ url }) => url.startsWith(house.realm)).length;
    assertEquals(minted, house.wantsToken ? 1 : 0, house.adapter);
  }
});

Deno.test("flow.tags() of 20 repositories share one token where the scope is the registry's", async () => {
  const repositories = Array.from({ length: 20 }, (_, index) => `team/app${index}`);
  const content = Object.fromEntries(repositories.map((name) => [name, TAGS]));
  for (const [adapter, expected] of [["ecr-public", 1], ["docker-hub", 20]] as const) {
    const house = HOUSES.find((one) => one.adapter === adapter) ?? HOUSES[0];
    assert(house !== undefined);
    const network = recordingFetch(openHouse(house, { content }), virtualClock());
    const flow = openFlow({ clock: virtualClock(), fetch: network.fetch });
    await Promise.all(repositories.map(async (name) => {
      for await (const _ of flow.tags(house.reference.replace(REPOSITORY, name)));
    }));
    const minted = network.requests.filter(({ url }) => url.startsWith(house.realm)).length;
    assertEquals(minted, expected, adapter);
  }
});

Deno.test("flow.tags() of 20 listings renew one expired token once", async () => {
  const clock = virtualClock();
  const registry = dockerHub({ content: { [REPOSITORY]: TAGS }, now: () => clock.wall() });
  const network = recordingFetch(simulateNetwork(registry).fetch, clock);
  const flow = openFlow({ clock, fetch: network.fetch });
  async function listAll(): Promise<void> {
    await Promise.all(Array.from({ length: 20 }, async () => {
      for await (const _ of flow.tags("docker.io/team/app"));
    }));
  }
  await listAll();
  clock.setWall(clock.wall() + 10_000_000); // the server forgets the token, the client cannot know
  await listAll();
  const minted = network.requests.filter(({ url }) => url.includes("auth.docker.io")).length;
  assertEquals(minted, 2);
});

Deno.test("flow.tags() keeps no failure of a token endpoint", async () => {
  let failing = true;
  const clock = virtualClock();
  const flow = openFlow({
    clock,
    retries: 0,
    fetch: internet((url, request) => {
      if (url.pathname === "/token") return failing ? refused(500) : json({ token: "t1" });
      return request.headers.has("authorization") ? json({ tags: [] }) : challenged(CHALLENGE);
    }),
  });
  const errors: unknown[] = [];
  for (let round = 0; round < 2; round++) {
    try {
      for await (const _ of flow.tags("registry.example/team/app"));
    } catch (error) {
      errors.push(error);
      failing = false;
    }
  }
  assertEquals(errors.length, 1);
  assert(errors[0] instanceof RegistryError);
});

Deno.test("flow.tags() renews a token although an older challenge spoke of insufficient_scope", async () => {
  let minted = 0;
  const run = await runListing(
    "registry.example/team/app",
    internet((url, request) => {
      if (url.pathname === "/token") return json({ token: `t${++minted}` });
      const token = request.headers.get("authorization");
      if (token === null) return challenged(`${CHALLENGE},error="insufficient_scope"`);
      if (url.search === "") return json({ tags: ["1"] }, { link: "<?p=2>; rel=next" });
      return token === "Bearer t1" ? refused(401) : json({ tags: ["2"] });
    }),
  );
  judge(run, { ...LAW, truth: ["1", "2"] });
  assertEquals(run.error, undefined);
});
