import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Command } from "../../scripts/_command.ts";
import { digest } from "../../scripts/digest.ts";
import { inspect } from "../../scripts/inspect.ts";
import { manifest } from "../../scripts/manifest.ts";
import {
  buildImage,
  buildIndex,
  bytesOf,
  distribution,
  type TestDescriptor,
  type TestManifest,
} from "../registry/mod.ts";
import { createImageWorld, type ImageOutcome } from "./image_world.ts";

const APP = "registry.example/team/app";
const DOCKER = "application/vnd.docker.distribution.manifest.v2+json";
const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const amd64 = buildImage();
const arm64 = buildImage({ platform: "linux/arm64/v8" });
const helm = buildImage({
  config: { name: "chart" },
  configType: "application/vnd.cncf.helm.config.v1+json",
});

function run(
  command: Command,
  words: readonly string[],
  tags: Readonly<Record<string, TestManifest>>,
  absent: readonly string[] = [],
): Promise<ImageOutcome> {
  const registry = distribution({ images: { "team/app": { tags, absent } } });
  return createImageWorld(registry).run(command, words);
}

/** An index that lists an image for amd64 in its own words. */
function listing(more: Partial<TestDescriptor>): TestManifest {
  const also = [{ ...amd64.descriptor, platform: { os: "linux", architecture: "amd64" }, ...more }];
  return buildIndex([arm64], { also });
}

const READING: readonly (readonly [command: Command, words: readonly string[]])[] = [
  [inspect, [APP]],
  [inspect, ["--platform", "linux/amd64", APP]],
  [inspect, ["--config", "--platform", "linux/amd64", APP]],
  [manifest, ["--platform", "linux/amd64", APP]],
  [digest, ["--config", "--platform", "linux/amd64", APP]],
];

for (const [command, words] of READING) {
  const what = [command.name, ...words.slice(0, -1)].join(" ");

  Deno.test(`${what} holds an image to the type that its index tells`, async () => {
    const tags = { latest: listing({ mediaType: DOCKER }), held: amd64 };
    const { code, stdout, stderr } = await run(command, words, tags);
    assertEquals([code, stdout], [8, ""]);
    const { mediaType } = amd64;
    assertStringIncludes(stderr, `${amd64.digest} is "${mediaType}" instead of "${DOCKER}"`);
  });

  if (!words.includes("--platform")) continue;

  Deno.test(`${what} refuses an entry of a type that is not read`, async () => {
    for (const mediaType of [SCHEMA_1, "application/vnd.example.thing.v1+json"]) {
      const tags = { latest: listing({ mediaType }), held: amd64 };
      const { code, stdout, stderr } = await run(command, words, tags);
      assertEquals([code, stdout], [8, ""]);
      assertStringIncludes(stderr, `of the type "${mediaType}", which is not read`);
    }
  });

  Deno.test(`${what} says that an entry is listed and not held`, async () => {
    const tags = { latest: buildIndex([amd64, arm64]) };
    const { code, stdout, stderr } = await run(command, words, tags, [amd64.digest]);
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(
      stderr,
      `${amd64.digest} is listed in the index, but not held by the registry: status 404`,
    );
  });
}

Deno.test("inspect --config --raw prints an artifact's config as it is, and only that", async () => {
  const words = ["--config", "--raw", `${APP}:helm`];
  const raw = await run(inspect, words, { helm });
  assertEquals([raw.code, raw.stderr], [0, ""]);
  assertEquals(raw.bytes, await bytesOf(helm.config));
  const read = await run(inspect, ["--config", `${APP}:helm`], { helm });
  assertEquals([read.code, read.stdout], [8, ""]);
  assertStringIncludes(read.stderr, "its config is no image's but application/vnd.cncf.helm.");
  assertStringIncludes(read.stderr, "hint: --raw prints it as it is\n");
});

Deno.test("inspect says where a config names another platform than its index", async () => {
  const tags = { latest: listing({ platform: { os: "linux", architecture: "s390x" } }) };
  const { code, stdout } = await run(inspect, [APP], { ...tags, held: amd64 });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "\nplatform      by the config linux/amd64  (linux/s390x)\n");
  const sound = await run(inspect, [APP], { latest: buildIndex([amd64, arm64]) });
  assert(!sound.stdout.includes("by the config"), sound.stdout);
});

Deno.test("inspect tells two entries of one platform apart", async () => {
  const other = buildImage({ layers: [{ a: "other" }] });
  const { stdout } = await run(inspect, [APP], { latest: buildIndex([amd64, other, arm64]) });
  for (const image of [amd64, other]) {
    const short = image.digest.slice("sha256:".length).slice(0, 7);
    assertStringIncludes(stdout, `linux/amd64 (${short})  ${image.digest}`);
  }
  assertStringIncludes(stdout, `\nlinux/arm64/v8         ${arm64.digest}`);
});

Deno.test("inspect counts no artifact as an image", async () => {
  const { stdout } = await run(inspect, [APP], { latest: buildIndex([amd64, arm64, helm]) });
  assertStringIncludes(stdout, "index of 2 images, 1 artifact ");
  assertStringIncludes(stdout, "\nof 2 images, 1 artifact, or of those in parentheses\n");
});

Deno.test("an error about a manifest says only once what cannot be done", async () => {
  const { stderr } = await run(inspect, [APP], {
    latest: { ...amd64, mediaType: "application/vnd.example+json" },
  });
  assertEquals(stderr.match(/Cannot/g)?.length, 1, stderr);
});
