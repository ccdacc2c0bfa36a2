import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Flow, openFlow } from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  digestOf,
  distribution,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";
import { realTests } from "./available.ts";
import type { RunResult } from "./run_command.ts";
import { runSkopeo } from "./skopeo.ts";

const { test } = realTests("tests/real/layout_skopeo_test.ts");

const amd64 = buildImage({ layers: [{ "a.txt": "a" }, 2_000_000] });
const app = buildIndex([amd64, buildImage({ platform: "linux/arm64/v8" })]);
const sbom = buildImage({ subject: app, artifactType: "application/spdx+json" });
const docker = buildImage({ types: "docker", layers: [{ "d.txt": "d" }] });
const images: Readonly<Record<string, TestManifest>> = { "1.0": app, one: amd64 };

interface Place extends AsyncDisposable {
  readonly flow: Flow;
  readonly directory: string;
}

async function openPlace(): Promise<Place> {
  const directory = await Deno.makeTempDir({ prefix: "portolan-skopeo-" });
  const registry = distribution({
    host: "registry.example",
    images: { "team/app": { tags: { ...images, docker }, untagged: [sbom] } },
  });
  return {
    directory,
    flow: openFlow({ fetch: simulateNetwork(registry).fetch }),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

async function skopeo(place: Place, ...args: string[]): Promise<string> {
  const policy = join(place.directory, "policy.json");
  await Deno.writeTextFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const result: RunResult = await runSkopeo(place, ["--policy", policy, ...args]);
  if (result.code !== 0) throw new Error(`skopeo ${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

for (const kind of ["oci", "oci-archive"]) {
  test(`skopeo reads what copy() wrote to ${kind}:`, async () => {
    await using place = await openPlace();
    const end = `${kind}:${place.directory}/written`;
    const copies = place.flow.copies();
    for (const tag of Object.keys(images)) {
      await copies.copy(`registry.example/team/app:${tag}`, end);
    }
    for (const [tag, { digest }] of Object.entries(images)) {
      const raw = await skopeo(place, "inspect", "--raw", `${end}:${tag}`);
      assertEquals(digestOf(new TextEncoder().encode(raw)), digest);
      const out = join(place.directory, `out-${tag}`);
      await skopeo(place, "copy", "--all", "--preserve-digests", `${end}:${tag}`, `dir:${out}`);
      assertEquals(digestOf(await Deno.readFile(join(out, "manifest.json"))), digest);
    }
    const inspected = JSON.parse(await skopeo(place, "inspect", `${end}:1.0`));
    assertEquals(inspected.Layers, amd64.layers.map(({ digest }) => digest));
  });

  test(`copy() reads what skopeo wrote to ${kind}:`, async () => {
    await using place = await openPlace();
    const first = `oci:${place.directory}/first`;
    await place.flow.copy("registry.example/team/app:1.0", first);
    const theirs = `${kind}:${place.directory}/theirs:2.0`;
    await skopeo(place, "copy", "--all", `${first}:1.0`, theirs);
    const { digest } = await place.flow.copy(theirs, "registry.example/team/back");
    assertEquals<string>(digest, app.digest);
    const found = await place.flow.digest("registry.example/team/back:2.0");
    assertEquals<string>(found.digest, app.digest);
  });
}

test("copy() and skopeo write into one layout in turns", async () => {
  await using place = await openPlace();
  const layout = `oci:${place.directory}/layout`;
  await place.flow.copy("registry.example/team/app:1.0", layout);
  await skopeo(place, "copy", "--all", `${layout}:1.0`, `${layout}:theirs`);
  await place.flow.copy("registry.example/team/app:one", layout);
  for (const [tag, { digest }] of [["theirs", app], ["one", amd64]] as const) {
    const raw = await skopeo(place, "inspect", "--raw", `${layout}:${tag}`);
    assertEquals(digestOf(new TextEncoder().encode(raw)), digest);
  }
});

test("copy() keeps Docker's types in a layout, where skopeo does not look for them", async () => {
  await using place = await openPlace();
  const layout = `oci:${place.directory}/layout`;
  await place.flow.copy("registry.example/team/app:docker", layout);
  const { digest } = await place.flow.copy(layout, "registry.example/team/back");
  assertEquals<string>(digest, docker.digest);
  // Were it converted, as skopeo does on writing, it would have another digest.
  const { code, stderr } = await runSkopeo(place, ["inspect", "--raw", `${layout}:docker`]);
  assertEquals([code, stderr.includes("no descriptor found")], [1, true]);
});
