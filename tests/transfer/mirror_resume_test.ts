import { assertEquals } from "@std/assert";
import { contentFaults } from "../registry/mod.ts";
import { createMirrorWorld, imageOf, imagesFor, planOf, SOURCE, TARGET } from "./mirror_world.ts";

Deno.test("mirror() that resumes prunes nothing whose successor it has not copied", async () => {
  const of = imageOf("app:21.0.3").digest;
  const world = createMirrorWorld({
    source: imagesFor("app", ["21.0.1", "21.0.2"]),
    sourceFaults: contentFaults([
      { on: "manifest", method: "GET", of, times: 5, does: { kind: "status", status: 500 } },
    ]),
  });
  const plan = planOf({
    name: "app",
    mirror: [{
      source: `${SOURCE}/app`,
      target: `${TARGET}/app`,
      like: "21.0.1",
      keep: 2,
      prune: true,
    }],
  });
  await world.flow.mirror(plan);
  await world.put(SOURCE, "app", "21.0.3", imageOf("app:21.0.3"));
  const failed = await world.flow.mirror(plan);
  assertEquals([failed.done, await world.tags("app")], [false, ["21.0.1", "21.0.2"]]);
  await world.put(SOURCE, "app", "21.0.4", imageOf("app:21.0.4"));
  const resumed = await world.flow.mirror(plan, { resume: failed });
  assertEquals([resumed.done, await world.tags("app")], [true, ["21.0.3", "21.0.4"]]);
});

Deno.test("mirror() that resumes does what the report of another shard says nothing of", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const world = createMirrorWorld({
    source: Object.assign({}, ...names.map((name) => imagesFor(name, ["1.0"]))),
  });
  const plan = planOf({
    mirror: [{ source: names.map((name) => `${SOURCE}/${name}`), target: `${TARGET}/{path}` }],
  });
  const share = await world.flow.mirror(plan, { shard: { index: 0, count: 3 } });
  assertEquals([share.done, share.repositories.length < names.length], [true, true]);
  world.asked();
  const resumed = await world.flow.mirror(plan, { resume: share });
  const done = share.repositories.map(({ source }) => source.replace(`${SOURCE}/`, ""));
  const asked = world.asked();
  for (const name of names) {
    assertEquals(await world.tags(name), ["1.0"]);
    assertEquals(asked.some((each) => each.includes(`/v2/${name}/`)), !done.includes(name), name);
  }
  assertEquals([resumed.done, resumed.repositories.length], [true, names.length]);
});
