import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { body, type Position } from "./faults.ts";
import { HOUSES, lawOf, LOGIN, openHouse } from "./houses.ts";
import { internet } from "./internet.ts";
import { judge, reasonOf } from "./invariants.ts";
import { runListing } from "./run_listing.ts";

const ENDS = ["fails", "ends", "stalls"] as const;

/** Cuts the one answer at a position after so many bytes, once. */
function cutting(
  inner: typeof fetch,
  at: { readonly path: string; readonly number: number },
  length: number,
  end: typeof ENDS[number],
): typeof fetch {
  let count = 0;
  return internet(async (url, request) => {
    const answer = await inner(request);
    if (!url.pathname.endsWith(at.path) || answer.status !== 200 || count++ !== at.number) {
      return answer;
    }
    const text = await answer.text();
    const headers = new Headers(answer.headers);
    headers.delete("content-length");
    return body(text.slice(0, length), end, headers);
  });
}

for (const house of HOUSES.filter(({ adapter }) => adapter === "ghcr" || adapter === "spec")) {
  for (const position of ["token", "first page", "middle page"] as readonly Position[]) {
    const path = position === "token" ? new URL(house.realm).pathname : "/tags/list";
    const number = position === "middle page" ? 1 : 0;
    Deno.test(`flow.tags() of ${house.adapter} meets a cut at every byte of the ${position}`, async () => {
      const broken: string[] = [];
      const whole = position === "token" ? 90 : 60;
      for (let length = 0; length < whole; length++) {
        for (const end of ENDS) {
          const run = await runListing(
            house.reference,
            cutting(openHouse(house), { path, number }, length, end),
            { pageSize: 4, flow: { credentials: () => LOGIN } },
          );
          try {
            judge(run, lawOf(house));
            assertEquals(run.error, undefined, String(run.error));
          } catch (error) {
            broken.push(`${end} after ${length} bytes: ${reasonOf(error)}`);
          }
        }
      }
      assertEquals(broken.slice(0, 9), [], `${broken.length}`);
    });
  }
}

Deno.test("flow.tags() takes no token for a list, and no list for a token", async () => {
  const house = HOUSES.find(({ adapter }) => adapter === "spec");
  assert(house !== undefined);
  const inner = openHouse(house);
  const swapped = internet((url, request) =>
    url.pathname === "/token" ? new Response('{"tags":["1"]}') : inner(request)
  );
  const run = await runListing(house.reference, swapped);
  judge(run, lawOf(house));
  assert(run.error instanceof RegistryError);
  assertEquals(run.error.code, "protocol");
});
