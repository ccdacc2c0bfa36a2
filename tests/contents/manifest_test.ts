import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Flow, openFlow, RegistryError } from "../../mod.ts";
import { internet, redirected } from "../flow/internet.ts";
import {
  buildImage,
  buildIndex,
  bytesOf,
  descriptorOf,
  dockerHub,
  simulateNetwork,
} from "../registry/mod.ts";
import { amd64, blobAnswer, fill, layer, manifestAnswer, REPOSITORY, worldOf } from "./world.ts";

interface World {
  readonly flow: Flow;
  /** Method and name of each request for a manifest or a blob. */
  readonly asked: string[];
}

/** A registry whose HEAD is answered so. */
async function headless(answer: (name: string) => Response | undefined): Promise<World> {
  const asked: string[] = [];
  const answers = worldOf(await fill(), ({ kind, method, name }) => {
    if (kind === "manifest") asked.push(`${method} ${name}`);
    return kind === "manifest" && method === "HEAD" ? answer(name) : undefined;
  });
  return { flow: openFlow({ fetch: internet(answers), retries: 0 }), asked };
}

const HEADS: Readonly<Record<string, () => Response>> = {
  "403": () => new Response(null, { status: 403 }),
  "404": () => new Response(null, { status: 404 }),
  "405": () => new Response(null, { status: 405 }),
  "501": () => new Response(null, { status: 501 }),
  "200 without a digest": () => manifestAnswer({ ...amd64, type: amd64.mediaType, digest: null }),
};

for (const [name, answer] of Object.entries(HEADS)) {
  Deno.test(`flow.digest() asks a host for HEAD only once where that gets ${name}`, async () => {
    const { flow, asked } = await headless(answer);
    for (const tag of ["one", "1", "one"]) await flow.digest(`${REPOSITORY}:${tag}`);
    assertEquals(asked, ["HEAD one", "GET one", "GET 1", "GET one"]);
  });
}

Deno.test("flow.digest() goes on with HEAD where a tag is missing", async () => {
  const { flow, asked } = await headless(() => undefined);
  await flow.digest(`${REPOSITORY}:none`).catch(() => {});
  await flow.digest(`${REPOSITORY}:one`);
  assertEquals(asked, ["HEAD none", "GET none", "HEAD one"]);
});

Deno.test("flow.inspect() shows each platform where several are one image", async () => {
  const platforms = ["v7", "v8"].map((variant) => ({ os: "linux", architecture: "arm", variant }));
  const also = platforms.map((platform) => ({ ...descriptorOf(amd64), platform }));
  const twice = buildIndex([amd64], { also: [...also, amd64.descriptor] });
  const answers = worldOf(await fill({ tags: { x: twice } }));
  const flow = openFlow({ fetch: internet(answers) });
  const { images } = await flow.inspect(`${REPOSITORY}:x`);
  assertEquals(images.map(({ platform }) => platform?.variant), [undefined, "v7", "v8"]);
});

Deno.test("flow.blob() of a registry in plain HTTP is fetched from a storage with TLS", async () => {
  const blob = await bytesOf(amd64.layers[1] ?? amd64.config);
  const asked: string[] = [];
  const flow = openFlow({
    plainHttp: ["registry.example"],
    fetch: internet((url) => {
      asked.push(url.href);
      if (url.hostname === "storage.test") return blobAnswer(blob);
      return redirected(307, "https://storage.test/x");
    }),
  });
  const bytes = await new Response(flow.blob(`${REPOSITORY}@${layer}`)).bytes();
  assertEquals(bytes, blob);
  assertEquals(asked.map((url) => url.slice(0, 16)), ["http://registry.", "https://storage."]);
});

Deno.test("flow.digest() of 100 tags of Docker Hub takes 100 HEADs, one token and no pull", async () => {
  const names = Array.from({ length: 100 }, (_, number) => `1.${number}`);
  const tags = Object.fromEntries(names.map((name) => [name, buildImage()]));
  const network = simulateNetwork(
    dockerHub({ images: { "library/app": { tags } }, pullLimit: { limit: 100 } }),
  );
  const flow = openFlow({ fetch: network.fetch });
  const found = await Promise.all(names.map((name) => flow.digest(`app:${name}`)));
  assertEquals(found.map(({ quota }) => quota?.remaining), names.map(() => 100));
  const methods = Object.groupBy(
    network.traffic.exchanges,
    ({ host, method }) => `${method} ${host}`,
  );
  assertEquals(Object.entries(methods).map(([what, all]) => [what, all?.length]), [
    ["GET auth.docker.io", 1],
    ["HEAD registry-1.docker.io", 100],
  ]);
  assertEquals(network.traffic.mostInFlight("registry-1.docker.io"), 6);
});

Deno.test("flow.config() reads hardly more of a config than its descriptor tells", async () => {
  let read = 0;
  const chunk = new Uint8Array(16_384).fill(0x20);
  const endless = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller): void {
        read += chunk.length;
        controller.enqueue(chunk);
      },
    }, { highWaterMark: 0 });
  const answers = worldOf(
    await fill(),
    ({ kind }) => kind === "blob" ? new Response(endless()) : undefined,
  );
  const flow = openFlow({ fetch: internet(answers) });
  const error = await assertRejects(() => flow.config(`${REPOSITORY}:one`), RegistryError);
  assertEquals(error.code, "too_large");
  assertStringIncludes(error.message, `${amd64.config.digest} has more than the `);
  assert(read < 128 * 1024, `${read}`);
});

Deno.test("flow.digest() asks for no manifest where HEAD wants a login that there is not", async () => {
  const asked: string[] = [];
  const answers = worldOf(await fill(), ({ kind, method, name }) => {
    if (kind === "manifest") asked.push(`${method} ${name}`);
    return new Response(null, { status: 401 });
  });
  const flow = openFlow({ fetch: internet(answers), retries: 0 });
  await assertRejects(() => flow.digest(`${REPOSITORY}:one`), RegistryError);
  assertEquals(asked.filter((line) => line.startsWith("GET")), []);
});
