import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { blob } from "../../scripts/blob.ts";
import {
  buildImage,
  bytesOf,
  distribution,
  type Images,
  randomBlob,
  type SimulatedRegistry,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const layer = randomBlob(300_000);
const image = buildImage({ layers: [layer, { of: "" }] });
const empty = image.layers[1];
const images: Images = { "team/app": { tags: { latest: image } } };
const APP = "registry.example/team/app";
const LAYER = `${APP}@${layer.digest}`;

/** A registry whose layer has its last byte changed. */
function tampering(): SimulatedRegistry {
  return distribution({
    images,
    faults: async (request) => {
      if (!request.url.endsWith(layer.digest)) return undefined;
      const bytes = await bytesOf(layer);
      bytes[bytes.length - 1] = 1 + (bytes.at(-1) ?? 0);
      return new Response(bytes);
    },
  });
}

Deno.test("blob streams the bytes behind a digest to stdout, and nothing else", async () => {
  const world = createImageWorld(distribution({ images }));
  for (const part of [layer, image.config, ...image.layers]) {
    for (const reference of [`${APP}@${part.digest}`, `${APP}:any@${part.digest}`]) {
      const { code, bytes, stderr } = await world.run(blob, [reference]);
      assertEquals([code, stderr], [0, ""]);
      assert(same(bytes, await bytesOf(part)));
    }
  }
  assertEquals(empty?.size, 0);
});

Deno.test("blob takes up a stream that broke off", async () => {
  const world = createImageWorld(distribution({
    images,
    faults: async (request, count) => {
      if (!request.url.endsWith(layer.digest) || count > 1) return undefined;
      const bytes = await bytesOf(layer);
      return new Response(ReadableStream.from(half(bytes)), {
        headers: { "content-length": String(bytes.length) },
      });
    },
  }));
  const { code, bytes, stderr } = await world.run(blob, [LAYER]);
  assertEquals([code, stderr], [0, ""]);
  assert(same(bytes, await bytesOf(layer)));
  assertEquals(world.network.requests.at(-1)?.headers.range, "bytes=150000-299999");
});

Deno.test("blob exits with 8 where the digest is another, and says what it wrote is no good", async () => {
  const world = createImageWorld(tampering());
  const { code, stderr } = await world.run(blob, [LAYER]);
  assertEquals(code, 8);
  assert(stderr.match(/sha256:[0-9a-f]{64} instead of sha256:[0-9a-f]{64}/), stderr);
  assertStringIncludes(stderr, "; the 300000 bytes that were written are not to be used\n");
  const json = await world.run(blob, ["--json", LAYER]);
  assertEquals(JSON.parse(json.stderr).error.code, "digest_mismatch");
});

Deno.test("blob exits with 3 where there is none", async () => {
  const world = createImageWorld(distribution({ images }));
  const { code, stdout, stderr } = await world.run(blob, [`${APP}@sha256:${"0".repeat(64)}`]);
  assertEquals([code, stdout], [3, ""]);
  assert(!stderr.includes("not to be used"), stderr);
});

Deno.test("blob does not write to a terminal unless told to", async () => {
  const world = createImageWorld(distribution({ images }), { columns: 80 });
  const { code, stdout, stderr } = await world.run(blob, [LAYER]);
  assertEquals([code, stdout, world.network.requests.length], [2, "", 0]);
  assertStringIncludes(stderr, "expected > FILE, --output FILE, or --force");
  const forced = await world.run(blob, ["--force", `${APP}@${image.config.digest}`]);
  assertEquals([forced.code, forced.bytes.length], [0, image.config.size]);
});

Deno.test("blob --output puts a file in place when it is verified", async () => {
  await inFolder(async (folder) => {
    const world = createImageWorld(distribution({ images }), { columns: 80 });
    const file = `${folder}/layer`;
    const { code, stdout, stderr } = await world.run(blob, ["--output", file, LAYER]);
    assertEquals([code, stdout, stderr, namesIn(folder)], [0, "", "", ["layer"]]);
    assert(same(await Deno.readFile(file), await bytesOf(layer)));
    await world.run(blob, ["--output", file, `${APP}@${image.config.digest}`]);
    assertEquals(await Deno.readFile(file), await bytesOf(image.config));
  });
});

Deno.test("blob --output leaves nothing of a blob that is not the one, and the old file", async () => {
  await inFolder(async (folder) => {
    const world = createImageWorld(tampering());
    await Deno.writeTextFile(`${folder}/old`, "old");
    for (const name of ["old", "new"]) {
      const { code, stderr } = await world.run(blob, ["--output", `${folder}/${name}`, LAYER]);
      assertEquals(code, 8);
      assert(!stderr.includes("not to be used"), stderr);
    }
    assertEquals(namesIn(folder), ["old"]);
    assertEquals(await Deno.readTextFile(`${folder}/old`), "old");
  });
});

Deno.test("blob --output removes what a run that was killed left, and nothing else", async () => {
  await inFolder(async (folder) => {
    const world = createImageWorld(distribution({ images }));
    const others = ["layer.0123456.part", "layer.2.0123abcd.part", "layer.part", "x.0123abcd.part"];
    for (const name of ["layer.0123abcd.part", ...others]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    using busy = await Deno.open(`${folder}/layer.99999999.part`, { write: true, create: true });
    assert(await busy.tryLock(true));
    const { code, stderr } = await world.run(blob, ["--output", `${folder}/layer`, LAYER]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      namesIn(folder).toSorted(),
      ["layer", "layer.99999999.part", ...others].toSorted(),
    );
  });
});

Deno.test("blob --output leaves nothing behind an interrupt", async () => {
  await inFolder(async (folder) => {
    const held = Promise.withResolvers<void>();
    const world: ImageWorld = createImageWorld(distribution({
      images,
      faults: async (request) => {
        if (!request.url.endsWith(layer.digest)) return undefined;
        const bytes = await bytesOf(layer);
        return new Response(ReadableStream.from(half(bytes, held.promise)));
      },
    }));
    const running = world.run(blob, ["--output", `${folder}/layer`, LAYER]);
    while (namesIn(folder).length === 0) await new Promise((resume) => setTimeout(resume, 1));
    world.fake.interrupt.abort();
    const { code, stderr } = await running;
    held.resolve();
    assertEquals([code, stderr, namesIn(folder)], [130, "", []]);
  });
});

Deno.test({
  name: "blob --output keeps a symbolic link and refuses what is no file",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder(async (folder) => {
      const world = createImageWorld(distribution({ images }));
      await Deno.mkdir(`${folder}/there`);
      await Deno.writeTextFile(`${folder}/there/file`, "old");
      await Deno.symlink("there/file", `${folder}/link`);
      // As /dev/stdout leads to what no path names.
      await Deno.symlink("pipe:[1]", `${folder}/dangling`);
      // And where output goes into a file, to that.
      await Deno.symlink("/dev/stdout", `${folder}/stream`);
      assertEquals((await world.run(blob, ["--output", `${folder}/link`, LAYER])).code, 0);
      assertEquals((await Deno.readFile(`${folder}/there/file`)).length, 300_000);
      assert((await Deno.lstat(`${folder}/link`)).isSymlink);
      world.network.reset();
      const refusals = [
        [`${folder}/there`, "it is there and is no file"],
        ["/dev/null", "it is a stream or a device"],
        [`${folder}/stream`, "it is a stream or a device"],
        [`${folder}/dangling`, "it is a link that leads to no file"],
        [`${folder}/none/layer`, "there is no such folder"],
        [`${folder}/there/file/layer`, "Not a directory"],
      ] as const;
      for (const [file, reason] of refusals) {
        const { code, stderr } = await world.run(blob, ["--output", file, LAYER]);
        assertEquals(code, 2, file);
        assertStringIncludes(stderr, `Cannot write "${file}": ${reason}`);
      }
      assertEquals(world.network.requests.length, 0);
    });
  },
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot read a blob: expected one reference, got none"],
  [[LAYER, LAYER], "Cannot read a blob: expected one reference, got 2"],
  [[APP], `which names no digest: expected ${APP}@sha256:...`],
  [["ubuntu:1"], "which names no digest: expected docker.io/library/ubuntu@sha256:..."],
  [[`${APP}@sha256:0`], "Cannot read reference"],
  [["--output", "-", LAYER], 'Cannot read "--output": expected a value (FILE), got "-"'],
  [["--platform=linux/amd64", LAYER], 'Unknown flag "--platform"'],
];
for (const [words, message] of mistakes) {
  Deno.test(`blob refuses ${JSON.stringify(words).slice(0, 60)} and asks nobody`, async () => {
    const world = createImageWorld(distribution({ images }));
    const { code, stdout, stderr } = await world.run(blob, words);
    assertEquals([code, stdout, world.network.requests.length], [2, "", 0]);
    assertStringIncludes(stderr, message);
  });
}

/** Half of the bytes, and then a failure, or nothing until `held`. */
async function* half(bytes: Uint8Array, held?: Promise<void>): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length / 2);
  await held;
  if (held === undefined) throw new Error("cut");
}

/** `assertEquals` would take seconds to compare as much. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "portolan-blob-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}
