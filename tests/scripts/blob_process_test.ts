import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  buildImage,
  distribution,
  randomBlob,
  type ServedRegistry,
  serveRegistry,
} from "../registry/mod.ts";
import { finishScript, startScript } from "./start_script.ts";

const SIZE = 30_000_000;
const layer = randomBlob(SIZE);
const image = buildImage({ layers: [layer] });

/** A registry on a socket, for one test; where it is held, half of the layer comes and then nothing. */
async function serve(held?: Promise<void>): Promise<ServedRegistry & { readonly blob: string }> {
  const served = await serveRegistry(distribution({
    images: { app: { tags: { latest: image } } },
    faults: (request) => {
      if (held === undefined || !request.url.endsWith(layer.digest)) return undefined;
      return new Response(ReadableStream.from(half(held)));
    },
  }));
  const { host } = new URL(served.origins["registry.example"] ?? "");
  return Object.assign(served, { blob: `${host}/app@${layer.digest}` });
}

async function* half(held: Promise<void>): AsyncGenerator<Uint8Array> {
  for await (const chunk of layer.open(0, SIZE / 2)) yield chunk;
  await held;
}

Deno.test("scripts/blob.ts streams a blob with the permission to talk alone", async () => {
  await using registry = await serve();
  const { code, bytes, stderr } = await finishScript(startScript("blob", [registry.blob]));
  assertEquals([code, stderr, bytes.length], [0, "", SIZE]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice()));
  assertEquals(`sha256:${hash.toHex()}`, layer.digest);
});

Deno.test("scripts/blob.ts ends quietly when its reader has had enough", async () => {
  await using registry = await serve();
  const child = startScript("blob", [registry.blob]);
  const reader = child.stdout.getReader();
  assert(((await reader.read()).value?.length ?? 0) > 0);
  await reader.cancel();
  const [stderr, { code }] = await Promise.all([child.stderr.text(), child.status]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("scripts/blob.ts --output needs to read and write the folder, and says so first", async () => {
  await using registry = await serve();
  const folder = await Deno.makeTempDir({ prefix: "portolan-blob-" });
  try {
    const words = ["--output", `${folder}/layer`, registry.blob];
    for (const [given, missing] of [["write", "read"], ["read", "write"]]) {
      const permissions = [`--allow-${given}=${folder}`];
      const { code, stderr } = await finishScript(startScript("blob", words, permissions));
      assertEquals(code, 2);
      assertStringIncludes(stderr, `: --allow-${missing}=${folder}/ is not given\n`);
    }
    assertEquals(registry.requests.length, 0);
    const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`];
    const { code, stderr } = await finishScript(startScript("blob", words, permissions));
    assertEquals([code, stderr], [0, ""]);
    assertEquals((await Deno.stat(`${folder}/layer`)).size, SIZE);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "scripts/blob.ts exits with 130 on an interrupt and leaves no file",
  ignore: Deno.build.os === "windows",
  async fn() {
    const held = Promise.withResolvers<void>();
    await using registry = await serve(held.promise);
    const folder = await Deno.makeTempDir({ prefix: "portolan-blob-" });
    try {
      const words = ["--output", `${folder}/layer`, registry.blob];
      const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`];
      const child = startScript("blob", words, permissions);
      while (sizeIn(folder) < SIZE / 2) await new Promise((resume) => setTimeout(resume, 10));
      child.kill("SIGINT");
      const { code, stderr } = await finishScript(child);
      assertEquals([code, stderr, [...Deno.readDirSync(folder)]], [130, "", []]);
    } finally {
      held.resolve();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

function sizeIn(folder: string): number {
  const [file] = [...Deno.readDirSync(folder)];
  return file === undefined ? 0 : Deno.statSync(`${folder}/${file.name}`).size;
}
