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
  hidden: number,
): void {
  if (run.error !== undefined) throw run.error;
  assertClean(run);
  const found = new Set<string>(run.tags);
  const lost = lasting(tags, changes).filter((tag) => !found.has(tag));
  const isAllowed = lost.length <= hidden || !run.complete;
  assert(isAllowed, `complete without ${lost.slice(0, 5)}`);
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

/**
 * How many tags deletions can hide: each moves one from a page that comes to a page that was. A total tells,
 * and so does V2 where it is cheap to ask; Quay has no total, and its V2 has as many pages again.
 */
function hiddenBy(changes: readonly TagChange[], { adapter }: ApiHouse): number {
  if (adapter !== "quay") return 0;
  return changes.reduce((sum, change) => sum + (change.delete?.length ?? 0), 0);
}

async function runMoved(house: ApiHouse, changes: readonly TagChange[]): Promise<void> {
  const run = await listDetails(house, { content: { [REPOSITORY]: TAGS }, api: { changes } });
  judgeMoved(run, TAGS, changes, hiddenBy(changes, house));
  assert(run.warnings.length <= 1, run.warnings.join("\n"));
}

for (const house of HOUSES) {
  for (const { what, change } of ROWS) {
    Deno.test(`${house.adapter} is complete, or says so: ${what} while it is read`, async () => {
      for (const before of [1, 2, 3, 5, 9, 10]) {
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
      before: fc.integer({ min: 1, max: 11 }),
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
    if (house.adapter === "docker-hub") assertEquals(plain, []);
    assert(plain.length <= 11, plain.join("\n"));
  });
}
