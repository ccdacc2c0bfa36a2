import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { listing, openTo } from "../flow/asked.ts";
import {
  type ApiHouse,
  assertClean,
  assertWhole,
  HOUSES,
  listDetails,
  REPOSITORY,
  tagsUpTo,
} from "./api_world.ts";

/** Milliseconds that each answer takes, by the virtual clock. */
const LATENCY = 50;

function houseOf(adapter: string): ApiHouse {
  const house = HOUSES.find((each) => each.adapter === adapter);
  assert(house !== undefined);
  return house;
}

const hub = houseOf("docker-hub");
const quay = houseOf("quay");

/** Numbers of the pages that were asked for, as they went out. */
function pagesOf(asked: readonly string[]): number[] {
  return asked.map((path) => Number(/[?&]page=([0-9]+)/.exec(path)?.[1] ?? 1));
}

/** Quay's pages, where there are several, are all looked at twice, the second time in order; others' once. */
function assertLooks(asked: readonly number[], pages: number, { adapter }: ApiHouse): number[] {
  const again = adapter === "quay" && pages > 1 ? pages : 0;
  const first = asked.slice(0, asked.length - again);
  assertEquals(new Set(first).size, first.length, `asked for ${asked}`);
  assertEquals(asked.slice(first.length), Array.from({ length: again }, (_, at) => at + 1));
  return first;
}

Deno.test("docker-hub lists 4,200 tags with details in at most 43 requests, at most 8 at once, and a fifth of the time", async () => {
  const tags = tagsUpTo(4200);
  const run = await listDetails(hub, { content: { [REPOSITORY]: tags } }, { latency: LATENCY });
  assertWhole(run, tags);
  assertEquals(run.warnings, []);
  assert(run.requests.length <= 43, `${run.requests.length} requests`);
  assert(run.mostInFlight(hub.host) <= 8, `${run.mostInFlight(hub.host)} at once`);
  assert(run.mostInFlight(hub.host) >= 6, `only ${run.mostInFlight(hub.host)} at once`);
  assert(run.elapsed < 42 * LATENCY / 5, `${run.elapsed} ms`);
  // In the order of the API, newest first, although the answers come as they please.
  assertEquals(run.tags, tags.toReversed());
});

Deno.test("quay lists 4,200 tags with details, twice looked at, in less than half of the time", async () => {
  const tags = tagsUpTo(4200);
  const run = await listDetails(quay, { content: { [REPOSITORY]: tags } }, { latency: LATENCY });
  assertWhole(run, tags);
  const asked = pagesOf(run.asked(quay.host));
  const vain = assertLooks(asked, 42, quay).length - 42;
  assert(vain * 5 <= 42 + vain, `${vain} in vain`);
  assertEquals(run.mostInFlight(quay.host), 8);
  assert(run.elapsed < 42 * LATENCY / 2, `${run.elapsed} ms`);
  assertEquals(run.asked(quay.host).filter((path) => path.startsWith("/v2/")), []);
});

Deno.test("docker-hub keeps the order where later pages are answered sooner", async () => {
  const tags = tagsUpTo(1000);
  const waits = new Map<string, (value: unknown) => void>();
  const run = await listDetails(hub, {
    content: { [REPOSITORY]: tags },
    faults: async (request, _, answer) => {
      const page = new URL(request.url).searchParams.get("page");
      if (page !== "2") {
        if (page === "9") waits.get("2")?.(undefined);
        return await answer();
      }
      await new Promise((resolve) => waits.set("2", resolve));
      return await answer();
    },
  });
  assertWhole(run, tags);
  assertEquals(run.tags, tags.toReversed());
});

Deno.test("docker-hub is read in 168 pages of 25 where page_size is ignored", async () => {
  const tags = tagsUpTo(4200);
  const run = await listDetails(hub, { content: { [REPOSITORY]: tags }, api: { pageSize: 25 } });
  assertWhole(run, tags);
  assertEquals(run.requests.length, 168);
  assertEquals(run.warnings, []);
});

Deno.test("pages of unknown number are asked for together, of which at most a fifth is in vain", async () => {
  const counts = fc.integer({ min: 1, max: 4000 });
  await fc.assert(
    fc.asyncProperty(counts, fc.constantFrom(quay, houseOf("ghcr")), async (count, house) => {
      const tags = tagsUpTo(count);
      const run = await listDetails(house, { content: { [REPOSITORY]: tags } }, {
        latency: LATENCY,
      });
      assertWhole(run, tags);
      const needed = Math.ceil(count / 100);
      const all = pagesOf(run.asked(house.host).filter(house.isTagPage));
      const asked = assertLooks(all, needed, house);
      // The exactly full last page of an API that tells nothing is followed by an empty one, which is no waste.
      const useful = house === quay || count % 100 > 0 ? needed : needed + 1;
      const vain = asked.filter((page) => page > useful).length;
      assert(vain * 5 <= asked.length, `${vain} of ${asked} in vain for ${needed}`);
    }),
    { numRuns: 30 },
  );
});

Deno.test("quay's sizes from 1 to 60 pages waste at most a fifth each", async () => {
  for (let pages = 1; pages <= 60; pages++) {
    const asked: number[] = [];
    const tags = tagsUpTo(pages);
    // One tag a page: the number of pages is all that matters.
    const flow = openTo((_, { pathname, searchParams }) => {
      if (pathname.startsWith("/v2/")) return listing(...tags);
      const page = Number(searchParams.get("page"));
      asked.push(page);
      const found = tags.slice(page - 1, page).map((name) => ({ name }));
      return Response.json({ tags: found, page, has_additional: page < pages });
    });
    const found = await Array.fromAsync(flow.tags(quay.reference, { details: true }));
    assertEquals(found.map(({ name }) => String(name)), tags);
    const first = assertLooks(asked, pages, quay);
    const vain = first.filter((page) => page > pages).length;
    assert(vain * 5 <= first.length, `${vain} of ${asked} in vain for ${pages}`);
  }
});

Deno.test("quay is looked at once under a limit that cuts the list, and where there is one page", async () => {
  for (const [count, limit, most] of [[2000, 950, 12], [100, undefined, 1]] as const) {
    const run = await listDetails(quay, { content: { [REPOSITORY]: tagsUpTo(count) } }, { limit });
    if (run.error !== undefined) throw run.error;
    const asked = pagesOf(run.asked(quay.host).filter(quay.isTagPage));
    assertEquals(new Set(asked).size, asked.length, `asked for ${asked}`);
    assert(asked.length <= most, `asked for ${asked}`);
  }
});

Deno.test("quay is completed by V2 where the second look fails", async () => {
  const tags = tagsUpTo(250);
  let answered = 0;
  const run = await listDetails(quay, {
    content: { [REPOSITORY]: tags },
    faults: (request) => {
      if (!new URL(request.url).pathname.startsWith("/api/v1/")) return undefined;
      return ++answered > 4 ? new Response(null, { status: 501 }) : undefined;
    },
  });
  assertWhole(run, tags);
  assert(run.requests.some(({ url }) => url.includes("/tags/list")), "V2 is not asked");
});

Deno.test("ghcr with a limit asks for pages together, though most versions have no tag", async () => {
  const house = houseOf("ghcr");
  const run = await listDetails(house, {
    content: { [REPOSITORY]: tagsUpTo(40) },
    api: { untagged: 300 },
  }, { limit: 5, latency: LATENCY });
  if (run.error !== undefined) throw run.error;
  assertClean(run);
  assertEquals(run.tags, tagsUpTo(40).toReversed().slice(0, 5));
  const asked = run.asked(house.host).filter(house.isTagPage).length;
  assert(asked >= 16 && asked <= 20, `${asked} pages`);
  assert(run.elapsed <= 10 * LATENCY, `${run.elapsed} ms`);
});

for (const house of HOUSES) {
  Deno.test(`${house.adapter} asks for no more pages than a limit needs`, async () => {
    for (const [limit, most] of [[1, 1], [99, 1], [100, 2], [150, 2], [250, 3]] as const) {
      const content = { [REPOSITORY]: tagsUpTo(2000) };
      const run = await listDetails(house, { content }, { limit });
      if (run.error !== undefined) throw run.error;
      assertClean(run);
      assertEquals(run.tags.length, limit);
      assertEquals(run.complete, false);
      const asked = run.asked(house.host).filter(house.isTagPage).length;
      assert(asked <= most, `${asked} pages for ${limit} tags`);
    }
  });

  Deno.test(`${house.adapter} is complete under a limit that is not reached, or just reached`, async () => {
    const tags = tagsUpTo(250);
    for (const limit of [250, 251, 1000]) {
      const run = await listDetails(house, { content: { [REPOSITORY]: tags } }, { limit });
      assertWhole(run, tags);
    }
  });

  Deno.test(`${house.adapter} leaves nothing behind where the reader stops early`, async () => {
    for (const breakAfter of [1, 100, 101, 350]) {
      const content = { [REPOSITORY]: tagsUpTo(4200) };
      const run = await listDetails(house, { content }, { breakAfter, latency: LATENCY });
      if (run.error !== undefined) throw run.error;
      assertClean(run);
      assertEquals(run.tags.length, breakAfter);
    }
  });

  Deno.test(`${house.adapter} gives the reader all the time that it takes`, async () => {
    const tags = tagsUpTo(1200);
    const content = { [REPOSITORY]: tags };
    const run = await listDetails(house, { content }, { busy: 400_000, latency: LATENCY });
    assertWhole(run, tags);
    assertEquals(run.warnings, []);
    for (const tag of run.items) assert(tag.digest !== undefined, tag.name);
  });
}
