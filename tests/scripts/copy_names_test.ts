import { assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import { buildImage, distribution } from "../registry/mod.ts";
import { named, writeLayout } from "../transfer/layout_world.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const one = buildImage({ layers: [{ a: "one" }] });
const two = buildImage({ layers: [{ a: "two" }] });
const SRC = "source.example/team/app";
const DST = "target.example/mirror/app";
const ALPINE = "docker.io/library/alpine:3.19";

function createWorld(): ImageWorld {
  const held = { tags: { "1.0": one, "2.0": two } };
  return createImageWorld([
    distribution({ host: "source.example", images: { "team/app": held } }),
    distribution({ host: "target.example", content: {}, users: {} }),
  ]);
}

async function tagsOf({ network }: ImageWorld): Promise<readonly string[]> {
  const answer = await network.fetch("https://target.example/v2/mirror/app/tags/list");
  return (await answer.json()).tags ?? [];
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("copy keeps the tag of a reference that has a digest too", async () => {
  const world = createWorld();
  const { code, stdout } = await world.run(copy, [`${SRC}:1.0@${one.digest}`, DST]);
  assertEquals([code, stdout], [0, `${SRC}@${one.digest} ${DST}:1.0 ${one.digest}\n`]);
  assertEquals(await tagsOf(world), ["1.0"]);
});

Deno.test("copy of a digest alone arrives by its digest alone", async () => {
  const world = createWorld();
  const { code, stdout } = await world.run(copy, [`${SRC}@${one.digest}`, DST]);
  assertEquals([code, stdout], [0, `${SRC}@${one.digest} ${DST}@${one.digest} ${one.digest}\n`]);
});

Deno.test("copy asks for a tag where the image on disk has no name", async () => {
  await inFolder(async (folder) => {
    const world = createWorld();
    await writeLayout(`${folder}/a`, [one], [one.descriptor]);
    const { code, stdout, stderr } = await world.run(copy, [`oci:${folder}/a`, DST]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `Cannot copy to "${DST}": what is copied has no tag`);
    assertStringIncludes(stderr, `hint: Name a tag: ${DST}:TAG`);
    assertEquals((await world.run(copy, [`oci:${folder}/a`, `${DST}:x`])).code, 0);
    assertEquals((await world.run(copy, [`oci:${folder}/a`, `oci:${folder}/b`])).code, 0);
    const byDigest = `oci:${folder}/a:${one.digest}`;
    assertEquals((await world.run(copy, [byDigest, DST])).code, 0);
    assertEquals(await tagsOf(world), ["x"]);
  });
});

Deno.test("copy takes an image on disk by its whole name, by the tag in it, or as the only one", async () => {
  await inFolder(async (folder) => {
    await writeLayout(`${folder}/a`, [one], [named(one, ALPINE)]);
    for (const name of ["", `:${ALPINE}`, ":3.19"]) {
      const world = createWorld();
      const { code, stdout, stderr } = await world.run(copy, [`oci:${folder}/a${name}`, DST]);
      const shown = name === "" ? ":3.19" : name;
      const line = `oci:${folder}/a${shown} ${DST}:3.19 ${one.digest}\n`;
      assertEquals([code, stdout], [0, line], stderr);
      assertEquals(await tagsOf(world), ["3.19"]);
    }
  });
});

Deno.test("copy --all-tags takes the tags of whole names, unless two share one", async () => {
  await inFolder(async (folder) => {
    const world = createWorld();
    const other = "quay.io/org/alpine:3.18";
    await writeLayout(`${folder}/a`, [one, two], [named(one, ALPINE), named(two, other)]);
    const { code, stderr } = await world.run(copy, ["--all-tags", `oci:${folder}/a`, DST]);
    assertEquals([code, await tagsOf(world)], [0, ["3.18", "3.19"]], stderr);
    const same = "quay.io/org/alpine:3.19";
    await writeLayout(`${folder}/b`, [one, two], [named(one, ALPINE), named(two, same)]);
    const shared = await world.run(copy, ["--all-tags", `oci:${folder}/b`, DST]);
    assertEquals([shared.code, shared.stdout], [2, ""]);
    assertStringIncludes(shared.stderr, `"${ALPINE}" and "${same}" share the tag 3.19`);
    const byTag = await world.run(copy, [`oci:${folder}/b:3.19`, DST]);
    assertEquals(byTag.code, 8);
    assertStringIncludes(byTag.stderr, `Name one of ${ALPINE}, ${same}`);
    assertEquals((await world.run(copy, [`oci:${folder}/b:${same}`, `${DST}:q`])).code, 0);
  });
});

Deno.test("copy --all-tags has no name of one image behind it", async () => {
  const world = createWorld();
  const { code, stderr } = await world.run(copy, ["--all-tags", `oci:a:${ALPINE}`, DST]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, `with "oci:a:${ALPINE}", one image: expected oci:a`);
});

Deno.test("copy says which tags people use when a layout has not the one asked for", async () => {
  await inFolder(async (folder) => {
    const world = createWorld();
    const sig = `${one.digest.replace(":", "-")}.sig`;
    await writeLayout(`${folder}/a`, [one, two], [named(one, "1.0"), named(two, sig)]);
    const { code, stderr } = await world.run(copy, [`oci:${folder}/a:zzz`, DST]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "hint: There is 1.0\n");
  });
});

const TRANSPORTS = [
  "dir:foo",
  "docker-archive:foo.tar",
  "docker-daemon:app:1.0",
  "containers-storage:app",
  "ostree:app@/repo",
  "sif:app.sif",
  "tarball:app.tar",
];

const MISTAKES: readonly (readonly [text: string, ...says: string[]])[] = [
  ...TRANSPORTS.map((text): [string, string, string] => [
    text,
    `"${text.slice(0, text.indexOf(":") + 1)}" is a place that is not known here`,
    "oci:PATH[:TAG] or oci-archive:FILE[:TAG]",
  ]),
  ["./oci-layout", "it is a path", "oci:./oci-layout"],
  ["../images", "it is a path", "oci:../images"],
  ["/srv/images", "it is a path", "oci:/srv/images"],
  ["oci:nd3:bad/tag", '"bad/tag" is no tag', "oci:nd3:TAG"],
  [`oci:nd3:${ALPINE}`, `"${ALPINE}" is no tag`, "oci:nd3:3.19"],
];

for (const [text, ...says] of MISTAKES) {
  Deno.test(`copy to ${text} is a mistake`, async () => {
    const world = createWorld();
    const { code, stdout, stderr } = await world.run(copy, [`${SRC}:1.0`, text]);
    assertEquals([code, stdout], [2, ""]);
    for (const part of says) assertStringIncludes(stderr, part);
    assertEquals(world.network.requests.length, 0);
  });
}

Deno.test("copy takes docker:// in front of a reference", async () => {
  const world = createWorld();
  const { code } = await world.run(copy, [`docker://${SRC}:1.0`, `docker://${DST}`]);
  assertEquals([code, await tagsOf(world)], [0, ["1.0"]]);
});
