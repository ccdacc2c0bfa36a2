import { assert, assertEquals } from "@std/assert";
import { buildImage, distribution, serveRegistry, simulateNetwork } from "./mod.ts";

const image = buildImage({ layers: [200_000] });
const images = { "org/app": { tags: { v1: image } } };
const path = `/v2/org/app/blobs/${image.layers[0]?.digest}`;

Deno.test("traffic counts bytes, and what is in flight until its body is read or dropped", async () => {
  const network = simulateNetwork([
    distribution({ images }),
    distribution({ host: "other.example", images }),
  ]);
  const { traffic } = network;
  const get = (host: string): Promise<Response> => network.fetch(`https://${host}${path}`);
  const open = await Promise.all([get("registry.example"), get("registry.example")]);
  const other = await get("other.example");
  assertEquals([traffic.inFlight("registry.example"), traffic.inFlight()], [2, 3]);
  await Promise.all([open[0]?.bytes(), open[1]?.body?.cancel(), other.bytes()]);
  assertEquals(
    [traffic.inFlight(), traffic.mostInFlight(), traffic.mostInFlight("other.example")],
    [
      0,
      3,
      1,
    ],
  );
  assertEquals(
    traffic.exchanges.map(({ status, responseBytes, ended }) => [
      status,
      responseBytes,
      ended,
    ]),
    [[200, 200_000, true], [200, 0, true], [200, 200_000, true]],
  );
  await network.fetch("https://registry.example/v2/", { method: "HEAD" });
  await network.fetch(`https://registry.example${path}`, { signal: AbortSignal.abort() })
    .catch(() => {});
  assertEquals(traffic.inFlight(), 0);
  network.reset();
  assertEquals([traffic.exchanges.length, traffic.mostInFlight()], [0, 0]);
});

Deno.test("traffic knows how much was held between a GET and a PUT", async () => {
  async function carry(whole: boolean): Promise<number> {
    const network = simulateNetwork(distribution({ images, content: {} }));
    const origin = "https://registry.example";
    const begun = await network.fetch(`${origin}/v2/org/new/blobs/uploads/`, { method: "POST" });
    const location = begun.headers.get("location");
    const got = await network.fetch(origin + path);
    const body = whole ? await got.bytes() : got.body;
    const url = `${origin}${location}&digest=${image.layers[0]?.digest}`;
    assertEquals((await network.fetch(url, { method: "PUT", body })).status, 201);
    return network.traffic.mostBytesHeld;
  }
  assertEquals(await carry(true), 200_000);
  assert(await carry(false) < 140_000);
});

Deno.test("traffic is counted over sockets too", async () => {
  await using served = await serveRegistry(distribution({ images }));
  const origin = served.origins["registry.example"];
  await Promise.all([1, 2, 3].map(async () => (await fetch(origin + path)).bytes()));
  await (await fetch(`${origin}/v2/`, { method: "POST", body: "12345" })).text();
  while (served.traffic.inFlight() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const [first, , , last] = served.traffic.exchanges;
  assertEquals([first?.responseBytes, last?.requestBytes], [200_000, 5]);
  assert(served.traffic.mostInFlight("registry.example") >= 1);
});
