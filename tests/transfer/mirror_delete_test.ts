import { assert, assertEquals } from "@std/assert";
import { type MirrorReport, openFlow } from "../../mod.ts";
import { errorAnswer } from "../registry/answer.ts";
import {
  buildImage,
  buildIndex,
  type ContentHabits,
  distribution,
  quay,
  type SimulatedRegistry,
  simulateNetwork,
} from "../registry/mod.ts";
import { assembleRegistry } from "../registry/simulated_registry.ts";
import { virtualClock } from "../virtual_clock.ts";
import { imageOf, imagesFor, planOf, SOURCE } from "./mirror_world.ts";

/** Mirrors two tags and then one of them, as alice, and gives what was asked. */
async function pruneOne(
  target: SimulatedRegistry,
  to: string,
): Promise<{ readonly report: MirrorReport; readonly asked: readonly string[] }> {
  const source = distribution({ host: SOURCE, images: imagesFor("app", ["1.0", "1.1"]) });
  const network = simulateNetwork([source, target]);
  const flow = openFlow({
    fetch: network.fetch,
    clock: virtualClock(),
    credentials: ({ registry }) =>
      registry === SOURCE ? undefined : { username: "alice", password: "wonderland" },
  });
  const entry = { source: `${SOURCE}/app`, target: to, prune: true };
  const first = await flow.mirror(planOf({ name: "two", mirror: [entry] }));
  assertEquals(first.repositories[0]?.error?.message, undefined);
  assertEquals(first.done, true);
  network.reset();
  const report = await flow.mirror(planOf({ name: "two", mirror: [{ ...entry, include: "1.1" }] }));
  const asked = network.requests.map(({ method, url }) => `${method} ${url}`);
  return { report, asked };
}

Deno.test("mirror() asks for a token that deletes for nothing but deleting", async () => {
  const target = distribution({ host: "target.example", auth: "token", images: {} });
  const { report, asked } = await pruneOne(target, "target.example/team/app");
  assertEquals(report.repositories[0]?.tags, [{
    tag: "1.0",
    digest: imageOf("app:1.0").digest as never,
    fate: "deleted",
  }]);
  const deletes = asked.filter((each) => each.startsWith("DELETE"));
  assertEquals(deletes.length, 1);
  const scopes = asked.filter((each) => each.includes("scope=") && each.includes("delete"));
  assertEquals(scopes.length, 1, asked.join("\n"));
});

Deno.test("mirror() deletes where no scope may say so", async () => {
  const { report, asked } = await pruneOne(quay({ images: {} }), "quay.io/team/app");
  assertEquals(report.repositories[0]?.error, undefined);
  assertEquals(report.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`), [
    "1.0 deleted",
  ], asked.join("\n"));
});

const HABITS: readonly (readonly [habits: ContentHabits, fate: string])[] = [
  [{}, "deleted"],
  [{ tagDelete: 400 }, "deleted"],
  [{ tagDelete: 405 }, "deleted"],
  [{ tagDelete: 400, manifestDelete: 405 }, "left"],
  [{ tagDelete: 405, manifestDelete: 405 }, "left"],
  [{ tagDelete: 405, digestHeader: "never" }, "deleted"],
  [{ tagDelete: 405, manifestHead: 405 }, "deleted"],
  [{ tagDelete: 405, accept: "needed" }, "deleted"],
];

for (const [habits, fate] of HABITS) {
  Deno.test(`mirror() prunes a target with ${JSON.stringify(habits)}: ${fate}`, async () => {
    const target = distribution({ host: "target.example", images: {}, habits });
    const { report } = await pruneOne(target, "target.example/app");
    assertEquals(report.repositories[0]?.error?.message, undefined);
    assertEquals(report.repositories[0]?.tags.map(({ fate }) => fate), [fate]);
    assertEquals(report.done, true);
  });
}

for (const depth of [1, 2, 3, 4]) {
  Deno.test(`mirror() leaves by digest what is a part of an index ${depth} deep`, async () => {
    const { fates, part } = await pruneParts(depth);
    assertEquals(fates, ["gone deleted", "part left"]);
    assert(part?.reason?.includes("whole"), part?.reason);
  });
}

Deno.test("mirror() deletes nothing by digest where indexes are too deep to be looked into", async () => {
  const { fates, part } = await pruneParts(5);
  assertEquals(fates, ["gone left", "part left"]);
  assertEquals([part?.error?.code, part?.error?.side], ["protocol", "destination"]);
});

/** Prunes by digest two of three tags, of which one is a part of the third. */
async function pruneParts(depth: number) {
  const image = imageOf("part");
  let whole = image;
  for (let each = 0; each < depth; each++) whole = buildIndex([whole]);
  const source = distribution({
    host: SOURCE,
    images: { app: { tags: { part: image, gone: buildImage({}), kept: imageOf("kept") } } },
  });
  const target = distribution({
    host: "target.example",
    images: { app: { tags: { whole } } },
    habits: { tagDelete: 400 },
  });
  const network = simulateNetwork([source, target]);
  const flow = openFlow({ fetch: network.fetch, clock: virtualClock() });
  const entry = { source: `${SOURCE}/app`, target: "target.example/app", prune: true };
  await flow.mirror(planOf({ name: "deep", mirror: [entry] }));
  const report = await flow.mirror(
    planOf({ name: "deep", mirror: [{ ...entry, include: "kept" }] }),
  );
  const tags = report.repositories[0]?.tags ?? [];
  return {
    fates: tags.map(({ tag, fate }) => `${tag} ${fate}`).toSorted(),
    part: tags.find(({ tag }) => tag === "part"),
  };
}

Deno.test("mirror() says that the login may not delete, and what the registry says", async () => {
  const target = distribution({ host: "target.example", auth: "token", images: {} });
  const refusing = assembleRegistry(
    target.hosts,
    ({ method }) =>
      method === "DELETE"
        ? errorAnswer(403, { code: "DENIED", message: "only admins delete" })
        : undefined,
  );
  const { report } = await pruneOne(refusing, "target.example/team/app");
  const [tag] = report.repositories[0]?.tags ?? [];
  assertEquals([report.done, tag?.fate, tag?.error?.code], [false, "left", "denied"]);
  assertEquals(
    tag?.error?.message,
    'Cannot delete "1.0" from "target.example/team/app": the login may not delete: status 403',
  );
  assert(!tag?.error?.hint?.includes("spelling"));
  assertEquals(tag?.error?.diagnostics, ["DENIED: only admins delete"]);
});

Deno.test("mirror() that may not delete says which tag might keep an image", async () => {
  const tags = { "1.0": imageOf("one"), "1.1": imageOf("one"), "0.9": imageOf("old") };
  const source = distribution({ host: SOURCE, images: { app: { tags } } });
  const habits: ContentHabits = { tagDelete: 405 };
  const target = distribution({ host: "target.example", images: {}, habits });
  const flow = openFlow({ fetch: simulateNetwork([source, target]).fetch, clock: virtualClock() });
  const entry = { source: `${SOURCE}/app`, target: "target.example/app" };
  const of = (include: string, prune: boolean | "plan") =>
    planOf({ name: "x", mirror: [{ ...entry, include, prune }] });
  await flow.mirror(of("*", true));
  const told = [
    await flow.mirror(of("1.1", true), { dryRun: true }),
    await flow.mirror(of("1.1", "plan")),
    await flow.mirror(of("1.1", true)),
  ].map(({ repositories: [app] }) =>
    Object.fromEntries((app?.tags ?? []).map(({ tag, fate, reason }) => [tag, [fate, reason]]))
  );
  const reason = "it stays where the registry deletes no tags: the tag 1.1 needs the same manifest";
  const doubt = { "0.9": ["to delete", undefined], "1.0": ["to delete", reason] };
  const done = "the registry deletes no tags, and the tag 1.1 needs the same manifest";
  assertEquals(told, [doubt, doubt, { "0.9": ["deleted", undefined], "1.0": ["left", done] }]);
});
