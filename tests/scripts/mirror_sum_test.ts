import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { builtin, openFlow } from "../../mod.ts";
import { runCommand } from "../../scripts/_cli.ts";
import { mirror } from "../../scripts/mirror.ts";
import {
  buildImage,
  type ContentHabits,
  distribution,
  dockerHub,
  type SimulatedRegistry,
  simulateNetwork,
} from "../registry/mod.ts";
import { imageOf, imagesFor, TARGET } from "../transfer/mirror_world.ts";
import { assembleRegistry } from "../registry/simulated_registry.ts";
import { createFake } from "./fake.ts";
import { createImageWorld } from "./image_world.ts";

/** A file for one run. */
async function withFile(text: string, run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, text);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

const HUB = `mirror:\n  - {source: app, target: ${TARGET}/app}\n`;

/** Docker Hub, and a registry that is empty. */
function registries(tags: readonly string[] = ["1.0", "1.1"]): readonly SimulatedRegistry[] {
  return [
    dockerHub({ images: imagesFor("library/app", tags) }),
    distribution({ host: TARGET, images: {} }),
  ];
}

Deno.test("mirror says before it copies what counts as a pull, once", async () => {
  const world = createImageWorld(registries());
  await withFile(HUB, async (plan) => {
    const { code, stderr } = await world.run(mirror, [plan]);
    assertEquals(code, 0);
    assertEquals(stderr.split("Docker Hub counts each manifest").length, 2);
    assertEquals((await world.run(mirror, ["--quiet", plan])).stderr, "");
  });
});

Deno.test("mirror --dry-run says how many pulls a run takes at least", async () => {
  const world = createImageWorld(registries());
  await withFile(HUB, async (plan) => {
    const { stderr } = await world.run(mirror, ["--dry-run", plan]);
    assertStringIncludes(
      stderr,
      "portolan: Docker Hub counts each manifest that is read as a pull",
    );
    assertMatch(stderr, /asked \d+ requests in [\d.]+ s; a run takes 2 pulls or more; no manifest/);
    await world.run(mirror, [plan]);
    const idle = await world.run(mirror, ["--dry-run", plan]);
    assertMatch(idle.stderr, /\nportolan: asked \d+ requests in [\d.]+ s\n$/);
  });
});

Deno.test("mirror --max-requests ends with 7 and one error, and a report to resume", async () => {
  const tags = Array.from({ length: 40 }, (_, index) => `1.${index}`);
  const world = createImageWorld(registries(tags));
  await withFile(HUB, async (plan) => {
    await withFile("", async (report) => {
      const words = ["--max-requests", "150", "--report", report];
      const { code, stdout, stderr } = await world.run(mirror, [...words, plan]);
      assertEquals(code, 7);
      assert(stdout.startsWith(`copied ${TARGET}/app:`), stdout);
      assertEquals(stderr.split("it takes more than").length, 2, stderr);
      assertMatch(
        stderr,
        /Cannot mirror all of the plan: it takes more than 150 requests: \d+ tags/,
      );
      assertStringIncludes(stderr, "hint: --resume with the file of --report");
      assertEquals(JSON.parse(await Deno.readTextFile(report)).done, false);
      const json = await world.run(mirror, [
        "--json",
        "--quiet",
        "--dry-run",
        "--max-requests",
        "9",
        plan,
      ]);
      assertEquals([json.code, JSON.parse(json.stderr).error.code], [7, "incomplete"]);
      const rest = await world.run(mirror, ["--resume", report, plan]);
      assertEquals(rest.code, 0);
    });
  });
});

Deno.test("mirror --max-requests says so of what nothing else shows to be left, dry or not", async () => {
  for (const dry of [[], ["--dry-run"]]) {
    const codes: number[] = [];
    for (let most = 1; most <= 16; most++) {
      const world = createImageWorld(registries());
      const plan = (include: string) =>
        `name: x\n${HUB.replace("}\n", `, include: [${include}], prune: true}\n`)}`;
      await withFile(plan('"1.0", "1.1"'), (path) => world.run(mirror, [path]).then(() => {}));
      await withFile(plan('"1.1"'), async (path) => {
        const words = ["--max-requests", `${most}`, ...dry];
        const { code, stderr } = await world.run(mirror, [...words, path]);
        assertEquals(code === 7, stderr.includes("it takes more than"), stderr);
        codes.push(code);
        assert(code === 7 || (code === 0 && stderr.includes("delete")), stderr);
        if (code === 7) assertMatch(stderr, /: [1-9]\d* tags and|and [1-9]\d* more repositories/);
      });
    }
    assertEquals(new Set(codes), new Set([7, 0]));
  }
});

Deno.test("mirror recommends a name, once, where platforms are chosen without one", async () => {
  const few = HUB.replace("}\n", ", platforms: linux/amd64}\n");
  for (const [text, times] of [[few + few.split("\n")[1], 1], [HUB, 0], [`name: x\n${few}`, 0]]) {
    const world = createImageWorld(registries());
    await withFile(`${text}`, async (plan) => {
      const { code, stderr } = await world.run(mirror, [plan]);
      assertEquals([code, stderr.split("without a name").length - 1], [0, times], stderr);
      assertEquals((await world.run(mirror, ["--quiet", plan])).stderr, "");
    });
  }
});

Deno.test("mirror --refresh-referrers and --chunk-size reach the copies", async () => {
  const [source, target] = registries([]);
  const big = { "library/app": { tags: { "1.0": buildImage({ layers: [100_000] }) } } };
  assert(source !== undefined && target !== undefined);
  const world = createImageWorld([dockerHub({ images: big }), target]);
  await withFile(HUB, async (plan) => {
    const { code } = await world.run(mirror, ["--chunk-size", "64KiB", plan]);
    assertEquals(code, 0);
    const patches = () => world.network.requests.filter(({ method }) => method === "PATCH").length;
    assertEquals(patches(), 2);
    world.network.reset();
    await world.run(mirror, ["--refresh-referrers", plan]);
    assert(world.network.requests.some(({ url }) => url.includes("/referrers/")));
  });
});

for (
  const [words, expected] of [
    [["--max-requests", "0"], "--max-requests"],
    [["--chunk-size", "5 parsecs"], "expected bytes, as in 50MB or 64MiB"],
  ] as const
) {
  Deno.test(`mirror ${words.join(" ")} is refused`, async () => {
    const world = createImageWorld(registries());
    const { code, stderr } = await world.run(mirror, [...words, "plan.yaml"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, expected);
  });
}

Deno.test("mirror shows bytes on a terminal", async () => {
  const { fetch } = simulateNetwork(registries());
  const fake = createFake();
  const shown: string[] = [];
  const held = performance.now;
  let now = 0;
  performance.now = () => (now += 200);
  try {
    await withFile(HUB, async (plan) => {
      await runCommand(mirror, [plan], {
        ...fake.surroundings,
        stderr: { write: (text) => Promise.resolve(void shown.push(`${text}`)), columns: () => 80 },
        adapters: builtin,
        open: (options) => openFlow({ ...options, fetch, retries: 0 }),
      });
    });
  } finally {
    performance.now = held;
  }
  assertMatch(shown.join(""), /portolan: [0-2] tags are up to date, \d+ B of \d+ B/);
});

Deno.test("mirror says once for a target that it does not delete", async () => {
  const tags = ["1.0", "1.1", "1.2"];
  const habits: ContentHabits = { tagDelete: 405, manifestDelete: 405 };
  const world = createImageWorld([
    dockerHub({ images: imagesFor("library/app", tags) }),
    distribution({ host: TARGET, images: {}, habits }),
  ]);
  const plan = `name: x\n${HUB.replace("}", ", prune: true}")}`;
  await withFile(plan, async (path) => void await world.run(mirror, ["--quiet", path]));
  await withFile(plan.replace("prune", "include: '1.2', prune"), async (path) => {
    for (let run = 0; run < 2; run++) {
      const { code, stderr } = await world.run(mirror, [path]);
      assertEquals([code, stderr.split("stay").length], [0, 2]);
      const reason = "the registry deletes neither tags nor manifests";
      assertStringIncludes(stderr, `2 tags of ${TARGET}/app stay (1.0, 1.1): ${reason}\n`);
    }
  });
});

Deno.test("mirror --dry-run says which tag might stay", async () => {
  const images = { "library/app": { tags: { "1.0": imageOf("one"), "1.1": imageOf("one") } } };
  const world = createImageWorld([
    dockerHub({ images }),
    distribution({ host: TARGET, images: {} }),
  ]);
  const plan = `name: x\n${HUB.replace("}", ", prune: true}")}`;
  await withFile(plan, async (path) => void await world.run(mirror, [path]));
  await withFile(plan.replace("prune", "include: '1.1', prune"), async (path) => {
    const { stdout, stderr } = await world.run(mirror, ["--dry-run", path]);
    assertEquals(stdout, `to delete ${TARGET}/app:1.0\n`);
    assertStringIncludes(
      stderr,
      `portolan: ${TARGET}/app:1.0: it stays where the registry deletes`,
    );
  });
});

Deno.test("mirror that is interrupted says how to go on", async () => {
  const held: { abort?: () => void } = {};
  const [hub, target] = registries();
  assert(hub !== undefined && target !== undefined);
  const world = createImageWorld([
    assembleRegistry(hub.hosts, ({ url }) => void (url.includes("/blobs/") && held.abort?.())),
    target,
  ]);
  held.abort = () => world.fake.interrupt.abort();
  await withFile(HUB, async (path) => {
    const { code, stderr } = await world.run(mirror, [path]);
    assertEquals(code, 130);
    assertStringIncludes(stderr, "portolan: interrupted: what has arrived stays, and the same");
    assertStringIncludes(stderr, "portolan: with --report FILE the next run can pass over");
    assertEquals((await world.run(mirror, ["--quiet", path])).stderr, "");
  });
});
