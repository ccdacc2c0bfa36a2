import { assert, assertEquals, assertRejects } from "@std/assert";
import { openClient, type TestRequest } from "./client.ts";
import {
  buildImage,
  bytesOf,
  type ContentFault,
  contentFaults,
  type ContentTrouble,
  digestOf,
  distribution,
  quay,
  serveRegistry,
  simulateNetwork,
} from "./mod.ts";

const image = buildImage({ layers: [1000] });
const images = { "org/app": { tags: { v1: image } } };
const layer = image.layers[0] ?? image.config;
const bytes = await bytesOf(layer);
const blob = `org/app/blobs/${layer.digest}`;

async function ask(does: ContentTrouble, path: string, init?: TestRequest) {
  const on: ContentFault["on"] = path.includes("manifests") ? "manifest" : "blob";
  const faults = contentFaults([{ on, does }]);
  const client = await openClient(
    simulateNetwork(distribution({ images, faults })),
    "registry.example",
  );
  return await client(path, init);
}

Deno.test("contentFaults() gives another body under the right digest", async () => {
  for (const path of ["org/app/manifests/v1", blob]) {
    const flipped = await ask({ kind: "flipped-bit", at: 3 }, path);
    const right = path === blob ? layer.digest : image.digest;
    assertEquals(flipped.header("docker-content-digest"), right);
    assert(digestOf(flipped.bytes) !== right);
    assertEquals(flipped.header("content-length"), String(flipped.bytes.length));
    const other = await ask({ kind: "other-body", bytes: new Uint8Array([123, 125]) }, path);
    assertEquals([other.bytes.length, other.header("docker-content-digest")], [2, right]);
  }
});

Deno.test("contentFaults() breaks a body off, or closes it, or lets it stand", async () => {
  await assertRejects(() => ask({ kind: "cut", at: 10 }, blob), TypeError, "reading a body");
  const closed = await ask({ kind: "cut", at: 10, how: "closes" }, blob);
  assertEquals([closed.bytes.length, closed.header("content-length")], [10, null]);
  const faults = contentFaults([{ on: "blob", does: { kind: "stalled", at: 10 } }]);
  const { fetch } = simulateNetwork(distribution({ images, faults }));
  const url = `https://registry.example/v2/${blob}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(20) });
  await assertRejects(() => answer.bytes(), DOMException);
});

Deno.test("contentFaults() goes on for ever", async () => {
  const faults = contentFaults([{ on: "blob", does: { kind: "endless" } }]);
  const answer = await simulateNetwork(distribution({ images, faults }))
    .fetch(`https://registry.example/v2/${blob}`);
  let seen = 0;
  for await (const part of answer.body ?? []) if ((seen += part.length) > 10_000_000) break;
  assert(seen > 10_000_000);
});

Deno.test("contentFaults() answers another range, or lies about it", async () => {
  const init = { headers: { range: "bytes=100-199" } };
  const outcomes: unknown[] = [];
  const troubles: readonly ContentTrouble[] = [
    { kind: "range-ignored" },
    { kind: "range-refused" },
    { kind: "range-moved", by: 5 },
    { kind: "range-lies", by: 5 },
  ];
  for (const does of troubles) {
    const { status, header, bytes: given } = await ask(does, blob, init);
    const from = bytes.findIndex((_, at) =>
      given.every((byte, index) => byte === bytes[at + index])
    );
    outcomes.push([status, header("content-range"), from, given.length]);
  }
  assertEquals(outcomes, [
    [200, null, 0, 1000],
    [416, null, 0, 0],
    [206, "bytes 105-204/1000", 105, 100],
    [206, "bytes 100-199/1000", 105, 100],
  ]);
});

Deno.test("contentFaults() happen after some requests, for some requests, to one digest", async () => {
  const does: ContentTrouble = { kind: "status", status: 503, retryAfter: "0" };
  const faults = contentFaults([{ on: "blob", of: layer.digest, after: 1, times: 2, does }]);
  const client = await openClient(
    simulateNetwork(distribution({ images, faults })),
    "registry.example",
  );
  const statuses: number[] = [];
  for (let turn = 0; turn < 4; turn++) statuses.push((await client(blob)).status);
  statuses.push((await client(`org/app/blobs/${image.config.digest}`)).status);
  assertEquals(statuses, [200, 503, 503, 200, 200]);
});

Deno.test("contentFaults() happen at the storage host", async () => {
  const faults = contentFaults([{ on: "storage", does: { kind: "cut", at: 1, how: "closes" } }]);
  const client = await openClient(simulateNetwork(quay({ images, faults })), "quay.io");
  const moved = await client(blob);
  assertEquals((await client(moved.header("location") ?? "")).bytes.length, 1);
});

Deno.test("contentFaults() send an upload elsewhere, or lose it, or cut what is sent", async () => {
  const list: ContentFault[] = [
    { on: "uploads", times: 1, does: { kind: "location", to: "http://attacker.test{path}" } },
    { on: "upload", method: "PUT", times: 1, does: { kind: "request-cut", at: 300 } },
    { on: "upload", method: "DELETE", times: 1, does: { kind: "upload-lost" } },
  ];
  const faults = contentFaults(list);
  const client = await openClient(simulateNetwork(distribution({ faults })), "registry.example");
  const sent = await client("org/new/blobs/uploads/", { method: "POST" });
  assertEquals(new URL(sent.header("location") ?? "").origin, "http://attacker.test");
  const location = (await client("org/new/blobs/uploads/", { method: "POST" })).header("location");
  const put = client(`${location}&digest=${layer.digest}`, { method: "PUT", body: bytes });
  await assertRejects(() => put, TypeError, "fetch failed");
  assertEquals((await client(location ?? "", { method: "DELETE" })).code, "BLOB_UPLOAD_UNKNOWN");
});

Deno.test("a big blob goes over sockets, and is cut there too", async () => {
  const big = buildImage({ layers: [32 * 2 ** 20] });
  const digest = big.layers[0]?.digest ?? "";
  const faults = contentFaults([{ on: "blob", after: 1, does: { kind: "cut", at: 20_000_000 } }]);
  const registry = distribution({ images: { "org/app": { tags: { v1: big } } }, faults });
  await using served = await serveRegistry(registry);
  const url = `${served.origins["registry.example"]}/v2/org/app/blobs/${digest}`;
  const whole = await (await fetch(url)).bytes();
  assertEquals(digestOf(whole), digest);
  let seen = 0;
  await assertRejects(async () => {
    for await (const part of (await fetch(url)).body ?? []) seen += part.length;
  }, TypeError);
  assert(seen <= 20_000_000 && seen > 10_000_000, `${seen}`);
});
