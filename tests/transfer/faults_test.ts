import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import type { ContentFault } from "../registry/mod.ts";
import { runFaultCase } from "./fault_world.ts";
import {
  downloadTroubles,
  sourceSteps,
  statusTroubles,
  type Step,
  targetSteps,
  type Trouble,
  uploadTroubles,
} from "./fault_rows.ts";

Deno.test("copy() ends in an equal image or an error that names the target, at each step that fails there", async (t) => {
  for (const step of targetSteps) {
    const isUpload = step.on === "upload";
    await runStep(t, "target", step, [...statusTroubles, ...isUpload ? uploadTroubles : []]);
  }
});

Deno.test("copy() in chunks ends in an equal image or an error that names the target", async (t) => {
  const chunk = 400_000;
  for (const method of ["PATCH", "PUT"]) {
    const step: Step = { name: method, on: "upload", method };
    await runStep(t, "target", step, [...statusTroubles, ...uploadTroubles], { chunk });
  }
});

Deno.test("copy() ends in an equal image or an error that names the source, at each step that fails there", async (t) => {
  for (const step of sourceSteps) {
    const troubles = [...statusTroubles, ...step.method === "GET" ? downloadTroubles : []];
    await runStep(t, "source", step, troubles);
  }
});

async function runStep(
  t: Deno.TestContext,
  side: "source" | "target",
  { name, ...step }: Step,
  troubles: readonly Trouble[],
  copy: { readonly chunk?: number } = {},
): Promise<void> {
  await t.step(name, async (t) => {
    for (const trouble of troubles) {
      for (const times of [1, Infinity]) {
        const fault: ContentFault = { ...step, does: trouble.does, times };
        await t.step(`${trouble.name}, ${times} times`, async () => {
          const { error } = await runFaultCase({ [side]: [fault], copy });
          if (trouble.passes && times === 1) assertEquals(error, undefined, String(error));
          if (error === undefined) return;
          assert(error instanceof RegistryError);
          // A child that is missing makes an index sparse: it is for the target to refuse that.
          const isSparse = name === "GET of a child" && trouble.name === "status 404";
          const isThere = side === "target" || isSparse;
          assertEquals(error.facts.side, isThere ? "destination" : "source");
        });
      }
    }
  });
}
