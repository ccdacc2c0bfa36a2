import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type DetailsListing,
  type DetailsOptions,
  openFlow,
  RegistryError,
  type TagDetails,
} from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  buildManifest,
  distribution,
  type DistributionOptions,
  dockerHub,
  type Faults,
  type SimulatedNetwork,
  type SimulatedRegistry,
  simulateNetwork,
  type TestImage,
  type TestManifest,
} from "../registry/mod.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";

const REF = "registry.example/app";
const amd64 = buildImage({ layers: [{ "a.txt": "a" }, 1000] });
const arm64 = buildImage({
  platform: "linux/arm64/v8",
  config: { created: "2023-05-01T02:00:00+02:00" },
});
const windows = buildImage({ platform: "windows/amd64" });
const index = buildIndex([arm64, amd64], { attestations: true });

type Tags = Readonly<Record<string, TestManifest>>;

interface World {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  details(
    tags: Iterable<string | TagDetails>,
    options?: DetailsOptions,
    reference?: string,
  ): DetailsListing;
}

function world(tags: Tags, options: DistributionOptions = {}): World {
  const clock = virtualClock();
  return over(distribution({ images: { app: { tags } }, now: clock.wall, ...options }), clock);
}

function over(registry: SimulatedRegistry, clock: VirtualClock): World {
  const network = simulateNetwork(registry);
  const flow = openFlow({ clock, random: () => 0, fetch: network.fetch });
  return { clock, network, details: (tags, wishes, ref = REF) => flow.details(ref, tags, wishes) };
}

async function all(details: AsyncIterable<TagDetails>): Promise<TagDetails[]> {
  return await Array.fromAsync(details);
}

/** What is asked for, in order: a tag, or what a digest is of. */
function story({ requests }: SimulatedNetwork, known: Readonly<Record<string, string>>): string[] {
  return requests.map(({ method, url }) => {
    const name = new URL(url).pathname.split("/").at(-1) ?? "";
    return `${method} ${known[name] ?? name}`;
  });
}

function sizeOf({ config, layers }: TestImage): number {
  return [config, ...layers].reduce((sum, { size }) => sum + size, 0);
}

const OF_INDEX = {
  digest: index.digest,
  mediaType: index.mediaType,
  platforms: ["linux/arm64/v8", "linux/amd64"],
  size: sizeOf(amd64),
  sizeOf: "linux/amd64",
  createdAt: "2024-02-29T12:00:00.000Z",
};

Deno.test("details() looks into an index with a HEAD, two manifests and a config", async () => {
  const { network, details } = world({ "1.0": index });
  const listing = details(["1.0"]);
  assertEquals(network.requests.length, 0);
  assertEquals(await all(listing), [{ name: "1.0", ...OF_INDEX }]);
  assertEquals(listing.shortfall, undefined);
  const known = {
    [index.digest]: "index",
    [amd64.digest]: "amd64",
    [amd64.config.digest]: "config",
  };
  assertEquals(story(network, known), ["HEAD 1.0", "GET index", "GET amd64", "GET config"]);
});

Deno.test("details() looks into each digest once, also where it is reached in two ways", async () => {
  const { network, details } = world({ a: index, b: index, c: amd64, d: buildIndex([amd64]) });
  const found = await all(details(["a", "b", "c", "d", "a"]));
  assertEquals(found.map(({ name }) => name), ["a", "b", "c", "d", "a"]);
  assertEquals(found.map(({ size }) => size), Array(5).fill(sizeOf(amd64)));
  assertEquals(network.requests.filter(({ method }) => method === "HEAD").length, 5);
  // Two indexes, one image, one config.
  assertEquals(network.requests.filter(({ method }) => method === "GET").length, 4);
});

const bare = buildImage({ config: { created: undefined } });
const epoch = buildImage({ config: { created: "1970-01-01T00:00:00Z" } });
const artifact = buildImage({ artifactType: "application/vnd.example", layers: [{ of: "sbom" }] });
const missing = buildImage({ layers: [{ "x.txt": "x" }] });
const nested = buildIndex([buildIndex([amd64])]);
const unnamed = buildIndex([{
  ...amd64,
  descriptor: { ...amd64.descriptor, platform: undefined },
}]);
const attestations = buildIndex(buildIndex([amd64], { attestations: true }).children.slice(1));

/** Manifests, and what is told of them besides digest and type. */
const manifests: readonly (readonly [what: string, TestManifest, Partial<TagDetails>])[] = [
  ["an image", arm64, {
    platforms: ["linux/arm64/v8"],
    size: sizeOf(arm64),
    sizeOf: "linux/arm64/v8",
    createdAt: "2023-05-01T00:00:00.000Z",
  }],
  ["an image of Docker's", buildImage({ types: "docker", layers: [500] }), {
    platforms: ["linux/amd64"],
    size: sizeOf(buildImage({ types: "docker", layers: [500] })),
    sizeOf: "linux/amd64",
    createdAt: "2024-02-29T12:00:00.000Z",
  }],
  ["an image without a time", bare, {
    platforms: ["linux/amd64"],
    size: sizeOf(bare),
    sizeOf: "linux/amd64",
  }],
  ["a reproducible image", epoch, {
    platforms: ["linux/amd64"],
    size: sizeOf(epoch),
    sizeOf: "linux/amd64",
    createdAt: "1970-01-01T00:00:00.000Z",
  }],
  ["an artifact", artifact, { size: sizeOf(artifact) }],
  ["an index without linux/amd64", buildIndex([windows, arm64]), {
    platforms: ["windows/amd64", "linux/arm64/v8"],
    size: sizeOf(windows),
    sizeOf: "windows/amd64",
    createdAt: "2024-02-29T12:00:00.000Z",
  }],
  ["an index that names no platform", unnamed, {
    size: sizeOf(amd64),
    sizeOf: "linux/amd64",
    createdAt: "2024-02-29T12:00:00.000Z",
  }],
  ["an index of which the image is missing", buildIndex([missing]), { platforms: ["linux/amd64"] }],
  ["an index of indexes", nested, {}],
  ["an index of attestations", attestations, {}],
  ["an empty index", buildIndex([]), {}],
];
for (const [what, manifest, told] of manifests) {
  Deno.test(`details() of ${what} tells what there is`, async () => {
    const images = { app: { tags: { t: manifest }, absent: [missing.digest] } };
    const { details } = world({}, { images });
    const listing = details(["t"]);
    const { digest, mediaType } = manifest;
    assertEquals(await all(listing), [{ name: "t", digest, mediaType, ...told }]);
    assertEquals(listing.shortfall, undefined);
  });
}

Deno.test("details() of a type that is not read tells digest and type", async () => {
  const mediaType = "application/vnd.docker.distribution.manifest.v1+prettyjws";
  const old = buildManifest({ schemaVersion: 1, name: "app", tag: "t", fsLayers: [] }, mediaType);
  const { details } = world({ t: old });
  const listing = details(["t"]);
  assertEquals(await all(listing), [{ name: "t", digest: old.digest, mediaType }]);
  assertEquals(listing.shortfall, undefined);
});

Deno.test("details() of a tag that is gone is its name", async () => {
  const { details } = world({ b: amd64 }, { content: { app: ["a"] } });
  const listing = details(["a", "b"]);
  const [a, b] = await all(listing);
  assertEquals([a, b?.size, listing.shortfall], [{ name: "a" }, sizeOf(amd64), undefined]);
});

Deno.test("details() keeps what is known, and asks nothing where digest and size are", async () => {
  const { network, details } = world({ a: index, b: index });
  const told = { name: "a", digest: index.digest, size: 7, pushedAt: "2024-03-01T00:00:00Z" };
  const pushed = { name: "b", pushedAt: "2024-03-02T00:00:00Z" };
  const found = await all(details([told, pushed]));
  assertEquals(found, [told, { ...pushed, ...OF_INDEX }]);
  assertEquals(network.requests.length, 4);
});

Deno.test("details() of a registry that names no digest reads no manifest twice", async () => {
  const { network, details } = world({ a: index, b: amd64 }, { habits: { digestHeader: "never" } });
  const found = await all(details(["a", "b"]));
  assertEquals(found.map(({ sizeOf }) => sizeOf), ["linux/amd64", "linux/amd64"]);
  // HEADs that say nothing, both tags, the image by its digest at the most, one config.
  assert(network.requests.length <= 2 + 2 + 1 + 1, `${network.requests.length} requests`);
});

/** Tags of as many indexes of two images each. */
function distinct(count: number): Tags {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => {
    const layers = [{ "n.txt": `${at}` }];
    return [`1.${at}`, buildIndex([buildImage({ layers, config: { author: `${at}` } })])];
  }));
}

Deno.test("details() never has more than 6 requests in flight, and keeps the order", async () => {
  const tags = distinct(40);
  const { clock, network, details } = world(tags, {
    faults: async ({ url }, _, answer) => {
      // The first of each ten is slow.
      await clock.sleep(url.endsWith("0") ? 900 : 100);
      return await answer();
    },
  });
  const found = await all(details(Object.keys(tags)));
  assertEquals(found.map(({ name }) => name), Object.keys(tags));
  assert(found.every(({ createdAt }) => createdAt !== undefined));
  assertEquals([network.traffic.mostInFlight(), network.requests.length], [6, 160]);
});

Deno.test("details() sends as many requests as it may and not one more", async () => {
  const tags = distinct(10);
  for (const auth of ["none", "token"] as const) {
    for (const maxRequests of [1, 2, 3, 4, 5, 7, 11, 20, 39, 40, 41, 42, 43, 50]) {
      const { network, details } = world(tags, { auth });
      const listing = details(Object.keys(tags), { maxRequests });
      const found = await all(listing);
      const { length } = network.requests;
      assertEquals(found.map(({ name }) => name), Object.keys(tags));
      const lacking = found.filter(({ createdAt }) => createdAt === undefined).length;
      assertEquals(listing.shortfall?.code, lacking === 0 ? undefined : "incomplete");
      const most = maxRequests === 1 ? "1 request" : `${maxRequests} requests`;
      const said = `${lacking} of 10 tags lack details: it takes more than ${most}`;
      assertEquals(listing.shortfall?.message.endsWith(said) ?? true, true);
      // The first question meets the challenge for all, and then there is the token.
      const needed = auth === "token" ? 42 : 40;
      assertEquals(length, Math.min(maxRequests, needed), `${maxRequests}`);
      assertEquals(lacking === 0, maxRequests >= needed);
    }
  }
});

Deno.test("details() asks 200 times unless told otherwise", async () => {
  const tags = distinct(60);
  const { network, details } = world(tags);
  const listing = details(Object.keys(tags));
  await all(listing);
  assertEquals(network.requests.length, 200);
  assertEquals(listing.shortfall?.facts.hint?.startsWith("--max-requests"), true);
});

/** What one config answers, and the failure's code. */
const configs: readonly (readonly [what: string, answer: () => Response, code: string])[] = [
  ["other bytes", () => new Response("{}"), "digest_mismatch"],
  ["500 for ever", () => new Response("", { status: 500 }), "incomplete"],
  ["403", () => new Response("{}", { status: 403 }), "incomplete"],
];
for (const [what, answer, code] of configs) {
  Deno.test(`details() tells what it has where a config answers ${what}`, async () => {
    const faults: Faults = ({ url }) => url.endsWith(arm64.config.digest) ? answer() : undefined;
    const { details } = world({ a: arm64, b: amd64 }, { faults });
    const listing = details(["a", "b"]);
    const [a, b] = await all(listing);
    const { digest, mediaType } = arm64;
    assertEquals(a, { name: "a", digest, mediaType, size: sizeOf(arm64) });
    assertEquals(b?.createdAt, "2024-02-29T12:00:00.000Z");
    assertEquals(listing.shortfall?.code, code);
    assert(listing.shortfall?.message.includes("1 of 2 tags lack details: "));
    if (code === "digest_mismatch") {
      assert(listing.shortfall?.message.includes(arm64.config.digest), "both digests");
    }
  });
}

/** What HEAD of a tag tells for a digest, and what is found. */
const digests: readonly (readonly [digest: string, found: string | undefined, code?: string])[] = [
  ["", amd64.digest],
  ["../../../etc/passwd", amd64.digest],
  [`sha256:${"A".repeat(64)}`, amd64.digest],
  [`sha256:${"0".repeat(64)}`, `sha256:${"0".repeat(64)}`],
];
for (const [digest, expected] of digests) {
  Deno.test(`details() meets the digest "${digest.slice(0, 20)}" in an answer to HEAD`, async () => {
    const faults: Faults = async ({ method }, _, answer) => {
      if (method !== "HEAD") return undefined;
      const response = await answer();
      response.headers.set("docker-content-digest", digest);
      return response;
    };
    const { network, details } = world({ a: amd64 }, { faults });
    const [found] = await all(details(["a"]));
    assertEquals(found?.digest, expected);
    assert(network.requests.every(({ url }) => new URL(url).pathname.startsWith("/v2/app/")));
  });
}

Deno.test("details() stops when the registry asks for more patience than there is, and tells what it has", async () => {
  const tags = distinct(40);
  let gets = 0;
  const faults: Faults = ({ method, url }) =>
    method === "GET" && url.includes("/manifests/") && ++gets > 20
      ? new Response("", { status: 429, headers: { "retry-after": "3600" } })
      : undefined;
  const { network, details } = world(tags, { faults });
  const listing = details(Object.keys(tags));
  const found = await all(listing);
  assertEquals(found.map(({ name }) => name), Object.keys(tags));
  assert(found.filter(({ createdAt }) => createdAt !== undefined).length >= 4);
  assertEquals(listing.shortfall?.code, "incomplete");
  assert(listing.shortfall?.facts.retryAt !== undefined);
  assert(network.requests.length < 70, `${network.requests.length} requests`);
});

Deno.test("details() of a Docker Hub tag follows a config to its storage", async () => {
  const clock = virtualClock();
  const tags = { "1.0": index };
  const hub = dockerHub({ images: { "library/app": { tags } }, now: clock.wall });
  const { network, details } = over(hub, clock);
  const found = await all(details(["1.0"], { maxRequests: 200 }, "app"));
  assertEquals(found, [{ name: "1.0", ...OF_INDEX }]);
  // Token, HEAD, two manifests, the config and where it is kept.
  assertEquals(network.requests.length, 6);
});

Deno.test("details() ends with the caller's reason when it is interrupted, and leaves nothing behind", async () => {
  const tags = distinct(40);
  const interrupt = new AbortController();
  const reason = new Error("enough");
  const faults: Faults = ({ url }) => {
    if (url.endsWith("/1.20")) interrupt.abort(reason);
    return undefined;
  };
  const { network, details } = world(tags, { faults });
  const listing = details(Object.keys(tags), { signal: interrupt.signal });
  assertEquals(await assertRejects(() => all(listing), Error), reason);
  const { length } = network.requests;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([network.traffic.inFlight(), network.requests.length], [0, length]);
});

Deno.test("details() stops asking when nobody reads on", async () => {
  const tags = distinct(40);
  const { network, details } = world(tags);
  for await (const _ of details(Object.keys(tags))) break;
  const { length } = network.requests;
  assert(length < 60, `${length} requests`);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([network.traffic.inFlight(), network.requests.length], [0, length]);
});

Deno.test("details() counts a reader's own time for nobody", async () => {
  const tags = distinct(30);
  const { clock, details } = world(tags);
  const listing = details(Object.keys(tags));
  for await (const _ of listing) await clock.sleep(100_000);
  assertEquals(listing.shortfall, undefined);
});

Deno.test("details() refuses what cannot be read before it asks", () => {
  const { details } = world({});
  assertThrows(() => details(["a"], { maxRequests: 1.5 }), RangeError, "maxRequests");
  assertThrows(() => details(["../x"]), RegistryError, "tag");
  assertThrows(() => details(["a"], {}, `${REF}:1.0`), RegistryError, "names one image");
});

Deno.test("details() reads no manifest of Docker Hub that nobody allowed for", async () => {
  const clock = virtualClock();
  const names = Array.from({ length: 30 }, (_, at) => `1.${at}`);
  const tags = Object.fromEntries(names.map((name) => [name, index]));
  const hub = dockerHub({ images: { "library/app": { tags } }, now: clock.wall });
  const { network, details } = over(hub, clock);
  const listing = details(names, {}, "app");
  const found = await all(listing);
  assert(found.every(({ digest, size }) => digest === index.digest && size === undefined));
  const asked = network.requests.map(({ method }) => method);
  assertEquals([asked.length, asked.filter((method) => method === "HEAD").length], [31, 30]);
  assertEquals(listing.shortfall?.code, "incomplete");
  assertStringIncludes(
    listing.shortfall?.message ?? "",
    "30 of 30 tags lack details: Docker Hub counts each manifest that is read as a pull",
  );
});

Deno.test("details() lacks what an API did not tell and the budget did not reach", async () => {
  const { details } = world({ a: index, b: index });
  const told = ["a", "b"].map((name) => ({
    name,
    digest: index.digest,
    pushedAt: "2024-03-01T00:00:00Z",
  }));
  const found = details(told, { maxRequests: 1 });
  assertEquals((await all(found)).map(({ digest }) => digest), [index.digest, index.digest]);
  assertEquals(found.shortfall?.code, "incomplete");
});
