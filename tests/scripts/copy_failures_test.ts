import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import {
  buildImage,
  distribution,
  type Faults,
  type Images,
  randomBlob,
  type TestManifest,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const shared = randomBlob(40_000);
const SRC = "source.example/team/app";
const DST = "target.example/mirror/app";
const names = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"];

function imageOf(name: string): TestManifest {
  return buildImage({ layers: [shared, { name }] });
}

const images: Images = {
  "team/app": { tags: Object.fromEntries(names.map((name) => [name, imageOf(name)])) },
};

function createWorld(
  { source, target, held = images }: {
    readonly source?: Faults;
    readonly target?: Faults;
    readonly held?: Images;
  },
): ImageWorld {
  return createImageWorld([
    distribution({ host: "source.example", images: held, faults: source }),
    distribution({ host: "target.example", content: {}, users: {}, faults: target }),
  ]);
}

function refuse(status: number, part: string, method = "GET"): Faults {
  return (request) =>
    request.method === method && request.url.includes(part)
      ? new Response("", { status })
      : undefined;
}

async function isThere(world: ImageWorld, name: string): Promise<boolean> {
  const url = `https://target.example/v2/mirror/app/manifests/${name}`;
  return (await world.network.fetch(url, { method: "HEAD" })).status === 200;
}

Deno.test("copy --all-tags goes on after a failure, says the side, and ends with 7", async () => {
  const world = createWorld({ source: refuse(404, imageOf("1.1").blobs.at(-1)?.digest ?? "none") });
  const { code, stdout, stderr } = await world.run(copy, ["--all-tags", SRC, DST]);
  assertEquals([code, stdout.trimEnd().split("\n").length], [7, 5]);
  assertStringIncludes(stderr, `Cannot copy from "${SRC}:1.1"`);
  assertStringIncludes(stderr, "5 images; 1 failed");
  assertEquals(await Promise.all(names.map((name) => isThere(world, name))), [
    true,
    false,
    true,
    true,
    true,
    true,
  ]);
});

Deno.test("copy --all-tags ends with the code of the only reason there is", async () => {
  const world = createWorld({ target: refuse(403, "/blobs/uploads/", "POST") });
  const { code, stdout, stderr } = await world.run(copy, ["--all-tags", "--json", SRC, DST]);
  const errors = stderr.trimEnd().split("\n").map((line) => JSON.parse(line).error);
  assertEquals([code, errors.length], [4, 6]);
  assertEquals(new Set(errors.map(({ side }) => side)), new Set(["destination"]));
  assertStringIncludes(errors[0].message, `Cannot copy to "${DST}:1.0"`);
  const summary = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  assertEquals([summary.tags, summary.failed], [0, 6]);
});

Deno.test("copy --all-tags sends a blob for others where the image that began it fails", async () => {
  const failed = Promise.withResolvers<void>();
  const own = imageOf("1.0").blobs.at(-1)?.digest ?? "none";
  const world = createWorld({
    async source(request): Promise<Response | undefined> {
      if (request.method !== "GET") return undefined;
      if (request.url.includes(own)) {
        setTimeout(() => failed.resolve(), 20);
        return new Response("", { status: 404 });
      }
      if (request.url.includes(shared.digest)) await failed.promise;
      return undefined;
    },
  });
  const { code, stdout, stderr } = await world.run(copy, ["--all-tags", SRC, DST]);
  assertEquals([code, stdout.trimEnd().split("\n").length], [7, 5]);
  assertStringIncludes(stderr, `Cannot copy from "${SRC}:1.0"`);
});

Deno.test("copy goes on where it was broken off: no blob is sent twice", async () => {
  let broken = true;
  const world = createWorld({
    target: (request) =>
      broken && request.method === "PUT" && request.url.includes("/manifests/")
        ? new Response("", { status: 500 })
        : undefined,
  });
  assertEquals((await world.run(copy, [`${SRC}:1.0`, DST])).code, 6);
  assertEquals(await isThere(world, "1.0"), false);
  broken = false;
  world.network.reset();
  assertEquals((await world.run(copy, [`${SRC}:1.0`, DST])).code, 0);
  const sent = world.network.requests.filter(({ url }) => url.includes("/uploads/"));
  assertEquals(sent, []);
  assertEquals(await isThere(world, "1.0"), true);
});

Deno.test("copy puts the tag when what refers to the image is there", async () => {
  const image = imageOf("1.0");
  const sbom = buildImage({ subject: image, artifactType: "application/spdx+json" });
  const held = { "team/app": { tags: { "1.0": image }, untagged: [sbom] } };
  for (const fault of [refuse(500, sbom.digest, "PUT"), refuse(403, "/referrers/")]) {
    const world = createWorld({ held, target: fault });
    const { code } = await world.run(copy, [`${SRC}:1.0`, DST]);
    assertEquals(code === 0, await isThere(world, "1.0"));
  }
});

Deno.test("copy that fails at any request leaves a tag only with all that belongs to it, and can begin again", async () => {
  const image = imageOf("1.0");
  const sbom = buildImage({ subject: image, artifactType: "application/spdx+json" });
  const cosign = buildImage({ layers: [{ c: "cosign" }] });
  const sig = `${image.digest.replace(":", "-")}.sig`;
  const held = { "team/app": { tags: { "1.0": image, [sig]: cosign }, untagged: [sbom] } };
  let failing = true;
  for (let at = 1; failing; at++) {
    assert(at < 100);
    let count = 0;
    const world = createWorld({
      held,
      target: () => ++count === at ? new Response("", { status: 500 }) : undefined,
    });
    const words = ["--quiet", `${SRC}:1.0`, DST];
    failing = (await world.run(copy, words)).code !== 0;
    count = Infinity;
    if (await isThere(world, "1.0")) await assertAbout(world);
    assertEquals((await world.run(copy, words)).code, 0);
    assertEquals(await isThere(world, "1.0"), true);
    await assertAbout(world);
  }

  async function assertAbout(world: ImageWorld): Promise<void> {
    const there = [sig, sbom.digest, image.digest].map((name) => isThere(world, name));
    assertEquals(await Promise.all(there), [true, true, true]);
  }
});

Deno.test("copy gives up on all tags when no requests are left", async () => {
  const world = createWorld({});
  const words = ["--all-tags", "--max-requests", "12", SRC, DST];
  const { code, stderr } = await world.run(copy, words);
  assertEquals(code, 7);
  assertStringIncludes(stderr, "it takes more than 12 requests");
  assertStringIncludes(stderr, "5 more were not begun: no requests are left");
  assertEquals(world.network.requests.length, 13);
});

Deno.test("copy that is interrupted ends with 130 and leaves no tag without its image", async () => {
  for (let after = 1; after < 14; after++) {
    let count = 0;
    const world = createWorld({
      target: () => {
        if (++count === after) world.fake.interrupt.abort();
        return undefined;
      },
    });
    const { code, stdout, stderr } = await world.run(copy, [`${SRC}:1.0`, DST]);
    assertEquals(code === 130, stdout === "");
    const rest = "portolan: interrupted: what has arrived stays, and the same command goes on";
    assertEquals(code === 130, stderr.includes(rest), stderr);
    count = Infinity;
    if (!await isThere(world, "1.0")) continue;
    for (const { digest } of imageOf("1.0").blobs) {
      const url = `https://target.example/v2/mirror/app/blobs/${digest}`;
      assertEquals((await world.network.fetch(url, { method: "HEAD" })).status, 200);
    }
  }
});

const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "expected a source and a destination, got none"],
  [[SRC], "expected a source and a destination, got 1"],
  [[SRC, DST, DST], "got 3"],
  [["--newest", "2", SRC, DST], 'Cannot use "--newest" without "--all-tags"'],
  [["--explain", SRC, DST], 'Cannot use "--explain" without "--all-tags"'],
  [["--all-tags", `${SRC}:1`, DST], `with "${SRC}:1", one image: expected ${SRC}`],
  [["--all-tags", SRC, `${DST}:1`], `with "${DST}:1", one image: expected ${DST}`],
  [["--chunk-size", "5 parsecs", SRC, DST], "expected bytes, as in 50MB or 64MiB"],
  [["--chunk-size", "0", SRC, DST], "expected bytes"],
  [["--chunk-size", "1", SRC, DST], "expected at least 64KiB"],
  [["--chunk-size", "63KiB", SRC, DST], "expected at least 64KiB"],
  [["--jobs", "0", SRC, DST], "expected a whole number from 1"],
  [["--platform", "linux", SRC, DST], "expected OS/ARCH[/VARIANT]"],
  [
    [`${SRC}:1`, `${DST}@sha256:${"0".repeat(64)}`],
    "what arrives there is known by its own digest",
  ],
  [["oci:", DST], "expected oci:PATH[:TAG]"],
  [
    ["--username", "u", "--password-stdin", SRC, DST],
    'Cannot use "--username" for two registries: expected --src-username or --dest-username',
  ],
  [["--src-username", "u", SRC, DST], 'expected "--src-password-stdin" with it'],
  [["--dest-password-stdin", SRC, DST], 'expected "--dest-username U" with it'],
  [
    ["--src-username", "u", "--src-password-stdin", "--dest-username", "v", SRC, DST],
    'expected one of them, and "portolan login"',
  ],
  [["--src-username", "u", "--src-password-stdin", "--anonymous", SRC, DST], '"--anonymous"'],
  [["--src-username", "u", "--src-password-stdin", SRC, SRC], 'expected "--username"'],
  [["--src-username", "u", "--src-password-stdin", "oci:x:1", DST], "for an end on disk"],
];

for (const [words, message] of mistakes) {
  Deno.test(`copy ${words.join(" ")} is a mistake`, async () => {
    const world = createWorld({});
    const { code, stdout, stderr } = await world.run(copy, words);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, message);
    assert(world.network.requests.length === 0);
  });
}
