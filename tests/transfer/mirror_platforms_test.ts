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

/** A world where a stranger brings what the plan would make of a tag that has moved. */
async function takenOver(faults: { sourceIsSilent: boolean }): Promise<MirrorWorld> {
  const world = createMirrorWorld({
    source: indexes("1.0", "2.0"),
    sourceFaults: ({ method, url }) =>
      faults.sourceIsSilent && method === "GET" && url.includes("/manifests/")
        ? new Response("", { status: 500 })
        : undefined,
    retries: 0,
  });
  await run(world, ["1.0", "2.0"], BOTH);
  const moved = [...BOTH, "linux/s390x"].map((platform) =>
    buildImage({ platform, layers: [{ name: `moved for ${platform}` }] })
  );
  await world.put(SOURCE, "app", "1.0", buildIndex(moved));
  await world.flow.copy(`${SOURCE}/app:1.0`, `${TARGET}/app:1.0`, { platforms: BOTH });
  return world;
}

/** What pruning says of 1.0 when 2.0 alone is wanted. */
async function pruned(world: MirrorWorld): Promise<readonly string[] | undefined> {
  const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, platforms: BOTH };
  const plan = planOf({ name: "few", mirror: [{ ...entry, include: "2.0", prune: true }] });
  const { repositories: [report] } = await world.flow.mirror(plan);
  return report?.tags.map(({ tag, fate }) => `${tag} ${fate}`);
}

Deno.test("mirror() leaves what a stranger put where the plan would have put the same", async () => {
  const world = await takenOver({ sourceIsSilent: false });
  assertEquals(await run(world, ["1.0", "2.0"], BOTH), true);
  const digest = await world.at("app", "1.0");
  await pruned(world);
  assertEquals(await world.at("app", "1.0"), digest);
});

Deno.test("mirror() leaves what a stranger put although a run failed that found it", async () => {
  const faults = { sourceIsSilent: false };
  const world = await takenOver(faults);
  await run(world, ["1.0", "2.0"], BOTH);
  faults.sourceIsSilent = true;
  assertEquals(await run(world, ["1.0", "2.0"], BOTH), false);
  faults.sourceIsSilent = false;
  await run(world, ["1.0", "2.0"], BOTH);
  const digest = await world.at("app", "1.0");
  await pruned(world);
  assertEquals(await world.at("app", "1.0"), digest);
});

Deno.test("mirror() prunes what a run put that broke off before it could say so", async () => {
  let breaks = true;
  let isBroken = false;
  const world = createMirrorWorld({
    source: indexes("1.0", "2.0"),
    targetFaults: ({ method, url }) => {
      if (breaks && isBroken) return new Response("", { status: 500 });
      isBroken ||= method === "PUT" && url.endsWith("/manifests/1.0");
      return undefined;
    },
    retries: 0,
  });
  assertEquals(await run(world, "1.0", BOTH), false);
  assertEquals(await world.tags("app"), ["1.0"]);
  breaks = false;
  assertEquals(await run(world, "1.0", BOTH), true);
  assertEquals(await pruned(world), ["2.0 copied", "1.0 deleted"]);
});
