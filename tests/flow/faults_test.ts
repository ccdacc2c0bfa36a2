import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import { FAULTS } from "./fault_rows.ts";
import { type Fate, type Fault, type Position, strike } from "./faults.ts";
import { type House, HOUSES, lawOf, openHouse, reader } from "./houses.ts";
import { judge, reasonOf } from "./invariants.ts";
import { type Run, runListing } from "./run_listing.ts";

const POSITIONS: readonly Position[] = ["token", "first page", "middle page"];
const READERS = ["anonymous", "alice"] as const;

interface Case {
  readonly house: House;
  readonly position: Position;
  readonly fault: Fault;
  readonly who: "anonymous" | "alice";
  readonly times: number;
}

async function run({ house, position, fault, who, times }: Case): Promise<Run> {
  const clock = virtualClock();
  const network = openHouse(house, {
    now: () => clock.wall(),
    faults: strike(house, position, fault, times),
  });
  return await runListing(house.reference, network, {
    pageSize: 4,
    clock,
    flow: reader(who),
  });
}

function check(result: Run, { house, position, fault, times }: Case): void {
  judge(result, lawOf(house));
  const fate = times === 1 ? fateOfOne(house, position, fault) : fault.always ?? "fails";
  assertEquals(result.error === undefined ? "heals" : "fails", fate, Deno.inspect(result.error));
  if (fate === "heals") {
    assert(result.elapsed >= (fault.waits ?? 0), `waited only ${result.elapsed} ms`);
    return;
  }
  assert(result.error instanceof RegistryError);
  const sent = Math.max(...countsOf(result));
  assert(sent <= (fault.attempts ?? 5), `one request was sent ${sent} times`);
  if (position === "middle page") {
    assertEquals([result.error.code, result.tags.length], ["incomplete", 4]);
  } else if (position === "first page" && fault.code !== undefined) {
    assertEquals<string>(result.error.code, fault.code, result.error.message);
  }
}

/** A token that is refused as soon as it was given is not asked for again. */
function fateOfOne(house: House, position: Position, { row, once = "heals" }: Fault): Fate {
  const isFresh = house.adapter === "spec" && position === "first page";
  return isFresh && (row === 9 || row === 10) ? "fails" : once;
}

/** How often each address was asked with, and without, authority. */
function countsOf({ requests }: Run): number[] {
  const counts = new Map<string, number>();
  for (const { url, headers } of requests) {
    const key = `${url} ${"authorization" in headers}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.values()];
}

function casesOf(house: House, position: Position): Case[] {
  if (position === "middle page" && !house.paged) return [];
  return READERS.flatMap((who) =>
    who === "anonymous" && position === "token" && !house.wantsToken
      ? []
      : FAULTS.filter((fault) =>
        fault.positions === undefined || fault.positions.includes(position)
      ).flatMap((fault) => [1, Infinity].map((times) => ({ house, position, fault, who, times })))
  );
}

for (const house of HOUSES) {
  for (const position of POSITIONS) {
    const cases = casesOf(house, position);
    if (cases.length === 0) continue;
    Deno.test(`flow.tags() of ${house.adapter} meets ${cases.length} faults at the ${position}`, async () => {
      const broken: string[] = [];
      for (const one of cases) {
        const { fault, who, times } = one;
        try {
          check(await run(one), one);
        } catch (error) {
          broken.push(`row ${fault.row}, ${fault.name}, x${times}, ${who}: ${reasonOf(error)}`);
        }
      }
      assertEquals(broken.slice(0, 12), [], `${broken.length} of ${cases.length}`);
    });
  }
}

Deno.test("flow.tags() lists every house without a fault", async () => {
  for (const house of HOUSES) {
    for (const who of READERS) {
      const result = await runListing(house.reference, openHouse(house), {
        pageSize: 4,
        flow: reader(who),
      });
      judge(result, lawOf(house, { mostRequests: 6 }));
      assertEquals(result.error, undefined);
      assertEquals(result.warnings, []);
    }
  }
});
