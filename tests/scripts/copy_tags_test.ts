import { assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import { buildImage, distribution } from "../registry/mod.ts";
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

Deno.test("copy --all-tags hints at no flag that was not given", async () => {
  const image = buildImage();
  const sigs = [1, 2, 3].map((n) => [`sha256-${`${n}`.repeat(64)}.sig`, image]);
  const tags = { "1.0": image, "1.1": image, ...Object.fromEntries(sigs) };
  const world = createImageWorld([
    distribution({ host: "source.example", images: { "team/app": { tags } } }),
    distribution({ host: "target.example", images: {} }),
  ]);
  const ends = ["source.example/team/app", "target.example/app"];
  const { code, stderr } = await world.run(copy, ["--all-tags", "--like", "9.9.9", ...ends]);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "hint: --like leaves out 2 of them");
  const words = ["--all-tags", "--no-digest-tags", "--like", "9.9.9", ...ends];
  const asked = await world.run(copy, words);
  assertStringIncludes(asked.stderr, "hint: --no-digest-tags leaves out 3 of them");
});
