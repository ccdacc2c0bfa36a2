import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openCopyProgress } from "../../scripts/_copy_progress.ts";
import { ClosedOutput } from "../../scripts/_output.ts";
import { copy } from "../../scripts/copy.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  type DistributionOptions,
  dockerHub,
  type Images,
  randomBlob,
  type TestManifest,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const shared = randomBlob(40_000);
const amd64 = buildImage({ layers: [shared, { a: "amd64" }] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [shared, { a: "arm64" }] });
const index = buildIndex([amd64, arm64], { attestations: true });
const old = buildImage({ layers: [shared, { a: "old" }] });
const SRC = "source.example/team/app";
const DST = "target.example/mirror/app";

/** Two registries, one with images and one without. */
function createWorld(
  images: Images = { "team/app": { tags: { "2.0": index, "1.0": old } } },
  { source = {}, target = {} }: {
    readonly source?: DistributionOptions;
    readonly target?: DistributionOptions;
  } = {},
): ImageWorld {
  return createImageWorld([
    distribution({ host: "source.example", images, ...source }),
    distribution({ host: "target.example", content: {}, users: {}, ...target }),
  ]);
}

/** `METHOD host` of each request, sorted. */
function asked({ network }: ImageWorld): string[] {
  return network.requests.map(({ method, host }) => `${method} ${host}`).toSorted();
}

function records(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What the target has under a tag, by its own word. */
async function thereIs(world: ImageWorld, name: string): Promise<string | null> {
  const [repository, tag] = name.split(":");
  const url = `https://target.example/v2/${repository}/manifests/${tag}`;
  const { status, headers } = await world.network.fetch(url, { method: "HEAD" });
  return status === 200 ? headers.get("docker-content-digest") : null;
}

Deno.test("copy prints source, destination and digest, and gives the destination the source's tag", async () => {
  const world = createWorld();
  const { code, stdout, stderr } = await world.run(copy, [`${SRC}:2.0`, DST]);
  assertEquals([code, stdout], [0, `${SRC}:2.0 ${DST}:2.0 ${index.digest}\n`]);
  assertStringIncludes(stderr, "portolan: 1 image; sent ");
  assertEquals(await thereIs(world, "mirror/app:2.0"), index.digest);
});

Deno.test("copy of what is there is one HEAD to each side", async () => {
  const world = createWorld();
  await world.run(copy, [`${SRC}:2.0`, `${DST}:x`]);
  world.network.reset();
  const { code, stdout } = await world.run(copy, ["--quiet", `${SRC}:2.0`, `${DST}:x`]);
  assertEquals([code, stdout], [0, `${SRC}:2.0 ${DST}:x ${index.digest}\n`]);
  assertEquals(asked(world), ["HEAD source.example", "HEAD target.example"]);
});

Deno.test("copy --json tells of each thing, and then sums up", async () => {
  const world = createWorld();
  await world.run(copy, ["--quiet", `${SRC}:1.0`, `${DST}:1.0`]);
  const { code, stdout, stderr } = await world.run(copy, ["--json", `${SRC}:2.0`, `${DST}:2.0`]);
  assertEquals([code, stderr], [0, ""]);
  const all = records(stdout);
  const { requests, seconds, ...sums } = all.at(-1) ?? {};
  const sent = all.filter(({ kind, fate }) => kind === "blob" && fate === "copied");
  assertEquals(sums, {
    kind: "summary",
    tags: 1,
    unchanged: 0,
    failed: 0,
    blobs: sent.length,
    sent: sent.reduce((sum, { size }) => sum + Number(size), 0),
    mounted: 0,
    present: shared.size,
  });
  assert(Number(requests) > 5 && Number(seconds) >= 0);
  const there = all.filter(({ fate }) => fate === "present").map(({ digest }) => digest);
  assertEquals(there, [shared.digest]);
  const last = all.at(-2);
  assertEquals(last, {
    kind: "tag",
    source: `${SRC}:2.0`,
    destination: `${DST}:2.0`,
    tag: "2.0",
    digest: index.digest,
    mediaType: index.mediaType,
    size: index.bytes.length,
    fate: "copied",
  });
});

Deno.test("copy --all-tags of 100 tags sends no blob twice, and a second run a HEAD a tag", async () => {
  const tags: Record<string, TestManifest> = {};
  for (let number = 0; number < 100; number++) {
    tags[`1.${number}`] = buildImage({ layers: [shared, { number: `${number % 10}` }] });
  }
  const world = createWorld({ "team/app": { tags } });
  const { code, stdout } = await world.run(copy, ["--all-tags", SRC, DST]);
  assertEquals([code, stdout.split("\n").length], [0, 101]);
  assertEquals(stdout.split("\n")[0]?.startsWith(`${SRC}:1.0 ${DST}:1.0 sha256:`), true);
  const puts = world.network.requests.filter(({ method, url }) =>
    method === "PUT" && url.includes("/blobs/")
  ).map(({ url }) => new URL(url).searchParams.get("digest"));
  assertEquals(puts.length, 21);
  assertEquals(new Set(puts).size, 21);

  world.network.reset();
  assertEquals((await world.run(copy, ["--all-tags", SRC, DST])).code, 0);
  const counts = Map.groupBy(asked(world), (line) => line);
  assertEquals([...counts].map(([line, { length }]) => `${length} ${line}`), [
    "1 GET source.example",
    "100 HEAD source.example",
    "100 HEAD target.example",
  ]);
});

Deno.test("copy --all-tags takes the selector, and leaves digests to the referrers", async () => {
  const signature = buildImage({ layers: [{ s: "signature" }] });
  const sbom = buildImage({ subject: old, artifactType: "application/spdx+json" });
  const tag = `${old.digest.replace(":", "-")}.sig`;
  const tags = { "1.0": old, "2.0": index, latest: index, [tag]: signature };
  const world = createWorld({ "team/app": { tags, untagged: [sbom] } });
  const words = ["--all-tags", "--include", "1.*", "--explain", SRC, DST];
  const { code, stdout, stderr } = await world.run(copy, words);
  assertEquals([code, stdout], [0, `${SRC}:1.0 ${DST}:1.0 ${old.digest}\n`]);
  assertStringIncludes(stderr, "2.0: include\n");
  assertEquals(await thereIs(world, `mirror/app:${tag}`), signature.digest);
  const url = `https://target.example/v2/mirror/app/referrers/${old.digest}`;
  const listed = await (await world.network.fetch(url)).json();
  assertEquals(listed.manifests.map(({ digest }: { digest: string }) => digest), [sbom.digest]);
});

Deno.test("copy --all-tags leaves out the lists that a mirror keeps for itself", async () => {
  const list = buildImage({ artifactType: "application/vnd.portolan.owned.v1+json" });
  const tags = { "1.0": old, "portolan-owned-nightly": list };
  const world = createWorld({ "team/app": { tags } });
  const { code, stdout } = await world.run(copy, ["--all-tags", SRC, DST]);
  assertEquals([code, stdout], [0, `${SRC}:1.0 ${DST}:1.0 ${old.digest}\n`]);
  assertEquals(await thereIs(world, "mirror/app:portolan-owned-nightly"), null);
});

Deno.test("copy --no-referrers leaves them out", async () => {
  const sbom = buildImage({ subject: old, artifactType: "application/spdx+json" });
  const world = createWorld({ "team/app": { tags: { "1.0": old }, untagged: [sbom] } });
  const { code } = await world.run(copy, ["--no-referrers", `${SRC}:1.0`, DST]);
  assertEquals(code, 0);
  assertEquals(world.network.requests.filter(({ url }) => url.includes("referrers")), []);
  assertEquals(await thereIs(world, "mirror/app:1.0"), old.digest);
});

Deno.test("copy --platform makes a smaller index and says so", async () => {
  const world = createWorld();
  const words = ["--platform", "linux/arm64", `${SRC}:2.0`, DST];
  const { code, stdout, stderr } = await world.run(copy, words);
  const digest = stdout.trimEnd().split(" ").at(-1) ?? "";
  assertEquals([code, digest === index.digest], [0, false]);
  assertStringIncludes(stderr, `--platform makes another index of ${SRC}:2.0: ${digest} instead`);
  assertEquals(await thereIs(world, "mirror/app:2.0"), digest);
  const missing = await world.run(copy, ["--platform", "linux/s390x", `${SRC}:2.0`, DST]);
  assertEquals([missing.code, missing.stdout], [3, ""]);
});

Deno.test("copy --dry-run sends nothing, and knows what a copy takes", async () => {
  const tags = { "1.0": old, "2.0": index };
  const world = createWorld({ "team/app": { tags } });
  await world.run(copy, [`${SRC}:1.0`, DST]);
  world.network.reset();
  const words = ["--all-tags", "--json", SRC, DST];
  const dry = await world.run(copy, ["--dry-run", ...words]);
  assertEquals(dry.code, 0);
  assert(world.network.requests.every(({ method }) => method === "HEAD" || method === "GET"));
  assertEquals(
    world.network.requests.filter(({ url, method }) => method === "GET" && url.includes("/blobs/")),
    [],
  );
  const [unchanged, planned, summary] = records(dry.stdout);
  assertEquals([unchanged?.fate, unchanged?.blobs, unchanged?.requests], ["present", 0, 2]);
  world.network.reset();
  const done = records((await world.run(copy, words)).stdout).at(-1);
  assertEquals([planned?.blobs, planned?.bytes], [done?.blobs, done?.sent]);
  assertEquals(planned?.requests, Number(done?.requests) - 3);
  assertEquals([summary?.dryRun, summary?.bytes], [true, done?.sent]);
  assertEquals(summary?.planned, Number(done?.requests) - 1);
  assertEquals(planned?.before, undefined);
});

Deno.test("copy --dry-run prints a table, with the pulls where they are counted", async () => {
  const images = { "library/app": { tags: { "1.0": old, "2.0": index } } };
  const world = createImageWorld([
    dockerHub({ images }),
    distribution({ host: "target.example", content: {}, users: {} }),
  ]);
  const { code, stdout, stderr } = await world.run(copy, [
    "--dry-run",
    "--all-tags",
    "app",
    DST,
  ]);
  assertEquals(code, 0);
  const [header = "", first = "", second = ""] = stdout.split("\n");
  assertEquals(header.split(/ {2,}/), [
    "DESTINATION",
    "THERE",
    "BLOBS",
    "BYTES",
    "MOUNTS",
    "REQUESTS",
    "PULLS",
  ]);
  assertEquals(first.split(/ {2,}/).slice(0, 2), [`${DST}:1.0`, "nothing"]);
  // The layer that they share is counted with either.
  const blobs = [first, second].map((line) => Number(line.split(/ {2,}/)[2]));
  const all = [old, ...index.children].flatMap((image) => image.blobs.map(({ digest }) => digest));
  assertEquals(blobs.reduce((sum, count) => sum + count, 0), new Set(all).size);
  assertEquals([first.split(/ {2,}/).at(-1), second.split(/ {2,}/).at(-1)], ["1", "5"]);
  assertStringIncludes(stderr, "Docker Hub counts each manifest that is read as a pull");
});

for (const flags of [[], ["--platform", "linux/amd64"], ["--refresh-referrers"]]) {
  Deno.test(`copy ${flags.join(" ")} says what counts as a pull of a tag that is there`, async () => {
    const world = createImageWorld([
      dockerHub({ images: { "library/app": { tags: { "2.0": index } } } }),
      distribution({ host: "target.example", content: {}, users: {} }),
    ]);
    const words = [...flags, "app:2.0", `${DST}:2.0`];
    await world.run(copy, words);
    world.network.reset();
    const { stderr } = await world.run(copy, words);
    const reads = world.network.requests.filter(({ method, url, host }) =>
      method === "GET" && host !== "target.example" && url.includes("/manifests/")
    );
    const isRead = !stderr.includes("as a pull: 1 for each tag that is not at the destination yet");
    assertEquals(reads.length > 0, isRead, stderr);
  });
}

Deno.test("copy goes on where nobody reads what it prints", async () => {
  const world = createImageWorld([
    distribution({ host: "source.example", images: { "team/app": { tags: { "1.0": old } } } }),
    distribution({ host: "target.example", content: {}, users: {} }),
  ], {
    onWrite(): void {
      throw new ClosedOutput("closed");
    },
  });
  const { code } = await world.run(copy, ["--json", "--all-tags", SRC, DST]);
  assertEquals([code, await thereIs(world, "mirror/app:1.0")], [0, old.digest]);
});

Deno.test("openCopyProgress() counts bytes and tags, and nothing beyond what is planned", () => {
  const lines: string[] = [];
  const { onPlanned, onBytes, onEnd } = openCopyProgress((line) => void lines.push(line), 2);
  onPlanned(1_500_000);
  onBytes(500_000);
  onEnd();
  onBytes(5_000_000);
  assertEquals(lines, [
    "0 of 2 tags, 0 B of 1.50 MB",
    "0 of 2 tags, 500 kB of 1.50 MB",
    "1 of 2 tags, 500 kB of 1.50 MB",
    "1 of 2 tags, 1.50 MB of 1.50 MB",
  ]);
});
