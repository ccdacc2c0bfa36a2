import { assert, assertEquals, assertRejects } from "@std/assert";
import type { CopyStep, MirrorPlan, MirrorReport } from "../../mod.ts";
import { buildImage } from "../registry/mod.ts";
import {
  createMirrorWorld,
  imageOf,
  imagesFor,
  type MirrorWorld,
  planOf,
  SOURCE,
  TARGET,
} from "./mirror_world.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const TAGS = ["1.0", "1.1", "1.2"];
const MANY = manyOf(...NAMES);
const ONE = planOf({ mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app` }] });

for (const name of ["many", undefined]) {
  for (const maxRequests of [1, 6, 7, 8, 20, 27, 50]) {
    const what = `${name === undefined ? "an unnamed plan" : "a plan"} of ${maxRequests} requests`;
    Deno.test(`mirror() of ${what} a run calls none an error, and resumes to its end`, async () => {
      const world = createMirrorWorld({
        source: Object.assign({}, ...NAMES.map((name) => imagesFor(name, TAGS))),
      });
      const plan = { ...MANY, name };
      let resume: MirrorReport | undefined;
      for (let run = 1; run <= 3; run++) {
        resume = await world.flow.mirror(plan, { resume, maxRequests });
        assert(counted(world) <= maxRequests);
        assertEquals([resume.done, resume.repositories.length], [false, NAMES.length]);
        await checkTold(resume, world);
      }
      const last = await world.flow.mirror(plan, { resume });
      assertEquals(last.done, true);
      for (const name of NAMES) assertEquals(await world.tags(name), TAGS);
    });
  }
}

for (const name of ["big", undefined]) {
  for (const resumes of [true, false]) {
    const what = name === undefined ? "an unnamed plan" : "a plan";
    const how = resumes ? "that resumes" : "begun anew each time";
    Deno.test(`mirror() of ${what} ${how} copies more with each 100 requests`, async () => {
      const names = NAMES.slice(0, resumes ? 8 : 2);
      const tags = Array.from({ length: 10 }, (_, index) => `1.${index}`);
      const world = createMirrorWorld({
        source: Object.assign({}, ...names.map((name) => imagesFor(name, tags))),
      });
      const plan = { ...manyOf(...names), name };
      let report: MirrorReport | undefined;
      let there = 0;
      while (there < names.length * tags.length) {
        const resume = resumes ? report : undefined;
        report = await world.flow.mirror(plan, { resume, maxRequests: 100 });
        assert(counted(world) <= 100);
        await checkTold(report, world);
        const lists = await Promise.all(names.map((name) => world.tags(name)));
        const now = lists.flat().length;
        assert(now > there, `${now} tags after ${there}`);
        there = now;
      }
    });
  }
}

Deno.test("mirror() passes over a repository with more tags than requests could ask about", async () => {
  const tags = Array.from({ length: 40 }, (_, index) => `1.${index}`);
  const world = createMirrorWorld({ source: { ...imagesFor("a", tags), ...imagesFor("b", TAGS) } });
  const { repositories: [a, b] } = await world.flow.mirror(manyOf("a", "b"), { maxRequests: 79 });
  assertEquals([a?.done, a?.error, a?.tags.length], [false, undefined, tags.length]);
  assertEquals([b?.done, await world.tags("b")], [true, TAGS]);
});

Deno.test("mirror() that has no requests left to prune is not done, and calls it no error", async () => {
  const source = { source: `${SOURCE}/app`, target: `${TARGET}/app`, prune: true };
  const plan = (include: string) => planOf({ name: "x", mirror: [{ ...source, include }] });
  let least = Infinity;
  for (let maxRequests = 1; maxRequests <= 24; maxRequests++) {
    const world = createMirrorWorld({ source: imagesFor("app", TAGS) });
    await world.flow.mirror(plan("*"));
    const report = await world.flow.mirror(plan("1.0"), { maxRequests });
    await checkTold(report, world);
    if (report.done) least = Math.min(least, maxRequests);
    assertEquals(report.done, maxRequests >= least, `${maxRequests}`);
    if (report.done) assertEquals(await world.tags("app"), ["1.0"]);
    assertEquals((await world.flow.mirror(plan("1.0"))).done, true);
    assertEquals(await world.tags("app"), ["1.0"]);
  }
  assert(least < 24, `${least}`);
});

function manyOf(...names: readonly string[]): MirrorPlan {
  const sources = names.map((name) => `${SOURCE}/${name}`);
  return planOf({ name: "many", mirror: [{ source: sources, target: `${TARGET}/{path}` }] });
}

/** Requests since the last look but those that list tags. */
function counted(world: MirrorWorld): number {
  return world.asked().filter((each) => !/\/tags\/list|\/v2\/$/.test(each)).length;
}

/** What a report says was copied is there, and what there were no requests for is no error. */
async function checkTold({ repositories }: MirrorReport, world: MirrorWorld): Promise<void> {
  for (const { target, tags, error } of repositories) {
    assertEquals(error, undefined);
    const there = await world.tags(target.replace(`${TARGET}/`, ""));
    for (const { tag, fate } of tags) if (fate === "copied") assert(there.includes(tag));
    assertEquals(tags.filter(({ error }) => error !== undefined), []);
  }
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
