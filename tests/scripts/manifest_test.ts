import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { manifest } from "../../scripts/manifest.ts";
import { buildImage, buildIndex, distribution, dockerHub, type Images } from "../registry/mod.ts";
import { createImageWorld } from "./image_world.ts";

const annotations = { note: "\u001b[31m\u009b\u202e red", "__proto__": "x" };
const amd64 = buildImage({ annotations });
const arm64 = buildImage({ platform: "linux/arm64" });
const index = buildIndex([amd64, arm64]);
const bare = buildImage({ saysType: false });
const images: Images = { "team/app": { tags: { latest: index, one: amd64, bare } } };
const APP = "registry.example/team/app";

Deno.test("manifest prints the bytes as they came, and nothing else", async () => {
  const world = createImageWorld(distribution({ images }));
  for (const [name, image] of Object.entries(images["team/app"]?.tags ?? {})) {
    const { code, bytes, stderr } = await world.run(manifest, [`${APP}:${name}`]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(bytes, new Uint8Array(image.bytes));
  }
  const byDefault = await world.run(manifest, [APP]);
  assertEquals(byDefault.bytes, new Uint8Array(index.bytes));
});

Deno.test("manifest --platform prints the manifest of one image", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, bytes } = await world.run(manifest, ["--platform", "linux/arm64/v8", APP]);
  assertEquals([code, bytes], [0, new Uint8Array(arm64.bytes)]);
  const other = await world.run(manifest, ["--platform", "linux/arm64", `${APP}:one`]);
  assertEquals([other.code, other.stdout], [3, ""]);
});

Deno.test("manifest --pretty prints the same document in printable ASCII", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, stdout } = await world.run(manifest, ["--pretty", `${APP}:one`]);
  assertEquals(code, 0);
  assert(/^[\n\x20-\x7e]+$/.test(stdout));
  assertStringIncludes(stdout, '\n  "schemaVersion": 2,\n');
  assertEquals(JSON.parse(stdout), JSON.parse(new TextDecoder().decode(amd64.bytes)));
});

Deno.test("manifest escapes what could lead a terminal astray, on a terminal alone", async () => {
  const world = createImageWorld(distribution({ images }), { columns: 80 });
  const { stdout } = await world.run(manifest, [`${APP}:one`]);
  assert(/^[\x20-\x7e]+$/.test(stdout));
  assertEquals(JSON.parse(stdout), JSON.parse(new TextDecoder().decode(amd64.bytes)));
  assertEquals((await world.run(manifest, [APP])).bytes, new Uint8Array(index.bytes));
});

Deno.test("manifest prints nothing of one whose bytes have another digest", async () => {
  const faults = async (request: Request, _: number, answer: () => Promise<Response>) => {
    if (!request.url.includes("/manifests/")) return undefined;
    const { headers } = await answer();
    return new Response(new TextDecoder().decode(bare.bytes), { headers: changed(headers) });
  };
  const world = createImageWorld(distribution({ images, faults }));
  const { code, stdout, stderr } = await world.run(manifest, [`${APP}@${amd64.digest}`]);
  assertEquals([code, stdout], [8, ""]);
  assertStringIncludes(stderr, `has the digest ${bare.digest} instead of ${amd64.digest}`);
});

Deno.test("manifest says beforehand that it costs a pull", async () => {
  const registry = dockerHub({ images: { "library/app": { tags: { latest: index } } } });
  const world = createImageWorld(registry);
  assertStringIncludes((await world.run(manifest, ["app"])).stderr, "this takes at least 1\n");
  assertEquals((await world.run(manifest, ["--quiet", "app"])).stderr, "");
});

Deno.test("manifest ends when it takes more requests than allowed", async () => {
  const world = createImageWorld(distribution({ images }));
  const words = ["--max-requests", "1", "--platform", "linux/arm64", APP];
  const { code, stdout, stderr } = await world.run(manifest, words);
  assertEquals([code, stdout], [7, ""]);
  assertStringIncludes(stderr, "it takes more than 1 request\n");
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot print a manifest: expected one reference, got none"],
  [["a", "b"], "Cannot print a manifest: expected one reference, got 2"],
  [["--platform=x", "a"], 'Cannot read "--platform x": expected OS/ARCH'],
  [["--raw", "a"], 'Unknown flag "--raw"'],
];
for (const [words, message] of mistakes) {
  Deno.test(`manifest refuses ${JSON.stringify(words)} and asks nobody`, async () => {
    const world = createImageWorld(distribution({ images }));
    const { code, stdout, stderr } = await world.run(manifest, words);
    assertEquals([code, stdout, world.network.requests.length], [2, "", 0]);
    assertStringIncludes(stderr, message);
  });
}

/** Of the length the body has now. */
function changed(headers: Headers): Headers {
  const all = new Headers(headers);
  all.delete("content-length");
  return all;
}
