import { assert, assertEquals } from "@std/assert";
import { openFlow, readPlan } from "../../mod.ts";
import { buildImage, buildIndex, type TestManifest } from "../registry/mod.ts";
import { finishScript, startScript } from "../scripts/start_script.ts";
import { realTests } from "./available.ts";
import type { RealRegistry } from "./docker_registry.ts";
import { pushImages, startTwoRegistries } from "./push_image.ts";
import { skopeoListTags } from "./skopeo.ts";
import { skopeoCopyOut, skopeoManifest } from "./skopeo_read.ts";

const { test } = realTests("tests/real/mirror_test.ts");

const amd64 = buildImage({ layers: [{ a: "amd64" }, 300_000] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [{ a: "arm64" }] });
const index = buildIndex([amd64, arm64]);
const old = buildImage({ layers: [{ a: "old" }] });

test("mirror() keeps a repository of docker-registry, and skopeo reads it back", async () => {
  await using registries = await startTwoRegistries();
  const { source, target } = registries;
  await pushImages(source, "team/app", { "1.0": old, "1.1": amd64, "1.2": index, "edge": index });
  const asked: string[] = [];
  const flow = openFlow({ onExchange: ({ method, url }) => void asked.push(`${method} ${url}`) });
  const plan = planFor(source, target, { like: "1.0", range: ">=1", keep: 3 });
  const first = await flow.mirror(plan);
  assertEquals(first.repositories[0]?.error, undefined);
  assertEquals(first.done, true);
  assertEquals(await tagsOf(target), ["1.0", "1.1", "1.2"]);
  assertEquals(await skopeoManifest(target, "kept/app:1.2"), new Uint8Array(index.bytes));
  const { blobs } = await skopeoCopyOut(target, "kept/app:1.2");
  for (const { digest, size } of [...amd64.layers, ...arm64.layers]) {
    assertEquals(blobs.get(digest.slice("sha256:".length)), size);
  }
  asked.splice(0);
  const second = await flow.mirror(plan);
  assertEquals(second.repositories[0]?.present, 3);
  assertEquals(asked.filter((each) => !each.startsWith("HEAD")).length, 1, asked.join("\n"));
  assertEquals(asked.length, 1 + 3 * 2 + 1);
});

test("mirror() prunes docker-registry by digest, but nothing that a tag needs", async () => {
  await using registries = await startTwoRegistries();
  const { source, target } = registries;
  await pushImages(source, "team/app", { "1.0": old, "1.1": amd64, "1.2": index, "1.3": old });
  const flow = openFlow();
  const all = planFor(source, target, {});
  await flow.mirror(all);
  // A stranger's: the same manifest as 1.0 and 1.3 under a name of its own.
  await pushImages(target, "kept/app", { mine: old, other: buildImage({ layers: [{ a: "x" }] }) });
  const kept = await flow.mirror(planFor(source, target, { include: ["1.2"] }));
  const fates = kept.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`);
  assertEquals(fates, ["1.0 left", "1.3 left", "1.1 left"]);
  assertEquals(await tagsOf(target), ["1.0", "1.1", "1.2", "1.3", "mine", "other"]);
  // Neither the index nor the stranger's tag is in the way now.
  await removeTag(target, "mine", old);
  assertEquals(await tagsOf(target), ["1.1", "1.2", "other"]);
  await pushImages(source, "team/app", { "2.0": arm64 });
  const last = await flow.mirror(planFor(source, target, { include: ["2.0"] }));
  const ends = last.repositories[0]?.tags.map(({ tag, fate }) => `${tag} ${fate}`);
  assertEquals(ends, ["2.0 copied", "1.1 deleted", "1.2 deleted"]);
  assertEquals(await tagsOf(target), ["2.0", "other"]);
  const { blobs } = await skopeoCopyOut(target, "kept/app:2.0");
  assert(blobs.size > 0);
});

test("mirror goes on where SIGKILL ended it", async () => {
  await using registries = await startTwoRegistries();
  const { source, target } = registries;
  const tags = Array.from({ length: 30 }, (_, index) => `1.${index}`);
  const images = tags.map((tag) => [tag, buildImage({ layers: [{ tag }, 50_000] })] as const);
  await pushImages(source, "team/app", Object.fromEntries(images));
  const plan = `${source.directory}/plan.yaml`;
  await Deno.writeTextFile(plan, JSON.stringify(textFor(source, target, {})));
  const words = ["--json", plan];
  const permissions = ["--allow-env", `--allow-read=${source.directory}`];
  const killed = startScript("mirror", words, permissions);
  const ending = finishScript(killed);
  while ((await tagsOf(target)).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  killed.kill("SIGKILL");
  await ending;
  for (const tag of await tagsOf(target)) {
    const bytes = images.find(([name]) => name === tag)?.[1].bytes ?? [];
    assertEquals(await skopeoManifest(target, `kept/app:${tag}`), new Uint8Array(bytes));
  }
  const { code, bytes, stderr } = await finishScript(startScript("mirror", words, permissions));
  assertEquals([code, stderr], [0, ""]);
  const [repository] = JSON.parse(new TextDecoder().decode(bytes)).repositories;
  assertEquals(repository.present + repository.tags.length, 30);
  assertEquals(await tagsOf(target), tags.toSorted());
});

function textFor(source: RealRegistry, target: RealRegistry, more: object): object {
  return {
    name: "real",
    mirror: [{
      source: `${source.host}/team/app`,
      target: `${target.host}/kept/{name}`,
      prune: true,
      ...more,
    }],
  };
}

function planFor(source: RealRegistry, target: RealRegistry, more: object) {
  const { plan, problems } = readPlan(textFor(source, target, more));
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}

async function tagsOf(target: RealRegistry): Promise<readonly string[]> {
  const { tags } = await skopeoListTags(target, "kept/app");
  return tags.filter((tag) => !tag.startsWith("portolan-owned-")).toSorted();
}

/** As docker-registry does it: with its digest, and so with all tags of it. */
async function removeTag(
  target: RealRegistry,
  tag: string,
  { digest }: TestManifest,
): Promise<void> {
  const url = `${target.origin}/v2/kept/app/manifests/${digest}`;
  const answer = await fetch(url, { method: "DELETE" });
  await answer.body?.cancel();
  if (answer.status !== 202) throw new Error(`DELETE of ${tag} answered ${answer.status}`);
}
