import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createHash } from "node:crypto";
import {
  buildImage,
  buildIndex,
  buildManifest,
  bytesOf,
  digestOf,
  imagesOf,
  randomBlob,
} from "./mod.ts";

const read = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

Deno.test("buildImage() makes the same bytes of the same options, and says true digests and sizes", async () => {
  const options = { platform: "linux/arm64/v8", layers: [{ "a.txt": "a" }, 100_000] };
  const [one, two] = [buildImage(options), buildImage(options)];
  assertEquals(one.bytes, two.bytes);
  assertEquals(one.digest, digestOf(one.bytes));
  const manifest = read(one.bytes);
  for (const [index, blob] of one.blobs.entries()) {
    const descriptor = [manifest.config, ...manifest.layers][index];
    const bytes = await bytesOf(blob);
    assertEquals([descriptor.digest, descriptor.size], [digestOf(bytes), bytes.length]);
  }
  const config = read(await bytesOf(one.config));
  assertEquals([config.os, config.architecture, config.variant], ["linux", "arm64", "v8"]);
  assertEquals(config.rootfs.diff_ids.length, 2);
  assertNotEquals(one.digest, buildImage({ layers: options.layers }).digest);
});

Deno.test("buildImage() makes a layer that is a tar in gzip", async () => {
  const [layer] = buildImage({ layers: [{ "etc/motd": "hello\n" }] }).layers;
  assert(layer !== undefined);
  const tar = await new Response(layer.open().pipeThrough(new DecompressionStream("gzip"))).text();
  assert(tar.startsWith("etc/motd\0") && tar.includes("hello\n"));
  assertEquals(tar.length % 512, 0);
});

Deno.test("buildImage() makes artifacts about a subject, without a config", () => {
  const image = buildImage({ types: "docker" });
  const artifact = buildImage({ subject: image, artifactType: "test/sbom", layers: [] });
  const { subject, artifactType, config } = read(artifact.bytes);
  assertEquals(subject.digest, image.digest);
  assertEquals([artifactType, config.size], ["test/sbom", 2]);
  assertEquals(artifact.descriptor.platform, undefined);
  assertEquals(read(buildImage({ saysType: false }).bytes).mediaType, undefined);
});

Deno.test("buildIndex() adds attestations for unknown/unknown which name their images", () => {
  const images = [buildImage(), buildImage({ platform: "linux/arm64/v8" })];
  const index = buildIndex(images, { attestations: true, annotations: { a: "b" } });
  const { manifests, annotations } = read(index.bytes);
  assertEquals(index.children.length, 4);
  assertEquals(annotations, { a: "b" });
  assertEquals(manifests[3].platform, { os: "unknown", architecture: "unknown" });
  assertEquals(manifests[3].annotations["vnd.docker.reference.digest"], images[1]?.digest);
  assertEquals(buildManifest({ a: 1 }, "test/type").descriptor.size, 7);
});

Deno.test("randomBlob() streams the same bytes whatever part is asked for", async () => {
  const blob = randomBlob(200_000, 7);
  const whole = await bytesOf(blob);
  assertEquals(blob.digest, digestOf(whole));
  for (const [from, to] of [[0, 10], [65_530, 65_540], [131_071, 200_000], [199_999, 300_000]]) {
    const part = await new Response(blob.open(from, to)).bytes();
    assertEquals(part, whole.slice(from, to));
  }
  assertNotEquals(randomBlob(200_000, 8).digest, blob.digest);
});

Deno.test("randomBlob() hands out 64 MiB in pieces of 64 KiB at most, and true to its digest", async () => {
  const blob = randomBlob(64 * 2 ** 20);
  const hash = createHash("sha256");
  let longest = 0;
  for await (const part of blob.open()) {
    longest = Math.max(longest, part.length);
    hash.update(part);
  }
  assertEquals([`sha256:${hash.digest("hex")}`, longest], [blob.digest, 65_536]);
});

Deno.test("imagesOf() gives every tag an image of its own", () => {
  const images = imagesOf({ "org/app": ["1", "2"] });
  const digests = Object.values(images["org/app"]?.tags ?? {}).map(({ digest }) => digest);
  assertEquals(new Set(digests).size, 2);
});
