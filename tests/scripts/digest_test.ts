import { assertEquals, assertStringIncludes } from "@std/assert";
import { digest } from "../../scripts/digest.ts";
import { buildImage, buildIndex, distribution, dockerHub, type Images } from "../registry/mod.ts";
import { createImageWorld } from "./image_world.ts";

const amd64 = buildImage({ layers: [{ a: "amd64" }] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [{ a: "arm64" }] });
const index = buildIndex([amd64, arm64], { attestations: true });
const docker = buildImage({ types: "docker" });
const images: Images = { "team/app": { tags: { latest: index, one: amd64, docker } } };
const APP = "registry.example/team/app";

Deno.test("digest prints what a tag points to, by one HEAD", async () => {
  const world = createImageWorld(distribution({ images }));
  for (const [reference, wanted] of [[APP, index], [`${APP}:docker`, docker]] as const) {
    world.network.reset();
    const outcome = await world.run(digest, [reference]);
    assertEquals([outcome.code, outcome.stdout, outcome.stderr], [0, `${wanted.digest}\n`, ""]);
    assertEquals(world.network.requests.map(({ method }) => method), ["HEAD"]);
  }
});

Deno.test("digest prints full references for several, in order, and goes on after a failure", async () => {
  const world = createImageWorld(distribution({ images }));
  const words = [`${APP}:docker`, `${APP}:none`, APP, `${APP}@${amd64.digest}`];
  const { code, stdout, stderr } = await world.run(digest, words);
  const lines = [
    `${APP}:docker@${docker.digest}\n`,
    `${APP}:latest@${index.digest}\n`,
    `${APP}@${amd64.digest}\n`,
  ];
  assertEquals([code, stdout], [3, lines.join("")]);
  assertStringIncludes(stderr, `Cannot tell the digest of "${APP}:none"`);
});

Deno.test("digest --platform steps into an index", async () => {
  const world = createImageWorld(distribution({ images }));
  for (const platform of ["linux/arm64", "linux/arm64/v8", "Linux/aarch64"]) {
    const { code, stdout } = await world.run(digest, ["--platform", platform, APP]);
    assertEquals([code, stdout], [0, `${arm64.digest}\n`]);
  }
  const missing = await world.run(digest, ["--platform", "linux/s390x", APP]);
  assertEquals([missing.code, missing.stdout], [3, ""]);
  assertStringIncludes(missing.stderr, "There is linux/amd64, linux/arm64/v8");
});

Deno.test("digest --config prints the config's digest and does not read the config", async () => {
  const world = createImageWorld(distribution({ images }));
  const one = await world.run(digest, ["--config", `${APP}:one`]);
  assertEquals([one.code, one.stdout], [0, `${amd64.config.digest}\n`]);
  assertEquals(world.network.requests.length, 1);
  const chosen = await world.run(digest, ["--config", "--platform", "linux/arm64", APP]);
  assertEquals([chosen.code, chosen.stdout], [0, `${arm64.config.digest}\n`]);
  const several = await world.run(digest, ["--config", APP]);
  assertEquals([several.code, several.stdout], [2, ""]);
  assertStringIncludes(
    several.stderr,
    "hint: --platform chooses one: there is linux/amd64, linux/arm64/v8\n",
  );
});

Deno.test("digest --json prints one object, or an array for several", async () => {
  const world = createImageWorld(distribution({ images }));
  const { mediaType } = index;
  const whole = { reference: `${APP}:latest`, digest: index.digest, mediaType };
  assertEquals(JSON.parse((await world.run(digest, ["--json", APP])).stdout), whole);
  const words = ["--json", "--platform", "linux/aarch64", APP, `${APP}:none`];
  const { code, stdout, stderr } = await world.run(digest, words);
  const platform = "linux/arm64";
  assertEquals([code, JSON.parse(stdout)], [3, [
    { ...whole, digest: arm64.digest, mediaType: arm64.mediaType, platform },
  ]]);
  assertEquals(JSON.parse(stderr).error.code, "not_found");
});

Deno.test("digest of 100 tags takes 100 HEADs and one token", async () => {
  const tags = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`v${n}`, amd64]));
  const world = createImageWorld(dockerHub({ images: { "library/app": { tags } } }));
  const { code, stdout, stderr } = await world.run(
    digest,
    Object.keys(tags).map((tag) => `app:${tag}`),
  );
  assertEquals([code, stderr], [0, ""]);
  const lines = Object.keys(tags).map((tag) => `docker.io/library/app:${tag}@${amd64.digest}\n`);
  assertEquals(stdout, lines.join(""));
  const methods = Map.groupBy(world.network.requests, ({ method }) => method);
  assertEquals([methods.get("HEAD")?.length, methods.get("GET")?.length], [100, 1]);
});

Deno.test("digest says beforehand what costs pulls, and only that", async () => {
  const world = createImageWorld(
    dockerHub({ images: { "library/app": { tags: { latest: index } } } }),
  );
  const line = (count: number) =>
    `portolan: Docker Hub counts each manifest that is read as a pull: this takes at least ${count}\n`;
  assertEquals((await world.run(digest, ["app"])).stderr, "");
  assertEquals((await world.run(digest, ["--platform", "linux/amd64", "app"])).stderr, line(1));
  const words = ["--platform", "linux/amd64", "--config", "app", "app:latest"];
  assertEquals((await world.run(digest, words)).stderr, line(2));
  assertEquals((await world.run(digest, ["--quiet", ...words])).stderr, "");
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot tell a digest: expected at least one reference, got none"],
  [["--platform", "arm64", "a"], 'Cannot read "--platform arm64": expected OS/ARCH[/VARIANT]'],
  [["--platform", "linux/", "a"], 'Cannot read "--platform linux/": expected OS/ARCH'],
  [["--platform", "a/b/c/d", "a"], 'Cannot read "--platform a/b/c/d": expected OS/ARCH'],
  [["--platform", "linux/\u001b", "a"], 'Cannot read "--platform linux/\\u{1b}"'],
  [["--max-requests", "0", "a"], 'Cannot read "--max-requests 0": expected a whole number from 1'],
  [["--pretty", "a"], 'Unknown flag "--pretty"'],
  [["UPPER"], 'Cannot read reference "UPPER"'],
  [["a@sha256:12"], "Cannot read reference"],
];
for (const [words, message] of mistakes) {
  Deno.test(`digest refuses ${JSON.stringify(words)} and asks nobody`, async () => {
    const world = createImageWorld(distribution({ images }));
    const { code, stdout, stderr } = await world.run(digest, words);
    assertEquals([code, stdout, world.network.requests.length], [2, "", 0]);
    assertStringIncludes(stderr, message);
    assertStringIncludes(stderr, "usage: portolan digest [options] REF...\n");
  });
}
