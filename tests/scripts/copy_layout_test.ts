import { assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import { buildImage, buildIndex, distribution, randomBlob } from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const shared = randomBlob(40_000);
const amd64 = buildImage({ layers: [shared, { a: "amd64" }] });
const index = buildIndex([amd64, buildImage({ platform: "linux/arm64", layers: [shared] })]);
const sbom = buildImage({ subject: index, artifactType: "application/spdx+json" });
const SRC = "source.example/team/app";
const DST = "target.example/mirror/app";

function createWorld(): ImageWorld {
  const held = { tags: { "2.0": index, "1.0": amd64 }, untagged: [sbom] };
  return createImageWorld([
    distribution({ host: "source.example", images: { "team/app": held } }),
    distribution({ host: "target.example", content: {}, users: {} }),
  ]);
}

for (const kind of ["oci", "oci-archive"]) {
  Deno.test(`copy carries an image into ${kind} and out of it, with what refers to it`, async () => {
    const world = createWorld();
    const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
    const place = `${kind}:${folder}/images`;
    try {
      const there = await world.run(copy, ["--quiet", `${SRC}:2.0`, place]);
      assertEquals(there, {
        ...there,
        code: 0,
        stdout: `${SRC}:2.0 ${place}:2.0 ${index.digest}\n`,
        stderr: "",
      });
      const back = await world.run(copy, ["--quiet", `${place}:2.0`, DST]);
      assertEquals([back.code, back.stderr], [0, ""]);
      assertEquals(back.stdout, `${place}:2.0 ${DST}:2.0 ${index.digest}\n`);
      const url = `https://target.example/v2/mirror/app/referrers/${index.digest}`;
      const listed = await (await world.network.fetch(url)).json();
      assertEquals(listed.manifests.map(({ digest }: { digest: string }) => digest), [sbom.digest]);
      const only = await world.run(copy, ["--quiet", place, DST]);
      assertEquals(only.stdout, `${place}:2.0 ${DST}:2.0 ${index.digest}\n`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("copy --all-tags fills a layout and empties it, and goes on where it was", async () => {
  const world = createWorld();
  const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
  const place = `oci:${folder}/images`;
  try {
    const words = ["--all-tags", SRC, place];
    assertEquals((await world.run(copy, ["--dry-run", ...words])).code, 0);
    assertEquals([...Deno.readDirSync(folder)], []);
    const first = await world.run(copy, words);
    assertEquals([first.code, first.stdout.split("\n").length], [0, 3], first.stderr);
    world.network.reset();
    const { stderr } = await world.run(copy, words);
    assertStringIncludes(stderr, "2 images; 2 there before; sent 0 blobs");
    assertEquals(world.network.requests.map(({ method }) => method).toSorted(), [
      "GET",
      "HEAD",
      "HEAD",
    ]);
    const back = await world.run(copy, ["--all-tags", place, DST]);
    assertEquals([back.code, back.stdout.split("\n").length], [0, 3], back.stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
