import { assert, assertEquals, assertRejects } from "@std/assert";
import type { CopyStep, MirrorReport } from "../../mod.ts";
import { buildImage } from "../registry/mod.ts";
import { createMirrorWorld, imageOf, imagesFor, planOf, SOURCE, TARGET } from "./mirror_world.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const TAGS = ["1.0", "1.1", "1.2"];
const MANY = planOf({
  name: "many",
  mirror: [{ source: NAMES.map((name) => `${SOURCE}/${name}`), target: `${TARGET}/{path}` }],
});
const ONE = planOf({ mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app` }] });

for (const maxRequests of [1, 7, 20, 100]) {
  Deno.test(`mirror() of at most ${maxRequests} requests a run resumes to its end`, async () => {
    const world = createMirrorWorld({
      source: Object.assign({}, ...NAMES.map((name) => imagesFor(name, TAGS))),
    });
    let resume: MirrorReport | undefined;
    for (let run = 1; run <= 3; run++) {
      resume = await world.flow.mirror(MANY, { resume, maxRequests });
      const counted = world.asked().filter((each) => !/\/tags\/list|\/v2\/$/.test(each));
      assert(counted.length <= maxRequests, `${counted.length}`);
      assertEquals([resume.done, resume.repositories.length], [false, NAMES.length]);
      await checkTold(resume);
    }
    const last = await world.flow.mirror(MANY, { resume });
    assertEquals(last.done, true);
    for (const name of NAMES) assertEquals(await world.tags(name), TAGS);

    /** What a report says was copied is there, and what there were no requests for is no error. */
    async function checkTold({ repositories }: MirrorReport): Promise<void> {
      for (const { target, tags, error } of repositories) {
        assert(error === undefined || error.code === "incomplete", error?.message);
        const there = await world.tags(target.replace(`${TARGET}/`, ""));
        for (const { tag, fate } of tags) if (fate === "copied") assert(there.includes(tag));
        const failed = tags.filter(({ fate }) => fate === "failed");
        assertEquals(failed.filter(({ error }) => error !== undefined), []);
      }
    }
  });
}

Deno.test("mirror() refuses a number of requests that is none", async () => {
  const { flow } = createMirrorWorld();
  await assertRejects(() => flow.mirror(ONE, { maxRequests: 0 }), RangeError, "Cannot mirror");
});

Deno.test("mirror() tells what it copied although the list cannot be kept after it", async () => {
  let puts = 0;
  const world = createMirrorWorld({
    source: imagesFor("app", ["1.0"]),
    targetFaults: ({ method, url }) => {
      if (method !== "PUT" || !url.includes("/manifests/portolan-owned-") || ++puts < 2) {
        return undefined;
      }
      return new Response("", { status: 403 });
    },
  });
  const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, platforms: "linux/amd64" };
  const plan = planOf({ name: "x", mirror: [{ ...entry, prune: true }] });
  const { done, repositories: [app] } = await world.flow.mirror(plan);
  assertEquals([done, app?.tags.map(({ fate }) => fate)], [false, ["copied"]]);
  assert(app?.error?.message.startsWith("Cannot keep the list"), app?.error?.message);
});

Deno.test("mirror() cuts uploads into chunks and tells of bytes", async () => {
  const world = createMirrorWorld({
    source: { app: { tags: { "1.0": buildImage({ layers: [100_000] }) } } },
  });
  let planned = 0;
  let bytes = 0;
  const steps: CopyStep[] = [];
  const { done } = await world.flow.mirror(ONE, {
    chunk: 40_000,
    onPlanned: (size) => void (planned += size),
    onBytes: (count) => void (bytes += count),
    onStep: (step) => void steps.push(step),
  });
  assertEquals(done, true);
  assertEquals(world.asked().filter((each) => each.startsWith("PATCH ")).length, 3);
  assert(planned >= 100_000 && bytes >= 100_000);
  assertEquals(steps.filter(({ kind }) => kind === "tag").map(({ tag }) => tag), ["1.0"]);
});

Deno.test("mirror() that refreshes referrers brings a signature that came later", async () => {
  const image = imageOf("app:1.0");
  const world = createMirrorWorld({ source: imagesFor("app", ["1.0"]) });
  assertEquals((await world.flow.mirror(ONE)).done, true);
  const signature = buildImage({ layers: [{ of: "signature" }] });
  await world.put(SOURCE, "app", `${image.digest.replace(":", "-")}.sig`, signature);
  await world.flow.mirror(ONE);
  assertEquals(await world.tags("app"), ["1.0"]);
  const dry = await world.flow.mirror(ONE, { refreshReferrers: true, dryRun: true });
  assertEquals([dry.done, await world.tags("app")], [true, ["1.0"]]);
  const { done, repositories: [app] } = await world.flow.mirror(ONE, { refreshReferrers: true });
  assertEquals([done, app?.present, app?.tags], [true, 1, []]);
  assertEquals((await world.tags("app")).length, 2);
});

Deno.test("mirror() that refreshes referrers tells where that fails, and prunes nothing", async () => {
  const world = createMirrorWorld({
    source: imagesFor("app", ["1.0", "1.1"]),
    retries: 0,
    sourceFaults: ({ url }) =>
      url.includes("/referrers/") ? new Response("", { status: 500 }) : undefined,
  });
  const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app` };
  const named = (include: string) =>
    planOf({ name: "x", mirror: [{ ...entry, include, referrers: false, prune: true }] });
  await world.flow.mirror(named("*"));
  const plan = planOf({ name: "x", mirror: [{ ...entry, include: "1.1", prune: true }] });
  const { done, repositories: [app] } = await world.flow.mirror(plan, { refreshReferrers: true });
  assertEquals([done, app?.present, app?.tags.map(({ fate }) => fate)], [false, 0, ["failed"]]);
  assertEquals(await world.tags("app"), ["1.0", "1.1"]);
});
