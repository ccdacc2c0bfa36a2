import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { copy } from "../../scripts/copy.ts";
import { buildImage, buildIndex, distribution, type Faults, randomBlob } from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const shared = randomBlob(40_000);
const SRC = "source.example/team/app";
const DST = "target.example/mirror/app";
const names = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"];
const tags = Object.fromEntries(
  names.map((name) => [name, buildImage({ layers: [shared, { name }] })]),
);

function createWorld(
  { target, onWrite, held = tags }: {
    readonly target?: Faults;
    readonly onWrite?: () => void;
    readonly held?: Readonly<Record<string, ReturnType<typeof buildIndex>>>;
  } = {},
): ImageWorld {
  return createImageWorld([
    distribution({ host: "source.example", images: { "team/app": { tags: held } } }),
    distribution({ host: "target.example", content: {}, users: {}, faults: target }),
  ], onWrite === undefined ? {} : { onWrite });
}

const refusesBlobs: Faults = ({ method, url }) =>
  method === "POST" && url.includes("/uploads/")
    ? Response.json({ errors: [{ code: "DENIED", message: "read only" }] }, { status: 403 })
    : undefined;

function records(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("copy --all-tags tells each failure by its own tag, and what is behind all of them once", async () => {
  const world = createWorld({ target: refusesBlobs });
  const { code, stderr } = await world.run(copy, ["--quiet", "--all-tags", SRC, DST]);
  assertEquals(code, 4);
  const lines = stderr.trimEnd().split("\n");
  for (const name of names) {
    const told = lines.filter((line) => line.includes(`Cannot copy to "${DST}:${name}": `));
    assertEquals(told.length, 1, stderr);
  }
  assertEquals(lines.filter((line) => line.startsWith("registry said: ")).length, 1, stderr);
});

Deno.test("copy --json names source and destination of each failure", async () => {
  const world = createWorld({ target: refusesBlobs });
  const { stderr } = await world.run(copy, ["--json", "--all-tags", SRC, DST]);
  const errors = records(stderr).map(({ error }) => error as Record<string, unknown>);
  assertEquals(
    errors.map(({ source, destination }) => [source, destination]),
    names.map((name) => [`${SRC}:${name}`, `${DST}:${name}`]),
  );
  for (const [at, { message, diagnostics }] of errors.entries()) {
    assertStringIncludes(String(message), `Cannot copy to "${DST}:${names[at]}": `);
    assertEquals(diagnostics, ["DENIED: read only"]);
  }
});

Deno.test("copy --all-tags into a folder says which tag failed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
  try {
    await Deno.writeTextFile(`${folder}/plan.yml`, "x");
    const words = ["--quiet", "--all-tags", SRC, `oci:${folder}`];
    const { code, stderr } = await createWorld().run(copy, words);
    assertEquals(code, 2);
    for (const name of names) assertStringIncludes(stderr, `no oci-layout (${SRC}:${name})\n`);
    assertEquals(stderr.split("\n").filter((line) => line.startsWith("hint: ")).length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const flags of [["--json"], ["--json", "--all-tags"], ["--all-tags"], []]) {
  Deno.test(`copy ${flags.join(" ")} whose output cannot be written ends with one line`, async () => {
    const world = createWorld({
      onWrite(): void {
        throw new Error("No space left on device (os error 28)");
      },
    });
    const source = flags.includes("--all-tags") ? SRC : `${SRC}:1.0`;
    const { code, stderr } = await world.run(copy, ["--quiet", ...flags, source, DST]);
    assertEquals([code, stderr.trimEnd().split("\n").length], [1, 1], stderr);
    assertStringIncludes(stderr, "No space left on device");
  });
}

Deno.test("copy --all-tags --max-requests comes to its end when it is begun often enough", async () => {
  const world = createWorld();
  let runs = 0;
  for (let code = 7; code !== 0; runs++) {
    assert(runs < 8);
    const before = await tagsOf(world);
    code = (await world.run(copy, ["--all-tags", "--max-requests", "30", SRC, DST])).code;
    assert(await tagsOf(world) > before);
  }
  assertEquals(await tagsOf(world), names.length);
});

async function tagsOf({ network }: ImageWorld): Promise<number> {
  const answer = await network.fetch("https://target.example/v2/mirror/app/tags/list");
  return (await answer.json()).tags?.length ?? 0;
}

Deno.test("copy --json that is interrupted says so, with the sum, on stderr", async () => {
  for (const flags of [[], ["--dry-run"]]) {
    const world = createWorld({
      target: () => {
        world.fake.interrupt.abort();
        return undefined;
      },
    });
    const words = ["--json", "--quiet", ...flags, `${SRC}:1.0`, DST];
    const { code, stderr } = await world.run(copy, words);
    assertEquals(code, 130);
    const [{ error } = {}, ...others] = records(stderr);
    assertEquals(others, []);
    const { code: told, message, summary } = error as Record<string, unknown>;
    assertEquals([told, String(message).startsWith("interrupted")], ["interrupted", true]);
    assertEquals((summary as Record<string, unknown>).tags, 0);
  }
});

for (const kind of ["oci", "oci-archive"]) {
  Deno.test(`copy --dry-run knows the requests of a copy into ${kind} and out of it`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
    try {
      const held = { "1.0": buildIndex([buildImage(), buildImage({ platform: "linux/arm64" })]) };
      const world = createWorld({ held });
      const place = `${kind}:${folder}/images`;
      for (const words of [[`${SRC}:1.0`, place], [`${place}:1.0`, DST]]) {
        const dry = await world.run(copy, ["--dry-run", "--json", ...words]);
        const done = await world.run(copy, ["--json", ...words]);
        const [planned, real] = [dry, done].map(({ stdout }) => records(stdout).at(-1) ?? {});
        assertEquals([planned?.planned, planned?.bytes], [real?.requests, real?.sent]);
        assertEquals([planned?.sent, planned?.mountBytes], [undefined, 0]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

for (const kind of ["oci", "oci-archive"]) {
  Deno.test(`copy --dry-run --all-tags into ${kind} counts a layer of many images once`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "portolan-copy-" });
    try {
      const world = createWorld();
      const words = ["--json", "--all-tags", SRC, `${kind}:${folder}/images`];
      const dry = await world.run(copy, ["--dry-run", ...words]);
      const done = await world.run(copy, words);
      const [planned, real] = [dry, done].map(({ stdout }) => records(stdout).at(-1) ?? {});
      assertEquals([planned?.blobs, planned?.bytes], [real?.blobs, real?.sent]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("copy --json says of a tag that was there what is known of it", async () => {
  const world = createWorld();
  const words = ["--json", `${SRC}:1.0`, DST];
  await world.run(copy, words);
  const { digest, mediaType, bytes } = buildImage({ layers: [shared, { name: "1.0" }] });
  const [unread] = records((await world.run(copy, words)).stdout);
  assertEquals([unread?.digest, unread?.fate], [digest, "present"]);
  assertEquals([unread?.mediaType, unread?.size], [undefined, undefined]);
  const [read] = records((await world.run(copy, ["--refresh-referrers", ...words])).stdout);
  assertEquals([read?.mediaType, read?.size, read?.fate], [mediaType, bytes.length, "present"]);
});

const CHUNKS: readonly (readonly [size: number, chunk: string | undefined, hint?: string])[] = [
  [3_000_000, undefined, "--chunk-size 1MiB sends"],
  [3_000_000, "64MiB", "--chunk-size 1MiB sends"],
  [3_000_000, "512KiB", "--chunk-size 256KiB sends"],
  [3_000_000, "64KiB"],
];

for (const [size, chunk, hint] of CHUNKS) {
  Deno.test(`copy of ${size} bytes in chunks of ${chunk} hints at smaller ones`, async () => {
    const layer = randomBlob(size);
    const hex = layer.digest.slice("sha256:".length);
    const world = createWorld({
      held: { "1.0": buildImage({ layers: [layer] }) },
      target: ({ method, url }) =>
        method === "PATCH" || (method === "PUT" && url.includes(hex))
          ? new Response("", { status: 413 })
          : undefined,
    });
    const flags = chunk === undefined ? [] : ["--chunk-size", chunk];
    const { code, stderr } = await world.run(copy, [...flags, `${SRC}:1.0`, DST]);
    assertEquals(code, 8);
    assertStringIncludes(stderr, "takes no blob as large as this at once");
    if (hint === undefined) assertEquals(stderr.includes("hint: --chunk"), false, stderr);
    else assertStringIncludes(stderr, `hint: ${hint}`);
  });
}
