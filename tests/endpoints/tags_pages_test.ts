import { assert, assertEquals, assertThrows } from "@std/assert";
import { builtin, openFlow, RegistryError } from "../../mod.ts";
import { HOUSES, lawOf, openHouse, TAGS } from "../flow/houses.ts";
import { internet, json } from "../flow/internet.ts";
import { judge } from "../flow/invariants.ts";
import { type Run, runListing, type RunOptions } from "../flow/run_listing.ts";
import { law, listPages, refusal } from "./pages.ts";

function queriesOf({ requests }: Run): string[] {
  return requests.map(({ url }) => new URL(url)).filter(({ pathname }) =>
    pathname.endsWith("/tags/list")
  ).map(({ search }) => search.slice(1));
}

Deno.test("flow.tags() asks without n where a number is refused", async () => {
  for (const status of [400, 405, 413]) {
    const run = await listPages((query) => query === "n=500" ? refusal(status) : { tags: ["1"] }, {
      pageSize: 500,
    });
    judge(run, law(["1"], { mostRequests: 2 }));
    assertEquals([run.error, queriesOf(run)], [undefined, ["n=500", ""]]);
  }
});

Deno.test("flow.tags() fails where the question without n is refused too", async () => {
  for (const status of [400, 405, 413]) {
    const run = await listPages(() => refusal(status), { pageSize: 500 });
    judge(run, law([], { mostRequests: 2 }));
    assert(run.error instanceof RegistryError);
    assertEquals(run.error.facts.status, status);
  }
});

Deno.test("flow.tags() lowers a page size to what the adapter allows", async () => {
  for (const { id, hosts, pages } of builtin) {
    const most = pages?.max ?? 5000;
    for (const [pageSize, sent] of [[5000, Math.min(5000, most)], [2, 2], [1, 1]]) {
      const run = await runListing(
        `${hosts[0]}/team/app`,
        internet((url) =>
          url.pathname.endsWith("/tags/list")
            ? json({ tags: ["1"] })
            : json({ token: "t".repeat(9) })
        ),
        { pageSize },
      );
      assertEquals(queriesOf(run), [`n=${sent}`], id);
    }
  }
});

Deno.test("flow.tags() takes a page size and a limit from 1 on", () => {
  const flow = openFlow({ fetch: internet(() => json({})) });
  for (const wrong of [0, -1, 0.5, NaN, -Infinity]) {
    assertThrows(() => flow.tags("registry.example/a", { limit: wrong }), RangeError);
    assertThrows(() => flow.tags("registry.example/a", { pageSize: wrong }), RangeError);
  }
});

Deno.test("flow.tags() sends only whole numbers as n", async () => {
  for (const wish of [{ pageSize: 2.5 }, { limit: 2.5 }, { pageSize: 1e21 }]) {
    const run = await listPages(() => ({ tags: ["1"] }), wish).catch((error) => error);
    if (run instanceof RangeError) continue;
    for (const query of queriesOf(run)) {
      assert(/^(n=\d+)?$/.test(query), `${JSON.stringify(wish)} sends ${query}`);
    }
  }
});

/** Limits of a listing of four tags on two pages, and what comes of them. */
const LIMITS: readonly (readonly [limit: number, tags: string[], complete: boolean])[] = [
  [1, ["a"], false],
  [2, ["a", "b"], false],
  [3, ["a", "b", "c"], false],
  [4, ["a", "b", "c", "d"], true],
  [5, ["a", "b", "c", "d"], true],
  [1e9, ["a", "b", "c", "d"], true],
  [Infinity, ["a", "b", "c", "d"], true],
];

for (const [limit, tags, complete] of LIMITS) {
  Deno.test(`flow.tags() ends at a limit of ${limit}`, async () => {
    const run = await listPages(
      (query) => query === "p=2" ? { tags: ["c", "d"] } : { tags: ["a", "b"], next: "p=2" },
      { limit },
    );
    assertEquals([run.tags, run.complete], [tags, complete]);
    assertEquals(run.requests.length, limit <= 2 ? 1 : 2);
  });
}

Deno.test("flow.tags() is complete where a limit is what there is, and not where a Link goes on", async () => {
  const one = await listPages(() => ({ tags: ["a", "b"] }), { limit: 2 });
  assertEquals([one.complete, one.tags], [true, ["a", "b"]]);
  const more = await listPages(() => ({ tags: ["a", "b"], next: "p=2" }), { limit: 2 });
  assertEquals([more.complete, more.requests.length], [false, 1]);
});

Deno.test("flow.tags() counts only tags towards a limit", async () => {
  const run = await listPages(
    (query) =>
      query === "p=2" ? { tags: ["b", "c"] } : { tags: [null, "-", "a", "a"], next: "p=2" },
    { limit: 2 },
  );
  assertEquals([run.tags, run.complete], [["a", "b"], false]);
});

Deno.test("flow.tags() warns of a full last page without Link, as behind a proxy that drops it", async () => {
  const full = await listPages(() => ({ tags: ["1", "2"] }), { pageSize: 2 });
  assertEquals(full.warnings.length, 1);
  judge(full, law(["1", "2"]));
  const short = await listPages(() => ({ tags: ["1"] }), { pageSize: 2 });
  assertEquals(short.warnings, []);
  const later = await listPages(
    (query) => query === "p=2" ? { tags: ["3", "4"] } : { tags: ["1", "2"], next: "p=2" },
    { pageSize: 2 },
  );
  assertEquals(later.warnings, [], "a full page behind others that had a Link is the end");
});

Deno.test("flow.tags() takes the whole list from a registry that ignores n and last", async () => {
  const run = await listPages(() => ({ tags: TAGS }), { pageSize: 2 });
  judge(run, law(TAGS, { mostRequests: 1 }));
});

Deno.test("flow.tags() gives the pages as they come, and can be iterated again", async () => {
  let asked = 0;
  const flow = openFlow({
    fetch: internet((url) => {
      asked++;
      return url.search === ""
        ? json({ tags: ["a", "b"] }, { link: "<?p=2>; rel=next" })
        : json({ tags: ["c"] });
    }),
  });
  const listing = flow.tags("registry.example/team/app");
  assertEquals([asked, listing.complete], [0, false]);
  for (let round = 0; round < 2; round++) {
    const pages: string[][] = [];
    for await (const page of listing.pages()) pages.push(page.map(({ name }) => name));
    assertEquals(pages, [["a", "b"], ["c"]]);
    assert(listing.complete);
  }
  for await (const _ of listing) break;
  assertEquals(listing.complete, false, "an iteration that was left is not complete");
  assertEquals(asked, 5);
});

Deno.test("flow.tags() keeps the order of every registry", async () => {
  for (const house of HOUSES) {
    const options: RunOptions = { pageSize: 4 };
    const once = await runListing(house.reference, openHouse(house), options);
    const whole = await runListing(house.reference, openHouse(house));
    judge(whole, lawOf(house));
    assertEquals(once.tags, whole.tags, house.adapter);
  }
});
