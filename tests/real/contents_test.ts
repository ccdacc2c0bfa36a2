import { assertEquals } from "@std/assert";
import { buildImage, buildIndex, bytesOf, distribution, presets } from "../registry/mod.ts";
import { realTests } from "./available.ts";
import { startDockerRegistry } from "./docker_registry.ts";
import { pushImage, pushImages, startTwoRegistries } from "./push_image.ts";
import { servePlace } from "./served_place.ts";
import { skopeoConfig, skopeoCopy, skopeoCopyOut, skopeoManifest } from "./skopeo_read.ts";

const { test } = realTests("tests/real/contents_test.ts");

const amd64 = buildImage({ layers: [{ "etc/motd": "amd64\n" }, 300_000] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [{ "etc/motd": "arm64\n" }] });
const index = buildIndex([amd64, arm64], { attestations: true });
const hexOf = (digest: string): string => digest.slice("sha256:".length);

test("pushImage() puts what skopeo reads back byte for byte", async () => {
  await using registry = await startDockerRegistry();
  await pushImage(registry, "team/app", "1.0", index);
  await pushImage(registry, "team/app", "one", buildImage({ types: "docker" }));
  assertEquals(await skopeoManifest(registry, "team/app:1.0"), index.bytes);
  assertEquals(await skopeoConfig(registry, "team/app:1.0"), await bytesOf(amd64.config));
  const { manifest, blobs } = await skopeoCopyOut(registry, "team/app:1.0");
  assertEquals(manifest, index.bytes);
  assertEquals(blobs.get(hexOf(amd64.layers[1]?.digest ?? "")), 300_000);
  assertEquals((await skopeoCopyOut(registry, "team/app:one")).blobs.size, 2);
});

for (const preset of [undefined, "distribution28", "harbor", "acr"] as const) {
  test(`skopeo copies an index out of a served ${preset ?? "distribution()"}`, async () => {
    const images = { "team/app": { tags: { "1.0": index } } };
    const options = preset === undefined ? {} : presets[preset];
    await using place = await servePlace(distribution({ ...options, images }));
    assertEquals(await skopeoManifest(place, "team/app:1.0"), index.bytes);
    const { manifest, blobs } = await skopeoCopyOut(place, "team/app:1.0");
    assertEquals(manifest, index.bytes);
    assertEquals(blobs.size, 9);
  });
}

for (const preset of [undefined, "distribution28", "harbor", "zot"] as const) {
  test(`skopeo copies an index into a served ${preset ?? "distribution()"} and out again`, async () => {
    const options = preset === undefined ? {} : presets[preset];
    const users = { ann: "secret" };
    await using source = await startDockerRegistry();
    await pushImage(source, "team/app", "1.0", index);
    await using place = await servePlace(distribution({ ...options, users, images: {} }));
    const user = options.auth === undefined ? undefined : { username: "ann", password: "secret" };
    const to = { host: place.host, directory: place.directory, name: "copied/app:2.0", user };
    const from = { host: source.host, directory: source.directory, name: "team/app:1.0" };
    await skopeoCopy(from, to);
    const { manifest, blobs } = await skopeoCopyOut(place, "copied/app:2.0", user);
    assertEquals(manifest, index.bytes);
    assertEquals(blobs.size, 9);
  });
}

test("startTwoRegistries() gives two which know nothing of each other", async () => {
  await using two = await startTwoRegistries();
  await pushImages(two.source, "team/app", { "1": index, "2": amd64 });
  await pushImage(two.target, "team/app", undefined, arm64);
  assertEquals((await skopeoCopyOut(two.source, "team/app:2")).manifest, amd64.bytes);
  const { manifest } = await skopeoCopyOut(two.target, `team/app@${arm64.digest}`);
  assertEquals(manifest, arm64.bytes);
  await skopeoCopy({ ...two.source, name: "team/app:1" }, { ...two.target, name: "other/app:1" });
  assertEquals(await skopeoManifest(two.target, "other/app:1"), index.bytes);
});

test("pushImage() streams 64 MiB into both kinds of registry", async () => {
  const big = buildImage({ layers: [64 * 2 ** 20] });
  await using real = await startDockerRegistry();
  await using place = await servePlace(distribution({ images: {}, expects: [big] }));
  for (const target of [real, place]) {
    await pushImage(target, "team/big", "1", big);
    assertEquals(await skopeoManifest(target, "team/big:1"), big.bytes);
  }
});
