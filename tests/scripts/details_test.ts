import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatSize } from "../../scripts/_image_size.ts";
import { tags } from "../../scripts/tags.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  type DistributionOptions,
  dockerHub,
  type TestManifest,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const REF = "registry.example/app";
const amd64 = buildImage({ layers: [1_499_000] });
const arm64 = buildImage({
  platform: "linux/arm64",
  layers: [20],
  config: { created: "1970-01-01T00:00:00Z" },
});
const armv7 = buildImage({ platform: "linux/arm/v7", layers: [2_000] });
const s390x = buildImage({ platform: "linux/s390x" });
const index = buildIndex([amd64, arm64, armv7, s390x], { attestations: true });
const foreign = buildIndex([armv7, s390x], { types: "docker" });

function world(
  tags: Readonly<Record<string, TestManifest>>,
  options: DistributionOptions = {},
): ImageWorld {
  return createImageWorld(distribution({ images: { app: { tags } }, ...options }));
}

const TAGS = { "2.0": index, "1.0": arm64, "0.9": foreign };

function short({ digest }: TestManifest): string {
  return digest.slice(0, "sha256:".length + 12);
}

Deno.test("tags --details is a table of what is known", async () => {
  const { run } = world(TAGS, { content: { app: ["gone"] } });
  const { code, stdout, stderr } = await run(tags, ["--details", REF]);
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
  assertEquals(rows, [
    ["TAG", "DIGEST", "TYPE", "PLATFORMS", "SIZE", "BUILT"],
    [
      "0.9",
      foreign.digest,
      "Docker list",
      "linux/arm/v7,linux/s390x",
      `${formatSize(armv7.config.size + 2000)} (linux/arm/v7)`,
      "2024-02-29",
    ],
    [
      "1.0",
      arm64.digest,
      "OCI image",
      "linux/arm64",
      formatSize(arm64.config.size + 20),
      "1970-01-01",
    ],
    [
      "2.0",
      index.digest,
      "OCI index",
      "linux/amd64,linux/arm64,linux/arm/v7,+1",
      "1.50 MB",
      "2024-02-29",
    ],
    ["gone"],
    [""],
  ]);
});

Deno.test("tags --details cuts digests on a narrow terminal alone", async () => {
  const registry = distribution({ images: { app: { tags: TAGS } } });
  const narrow = await createImageWorld(registry, { columns: 120 }).run(tags, ["--details", REF]);
  assertEquals(narrow.stdout.split("\n")[2]?.split(/ {2,}/)[1], short(arm64));
  assert(narrow.stdout.split("\n").every((line) => line.length <= 120), narrow.stdout);
  const wide = await createImageWorld(registry, { columns: 200 }).run(tags, ["--details", REF]);
  assertEquals(
    wide.stdout,
    (await createImageWorld(registry).run(tags, ["--details", REF])).stdout,
  );
});

Deno.test("tags --details is exit 8 where every manifest is a web page", async () => {
  const page = () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
  const { run } = world(TAGS, {
    faults: ({ url }) => url.includes("/manifests/") ? page() : undefined,
  });
  const { code, stderr } = await run(tags, ["--details", REF]);
  assertEquals(code, 8);
  assertStringIncludes(stderr, "3 of 3 tags lack details: ");
  assertStringIncludes(stderr, "web page");
});

Deno.test("tags --details --sort date says that order came before details", async () => {
  const { code, stdout, stderr } = await world(TAGS).run(tags, ["--details", "--sort=date", REF]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "BUILT");
  assertEquals(
    stderr,
    "portolan: warning: before details were looked for, no date was known of 3 tags: " +
      "--sort date puts them last, by version\n",
  );
});

Deno.test("tags --details --json tells of which image size and time are", async () => {
  const { run } = world({ "2.0": index });
  const { code, stdout } = await run(tags, ["--details", "--json", REF]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    repository: REF,
    adapter: "spec",
    complete: true,
    detailsComplete: true,
    tags: [{
      name: "2.0",
      digest: index.digest,
      mediaType: index.mediaType,
      platforms: ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"],
      size: amd64.config.size + 1_499_000,
      sizeOf: "linux/amd64",
      createdAt: "2024-02-29T12:00:00.000Z",
    }],
  });
});

Deno.test("tags --details --format ndjson prints a record a line", async () => {
  const { run } = world(TAGS);
  const { code, stdout } = await run(tags, ["--details", "--format", "ndjson", REF]);
  assertEquals(code, 0);
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ repository, name, digest }) => [repository, name, digest]), [
    [REF, "0.9", foreign.digest],
    [REF, "1.0", arm64.digest],
    [REF, "2.0", index.digest],
  ]);
});

Deno.test("tags --details looks at what the selector chose, in its order", async () => {
  const { network, run } = world(TAGS);
  const { code, stdout } = await run(tags, ["--details", "--sort", "version", "--limit", "2", REF]);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").slice(1).map((line) => line.slice(0, 3)), ["2.0", "1.0", ""]);
  const heads = network.requests.filter(({ method }) => method === "HEAD").map(({ url }) => url);
  assertEquals(heads.map((url) => url.slice(-3)), ["2.0", "1.0"]);
});

Deno.test("tags --details of several repositories names them", async () => {
  const images = { app: { tags: { "1.0": arm64 } }, tool: { tags: { "7": amd64 } } };
  const { run } = createImageWorld(distribution({ images }));
  const words = ["--details", "registry.example/tool", REF];
  const { code, stdout } = await run(tags, words);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").map((line) => line.split(/ +/).slice(0, 2)), [
    ["REPOSITORY", "TAG"],
    ["registry.example/tool", "7"],
    [REF, "1.0"],
    [""],
  ]);
});

Deno.test("tags --details prints what it has and how much is missing where the requests do not do", async () => {
  const { network, run } = world(TAGS);
  const words = ["--details", "--max-requests", "5", REF];
  const { code, stdout, stderr } = await run(tags, words);
  assertEquals([code, network.requests.length], [7, 1 + 5]);
  assertEquals(stdout.split("\n").slice(1).map((line) => line.slice(0, 3)), [
    "0.9",
    "1.0",
    "2.0",
    "",
  ]);
  assertMatch(stderr, /details of tags of "registry.example\/app": [123] of 3 tags lack details/);
  const json = await run(tags, ["--json", ...words]);
  assertEquals([json.code, JSON.parse(json.stdout).detailsComplete], [7, false]);
  assertEquals(JSON.parse(json.stdout).complete, true);
  assertEquals(JSON.parse(json.stderr).error.code, "incomplete");
});

Deno.test("tags --details of forged content is exit 8, with both digests", async () => {
  const { run } = world(TAGS, {
    faults: ({ url }) => url.endsWith(arm64.config.digest) ? new Response("{}") : undefined,
  });
  const { code, stdout, stderr } = await run(tags, ["--details", REF]);
  assertEquals(code, 8);
  assert(stdout.includes("2.0"), stdout);
  assertEquals([...stderr.matchAll(/sha256:[0-9a-f]{64}/g)].length, 2, stderr);
});

Deno.test("tags --details prints the tags of a list that broke off", async () => {
  for (const format of ["table", "ndjson", "json"]) {
    const { run } = world(TAGS, {
      defaultPage: 2,
      faults: ({ url }, count) =>
        url.includes("/tags/list") && count > 1 ? new Response("", { status: 500 }) : undefined,
    });
    const { code, stdout } = await run(tags, ["--details", "--format", format, REF]);
    assertEquals(code, 7);
    assert(stdout.includes("0.9") && stdout.includes("1.0"), stdout);
    if (format !== "json") continue;
    const { complete, detailsComplete } = JSON.parse(stdout);
    assertEquals([complete, detailsComplete], [false, false]);
  }
});

Deno.test("tags --details says beforehand how many pulls it may cost", async () => {
  const images = { "library/app": { tags: TAGS } };
  // Where Docker Hub's own API tells, nothing is pulled.
  const faults = ({ url }: Request) =>
    url.startsWith("https://hub.docker.com/") ? new Response("", { status: 404 }) : undefined;
  const { network, run } = createImageWorld(dockerHub({ images, pullLimit: {}, faults }));
  const { code, stderr } = await run(tags, ["--details", "--max-requests", "200", "app"]);
  assertEquals(code, 0);
  const rule = "portolan: Docker Hub counts each manifest that is read as a pull: ";
  assert(stderr.includes(`${rule}the details of docker.io/library/app take at most 6\n`), stderr);
  const pulls = network.requests.filter(({ method, url }) =>
    method === "GET" && url.includes("/manifests/")
  );
  assert(pulls.length <= 6);
  const few = await run(tags, ["--details", "--max-requests", "3", "app"]);
  assert(few.stderr.includes("take at most 3\n"), few.stderr);
  const quiet = await run(tags, ["--details", "--quiet", "--max-requests", "200", "app"]);
  assertEquals(quiet.stderr, "");
});

/** Words that cannot be read. */
const wrong: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [["--format", "lines", "--details"], /"--format lines" with "--details": expected table, json/],
  [["--format", "api", "--details"], /"--format api" with "--details"/],
  [["--format", "skopeo", "--details"], /"--format skopeo" with "--details"/],
  [["--format", "xml", "--details"], /"--format xml"/],
  [["--max-requests", "5"], /"--max-requests" without "--details"/],
  [["--max-requests", "none", "--details"], /--max-requests none/],
];
for (const [words, message] of wrong) {
  Deno.test(`tags ${words.join(" ")} is a mistake`, async () => {
    const { network, run } = world(TAGS);
    const { code, stdout, stderr } = await run(tags, [...words, REF]);
    assertEquals([code, stdout, network.requests.length], [2, "", 0]);
    assertMatch(stderr, message);
  });
}

Deno.test("tags --details is exit 130 when it is interrupted", async () => {
  const machine = world(TAGS, {
    faults: ({ url }) => {
      if (url.includes("/blobs/")) machine.fake.interrupt.abort();
      return undefined;
    },
  });
  const { code, stdout } = await machine.run(tags, ["--details", REF]);
  assertEquals([code, stdout], [130, ""]);
});
