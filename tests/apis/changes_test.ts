import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TagChange } from "../registry/mod.ts";
import {
  type ApiHouse,
  type ApiRun,
  assertClean,
  HOUSES,
  listDetails,
  REPOSITORY,
  tagsUpTo,
} from "./api_world.ts";
import type { TagDetails } from "../../core/adapter.ts";

/* A list that moves while it is read is complete, or says that it is not. */

/** The tags that were there all the time. */
function lasting(tags: readonly string[], changes: readonly TagChange[]): readonly string[] {
  const gone = new Set(changes.flatMap((change) => change.delete ?? []));
  return tags.filter((tag) => !gone.has(tag));
}

function judgeMoved(
  run: ApiRun<TagDetails>,
  tags: readonly string[],
  changes: readonly TagChange[],
): void {
  if (run.error !== undefined) throw run.error;
  assertClean(run);
  const found = new Set<string>(run.tags);
  const lost = lasting(tags, changes).filter((tag) => !found.has(tag));
  assert(lost.length === 0 || !run.complete, `complete without ${lost.slice(0, 5)}`);
  const known = new Set([...tags, ...changes.flatMap((change) => change.push ?? [])]);
  for (const tag of run.tags) assert(known.has(tag), `${tag} never was`);
}

const TAGS = tagsUpTo(950);

interface Row {
  readonly what: string;
  readonly change: Omit<TagChange, "before">;
}

const ROWS: readonly Row[] = [
  { what: "a tag pushed", change: { push: ["new"] } },
  { what: "the first tag deleted", change: { delete: ["1.0"] } },
  { what: "the last tag deleted", change: { delete: ["1.949"] } },
  { what: "a tag in the middle deleted", change: { delete: ["1.500"] } },
  { what: "one deleted and one pushed", change: { delete: ["1.0"], push: ["new"] } },
  { what: "another deleted and one pushed", change: { delete: ["1.949"], push: ["new"] } },
  { what: "an old tag pushed anew", change: { push: ["1.0"] } },
  { what: "a tag in the middle pushed anew", change: { push: ["1.500"] } },
  { what: "a hundred deleted", change: { delete: TAGS.slice(600, 700) } },
  { what: "nearly all deleted", change: { delete: TAGS.slice(0, 940) } },
];

async function runMoved(house: ApiHouse, changes: readonly TagChange[]): Promise<void> {
  const run = await listDetails(house, { content: { [REPOSITORY]: TAGS }, api: { changes } });
  judgeMoved(run, TAGS, changes);
  assert(run.warnings.length <= 1, run.warnings.join("\n"));
}

for (const house of HOUSES) {
  for (const { what, change } of ROWS) {
    Deno.test(`${house.adapter} is complete, or says so: ${what} while it is read`, async () => {
      // Where the pages are looked at twice, the second look begins with the 11th answer.
      for (const before of [1, 2, 3, 5, 9, 10, 12, 20]) {
        try {
          await runMoved(house, [{ before, ...change }]);
        } catch (error) {
          throw new Error(`before page ${before}`, { cause: error });
        }
      }
    });
  }

  Deno.test(`${house.adapter} is complete, or says so, whatever happens while it is read`, async () => {
    const tag = fc.integer({ min: 0, max: 949 }).map((index) => `1.${index}`);
    const fresh = fc.constantFrom("a", "b", "c", "d");
    const change = fc.record({
      before: fc.integer({ min: 1, max: 20 }),
      push: fc.array(fc.oneof(tag, fresh), { maxLength: 3 }),
      delete: fc.array(tag, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        return runMoved(house, changes);
      }),
      { numRuns: 40 },
    );
  });

  Deno.test(`${house.adapter} with a list that stays asks V2 no more than it must`, async () => {
    const run = await listDetails(house, { content: { [REPOSITORY]: TAGS } });
    const host = house.registry === "docker.io" ? "registry-1.docker.io" : house.registry;
    const plain = run.asked(host).filter((path) => path.startsWith("/v2/"));
    // GHCR's pages name no end: the plain listing, a page of it, tells that there is no more.
    assertEquals(plain.length, house.adapter === "ghcr" ? 1 : 0, plain.join("\n"));
  });
}
