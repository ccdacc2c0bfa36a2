import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatSize } from "../../scripts/_image_size.ts";
import { inspect } from "../../scripts/inspect.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  dockerHub,
  type Images,
  type TestImage,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const APP = "registry.example/team/app";
const SHARED = { of: "the same for all" };
const COSIGN = { of: "{}", mediaType: "application/vnd.dev.cosign.simplesigning.v1+json" };
const amd64 = build("linux/amd64");
const arm64 = build("linux/arm64/v8");
const gone = buildImage({ platform: "linux/s390x" });
const index = buildIndex([amd64, arm64], { attestations: true, annotations: { title: "app" } });
const helm = buildImage({
  config: { name: "chart" },
  configType: "application/vnd.cncf.helm.config.v1+json",
  layers: [{ of: "chart", mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip" }],
});
const sbom = buildImage({
  artifactType: "application/spdx+json",
  subject: amd64,
  layers: [{
    of: "{}",
    mediaType: "application/spdx+json",
    annotations: { "org.opencontainers.image.title": "sbom\u001b.json" },
  }],
});
const images: Images = {
  "team/app": {
    tags: {
      latest: index,
      one: amd64,
      sparse: buildIndex([amd64, gone]),
      empty: buildIndex([]),
      helm,
      sbom,
      signature: buildImage({ layers: [COSIGN], config: { os: "", architecture: "" } }),
      docker: buildImage({ types: "docker" }),
    },
    absent: [gone.digest],
  },
};

function build(platform: string): TestImage {
  return buildImage({
    platform,
    layers: [SHARED, { "etc/motd": platform }],
    annotations: { revision: "abc" },
    config: {
      created: "2026-01-02T03:04:05Z",
      author: "me",
      config: {
        Entrypoint: ["/bin/app", "--é"],
        Cmd: ["serve"],
        Env: ["PATH=/bin", `ARCH=${platform}`],
        User: "1000",
        WorkingDir: "/srv",
        ExposedPorts: { "80/tcp": {} },
        Volumes: { "/data": {} },
        StopSignal: "SIGINT",
        Labels: { colour: "\u001b[31mred" },
      },
    },
  });
}

function sizeOf(image: TestImage): number {
  return [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0);
}

Deno.test("inspect shows all platforms, and once what they have in common", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, stdout, stderr } = await world.run(inspect, [APP]);
  assertEquals([code, stderr], [0, ""]);
  const [, , first, second] = index.children;
  const all = [amd64, arm64].reduce((sum, image) => sum + sizeOf(image), 0);
  const stored = [first, second].flatMap((image) => image?.blobs ?? [])
    .reduce((sum, { size }) => sum + size, all) - (amd64.layers[0]?.size ?? 0);
  assertEquals(stdout.split("\n").map((line) => line.trimEnd().split(/ {2,}/)), [
    [`${APP}:latest`],
    ["digest", index.digest],
    ["type", `index of 2 images, 2 attestations (${index.mediaType})`],
    ["size", `${(stored / 1000).toPrecision(3)} kB of configs and layers, shared ones once`],
    ["annotations", "title=app"],
    [""],
    ["PLATFORM", "DIGEST", "SIZE", "LAYERS"],
    ["linux/amd64", amd64.digest, `${sizeOf(amd64)} B`, "2"],
    ["linux/arm64/v8", arm64.digest, `${sizeOf(arm64)} B`, "2"],
    ["attestation of linux/amd64", first?.digest ?? "", sizeIn(stdout, first?.digest), "1"],
    ["attestation of linux/arm64/v8", second?.digest ?? "", sizeIn(stdout, second?.digest), "1"],
    [""],
    ["of 2 images, or of those in parentheses"],
    ["created", "2026-01-02T03:04:05Z"],
    ["author", "me"],
    ["entrypoint", '["/bin/app","--é"]'],
    ["cmd", '["serve"]'],
    ["env", "PATH=/bin"],
    ["", "ARCH=linux/amd64", "(linux/amd64)"],
    ["", "ARCH=linux/arm64/v8", "(linux/arm64/v8)"],
    ["user", "1000"],
    ["working dir", "/srv"],
    ["ports", "80/tcp"],
    ["volumes", "/data"],
    ["stop signal", "SIGINT"],
    ["labels", "colour=\\u{1b}[31mred"],
    ["annotations", "revision=abc"],
    [""],
  ]);
});

function sizeIn(text: string, digest: string = "none"): string {
  return text.split("\n").find((line) => line.includes(digest))?.split(/ {2,}/)[2] ?? "";
}

Deno.test("inspect shows one image without a table", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, stdout } = await world.run(inspect, [`${APP}:one`]);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").slice(0, 8).map((line) => line.split(/ {2,}/)), [
    [`${APP}:one`],
    ["digest", amd64.digest],
    ["type", `image (${amd64.mediaType})`],
    ["platform", "linux/amd64"],
    ["size", `${sizeOf(amd64)} B of config and layers`],
    ["layers", "2"],
    ["config", amd64.config.digest],
    ["created", "2026-01-02T03:04:05Z"],
  ]);
  assert(!stdout.includes("\n\n"));
});

Deno.test("inspect --platform shows one image of an index", async () => {
  const world = createImageWorld(distribution({ images }));
  const words = ["--platform", "linux/arm64", "--layers", APP];
  const { code, stdout } = await world.run(inspect, words);
  assertEquals(code, 0);
  for (const text of [index.digest, arm64.digest, "\nof linux/arm64/v8\n", "shown  "]) {
    assertStringIncludes(stdout, text);
  }
  assert(!stdout.includes(amd64.digest));
  assertStringIncludes(stdout, "\nlayers of linux/arm64/v8\nDIGEST ");
  for (const { digest } of arm64.layers) assertStringIncludes(stdout, `\n${digest}  `);
  assertEquals(world.network.requests.length, 3);
});

Deno.test("inspect tells what a sparse index lacks", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, stdout } = await world.run(inspect, [`${APP}:sparse`]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "missing       1, not held by the registry\n");
  assert(/\nlinux\/s390x +sha256:\w+ +missing +-\n/.test(stdout), stdout);
  const json = JSON.parse((await world.run(inspect, ["--json", `${APP}:sparse`])).stdout);
  assertEquals(
    json.images.map((image: { isMissing: boolean }) => image.isMissing),
    [false, true],
  );
});

Deno.test("inspect shows artifacts by their type, and what they are about", async () => {
  const world = createImageWorld(distribution({ images }));
  const chart = await world.run(inspect, [`${APP}:helm`]);
  assertStringIncludes(
    chart.stdout,
    `type          artifact application/vnd.cncf.helm.config.v1+json (${helm.mediaType})\n`,
  );
  assert(!chart.stdout.includes("user"));
  const bill = await world.run(inspect, ["--layers", `${APP}:sbom`]);
  assertStringIncludes(bill.stdout, `about         ${amd64.digest}\n`);
  assertStringIncludes(bill.stdout, "  application/spdx+json  sbom\\u{1b}.json\n");
  const signature = await world.run(inspect, [`${APP}:signature`]);
  const { mediaType } = COSIGN;
  assertStringIncludes(signature.stdout, `layers        1: ${mediaType}\n`);
  const empty = await world.run(inspect, [`${APP}:empty`]);
  assertEquals(empty.code, 0);
  assertStringIncludes(empty.stdout, "type          index of nothing (");
});

Deno.test("inspect cuts digests on a narrow terminal alone", async () => {
  const registry = distribution({ images });
  const narrow = await createImageWorld(registry, { columns: 80 }).run(inspect, [APP]);
  assertStringIncludes(
    narrow.stdout,
    `linux/amd64                    ${amd64.digest.slice(0, 19)}  `,
  );
  const table = narrow.stdout.split("\n\n")[1]?.split("\n") ?? [];
  assert(table.length > 4 && table.every((line) => line.length <= 80), narrow.stdout);
  const layers = await createImageWorld(registry, { columns: 80 }).run(inspect, ["--layers", APP]);
  assertStringIncludes(layers.stdout, `\n${amd64.layers[0]?.digest.slice(0, 19)}  `);
  const below = layers.stdout.slice(layers.stdout.indexOf("layers of ")).split("\n");
  assert(below.length > 8 && below.every((line) => line.length <= 80), layers.stdout);
  const wide = await createImageWorld(registry, { columns: 200 }).run(inspect, [APP]);
  assertEquals(wide.stdout, (await createImageWorld(registry).run(inspect, [APP])).stdout);
});

Deno.test("inspect --json prints everything in printable ASCII on one line", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, stdout } = await world.run(inspect, ["--json", APP]);
  assertEquals(code, 0);
  assert(/^[\x20-\x7e]+\n$/.test(stdout));
  const { images: found, ...rest } = JSON.parse(stdout);
  assertEquals(rest, {
    reference: `${APP}:latest`,
    adapter: "spec",
    digest: index.digest,
    mediaType: index.mediaType,
    size: index.bytes.length,
    annotations: { title: "app" },
  });
  const { config, layers, ...image } = found[0];
  assertEquals(image, {
    digest: amd64.digest,
    mediaType: amd64.mediaType,
    platform: "linux/amd64",
    isAttestation: false,
    isMissing: false,
    size: sizeOf(amd64),
    configDescriptor: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: amd64.config.digest,
      size: amd64.config.size,
    },
    annotations: { revision: "abc" },
  });
  assertEquals([layers.length, config.platform, config.user], [2, "linux/amd64", "1000"]);
  assertEquals([config.labels, config.exposedPorts], [{ colour: "\u001b[31mred" }, ["80/tcp"]]);
  assertEquals([found[2].isAttestation, found[2].attests], [true, amd64.digest]);
});

Deno.test("inspect --raw and --config --raw print bytes as they came", async () => {
  const world = createImageWorld(distribution({ images }));
  const cases: readonly (readonly [words: readonly string[], bytes: Uint8Array])[] = [
    [["--raw", APP], index.bytes],
    [["--raw", "--platform", "linux/arm64", APP], arm64.bytes],
    [["--config", "--raw", `${APP}:one`], await bytesOf(amd64)],
    [["--config", "--raw", "--platform", "linux/arm64", APP], await bytesOf(arm64)],
  ];
  for (const [words, bytes] of cases) {
    const outcome = await world.run(inspect, words);
    assertEquals([outcome.code, outcome.bytes], [0, new Uint8Array(bytes)], words.join(" "));
  }
});

async function bytesOf(image: TestImage): Promise<Uint8Array> {
  return await new Response(image.config.open()).bytes();
}

Deno.test("inspect --config prints the config indented, and needs a platform for an index", async () => {
  const world = createImageWorld(distribution({ images }));
  const one = await world.run(inspect, ["--config", `${APP}:one`]);
  assert(/^[\n\x20-\x7e]+$/.test(one.stdout));
  assertEquals(JSON.parse(one.stdout), await new Response(amd64.config.open()).json());
  const several = await world.run(inspect, ["--config", APP]);
  assertEquals([several.code, several.stdout], [2, ""]);
  assertStringIncludes(
    several.stderr,
    "hint: --platform chooses one: there is linux/amd64, linux/arm64/v8\n",
  );
});

Deno.test("inspect never lists tags, and reads each manifest and config once", async () => {
  const world = createImageWorld(distribution({ images }));
  await world.run(inspect, [APP]);
  const paths = world.network.requests.map(({ url }) => new URL(url).pathname);
  assertEquals([paths.length, new Set(paths).size], [1 + 4 + 2, 7]);
  assert(paths.every((path) => !path.includes("/tags/")));
});

Deno.test("inspect of 40 platforms takes 81 requests, six at once, and shows no wall", async () => {
  const many = Array.from({ length: 40 }, (_, n) => build(`linux/arch${n}`));
  const registry = distribution({ images: { "team/app": { tags: { latest: buildIndex(many) } } } });
  const world = createImageWorld(registry);
  const { code, stdout } = await world.run(inspect, ["--max-requests", "81", APP]);
  assertEquals(code, 0);
  assertEquals(world.network.requests.length, 81);
  assert(world.network.traffic.mostInFlight() <= 6, `${world.network.traffic.mostInFlight()}`);
  assertStringIncludes(stdout, "ARCH (40 values; --platform shows one, --json all)\n");
  assertEquals(stdout.split("PATH=/bin").length, 2);
  assert(stdout.split("\n").length < 65, stdout);
  assertEquals((await world.run(inspect, ["--max-requests", "80", APP])).code, 7);
});

Deno.test("inspect --limits tells the pull quota by a HEAD", async () => {
  const hub = dockerHub({
    images: { "library/app": { tags: { latest: index } } },
    pullLimit: { limit: 100, used: 3 },
  });
  const world = createImageWorld([hub, distribution({ images })]);
  const told = await world.run(inspect, ["--limits", "app"]);
  assertEquals([told.code, told.stderr], [0, ""]);
  assertEquals(told.stdout, "docker.io: 97 of 100 pulls left in 6 h\n");
  assertEquals(JSON.parse((await world.run(inspect, ["--limits", "--json", "app"])).stdout), {
    reference: "docker.io/library/app:latest",
    registry: "docker.io",
    counted: true,
    limit: 100,
    remaining: 97,
    span: 21_600,
  });
  const methods = world.network.requests.filter(({ url }) => url.includes("/manifests/"));
  assertEquals(methods.map(({ method }) => method), ["HEAD", "HEAD"]);
  const none = await world.run(inspect, ["--limits", APP]);
  assertEquals([none.code, none.stdout], [0, "registry.example names no limit of pulls\n"]);
  const json = JSON.parse((await world.run(inspect, ["--limits", "--json", APP])).stdout);
  assertEquals(json.counted, false);
  const silent = createImageWorld(
    dockerHub({ images: { "library/app": images["team/app"] ?? { tags: {} } } }),
  );
  const { stdout } = await silent.run(inspect, ["--limits", "app"]);
  assertEquals(stdout, "Docker Hub names no limit of pulls for this reader\n");
});

Deno.test("inspect exits with 130 on an interrupt and prints nothing", async () => {
  const world: ImageWorld = createImageWorld(distribution({
    images,
    faults: (request) => {
      if (request.url.endsWith(amd64.config.digest)) world.fake.interrupt.abort();
      return undefined;
    },
  }));
  const { code, stdout, stderr } = await world.run(inspect, [APP]);
  assertEquals([code, stdout, stderr], [130, "", ""]);
});

const sizes: readonly (readonly [bytes: number, text: string])[] = [
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [12_345, "12.3 kB"],
  [999_499, "999 kB"],
  [999_500, "1.00 MB"],
  [29_530_000, "29.5 MB"],
  [123_456_789_012, "123 GB"],
  [Number.MAX_SAFE_INTEGER, "9.01 PB"],
];
for (const [bytes, text] of sizes) {
  Deno.test(`formatSize() writes ${bytes} as ${text}`, () => assertEquals(formatSize(bytes), text));
}

Deno.test("inspect says beforehand what it costs, and --trace shows what is left", async () => {
  const world = createImageWorld(dockerHub({
    images: { "library/app": { tags: { latest: index } } },
    pullLimit: {},
  }));
  const { stderr } = await world.run(inspect, ["--trace", "app"]);
  const [first, ...rest] = stderr.split("\n");
  assertEquals(
    first,
    "portolan: Docker Hub counts each manifest that is read as a pull: " +
      "this takes at least 1, and 1 more for each entry of an index",
  );
  assertStringIncludes(rest.join("\n"), "  ratelimit-limit: 100;w=21600  ratelimit-remaining: 99");
  assertEquals((await world.run(inspect, ["--quiet", "app"])).stderr, "");
});

Deno.test("inspect prints nothing of an image with a tampered part", async () => {
  const tampered = (part: string) =>
    createImageWorld(distribution({
      images,
      faults: (request) =>
        request.url.endsWith(part) ? new Response('{"tampered":true}') : undefined,
    }));
  for (const part of [amd64.digest, amd64.config.digest]) {
    const { code, stdout, stderr } = await tampered(part).run(inspect, [APP]);
    assertEquals([code, stdout], [8, ""]);
    assert(stderr.match(/sha256:[0-9a-f]{64} instead of sha256:[0-9a-f]{64}/), stderr);
    assertStringIncludes(stderr, `instead of ${part}`);
  }
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot inspect an image: expected one reference, got none"],
  [["a", "b"], "Cannot inspect an image: expected one reference, got 2"],
  [["--platform=x", "a"], 'Cannot read "--platform x": expected OS/ARCH'],
  [["--limits", "--raw", "a"], 'Cannot use "--limits" with "--raw": expected one of them'],
  [["--limits", "--platform=a/b", "a"], 'Cannot use "--limits" with "--platform"'],
  [["--layers", "--config", "a"], 'Cannot use "--config" with "--layers"'],
  [["--raw", "--json", "a"], 'Cannot use \\"--raw\\" with \\"--json\\"'],
  [["--raw", "--layers", "a"], 'Cannot use "--raw" with "--layers"'],
];
for (const [words, message] of mistakes) {
  Deno.test(`inspect refuses ${JSON.stringify(words)} and asks nobody`, async () => {
    const world = createImageWorld(distribution({ images }));
    const { code, stdout, stderr } = await world.run(inspect, words);
    assertEquals([code, stdout, world.network.requests.length], [2, "", 0]);
    assertStringIncludes(stderr, message);
  });
}
