import { assert, assertEquals, assertRejects } from "@std/assert";
import { planDigest } from "../../mod.ts";
import { errorAnswer } from "../registry/answer.ts";
import { buildImage, buildIndex, contentFaults, type Faults } from "../registry/mod.ts";
import { createMirrorWorld, imageOf, imagesFor, planOf, SOURCE, TARGET } from "./mirror_world.ts";

const JDK = ["1.8.0_441", "17.0.14", "17.0.15", "21.0.5", "21.0.6", "21.0.7", "latest"];

function jdkPlan(more: Readonly<Record<string, unknown>> = {}) {
  return planOf({
    name: "jdk",
    mirror: [{
      source: `${SOURCE}/java/jdk`,
      target: `${TARGET}/mirror/{name}`,
      like: "21.0.1",
      keep: 2,
      ...more,
    }],
  });
}

Deno.test("mirror() copies the newest two of a line, and nothing else", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  const report = await world.flow.mirror(jdkPlan());
  assertEquals(await world.tags("mirror/jdk"), ["21.0.6", "21.0.7"]);
  const [{ tags = [], ...repository } = {}] = report.repositories;
  assertEquals(report.done, true);
  assertEquals(repository, {
    source: `${SOURCE}/java/jdk`,
    target: `${TARGET}/mirror/jdk`,
    done: true,
    listed: 7,
    selected: 2,
    present: 0,
  });
  assertEquals(tags.map(({ tag, fate }) => `${tag} ${fate}`), ["21.0.7 copied", "21.0.6 copied"]);
  assertEquals(await world.at("mirror/jdk", "21.0.7"), imageOf("java/jdk:21.0.7").digest);
});

Deno.test("mirror() sends but a list and HEADs where nothing has changed", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  await world.flow.mirror(jdkPlan({ prune: true }));
  world.asked();
  const report = await world.flow.mirror(jdkPlan({ prune: true }));
  assertEquals(world.asked().toSorted(), [
    `GET ${SOURCE}/v2/java/jdk/tags/list`,
    `HEAD ${SOURCE}/v2/java/jdk/manifests/21.0.6`,
    `HEAD ${SOURCE}/v2/java/jdk/manifests/21.0.7`,
    `HEAD ${TARGET}/v2/mirror/jdk/manifests/21.0.6`,
    `HEAD ${TARGET}/v2/mirror/jdk/manifests/21.0.7`,
    `HEAD ${TARGET}/v2/mirror/jdk/manifests/portolan-owned-jdk`,
  ]);
  assertEquals(report.repositories[0]?.present, 2);
  assertEquals(report.repositories[0]?.tags, []);
});

Deno.test("mirror() sends but HEADs the second time with fewer platforms, too", async () => {
  const arm = buildImage({ platform: "linux/arm64", layers: [{ a: "arm" }] });
  const amd = buildImage({ platform: "linux/amd64", layers: [{ a: "amd" }] });
  const index = buildIndex([amd, arm]);
  const source = { app: { tags: { "1.0": index, "1.1": imageOf("single") } } };
  const world = createMirrorWorld({ source });
  const plan = planOf({
    name: "few",
    defaults: { platforms: "linux/arm64", prune: true },
    mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app` }],
  });
  const first = await world.flow.mirror(plan);
  assertEquals(first.done, true);
  assert(await world.at("app", "1.0") !== index.digest);
  assertEquals(await world.at("app", "1.1"), imageOf("single").digest);
  world.asked();
  const second = await world.flow.mirror(plan);
  assertEquals(second.repositories[0]?.present, 2);
  assertEquals(world.asked().filter((each) => !each.startsWith("HEAD")), [
    `GET ${SOURCE}/v2/app/tags/list`,
  ]);
});

Deno.test("mirror() prunes what fell out of the newest, and never what it did not put", async () => {
  const world = createMirrorWorld({
    source: imagesFor("java/jdk", JDK),
    target: imagesFor("mirror/jdk", ["21.0.1", "own"]),
  });
  await world.flow.mirror(jdkPlan({ prune: true }));
  await world.put(SOURCE, "java/jdk", "21.0.8", imageOf("new"));
  const report = await world.flow.mirror(jdkPlan({ prune: true }));
  assertEquals(await world.tags("mirror/jdk"), ["21.0.1", "21.0.7", "21.0.8", "own"]);
  const fates = report.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`);
  assertEquals(fates, ["21.0.8 copied", "21.0.6 deleted"]);
  world.asked();
  await world.flow.mirror(jdkPlan({ prune: true }));
  assertEquals(world.asked().filter((each) => !each.startsWith("HEAD")), [
    `GET ${SOURCE}/v2/java/jdk/tags/list`,
  ]);
});

Deno.test("mirror() only names what it would prune with `prune: plan`", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  await world.flow.mirror(jdkPlan({ prune: "plan" }));
  await world.put(SOURCE, "java/jdk", "21.0.8", imageOf("new"));
  const report = await world.flow.mirror(jdkPlan({ prune: "plan" }));
  const fates = report.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`);
  assertEquals(fates, ["21.0.8 copied", "21.0.6 to delete"]);
  assertEquals(await world.tags("mirror/jdk"), ["21.0.6", "21.0.7", "21.0.8"]);
});

Deno.test("mirror() changes nothing in a dry run", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  await world.flow.mirror(jdkPlan({ prune: true }));
  await world.put(SOURCE, "java/jdk", "21.0.8", imageOf("new"));
  world.asked();
  const report = await world.flow.mirror(jdkPlan({ prune: true }), { dryRun: true });
  const fates = report.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`);
  assertEquals(fates, ["21.0.8 to copy", "21.0.6 to delete"]);
  const changing = world.asked().filter((each) => !/^(GET|HEAD) /.test(each));
  assertEquals(changing, []);
});

Deno.test("mirror() replaces a tag that moved, and knows it for its own", async () => {
  const world = createMirrorWorld({ source: imagesFor("app", ["1.0", "edge"]) });
  const plan = planOf({
    name: "all",
    mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app`, prune: true }],
  });
  await world.flow.mirror(plan);
  await world.put(SOURCE, "app", "edge", imageOf("another"));
  await world.flow.mirror(plan);
  assertEquals(await world.at("app", "edge"), imageOf("another").digest);
  await world.drop(SOURCE, "app", "edge");
  await world.flow.mirror(plan);
  assertEquals(await world.tags("app"), ["1.0"]);
});

Deno.test("mirror() keeps going past what fails, and resumes with the repositories that it left", async () => {
  const broken = imageOf("app:1.1").digest;
  const faults = contentFaults([
    { on: "manifest", method: "GET", of: broken, times: 5, does: { kind: "status", status: 500 } },
  ]);
  const world = createMirrorWorld({
    source: { ...imagesFor("app", ["1.0", "1.1", "1.2"]), ...imagesFor("other", ["1.0"]) },
    sourceFaults: faults,
  });
  const plan = planOf({
    name: "all",
    defaults: { target: `${TARGET}/{path}` },
    mirror: [{ source: [`${SOURCE}/app`, `${SOURCE}/missing`, `${SOURCE}/other`] }],
  });
  const report = await world.flow.mirror(plan);
  assertEquals(report.done, false);
  assertEquals(report.repositories.map(({ done }) => done), [false, false, true]);
  const failed = report.repositories[0]?.tags.find(({ fate }) => fate === "failed");
  assertEquals([failed?.tag, failed?.error?.side], ["1.1", "source"]);
  assertEquals(report.repositories[1]?.error?.code, "not_found");
  world.asked();
  const resumed = await world.flow.mirror(plan, { resume: report });
  assertEquals(resumed.repositories.map(({ done }) => done), [true, false, true]);
  const asked = world.asked();
  assertEquals(asked.filter((each) => each.includes("/other/")), []);
  assertEquals(asked.filter((each) => /^GET .*app.manifests.1\.[02]/.test(each)), []);
  assertEquals(await world.tags("app"), ["1.0", "1.1", "1.2"]);
});

Deno.test("mirror() tells a selection without any tag as a failure", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  const report = await world.flow.mirror(jdkPlan({ like: "99.0.1", range: ">=99" }));
  assertEquals(report.repositories[0]?.error?.code, "not_found");
  assertEquals(report.repositories[0]?.error?.message.includes("none of the source's 7"), true);
});

Deno.test("mirror() sends a blob that several repositories have once, and mounts it", async () => {
  const base = buildImage({ layers: [50_000] });
  const layer = base.layers[0];
  assert(layer !== undefined);
  const tags = { "1": buildImage({ layers: [layer, { a: "1" }] }), "2": base };
  const world = createMirrorWorld({ source: { a: { tags }, b: { tags } } });
  const plan = planOf({
    mirror: [{ source: [`${SOURCE}/a`, `${SOURCE}/b`], target: `${TARGET}/x/{path}` }],
  });
  const report = await world.flow.mirror(plan);
  assertEquals(report.done, true);
  const read = world.asked().filter((each) =>
    each.startsWith("GET") && each.includes(layer.digest)
  );
  assert(read.length <= 2, read.join("\n"));
});

Deno.test("mirror() leaves a dry run's work to the run that resumes from its report", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  const dry = await world.flow.mirror(jdkPlan(), { dryRun: true });
  assertEquals([dry.done, dry.repositories[0]?.done], [false, false]);
  const report = await world.flow.mirror(jdkPlan(), { resume: dry });
  assertEquals([report.done, await world.tags("mirror/jdk")], [true, ["21.0.6", "21.0.7"]]);
  const again = await world.flow.mirror(jdkPlan(), { dryRun: true });
  assertEquals(again.done, true);
});

Deno.test("mirror() refuses to resume from the report of another plan", async () => {
  const world = createMirrorWorld({ source: imagesFor("java/jdk", JDK) });
  const report = await world.flow.mirror(jdkPlan());
  const changed = world.flow.mirror(jdkPlan({ keep: 3 }), { resume: report });
  await assertRejects(() => changed, RangeError, "the report of another plan");
});

Deno.test("planDigest() does not know the order of keys", async () => {
  const { entries, name } = jdkPlan();
  const turned = entries.map((entry) => Object.fromEntries(Object.entries(entry).toReversed()));
  const other = { entries: turned as unknown as typeof entries, name };
  assertEquals(await planDigest(other), await planDigest(jdkPlan()));
  assert(await planDigest(jdkPlan({ keep: 3 })) !== await planDigest(jdkPlan()));
});

Deno.test("mirror() deletes nothing that another plan found there and wants", async () => {
  const world = createMirrorWorld({ source: imagesFor("app", ["1.0.0", "1.1.0"]) });
  const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, prune: true };
  await world.flow.mirror(planOf({ name: "q1", mirror: [entry] }));
  const second = await world.flow.mirror(planOf({ name: "q2", mirror: [entry] }));
  assertEquals(second.repositories[0]?.present, 2);
  const fewer = planOf({ name: "q1", mirror: [{ ...entry, include: "1.1.0" }] });
  const report = await world.flow.mirror(fewer);
  assertEquals(report.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`), [
    "1.0.0 left",
  ]);
  assertEquals(await world.tags("app"), ["1.0.0", "1.1.0"]);
});

Deno.test("mirror() without a name finds a smaller index there the second time", async () => {
  const index = buildIndex([
    buildImage({ platform: "linux/amd64", layers: [{ a: "amd" }] }),
    buildImage({ platform: "linux/arm64", layers: [{ a: "arm" }] }),
  ]);
  const world = createMirrorWorld({ source: { app: { tags: { "1.0": index } } } });
  const plan = planOf({
    mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app`, platforms: "linux/arm64" }],
  });
  const first = await world.flow.mirror(plan);
  assertEquals(first.repositories[0]?.tags.map(({ fate }) => fate), ["copied"]);
  const [second] = (await world.flow.mirror(plan)).repositories;
  assertEquals([second?.done, second?.present, second?.tags], [true, 1, []]);
});

Deno.test("mirror() says which image of another it replaces, and only that", async () => {
  const world = createMirrorWorld({ source: imagesFor("app", ["1.0", "1.1"]) });
  await world.put(TARGET, "app", "1.0", imageOf("a person's"));
  const plan = planOf({
    name: "all",
    mirror: [{ source: `${SOURCE}/app`, target: `${TARGET}/app` }],
  });
  const replaced = ["1.0", imageOf("a person's").digest];
  for (const dryRun of [true, false]) {
    const [report] = (await world.flow.mirror(plan, { dryRun })).repositories;
    const told = report?.tags.flatMap(({ tag, replaces }) => replaces ? [[tag, replaces]] : []);
    assertEquals(told, [replaced]);
  }
  await world.put(SOURCE, "app", "1.0", imageOf("newer"));
  const [report] = (await world.flow.mirror(plan)).repositories;
  assertEquals(report?.tags.map(({ fate, replaces }) => [fate, replaces]), [["copied", undefined]]);
});

for (const prune of [false, true]) {
  Deno.test(`mirror() where its list is refused, with prune: ${prune}`, async () => {
    const warnings: string[] = [];
    const world = createMirrorWorld({
      source: imagesFor("app", ["1.0"]),
      targetFaults: ({ method, url }) =>
        method === "PUT" && url.includes("portolan-owned-")
          ? errorAnswer(403, { code: "DENIED", message: "immutable" })
          : undefined,
      onWarning: (warning) => warnings.push(warning),
    });
    const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, prune };
    const report = await world.flow.mirror(planOf({ name: "all", mirror: [entry] }));
    assertEquals(report.done, !prune);
    assertEquals(await world.tags("app"), prune ? [] : ["1.0"]);
    assertEquals(warnings.length, prune ? 0 : 1);
    const said = report.repositories[0]?.error?.diagnostics;
    assertEquals(said, prune ? ["DENIED: immutable"] : undefined);
  });
}

for (const [name, faulty] of [["source", SOURCE], ["destination", TARGET]] as const) {
  for (const fault of ["tags/list", "manifests/"]) {
    Deno.test(`mirror() says ${name} where that fails at ${fault}`, async () => {
      let isBroken = false;
      const faults: Faults = ({ url }) =>
        isBroken && url.includes(fault)
          ? errorAnswer(500, { code: "UNKNOWN", message: "simulated" })
          : undefined;
      const world = createMirrorWorld({
        source: imagesFor("app", ["1.0", "1.1"]),
        sourceFaults: faulty === SOURCE ? faults : undefined,
        targetFaults: faulty === TARGET ? faults : undefined,
        retries: 0,
      });
      const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, prune: true };
      await world.flow.mirror(planOf({ name: "all", mirror: [entry] }));
      isBroken = true;
      const fewer = planOf({ name: "all", mirror: [{ ...entry, include: "1.1" }] });
      const [report] = (await world.flow.mirror(fewer)).repositories;
      const errors = [
        report?.error ?? [],
        ...report?.tags.flatMap(({ error = [] }) => error) ?? [],
      ];
      const sides = errors.flat().map(({ side }) => side);
      assertEquals([sides.length > 0, [...new Set(sides)]], [true, [name]]);
    });
  }
}

Deno.test("mirror() says source where that has no such tags, or tells no dates", async () => {
  const world = createMirrorWorld({ source: imagesFor("app", ["1.0"]) });
  for (const select of [{ include: "2.*" }, { maxAge: "1d", source: `${SOURCE}/missing` }]) {
    const entry = { source: `${SOURCE}/app`, target: `${TARGET}/app`, ...select };
    const [report] = (await world.flow.mirror(planOf({ mirror: [entry] }))).repositories;
    assertEquals([report?.error?.code, report?.error?.side], ["not_found", "source"]);
  }
});
