import { assertEquals } from "@std/assert";
import {
  assertClean,
  assertWhole,
  HOUSES,
  listDetails,
  REPOSITORY,
  tagsUpTo,
} from "./api_world.ts";

/* Where V2 stands in for an API, it is asked for no more than is wanted, and what is missing is said. */

for (const house of HOUSES) {
  Deno.test(`${house.adapter} asks V2 for no more than the limit where its API is not there`, async () => {
    for (const [limit, count, complete] of [[5, 40, false], [40, 40, true]] as const) {
      const run = await listDetails(house, {
        content: { [REPOSITORY]: tagsUpTo(count) },
        faults: (request) => {
          const { host, pathname } = new URL(request.url);
          const isApi = host === house.host && !pathname.startsWith("/v2/team");
          const isV2 = pathname.includes("/tags/list") || pathname.endsWith("/auth");
          return isApi && !isV2 ? new Response(null, { status: 404 }) : undefined;
        },
      }, { limit });
      if (run.error !== undefined) throw run.error;
      assertClean(run);
      assertEquals([run.tags.length, run.complete], [limit, complete]);
      const listings = run.requests.filter(({ url }) => url.includes("/tags/list"));
      const asked = listings.map(({ url }) => new URL(url).searchParams.get("n"));
      assertEquals([...new Set(asked)].slice(0, 1), [String(limit)]);
    }
  });

  Deno.test(`${house.adapter} says how many tags have no dates where its list changed`, async () => {
    const tags = tagsUpTo(900);
    const run = await listDetails(house, {
      content: { [REPOSITORY]: tags },
      api: { changes: [{ before: 3, delete: tags.slice(870) }] },
    });
    if (run.error !== undefined) throw run.error;
    const bare = run.items.filter(({ digest }) => digest === undefined).length;
    assertEquals(bare, 30);
    assertEquals(run.warnings, [
      `${house.reference}: 30 tags come without dates: ` +
      // Without a total nothing tells of the change.
      (house.adapter === "ghcr"
        ? "the API does not list them"
        : "the API's list changed while it was read"),
    ]);
  });

  Deno.test(`${house.adapter} says nothing where all tags have dates`, async () => {
    const run = await listDetails(house, { content: { [REPOSITORY]: tagsUpTo(300) } });
    assertWhole(run, tagsUpTo(300));
    assertEquals(run.warnings, []);
  });
}
