import { assertEquals } from "@std/assert";
import { buildImage, buildIndex, contentFaults, type Images } from "../registry/mod.ts";
import { createMirrorWorld, type MirrorWorld, planOf, SOURCE, TARGET } from "./mirror_world.ts";

const AMD = "linux/amd64";
const BOTH = ["linux/amd64", "linux/arm64"];

/** A run of the plan `few`. */
async function run(
  world: MirrorWorld,
  include: string | readonly string[],
  platforms?: string | readonly string[],
): Promise<boolean> {
  const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, include };
  const few = platforms === undefined ? {} : { platforms };
  const plan = planOf({ name: "few", mirror: [{ ...entry, ...few }] });
  return (await world.flow.mirror(plan)).done;
}

/** Tags of an image for three platforms each. */
function indexes(...tags: readonly string[]): Images {
  const indexes = tags.map((tag) => {
    const platforms = [...BOTH, "linux/s390x"];
    const images = platforms.map((platform) =>
      buildImage({ platform, layers: [{ name: `${tag} for ${platform}` }] })
    );
    return [tag, buildIndex(images)] as const;
  });
  return { app: { tags: Object.fromEntries(indexes) } };
}

/** What a mirror for both platforms puts. */
async function expected(tag: string): Promise<string | undefined> {
  const world = createMirrorWorld({ source: indexes("1.0", "2.0") });
  await run(world, tag, BOTH);
  return await world.at("app", tag);
}

Deno.test("mirror() makes a tag anew that was not selected when the platforms changed", async () => {
  const world = createMirrorWorld({ source: indexes("1.0", "2.0") });
  await run(world, ["1.0", "2.0"], AMD);
  await run(world, "2.0", BOTH);
  assertEquals(await run(world, ["1.0", "2.0"], BOTH), true);
  assertEquals(await world.at("app", "1.0"), await expected("1.0"));
  assertEquals(await world.at("app", "2.0"), await expected("2.0"));
});

for (const faulty of [SOURCE, TARGET]) {
  Deno.test(`mirror() makes a tag anew that ${faulty} was silent of when the platforms changed`, async () => {
    let isSilent = false;
    const silent = contentFaults([
      {
        on: "manifest",
        method: "HEAD",
        of: "2.0",
        times: 1e9,
        does: { kind: "status", status: 500 },
      },
    ]);
    const faults: typeof silent = (...given) => isSilent ? silent(...given) : undefined;
    const world = createMirrorWorld({
      source: indexes("1.0", "2.0"),
      sourceFaults: faulty === SOURCE ? faults : undefined,
      targetFaults: faulty === TARGET ? faults : undefined,
      retries: 0,
    });
    await run(world, ["1.0", "2.0"], AMD);
    isSilent = true;
    assertEquals(await run(world, ["1.0", "2.0"], BOTH), false);
    isSilent = false;
    assertEquals(await run(world, ["1.0", "2.0"], BOTH), true);
    assertEquals(await world.at("app", "2.0"), await expected("2.0"));
  });
}

Deno.test("mirror() prunes what it put for other platforms", async () => {
  const world = createMirrorWorld({ source: indexes("1.0", "2.0") });
  await run(world, ["1.0", "2.0"], AMD);
  await run(world, "2.0", BOTH);
  const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, platforms: BOTH };
  const plan = planOf({ name: "few", mirror: [{ ...entry, include: "2.0", prune: true }] });
  const [report] = (await world.flow.mirror(plan)).repositories;
  assertEquals(report?.tags.map(({ tag, fate }) => `${tag} ${fate}`), ["1.0 deleted"]);
});

Deno.test("mirror() sends but HEADs the second time after its platforms are gone", async () => {
  const world = createMirrorWorld({
    source: {
      app: { tags: { "1.0": buildImage({ platform: AMD }), ...indexes("2.0").app?.tags } },
    },
  });
  await run(world, ["1.0", "2.0"], AMD);
  await run(world, ["1.0", "2.0"]);
  world.asked();
  assertEquals(await run(world, ["1.0", "2.0"]), true);
  const more = world.asked().filter((each) => !each.startsWith("HEAD"));
  assertEquals(more, [`GET ${SOURCE}/v2/app/tags/list`]);
});
