import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openClient, type TestClient } from "./client.ts";
import {
  buildImage,
  buildIndex,
  bytesOf,
  distribution,
  dockerHub,
  ghcr,
  type Images,
  oracle,
  type PresetName,
  presets,
  quay,
  simulateNetwork,
} from "./mod.ts";

const image = buildImage({ layers: [{ "etc/motd": "hello\n" }, 1000] });
const index = buildIndex([image, buildImage({ platform: "linux/arm64" })]);
const signatures = [1, 2, 3].map((number) =>
  buildImage({
    subject: image,
    artifactType: `test/${number % 2}`,
    annotations: { n: `${number}` },
  })
);
const held = { tags: { v1: image, latest: index }, untagged: signatures };
const images: Images = { "org/app": held };
const layer = image.layers[1]?.digest ?? "";

async function open(name?: PresetName, options = {}): Promise<TestClient> {
  const preset = name === undefined ? {} : presets[name];
  const host = preset.host ?? "registry.example";
  const registry = distribution({ ...preset, auth: "none", images, ...options });
  return await openClient(simulateNetwork(registry), host);
}

Deno.test("distribution() lists the tags of images after those of content", async () => {
  const client = await open(undefined, { content: { "org/app": ["old"] }, order: "pushed" });
  assertEquals((await client("org/app/tags/list")).json().tags, ["old", "v1", "latest"]);
  assertEquals((await client("org/app/manifests/old")).code, "MANIFEST_UNKNOWN");
  assertEquals((await (await open())("library/ubuntu/tags/list")).status, 404);
});

Deno.test("distribution() answers manifests by tag and by digest, HEAD and GET alike", async () => {
  const client = await open();
  for (const reference of ["latest", index.digest]) {
    const [head, get] = await Promise.all(
      ["HEAD", "GET"].map((method) => client(`org/app/manifests/${reference}`, { method })),
    );
    assertEquals(get?.bytes, index.bytes);
    for (const answer of [head, get]) {
      assertEquals(answer?.header("docker-content-digest"), index.digest);
      assertEquals(answer?.header("content-type"), index.mediaType);
      assertEquals(answer?.header("content-length"), String(index.bytes.length));
    }
  }
});

Deno.test("distribution() refuses HEAD, and leaves digests out, where it was told to", async () => {
  for (const status of [404, 405, 501] as const) {
    const client = await open(undefined, { habits: { manifestHead: status } });
    assertEquals((await client("org/app/manifests/v1", { method: "HEAD" })).status, status);
    assertEquals((await client("org/app/manifests/v1")).status, 200);
  }
  for (
    const [digestHeader, expected] of [["get-only", [null, image.digest]], ["never", [null, null]]]
  ) {
    const client = await open(undefined, { habits: { digestHeader } });
    const answers = ["HEAD", "GET"].map((method) => client("org/app/manifests/v1", { method }));
    const told = (await Promise.all(answers)).map((answer) =>
      answer.header("docker-content-digest")
    );
    assertEquals(told, expected);
  }
});

Deno.test("distribution() as acr, and quay(), need the stored type in Accept", async () => {
  const client = await open("acr");
  for (const accept of ["", "*/*", index.mediaType]) {
    const answer = await client("org/app/manifests/v1", { headers: { accept } });
    assertEquals([answer.status, answer.code], [404, "MANIFEST_UNKNOWN"]);
  }
  const headers = { accept: `${index.mediaType},${image.mediaType}` };
  assertEquals((await client("org/app/manifests/v1", { headers })).status, 200);
  const other = await openClient(simulateNetwork(quay({ images })), "quay.io");
  assertEquals((await other("org/app/manifests/v1")).status, 404);
  assertEquals((await other(`org/app/manifests/${image.digest}`)).status, 200);
});

Deno.test("distribution() as harbor sends manifests in gzip, of another length than HEAD says", async () => {
  const client = await open("harbor");
  const headers = { "accept-encoding": "gzip" };
  const head = await client("org/app/manifests/latest", { method: "HEAD", headers });
  const get = await client("org/app/manifests/latest", { headers });
  assertEquals(get.bytes, index.bytes);
  assert(Number(get.header("content-length")) < Number(head.header("content-length")));
  assertEquals((await client("org/app/manifests/missing")).code, "UNKNOWN");
});

Deno.test("distribution() as gitlab takes the fallback tag for the manifest itself", async () => {
  const client = await open("gitlab");
  const answer = await client(`org/app/manifests/${image.digest.replace(":", "-")}`);
  assertEquals(answer.header("docker-content-digest"), image.digest);
  assertEquals((await client(`org/app/referrers/${image.digest}`)).status, 404);
});

Deno.test("distribution() tells referrers, filtered and on pages", async () => {
  const client = await open(undefined, { habits: { referrersPage: 2 } });
  const first = await client(`org/app/referrers/${image.digest}`);
  assertEquals(first.header("content-type"), "application/vnd.oci.image.index.v1+json");
  const link = /^<(.*)>/.exec(first.header("link") ?? "")?.[1] ?? "";
  const second = await client(link);
  const all = [...first.json().manifests, ...second.json().manifests];
  assertEquals(all.map(({ annotations }) => annotations.n), ["1", "2", "3"]);
  assertEquals(second.header("link"), null);
  const some = await client(`org/app/referrers/${image.digest}?artifactType=test/0`);
  assertEquals(some.header("oci-filters-applied"), "artifactType");
  assertEquals(some.json().manifests.length, 1);
  assertEquals((await client(`org/app/referrers/${layer}`)).json().manifests, []);
});

Deno.test("ghcr() and artifactRegistry send whoever asks for referrers to a page that is none", async () => {
  const network = simulateNetwork(ghcr({ images }));
  const token = "https://ghcr.io/token?scope=repository:org/app:pull";
  const client = await openClient(network, "ghcr.io", token);
  const answer = await client(`org/app/referrers/${image.digest}`);
  assertEquals(answer.status, 303);
  assertEquals((await client(answer.header("location") ?? "")).status, 429);
  const google = await open("artifactRegistry");
  const login = await google(`org/app/referrers/${image.digest}`);
  const page = await google(login.header("location") ?? "");
  assertEquals([login.status, page.status, page.header("content-type")], [
    302,
    200,
    "text/html; charset=utf-8",
  ]);
});

Deno.test("quay() refuses referrers of what is not there, and says that a tag has expired", async () => {
  const registry = quay({ images, habits: { expiredTags: ["org/app:v0"] } });
  const client = await openClient(simulateNetwork(registry), "quay.io");
  assertEquals((await client(`org/app/referrers/${layer}`)).code, "MANIFEST_INVALID");
  assertEquals((await client("org/app/manifests/v0")).code, "TAG_EXPIRED");
});

Deno.test("a storage host hands out ranges, refuses Authorization, and forgets an address in time", async () => {
  let now = 1_700_000_000_000;
  const network = simulateNetwork(quay({ images, now: () => now }));
  const client = await openClient(network, "quay.io");
  const moved = await client(`org/app/blobs/${layer}`);
  const address = moved.header("location") ?? "";
  assertEquals([moved.status, new URL(address).host], [302, "cdn01.quay.io"]);
  const whole = await client(address);
  assertEquals(whole.bytes, await bytesOf(image.layers[1] ?? image.config));
  const part = await client(address, { headers: { range: "bytes=990-" } });
  assertEquals([part.status, part.header("content-range")], [206, "bytes 990-999/1000"]);
  const refused = await client(address, { headers: { authorization: "Bearer x" } });
  assertEquals(refused.status, 400);
  assertStringIncludes(new TextDecoder().decode(refused.bytes), "Only one auth mechanism allowed");
  now += 1_200_000;
  assertEquals((await client(address)).status, 403);
  assertEquals((await client(`org/app/blobs/${layer}`, { method: "HEAD" })).status, 200);
});

Deno.test("distribution() ignores ranges, or those without an end, where it was told to", async () => {
  const outcomes = [];
  for (const ranges of ["answers", "ignored", "closed-only"]) {
    const client = await open(undefined, { habits: { ranges } });
    for (const range of ["bytes=5-", "bytes=5-9"]) {
      outcomes.push((await client(`org/app/blobs/${layer}`, { headers: { range } })).status);
    }
  }
  assertEquals(outcomes, [206, 206, 200, 200, 416, 206]);
});

Deno.test("dockerHub() counts GET of a manifest as a pull, HEAD as none", async () => {
  const network = simulateNetwork(dockerHub({ images, pullLimit: { limit: 2 } }));
  const token =
    "https://auth.docker.io/token?service=registry.docker.io&scope=repository:org/app:pull";
  const client = await openClient(network, "registry-1.docker.io", token);
  const seen = [];
  for (const method of ["HEAD", "GET", "HEAD", "GET", "HEAD", "GET"]) {
    const answer = await client("org/app/manifests/v1", { method });
    seen.push([answer.status, answer.header("ratelimit-remaining"), answer.code]);
  }
  assertEquals(seen, [
    [200, "2;w=21600", undefined],
    [200, "1;w=21600", undefined],
    [200, "1;w=21600", undefined],
    [200, "0;w=21600", undefined],
    [200, "0;w=21600", undefined],
    [429, "0;w=21600", "TOOMANYREQUESTS"],
  ]);
});

Deno.test("oracle() and private repositories answer contents to whoever may read them", async () => {
  const network = simulateNetwork(oracle({ images, open: ["org/app"] }));
  const host = "container-registry.oracle.com";
  const token = `https://${host}/auth?service=Oracle%20Registry&scope=repository:org/app:pull`;
  assertEquals(
    (await (await openClient(network, host, token))("org/app/manifests/v1")).status,
    200,
  );
  assertEquals((await (await openClient(network, host))("org/app/manifests/v1")).status, 401);
});

Deno.test("registryK8s redirects manifests too", async () => {
  const client = await open("registryK8s");
  const moved = await client("org/app/manifests/v1");
  const found = await client(moved.header("location") ?? "");
  assertEquals([moved.status, found.header("docker-content-digest")], [307, image.digest]);
});
