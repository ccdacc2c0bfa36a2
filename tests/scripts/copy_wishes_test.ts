import { assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  type Images,
  type TestManifest,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const amd64 = buildImage({ layers: [{ a: "amd64" }] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [{ a: "arm64" }] });
const index = buildIndex([amd64, arm64]);
const SRC = "source.example/team/app";
const DST = "target.example/mirror/app";

function createWorld(
  tags: Readonly<Record<string, TestManifest>>,
  target: Images = {},
): ImageWorld {
  return createImageWorld([
    distribution({ host: "source.example", images: { "team/app": { tags } } }),
    distribution({ host: "target.example", users: {}, images: target, content: {} }),
  ]);
}

/** Two registries with an image that was signed when the copy had been made. */
function createSigned(): {
  readonly world: ImageWorld;
  readonly sbom: TestManifest;
  readonly sig: string;
} {
  const sbom = buildImage({ subject: index, artifactType: "application/spdx+json" });
  const sig = `${arm64.digest.replace(":", "-")}.sig`;
  const signature = buildImage({ layers: [{ s: "signature" }] });
  const held = { tags: { "2.0": index, [sig]: signature }, untagged: [sbom] };
  const world = createImageWorld([
    distribution({ host: "source.example", images: { "team/app": held } }),
    distribution({
      host: "target.example",
      users: {},
      images: { "mirror/app": { tags: { "2.0": index } } },
    }),
  ]);
  return { world, sbom, sig };
}

async function referrersOf(world: ImageWorld): Promise<readonly string[]> {
  const url = `https://target.example/v2/mirror/app/referrers/${index.digest}`;
  const { manifests } = await (await world.network.fetch(url)).json();
  return manifests.map(({ digest }: { digest: string }) => digest);
}

Deno.test("copy --refresh-referrers brings what was signed after its image was copied", async () => {
  const { world, sbom, sig } = createSigned();
  assertEquals((await world.run(copy, [`${SRC}:2.0`, DST])).code, 0);
  assertEquals(await referrersOf(world), []);
  const words = ["--refresh-referrers", `${SRC}:2.0`, DST];
  assertEquals((await world.run(copy, ["--dry-run", ...words])).code, 0);
  assertEquals(await referrersOf(world), []);

  world.network.reset();
  const { code, stderr } = await world.run(copy, words);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "1 image; 1 there before; sent ");
  // The image itself is there, and is not asked about again.
  const blobs = [...amd64.blobs, ...arm64.blobs].map(({ digest }) => digest);
  const about = world.network.requests.filter(({ url }) =>
    blobs.some((digest) => url.endsWith(`/blobs/${digest}`))
  );
  assertEquals(about.map(({ method, host }) => `${method} ${host}`), []);
  assertEquals(await referrersOf(world), [sbom.digest]);
  const url = `https://target.example/v2/mirror/app/manifests/${sig}`;
  assertEquals((await world.network.fetch(url, { method: "HEAD" })).status, 200);
});

Deno.test("copy leaves what was signed at the destination, and --refresh-referrers replaces it", async () => {
  const sig = `${amd64.digest.replace(":", "-")}.sig`;
  const [theirs, ours] = ["theirs", "ours"].map((s) => buildImage({ layers: [{ s }] }));
  if (theirs === undefined || ours === undefined) throw new Error("no signatures");
  const there = { "mirror/app": { tags: { "1.2": amd64, [sig]: ours } } };
  const world = createWorld({ "1": amd64, [sig]: theirs }, there);
  const url = `https://target.example/v2/mirror/app/manifests/${sig}`;
  const signature = async () =>
    (await world.network.fetch(url)).headers.get("docker-content-digest");

  const first = await world.run(copy, [`${SRC}:1`, DST]);
  assertEquals([first.code, await signature()], [0, ours.digest]);
  assertStringIncludes(first.stderr, `${DST}:${sig} is another than at the source`);
  const second = await world.run(copy, ["--refresh-referrers", `${SRC}:1`, DST]);
  assertEquals([second.code, await signature()], [0, theirs.digest]);
  assertEquals(second.stderr.includes("another"), false, second.stderr);
});

Deno.test("copy --refresh-referrers contradicts --no-referrers", async () => {
  const { world } = createSigned();
  const words = ["--refresh-referrers", "--no-referrers", SRC, DST];
  const { code, stderr } = await world.run(copy, words);
  assertEquals(code, 2);
  assertStringIncludes(stderr, '"--no-referrers" with "--refresh-referrers"');
});

Deno.test("copy --platform takes one image of that platform as it is", async () => {
  const world = createWorld({ "1.0": arm64 });
  const words = ["--platform", "linux/arm64", `${SRC}:1.0`, DST];
  const { code, stdout } = await world.run(copy, words);
  assertEquals([code, stdout], [0, `${SRC}:1.0 ${DST}:1.0 ${arm64.digest}\n`]);
  const again = await world.run(copy, words);
  assertStringIncludes(again.stderr, "1 image; 1 there before");
});

Deno.test("copy --platform says which platform one image is for", async () => {
  const world = createWorld({ "1.0": amd64, chart: buildImage({ artifactType: "text/x-chart" }) });
  const words = ["--platform", "linux/arm64", "--platform", "linux/s390x"];
  const { code, stdout, stderr } = await world.run(copy, [...words, `${SRC}:1.0`, DST]);
  assertEquals([code, stdout], [3, ""]);
  const reason = "it is one image, and there is no image for linux/arm64 or linux/s390x";
  assertStringIncludes(stderr, `Cannot copy from "${SRC}:1.0": ${reason}`);
  assertStringIncludes(stderr, "There is linux/amd64");
  const chart = await world.run(copy, [...words, `${SRC}:chart`, DST]);
  assertEquals(chart.code, 3);
  assertStringIncludes(chart.stderr, `"${SRC}:chart": it is for no platform`);
});

Deno.test("copy --all-tags --platform goes through indexes and single images", async () => {
  const world = createWorld({ "1.0": amd64, "2.0": index, "3.0": arm64 });
  const words = ["--all-tags", "--platform", "linux/arm64", SRC, DST];
  const { code, stdout, stderr } = await world.run(copy, words);
  assertEquals(code, 7);
  assertEquals(stdout.trimEnd().split("\n").map((line) => line.split(" ")[0]), [
    `${SRC}:2.0`,
    `${SRC}:3.0`,
  ]);
  assertStringIncludes(stderr, `Cannot copy from "${SRC}:1.0": it is one image`);
});

Deno.test("copy says once that Docker's types went into a layout", async () => {
  const docker = buildImage({ types: "docker", layers: [{ d: "docker" }] });
  const other = buildImage({ types: "docker", layers: [{ d: "other" }] });
  const world = createWorld({ "1.0": docker, "2.0": other, "3.0": amd64 });
  const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
  try {
    const { code, stderr } = await world.run(copy, ["--all-tags", SRC, `oci:${folder}/images`]);
    assertEquals([code, stderr.split("manifests of Docker's type").length], [0, 2], stderr);
    const oci = await world.run(copy, [`${SRC}:3.0`, `oci:${folder}/other`]);
    assertEquals(oci.stderr.includes("Docker"), false);
    const there = await world.run(copy, [`${SRC}:1.0`, DST]);
    assertEquals(there.stderr.includes("Docker"), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("copy into an archive that is interrupted says that it is begun anew", async () => {
  const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
  try {
    for (const quiet of [[], ["--quiet"], ["--json"]]) {
      const world: ImageWorld = createImageWorld([
        distribution({
          host: "source.example",
          images: { "team/app": { tags: { "1.0": amd64 } } },
          faults: () => {
            world.fake.interrupt.abort();
            return undefined;
          },
        }),
      ]);
      const words = [...quiet, `${SRC}:1.0`, `oci-archive:${folder}/app.tar`];
      const { code, stdout, stderr } = await world.run(copy, words);
      assertEquals([code, stdout], [130, ""]);
      const rest = "portolan: interrupted: an archive is begun anew the next time";
      assertEquals(stderr.includes(rest), quiet.length === 0, stderr);
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
