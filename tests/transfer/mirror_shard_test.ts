import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { openFlow, planJobs } from "../../mod.ts";
import { checkShard, isInShard } from "../../core/transfer/shard.ts";
import { createMirrorWorld, imagesFor, planOf, SOURCE, TARGET } from "./mirror_world.ts";

Deno.test("isInShard() gives each repository to one worker", () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,12}(\/[a-z0-9]{1,12}){0,3}$/);
  fc.assert(fc.property(name, fc.integer({ min: 1, max: 200 }), (name, count) => {
    const repository = `registry.example/${name}`;
    const workers = Array.from({ length: count }, (_, index) => index)
      .filter((index) => isInShard(repository, { index, count }));
    assertEquals(workers.length, 1);
  }));
});

Deno.test("isInShard() is the same on every machine", () => {
  const names = ["registry.example/a", "registry.example/b", "other.example/java/jdk"];
  const shares = names.map((name) =>
    [0, 1, 2, 3, 4, 5, 6].find((index) => isInShard(name, { index, count: 7 }))
  );
  // By an implementation of FNV-1a in another language.
  assertEquals(shares, [5, 2, 1]);
});

Deno.test("isInShard() gives each worker about as much as any other", () => {
  for (const count of [2, 3, 4, 8, 10, 16]) {
    const sizes = Array.from({ length: count }, () => 0);
    for (let each = 0; each < 4000; each++) {
      const index = sizes.findIndex((_, index) =>
        isInShard(`registry.example/org-${each % 40}/app-${each}`, { index, count })
      );
      sizes[index] = (sizes[index] ?? 0) + 1;
    }
    const mean = 4000 / count;
    for (const size of sizes) assert(Math.abs(size - mean) < mean / 4, `${count}: ${sizes}`);
  }
});

Deno.test("checkShard() refuses a share that there is not", () => {
  for (const [index, count] of [[1, 1], [-1, 2], [0, 0], [0.5, 2], [0, NaN], [3, 2]] as const) {
    assertThrows(() => checkShard({ index, count }), RangeError);
  }
  checkShard({ index: 0, count: 1 });
});

Deno.test("planJobs() gives the shards of a plan all of it, and nothing twice", () => {
  const { locate } = openFlow();
  fc.assert(fc.property(
    fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?$/), { minLength: 1 }),
    fc.integer({ min: 1, max: 9 }),
    (names, count) => {
      const source = names.map((name) => `${SOURCE}/${name}`);
      const plan = planOf({ mirror: [{ source, target: `${TARGET}/{path}` }] });
      const all = planJobs(plan, locate).map(({ from }) => from);
      const shards = Array.from(
        { length: count },
        (_, index) => planJobs(plan, locate, { index, count }).map(({ from }) => from),
      ).flat();
      assertEquals(shards.toSorted(), all.toSorted());
    },
  ));
});

Deno.test("mirror() of all shards together is that of the plan", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const source = Object.assign({}, ...names.map((name) => imagesFor(name, ["1.0", "1.1"])));
  const world = createMirrorWorld({ source });
  const plan = planOf({
    name: "shards",
    mirror: [{
      source: names.map((name) => `${SOURCE}/${name}`),
      target: `${TARGET}/{path}`,
      prune: true,
    }],
  });
  const reports = await Promise.all(
    [0, 1, 2].map((index) => world.flow.mirror(plan, { shard: { index, count: 3 } })),
  );
  assertEquals(reports.map(({ done }) => done), [true, true, true]);
  const done = reports.flatMap(({ repositories }) => repositories.map(({ source }) => source));
  assertEquals(done.toSorted(), names.map((name) => `${SOURCE}/${name}`));
  for (const name of names) assertEquals(await world.tags(name), ["1.0", "1.1"]);
});
