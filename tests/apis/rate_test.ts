import { assert, assertEquals } from "@std/assert";
import type { Run } from "../flow/run_listing.ts";
import { assertWhole, HOUSES, listDetails, REPOSITORY, START, tagsUpTo } from "./api_world.ts";

/** How many requests the server had to refuse. */
function refusalsOf({ exchanges }: Run): number {
  return exchanges.filter(({ status }) => status === 429).length;
}

const [hub] = HOUSES;
const MINUTE = 60_000;

Deno.test("docker-hub's 429 with X-Retry-After, a unix time, is waited for, once for all pages under way", async () => {
  assert(hub !== undefined);
  for (const seconds of [1, 10, 45]) {
    const tags = tagsUpTo(2000);
    let listings = 0;
    let refusals = 0;
    const opensAt = START / 1000 + seconds;
    const run = await listDetails(hub, {
      content: { [REPOSITORY]: tags },
      faults: (request) => {
        const { host, pathname } = new URL(request.url);
        if (host !== hub.host || !pathname.endsWith("/tags")) return undefined;
        if (++listings <= 3 || refusals >= 8) return undefined;
        refusals++;
        const headers = { "x-retry-after": String(opensAt) };
        return Response.json({ detail: "Rate limit exceeded" }, { status: 429, headers });
      },
    });
    assertWhole(run, tags);
    assertEquals(run.warnings, []);
    assert(refusals > 0);
    assert(run.elapsed >= seconds * 1000, `${run.elapsed} ms`);
    assert(run.elapsed < seconds * 1000 + 5000, `${run.elapsed} ms`);
    for (const { digest } of run.items) assert(digest !== undefined);
  }
});

Deno.test("docker-hub's limit for a minute is kept: what is left is heeded, and nothing is refused twice", async () => {
  assert(hub !== undefined);
  const tags = tagsUpTo(2500);
  const run = await listDetails(hub, { content: { [REPOSITORY]: tags }, api: { perMinute: 20 } });
  assertWhole(run, tags);
  assertEquals(run.warnings, []);
  assertEquals([run.asked(hub.host).length, refusalsOf(run)], [25, 0]);
  assert(run.elapsed <= MINUTE + 5000, `${run.elapsed} ms`);
  for (const { digest } of run.items) assert(digest !== undefined);
});

Deno.test("docker-hub's rate is kept with a login and a narrow limit: hardly anything is refused", async () => {
  assert(hub !== undefined);
  const tags = tagsUpTo(2600);
  for (const perMinute of [10, 15]) {
    const run = await listDetails(hub, { content: { [REPOSITORY]: tags }, api: { perMinute } }, {
      flow: { credentials: () => ({ username: "alice", password: "wonderland" }) },
      latency: 50,
    });
    assertWhole(run, tags);
    assert(refusalsOf(run) <= 1, `${refusalsOf(run)} refused at ${perMinute} a minute`);
  }
});

Deno.test("docker-hub's limit that is too far off costs the details, not the tags", async () => {
  assert(hub !== undefined);
  const tags = tagsUpTo(2500);
  const run = await listDetails(hub, { content: { [REPOSITORY]: tags }, api: { perMinute: 3 } });
  assertWhole(run, tags);
  assertEquals(run.warnings.length, 1, run.warnings.join("\n"));
  assert(run.elapsed < 3 * MINUTE, `${run.elapsed} ms`);
  assert(run.items.filter(({ digest }) => digest !== undefined).length >= 300);
});

Deno.test("a good answer that is the last for an hour does not stop the next request", async () => {
  assert(hub !== undefined);
  const tags = tagsUpTo(300);
  const run = await listDetails(hub, {
    content: { [REPOSITORY]: tags },
    faults: async (_, __, answer) => {
      const response = await answer();
      response.headers.set("x-ratelimit-remaining", "0");
      response.headers.set("x-ratelimit-reset", String(START / 1000 + 3600));
      return response;
    },
  });
  assertWhole(run, tags);
  assertEquals(run.warnings, []);
  assert(run.elapsed < 1000);
});
