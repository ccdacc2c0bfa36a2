import { assert, assertEquals, assertRejects } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import {
  buildImage,
  distribution,
  type Images,
  type ServedRegistry,
  serveRegistry,
  type TestImage,
} from "../registry/mod.ts";
import { startCuttingProxy } from "./cutting_proxy.ts";

const SIZE = 64 * 2 ** 20;
const image: TestImage = buildImage({ layers: [SIZE] });
const HOST = "registry.example";

for (const way of ["down", "up"] as const) {
  const method = way === "down" ? "GET" : "PUT";
  Deno.test(`copy() gets over a connection that is cut at any tenth of 64 MiB in ${method}`, async (t) => {
    await using source = await serve(true);
    for (let tenth = 0; tenth < 10; tenth++) {
      await t.step(`after ${tenth} tenths`, async () => {
        await using target = await serve(false);
        const at = 5000 + Math.floor(SIZE * tenth / 10);
        const cut = way === "down" ? source : target;
        await using proxy = startCuttingProxy(cut.origins[HOST] ?? "", { way, at });
        const from = way === "down" ? proxy.host : hostOf(source);
        const to = way === "down" ? hostOf(target) : proxy.host;
        const result = await openFlow({ random: () => 0 }).copy(`${from}/a/b:1`, `${to}/a/b:1`);
        assertEquals([proxy.cuts, result.digest], [1, image.digest]);
        await expectHeld(target);
        // What has come is not asked for again; what was sent is sent again.
        const most = way === "down" ? SIZE * 1.2 : SIZE * 2.2;
        assert(proxy[way] < most, `${proxy[way]} bytes`);
      });
    }
  });
}

Deno.test("copy() begins a chunked upload anew that was cut within a chunk and is lost", async () => {
  await using source = await serve(true);
  await using target = await serve(false);
  // Some close an upload with the connection that broke off: what comes then is answered 404.
  const at = 40 * 2 ** 20;
  await using proxy = startCuttingProxy(target.origins[HOST] ?? "", { way: "up", at });
  const flow = openFlow({ random: () => 0 });
  const options = { chunk: 20 * 2 ** 20 };
  const result = await flow.copy(`${hostOf(source)}/a/b:1`, `${proxy.host}/a/b:1`, options);
  assertEquals([proxy.cuts, result.digest], [1, image.digest]);
  await expectHeld(target);
});

Deno.test("copy() gives up a target that cuts every connection, and leaves no tag", async () => {
  await using source = await serve(true);
  await using target = await serve(false);
  const plan = { way: "up", at: SIZE / 2, times: Infinity } as const;
  await using proxy = startCuttingProxy(target.origins[HOST] ?? "", plan);
  const flow = openFlow({ random: () => 0 });
  const error = await assertRejects(
    () => flow.copy(`${hostOf(source)}/a/b:1`, `${proxy.host}/a/b:1`),
    RegistryError,
  );
  assertEquals([error.code, error.facts.side], ["unavailable", "destination"]);
  const answer = await fetch(`${target.origins[HOST]}/v2/a/b/manifests/1`);
  await answer.body?.cancel();
  assertEquals(answer.status, 404);
});

for (const status of [401, 403, 413, 500]) {
  Deno.test(`copy() ends when the target answers ${status} before it has read a blob`, async () => {
    await using source = await serve(true);
    const target = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") {
        return new Response(null, { status: 202, headers: { location: `${pathname}1` } });
      }
      return new Response(null, { status: request.method === "PUT" ? status : 404 });
    });
    const error = await assertRejects(
      () =>
        openFlow({ random: () => 0 })
          .copy(`${hostOf(source)}/a/b:1`, `127.0.0.1:${target.addr.port}/a/b:1`),
      RegistryError,
    );
    assertEquals(error.facts.side, "destination");
    assertEquals(error.facts.status, status);
    assertEquals(error.code === "too_large", status === 413);
    // Neither end waits for the other any more.
    await target.shutdown();
    while (source.traffic.inFlight() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
}

function serve(isFull: boolean): Promise<ServedRegistry> {
  const images: Images = isFull ? { "a/b": { tags: { "1": image } } } : {};
  return serveRegistry(distribution({ host: HOST, content: {}, images, expects: [image] }));
}

function hostOf({ origins }: ServedRegistry): string {
  return new URL(origins[HOST] ?? "").host;
}

async function expectHeld({ origins }: ServedRegistry): Promise<void> {
  const at = `${origins[HOST]}/v2/a/b`;
  const answer = await fetch(`${at}/manifests/1`);
  assertEquals(await answer.bytes(), image.bytes);
  for (const { digest, size } of image.blobs) {
    const blob = await fetch(`${at}/blobs/${digest}`, { method: "HEAD" });
    assertEquals([blob.status, blob.headers.get("content-length")], [200, String(size)]);
  }
}
