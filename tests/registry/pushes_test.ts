import { assertEquals, assertStringIncludes } from "@std/assert";
import { openClient, putManifest, sendBlob, type TestClient } from "./client.ts";
import {
  buildImage,
  buildIndex,
  bytesOf,
  distribution,
  dockerHub,
  ecrPublic,
  ghcr,
  type PresetName,
  presets,
  quay,
  randomBlob,
  simulateNetwork,
  type TestManifest,
} from "./mod.ts";

const image = buildImage({ layers: [1000] });
const images = { "org/app": { tags: { v1: image } } };
const layer = image.layers[0] ?? image.config;
const bytes = await bytesOf(layer);

async function open(name?: PresetName, options = {}): Promise<TestClient> {
  const preset = name === undefined ? {} : presets[name];
  const registry = distribution({ ...preset, auth: "none", images, ...options });
  return await openClient(simulateNetwork(registry), preset.host ?? "registry.example");
}

async function push(client: TestClient, repository: string, tag: string, manifest: TestManifest) {
  for (const child of manifest.children) await push(client, repository, child.digest, child);
  for (const blob of manifest.blobs) {
    assertEquals(await sendBlob(client, repository, await bytesOf(blob), blob.digest), 201);
  }
  return await putManifest(client, repository, tag, manifest);
}

async function begin(client: TestClient, query = ""): Promise<[number, string, string | null]> {
  const answer = await client(`org/new/blobs/uploads/${query}`, { method: "POST" });
  return [answer.status, answer.header("location") ?? "", answer.header("range")];
}

Deno.test("distribution() takes a pushed index, lists its tag, and says what it is about", async () => {
  const client = await open();
  const pushed = await push(client, "org/new", "1.0", buildIndex([image]));
  assertEquals(pushed.status, 201);
  assertEquals((await client("org/new/tags/list")).json().tags, ["1.0"]);
  const signature = buildImage({ subject: image, artifactType: "test/sig", layers: [] });
  const signed = await push(client, "org/new", signature.digest, signature);
  assertEquals(signed.header("oci-subject"), image.digest);
  const referrers = (await client(`org/new/referrers/${image.digest}`)).json().manifests;
  assertEquals(referrers.map(({ digest }: TestManifest) => digest), [signature.digest]);
});

Deno.test("distribution() takes a whole blob by POST, or in chunks that are in order", async () => {
  const client = await open();
  const path = `org/new/blobs/uploads/?digest=${layer.digest}`;
  assertEquals((await client(path, { method: "POST", body: bytes })).status, 201);
  let [, location] = await begin(client);
  const patch = async (from: number, to: number): Promise<number> => {
    const headers = { "content-range": `${from}-${to - 1}` };
    const answer = await client(location, {
      method: "PATCH",
      headers,
      body: bytes.slice(from, to),
    });
    location = answer.header("location") ?? location;
    return answer.status;
  };
  assertEquals([await patch(0, 400), await patch(500, 600), await patch(400, 1000)], [
    202,
    416,
    202,
  ]);
  assertEquals((await client(location)).header("range"), "0-999");
  const closed = await client(`${location}&digest=${layer.digest}`, { method: "PUT" });
  assertEquals(closed.status, 201);
});

Deno.test("distribution() refuses an index without its children, unless it may be sparse", async () => {
  const index = buildIndex([buildImage({ layers: [10] })]);
  const refused = await putManifest(await open(), "org/app", "x", index);
  assertEquals([refused.status, refused.code], [404, "MANIFEST_BLOB_UNKNOWN"]);
  for (const sparse of [false, true]) {
    const network = simulateNetwork(quay({ images, sparse }));
    const token = "https://quay.io/v2/auth?scope=repository:org/app:pull,push";
    const client = await openClient(network, "quay.io", token, "alice:wonderland");
    assertEquals((await putManifest(client, "org/app", "x", index)).status, sparse ? 201 : 404);
    const odd = { ...index, mediaType: "application/vnd.example+json" };
    assertEquals((await putManifest(client, "org/app", "x", odd)).status, 415);
  }
});

Deno.test("distribution() as ecrPrivate answers 201 to PATCH, and throws later ones away", async () => {
  const big = randomBlob(6 * 2 ** 20);
  const all = await bytesOf(big);
  const client = await open("ecrPrivate");
  const [, location] = await begin(client);
  const half = 5 * 2 ** 20;
  const first = await client(location, { method: "PATCH", body: all.slice(0, half) });
  const second = await client(first.header("location") ?? "", {
    method: "PATCH",
    body: all.slice(half),
  });
  assertEquals([first.status, second.status], [201, 201]);
  assertEquals(second.header("range"), first.header("range"));
  const closed = await client(`${second.header("location")}&digest=${big.digest}`, {
    method: "PUT",
  });
  assertEquals(closed.code, "DIGEST_INVALID");
  assertEquals(await sendBlob(client, "org/app", all, big.digest), 201);
  const bare = await putManifest(
    client,
    "org/app",
    "x",
    buildImage({ saysType: false, layers: [1000] }),
  );
  assertEquals(bare.code, "UNSUPPORTED");
});

Deno.test("distribution() as harbor refuses a mount from a missing project", async () => {
  const client = await open("harbor");
  assertEquals((await begin(client, `?mount=${layer.digest}&from=no/app`))[0], 401);
  assertEquals((await begin(client, `?mount=${layer.digest}&from=org/none`))[0], 202);
  assertEquals((await begin(client, `?mount=${layer.digest}&from=org/app`))[0], 201);
  assertEquals((await begin(await open("gitea"), `?mount=${layer.digest}`))[0], 201);
  assertEquals((await begin(await open(), `?mount=${layer.digest}`))[0], 202);
});

Deno.test("distribution() deletes a tag and keeps its manifest, or a manifest with its tags", async () => {
  const client = await open(undefined, { images: { "org/app": { tags: { a: image, b: image } } } });
  const drop = (what: string) => client(`org/app/${what}`, { method: "DELETE" });
  assertEquals((await drop("manifests/a")).status, 202);
  assertEquals((await client(`org/app/manifests/${image.digest}`)).status, 200);
  assertEquals((await drop(`manifests/${image.digest}`)).status, 202);
  assertEquals((await client("org/app/tags/list")).json().tags, []);
  assertEquals((await drop(`blobs/${layer.digest}`)).status, 202);
  assertEquals((await drop("manifests/b")).status, 404);
});

Deno.test("distribution() grants push and delete to users, pull on what is mounted, and nothing to readers", async () => {
  const options = {
    auth: "token" as const,
    images,
    users: { ann: "a", bob: "b" },
    readers: ["bob"],
  };
  const network = simulateNetwork(distribution(options));
  const host = "registry.example";
  async function statuses(scope: string, user?: string): Promise<number[]> {
    const client = await openClient(network, host, `https://${host}/token?${scope}`, user);
    const mounted = await begin(client, `?mount=${layer.digest}&from=org/app`);
    const deleted = await client("org/app/manifests/none", { method: "DELETE" });
    return [(await begin(client))[0], mounted[0], deleted.status];
  }
  const push = "scope=repository:org/new:pull,push";
  assertEquals(await statuses(push), [401, 401, 401]);
  assertEquals(await statuses(push, "bob:b"), [401, 401, 401]);
  assertEquals(await statuses(push, "ann:a"), [202, 401, 401]);
  assertEquals(await statuses(`${push}&scope=repository:org/app:pull`, "ann:a"), [202, 201, 401]);
  assertEquals(await statuses("scope=repository:org/app:delete", "ann:a"), [401, 401, 404]);
  const open = await openClient(network, host);
  const asked = await open(`org/new/blobs/uploads/?mount=${layer.digest}&from=org/app`, {
    method: "POST",
  });
  const scope = 'scope="repository:org/new:pull,push repository:org/app:pull"';
  assertStringIncludes(asked.header("www-authenticate") ?? "", scope);
});

Deno.test("the named registries take pushes from their users as they do", async () => {
  const cases = [
    [dockerHub({ images }), "https://auth.docker.io/token?service=registry.docker.io", "0-0"],
    [ghcr({ images }), "https://ghcr.io/token?service=ghcr.io", "0-0"],
    [quay({ images }), "https://quay.io/v2/auth?service=quay.io", "0--1"],
  ] as const;
  for (const [registry, token, range] of cases) {
    const network = simulateNetwork(registry);
    const host = registry.hosts[0]?.host ?? "";
    const url = `${token}&scope=repository:alice/new:pull,push`;
    const client = await openClient(network, host, url, "alice:wonderland");
    assertEquals((await push(client, "alice/new", "1", image)).status, 201, host);
    const begun = await client("alice/new/blobs/uploads/", { method: "POST" });
    assertEquals([begun.status, begun.header("range")], [202, range], host);
    const stranger = await openClient(network, host);
    const refused = await stranger("alice/new/blobs/uploads/", { method: "POST" });
    assertEquals(refused.status, 401, host);
  }
});

Deno.test("quay() needs a from that may be read, and answers with absolute addresses", async () => {
  const network = simulateNetwork(quay({ images, private: ["org/app"] }));
  const token = "https://quay.io/v2/auth?scope=repository:org/new:pull,push";
  const both = `${token}&scope=repository:org/app:pull`;
  const query = `?mount=${layer.digest}&from=org/app`;
  const one = await openClient(network, "quay.io", token, "alice:wonderland");
  assertEquals((await begin(one, query))[0], 202);
  const two = await openClient(network, "quay.io", both, "alice:wonderland");
  assertEquals((await begin(two, query)).slice(0, 2), [
    201,
    `https://quay.io/v2/org/new/blobs/${layer.digest}`,
  ]);
});

Deno.test("ghcr() takes no PATCH with a range over 4 MiB, and any without", async () => {
  const size = 5 * 2 ** 20;
  const body = await bytesOf(randomBlob(size));
  const token = "https://ghcr.io/token?scope=repository:org/new:pull,push";
  const client = await openClient(simulateNetwork(ghcr()), "ghcr.io", token, "alice:wonderland");
  const [, location] = await begin(client);
  const headers = { "content-range": `0-${size - 1}` };
  const ranged = await client(location, { method: "PATCH", headers, body });
  assertEquals([ranged.status, ranged.code], [416, "REQUESTED_RANGE_NOT_SATISFIABLE"]);
  assertEquals((await client(location, { method: "PATCH", body })).status, 202);
});

Deno.test("ecrPublic() takes pushes to what exists, from whoever logged in", async () => {
  const network = simulateNetwork(ecrPublic({ images }));
  const token = "https://public.ecr.aws/token/";
  const user = await openClient(network, "public.ecr.aws", token, "AWS:authorization-token");
  assertEquals(await sendBlob(user, "org/app", bytes, layer.digest), 201);
  assertEquals(await sendBlob(user, "org/none", bytes, layer.digest), 404);
  const anyone = await openClient(network, "public.ecr.aws", token);
  assertEquals(await sendBlob(anyone, "org/app", bytes, layer.digest), 403);
});

Deno.test("what is expected is checked, and read from where it was expected", async () => {
  const big = buildImage({ layers: [128 * 2 ** 20] });
  const blob = big.layers[0] ?? big.config;
  const network = simulateNetwork(distribution({ images: {}, expects: [big] }));
  const client = await openClient(network, "registry.example");
  const [, location] = await begin(client);
  const put = await client(`${location}&digest=${blob.digest}`, {
    method: "PUT",
    body: blob.open(),
  });
  assertEquals(put.status, 201);
  const range = { range: "bytes=70000000-70000009" };
  const part = await client(`org/new/blobs/${blob.digest}`, { headers: range });
  assertEquals(part.bytes, await new Response(blob.open(70_000_000, 70_000_010)).bytes());
  assertEquals(network.traffic.exchanges[1]?.requestBytes, blob.size);
});
