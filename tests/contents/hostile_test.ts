import { assert, assertEquals } from "@std/assert";
import { reasonOf } from "../flow/invariants.ts";
import { BODY_CASES } from "./body_cases.ts";
import { FAULT_CASES, STATUS_CASES } from "./fault_cases.ts";
import { HEADER_CASES } from "./header_cases.ts";
import { PART_CASES } from "./part_cases.ts";
import { REDIRECT_CASES } from "./redirect_cases.ts";
import { type Case, runCase } from "./run_case.ts";
import { TYPE_CASES } from "./type_cases.ts";

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  "digests in headers": HEADER_CASES,
  "bodies of manifests": BODY_CASES,
  "types of manifests": TYPE_CASES,
  "parts of images": PART_CASES,
  "redirects": REDIRECT_CASES,
  "faults": FAULT_CASES,
  "statuses": STATUS_CASES,
};

for (const [group, cases] of Object.entries(GROUPS)) {
  for (const who of ["alice", "nobody"] as const) {
    Deno.test(`${who} is not deceived by ${cases.length} hostile ${group}`, async () => {
      const broken: string[] = [];
      for (const one of cases) {
        try {
          await runCase(one, who);
        } catch (error) {
          broken.push(`${one.name}: ${reasonOf(error)}`);
        }
      }
      const most = Number(Deno.env.get("SHOW") ?? 12);
      assertEquals(broken.slice(0, most), [], `${broken.length} of ${cases.length}`);
    });
  }
}

Deno.test("the table of hostile contents has at least 300 cases, each with a name of its own", () => {
  const names = Object.values(GROUPS).flat().map(({ name, verb }) => `${verb}: ${name}`);
  assert(names.length >= 300, `${names.length}`);
  assertEquals(names.filter((name, at) => names.indexOf(name) !== at), []);
});
