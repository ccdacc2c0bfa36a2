import { assert, assertEquals } from "@std/assert";
import type { Faults } from "../registry/simulated_registry.ts";
import { TAGS as ODD_TAGS } from "../flow/houses.ts";
import { DOWN, ODD, type Trouble } from "./fault_rows.ts";
import { printable, RegistryError } from "../../mod.ts";
import {
  type ApiHouse,
  assertWhole,
  HOUSES,
  listDetails,
  REPOSITORY,
  tagsUpTo,
} from "./api_world.ts";

/* Whatever an API does, the tags are listed; a warning says once what is missing. */

const TAGS = tagsUpTo(350);

function faultsOf(house: ApiHouse, trouble: Trouble, from: number): Faults {
  return async (request, _, answer) => {
    const { host, pathname, search, searchParams } = new URL(request.url);
    if (host !== house.host || pathname.startsWith("/v2/team")) return undefined;
    const isTags = house.isTagPage(pathname + search) || /\/versions$|\/tags?\/?$/.test(pathname);
    if (!isTags || pathname.startsWith("/orgs/")) return undefined;
    const page = Number(searchParams.get("page") ?? 1);
    return page < from ? undefined : await trouble(page, answer);
  };
}

for (const house of HOUSES) {
  for (const [what, trouble] of Object.entries(DOWN)) {
    for (const from of [1, 2, 3]) {
      Deno.test(`${house.adapter} lists its tags where its API gives, from page ${from} on: ${what}`, async () => {
        const faults = faultsOf(house, trouble, from);
        const run = await listDetails(house, { content: { [REPOSITORY]: TAGS }, faults });
        assertWhole(run, TAGS);
        assertEquals(run.warnings.length, 1, run.warnings.join("\n"));
        assert(run.warnings[0]?.includes("dates are missing"), run.warnings[0]);
        assertEquals(printable(run.warnings[0] ?? "", 10_000), run.warnings[0]);
        assert((run.warnings[0]?.length ?? 0) < 600, run.warnings[0]);
        assert(run.elapsed < 120_000, `${run.elapsed} ms`);
        // What came before is kept.
        const told = run.items.filter(({ digest }) => digest !== undefined);
        assertEquals(told.length, (from - 1) * 100);
      });
    }
  }

  for (const [what, trouble] of Object.entries(ODD)) {
    Deno.test(`${house.adapter} lists all of its tags where its API answers oddly: ${what}`, async () => {
      const faults = faultsOf(house, trouble, 1);
      const run = await listDetails(house, { content: { [REPOSITORY]: TAGS }, faults });
      assertWhole(run, TAGS);
      assert(run.requests.length < 60, `${run.requests.length} requests`);
      assert(run.warnings.length <= 1, run.warnings.join("\n"));
      for (const { digest, pushedAt, size } of run.items) {
        assert(digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest), digest);
        assert(pushedAt === undefined || pushedAt.startsWith("2026-"), pushedAt);
        assert(size === undefined || size >= 0, String(size));
      }
    });
  }

  Deno.test(`${house.adapter} fails as V2 does where neither answers, and incomplete once there were tags`, async () => {
    for (const from of [1, 2]) {
      const api = faultsOf(house, () => new Response(null, { status: 501 }), from);
      const run = await listDetails(house, {
        content: { [REPOSITORY]: TAGS },
        faults: async (request, count, answer) => {
          const isList = new URL(request.url).pathname === `/v2/${REPOSITORY}/tags/list`;
          if (isList) return new Response(null, { status: 501 });
          return await api(request, count, answer);
        },
      });
      assert(run.error instanceof RegistryError, Deno.inspect(run.error));
      assertEquals(run.error.code, from === 1 ? "unsupported" : "incomplete");
      assertEquals(run.tags.length, (from - 1) * 100);
      assertEquals([run.sleepers, run.openBodies], [0, 0]);
      assert(
        run.error.message.startsWith(`Cannot list tags of "${house.reference}"`),
        run.error.message,
      );
      assertEquals(run.warnings, []);
    }
  });

  Deno.test(`${house.adapter} says of a missing repository what V2 says`, async () => {
    const options = { content: { "team/other": ODD_TAGS } };
    const plain = await listDetails(house, options);
    assert(plain.error instanceof RegistryError);
    assertEquals(plain.error.code, "not_found");
    assertEquals(plain.warnings, []);
  });
}
