import { assert, assertEquals } from "@std/assert";
import type { MirrorReport } from "../../mod.ts";
import { errorAnswer } from "../registry/answer.ts";
import type { Faults, Images } from "../registry/mod.ts";
import {
  createMirrorWorld,
  imageOf,
  imagesFor,
  type MirrorWorld,
  planOf,
  SOURCE,
  TARGET,
} from "./mirror_world.ts";

const TAGS = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"];

Deno.test("mirror() loses nothing of 100 repositories x 10 tags with 5 % faults", async () => {
  const repositories = Array.from({ length: 100 }, (_, index) => `org/app-${index}`);
  const source: Images = Object.assign({}, ...repositories.map((name) => imagesFor(name, TAGS)));
  const random = mulberry(42);
  const world = createMirrorWorld({
    source,
    sourceFaults: troubled(random, 0.05),
    targetFaults: troubled(random, 0.05),
    retries: 1,
  });
  const plan = planOf({
    name: "all",
    defaults: { prune: true, referrers: false },
    mirror: [{
      source: repositories.map((name) => `${SOURCE}/${name}`),
      target: `${TARGET}/{path}`,
    }],
  });
  let report: MirrorReport | undefined;
  let runs = 0;
  do {
    assert(++runs <= 10, "it does not end");
    report = await world.flow.mirror(plan, { resume: report });
    await assertNoneIsWrong(world, repositories);
  } while (!report.done);
  assert(runs > 1, "nothing failed");
  for (const name of repositories) assertEquals(await world.tags(name), TAGS);
  assertEquals(report.repositories.length, 100);
});

/** Whatever the target has is what the source has, and whole. */
async function assertNoneIsWrong(
  world: MirrorWorld,
  repositories: readonly string[],
): Promise<void> {
  for (const name of repositories) {
    for (const tag of await world.tags(name)) {
      assertEquals(await world.at(name, tag), imageOf(`${name}:${tag}`).digest, `${name}:${tag}`);
    }
  }
}

Deno.test("mirror() goes on after a crash anywhere, and owns all that it put", async () => {
  const all = TAGS.slice(0, 3);
  const calm = createMirrorWorld({ source: imagesFor("app", all) });
  await calm.flow.mirror(appPlan());
  const length = calm.asked().length;
  assert(length > 20);
  for (let at = 1; at <= length; at++) {
    const crash = new AbortController();
    let count = 0;
    const crashing: Faults = () => {
      if (++count === at) crash.abort(new Error("crashed"));
      return undefined;
    };
    const world = createMirrorWorld({
      source: imagesFor("app", all),
      sourceFaults: crashing,
      targetFaults: crashing,
    });
    const error = await world.flow.mirror(appPlan(), { signal: crash.signal })
      .then(() => undefined, (error) => error);
    if (error !== undefined) assertEquals(error.message, "crashed", `at ${at}`);
    for (const tag of await world.tags("app")) {
      assertEquals(await world.at("app", tag), imageOf(`app:${tag}`).digest, `at ${at}`);
    }
    const report = await world.flow.mirror(appPlan());
    assertEquals([report.done, await world.tags("app")], [true, all], `at ${at}`);
    world.asked();
    await world.flow.mirror(appPlan());
    const more = world.asked().filter((each) => !each.startsWith("HEAD"));
    assertEquals(more, [`GET ${SOURCE}/v2/app/tags/list`], `at ${at}`);
    await world.drop(SOURCE, "app", "1.0");
    await world.flow.mirror(appPlan());
    assertEquals(await world.tags("app"), ["1.1", "1.2"], `at ${at}`);
  }
});

Deno.test("mirror() ends at once with the reason of its signal", async () => {
  const world = createMirrorWorld({ source: imagesFor("app", TAGS) });
  const error = await world.flow.mirror(appPlan(), { signal: AbortSignal.abort("enough") })
    .then(() => undefined, (error) => error);
  assertEquals(error, "enough");
  assertEquals(world.asked(), []);
});

function appPlan() {
  return planOf({
    name: "app",
    mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app`, prune: true }],
  });
}

/** What goes wrong with so many of all requests, now this, now that. */
function troubled(random: () => number, share: number): Faults {
  return async (_request, _count, answer) => {
    if (random() >= share) return undefined;
    const kind = Math.floor(random() * 4);
    if (kind === 0) return errorAnswer(503, { code: "UNAVAILABLE", message: "simulated" });
    if (kind === 1) throw new Error("connection reset");
    if (kind === 2) {
      await (await answer()).body?.cancel();
      throw new Error("connection reset after it was done");
    }
    const headers = { "retry-after": "1" };
    return errorAnswer(429, { code: "TOOMANYREQUESTS", message: "simulated" }, { headers });
  };
}

/** Numbers from 0 to 1 that are the same each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
