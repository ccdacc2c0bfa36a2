import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFlow } from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  randomBlob,
  type ServedRegistry,
  serveRegistry,
} from "../registry/mod.ts";
import { assertLayout, HOST, namesIn, namesOf } from "./layout_world.ts";

const SIZE = 64 * 2 ** 20;
const POINTS = 10;
const child: string = fileURLToPath(new URL("layout_child.ts", import.meta.url));
const config: string = fileURLToPath(new URL("../../deno.json", import.meta.url));
const big = randomBlob(SIZE, 7);
const app = buildIndex([
  buildImage({ layers: [{ "a.txt": "a" }, big] }),
  buildImage({ platform: "linux/arm64", layers: [{ "b.txt": "b" }] }),
]);
const shared = randomBlob(4 * 2 ** 20, 8);
const tags = Object.fromEntries(
  ["1", "2", "3", "4"].map((tag) => [tag, buildImage({ layers: [shared, { tag }] })]),
);

async function serve(): Promise<{ readonly served: ServedRegistry; readonly host: string }> {
  const images = { "team/app": { tags: { "1.0": app } }, "team/many": { tags } };
  const served = await serveRegistry(distribution({ host: HOST, images }));
  return { served, host: new URL(served.origins[HOST] ?? "").host };
}

function start(args: readonly string[], permissions: readonly string[] = ["-A"]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--config", config, ...permissions, child, ...args],
    env: { NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

async function inFolder(work: (folder: string, host: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "portolan-killed-" });
  const { served, host } = await serve();
  try {
    await work(folder, host);
  } finally {
    await served[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until a partial file in a folder has so many bytes, or the process has ended. */
async function grown(folder: string, bytes: number, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  ended.then(() => isOver = true);
  while (!isOver) {
    for (const name of await namesIn(folder).catch(() => [])) {
      const { size } = await Deno.lstat(join(folder, name)).catch(() => ({ size: -1 }));
      if (name.endsWith(".partial") && size >= bytes) return;
    }
    await new Promise((resume) => setTimeout(resume, 1));
  }
}

async function killedAt(
  bytes: number,
  folder: string,
  args: readonly string[],
): Promise<boolean> {
  const process = start(args);
  await grown(folder, bytes, process.status);
  try {
    process.kill("SIGKILL");
  } catch (error) {
    // It was faster.
    if (!(error instanceof TypeError)) throw error;
  }
  const { signal } = await process.output();
  return signal === "SIGKILL";
}

Deno.test("copy() into a layout may be killed at any tenth of a blob, and goes on", async () => {
  await inFolder(async (folder, host) => {
    const layout = join(folder, "layout");
    const end = `oci:${layout}:1.0`;
    let killed = 0;
    for (let point = 0; point < POINTS; point++) {
      const bytes = Math.floor(SIZE * point / POINTS) + 1;
      const blobs = join(layout, "blobs", "sha256");
      if (await killedAt(bytes, blobs, [`${host}/team/app:1.0`, end])) killed++;
      const others = await assertLayout(layout);
      assert(others.every((name) => /\.partial$|^index\.json\.lock$/.test(name)), `${others}`);
    }
    assert(killed >= POINTS / 2, `killed ${killed} times`);
    await openFlow().copy(`${host}/team/app:1.0`, end);
    assertEquals(await assertLayout(layout), []);
    assertEquals(await namesOf(layout), { "1.0": app.digest });
  });
});

Deno.test("copy() into an archive may be killed, and leaves the old one until then", async () => {
  await inFolder(async (folder, host) => {
    const path = join(folder, "app.tar");
    const end = `oci-archive:${path}`;
    await openFlow().copy(`${host}/team/many:1`, end);
    const before = await Deno.readFile(path);
    for (const share of [0, 0.3, 0.9]) {
      await killedAt(SIZE * share + 1, folder, [`${host}/team/app:1.0`, end]);
      if ((await namesIn(folder)).includes("app.tar.partial")) {
        assertEquals(await Deno.readFile(path), before);
      }
    }
    await openFlow().copy(`${host}/team/app:1.0`, end);
    assertEquals(await namesIn(folder), ["app.tar"]);
    const { digest } = await openFlow().copy(end, `oci:${folder}/layout`);
    assertEquals<string>(digest, app.digest);
    assertEquals(await assertLayout(`${folder}/layout`), []);
  });
});

Deno.test("copy() into one layout from four processes at once loses nothing", async () => {
  await inFolder(async (folder, host) => {
    const layout = join(folder, "layout");
    const names = Object.keys(tags).flatMap((tag) => [[tag, `${tag}a`, `${tag}b`, `${tag}c`]]);
    const processes = names.map(([tag = "", ...more]) =>
      start([`${host}/team/many:${tag}`, ...[tag, ...more].map((name) => `oci:${layout}:${name}`)])
    );
    // All of them end before the first that failed is told.
    for (const { code, stderr } of await Promise.all(processes.map((each) => each.output()))) {
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    }
    assertEquals(await assertLayout(layout), []);
    const wanted = names.flatMap(([tag = "", ...more]) =>
      [tag, ...more].map((name) => [name, tags[tag]?.digest])
    );
    assertEquals(await namesOf(layout), Object.fromEntries(wanted));
  });
});

Deno.test("copy() needs leave for the layout alone, and says which flag is missing", async () => {
  await inFolder(async (folder, host) => {
    const net = `--allow-net=${host}`;
    const layout = join(folder, "layout");
    const archive = join(folder, "app.tar");
    const partial = `${archive}.partial`;
    const from = `${host}/team/many:1`;

    async function run(to: string, ...flags: string[]): Promise<string> {
      const output = await start([from, to], [net, ...flags]).output();
      return output.success ? "done" : new TextDecoder().decode(output.stderr);
    }

    const layoutFlags = [`--allow-read=${layout}`, `--allow-write=${layout}`];
    const both = `${archive},${partial}`;
    const archiveFlags = [`--allow-read=${both}`, `--allow-write=${both}`];
    const cases: readonly (readonly [string, readonly string[], string])[] = [
      [`oci:${layout}`, [], `--allow-read=${layout} is not given`],
      [`oci:${layout}`, layoutFlags.slice(0, 1), `--allow-write=${layout} is not given`],
      [`oci:${layout}`, layoutFlags, "done"],
      [`oci-archive:${archive}`, [], `--allow-read=${archive} is not given`],
      [
        `oci-archive:${archive}`,
        [`--allow-read=${archive}`, `--allow-write=${archive}`],
        `--allow-read=${partial} is not given`,
      ],
      [`oci-archive:${archive}`, archiveFlags, "done"],
    ];
    for (const [to, flags, says] of cases) {
      const said = await run(to, ...flags);
      assert(said.includes(says), `${to} ${flags}: ${said}`);
    }
  });
});
