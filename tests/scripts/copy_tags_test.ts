import { assertEquals } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import { distribution } from "../registry/mod.ts";
import { assembleRegistry } from "../registry/simulated_registry.ts";
import { createImageWorld } from "./image_world.ts";

const BROKEN: readonly (readonly [host: string, flags: readonly string[]])[] = [
  ["source.example", []],
  // Its own API is asked first there.
  ["quay.io", ["--max-age", "30d"]],
];

for (const [host, flags] of BROKEN) {
  Deno.test(`copy ${["--all-tags", ...flags].join(" ")} says source where ${host} does not list`, async () => {
    const { hosts } = distribution({ host, images: {} });
    const world = createImageWorld([
      assembleRegistry(hosts, () => new Response("", { status: 500 })),
      distribution({ host: "target.example", images: {} }),
    ]);
    const words = ["--all-tags", "--json", ...flags, `${host}/org/app`, "target.example/app"];
    const { stderr } = await world.run(copy, words);
    const { code, side } = JSON.parse(stderr).error;
    assertEquals([code, side], ["unavailable", "source"]);
  });
}
