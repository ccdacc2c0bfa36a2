import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Flow, openFlow, RegistryError } from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  bytesOf,
  distribution,
  presets,
  type TestManifest,
} from "../registry/mod.ts";
import { openTrafficMeter, type Traffic } from "../registry/traffic.ts";
import { realTests } from "./available.ts";
import { type RealRegistry, startDockerRegistry } from "./docker_registry.ts";
import { pushImage, pushImages, startTwoRegistries } from "./push_image.ts";
import { servePlace } from "./served_place.ts";
import type { User } from "./skopeo.ts";
import { skopeoConfig, skopeoCopy, skopeoCopyOut, skopeoManifest } from "./skopeo_read.ts";
import { startTokenServer, type TokenServer } from "./token_server.ts";

const { test } = realTests("tests/real/contents_test.ts");

const amd64 = buildImage({ layers: [{ "etc/motd": "amd64\n" }, 300_000] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [{ "etc/motd": "arm64\n" }] });
const index = buildIndex([amd64, arm64], { attestations: true });
const hexOf = (digest: string): string => digest.slice("sha256:".length);

test("pushImage() puts what skopeo reads back byte for byte", async () => {
  await using registry = await startDockerRegistry();
  await pushImage(registry, "team/app", "1.0", index);
  await pushImage(registry, "team/app", "one", buildImage({ types: "docker" }));
  assertEquals(await skopeoManifest(registry, "team/app:1.0"), index.bytes);
  assertEquals(await skopeoConfig(registry, "team/app:1.0"), await bytesOf(amd64.config));
  const { manifest, blobs } = await skopeoCopyOut(registry, "team/app:1.0");
  assertEquals(manifest, index.bytes);
  assertEquals(blobs.get(hexOf(amd64.layers[1]?.digest ?? "")), 300_000);
  assertEquals((await skopeoCopyOut(registry, "team/app:one")).blobs.size, 2);
});

for (const preset of [undefined, "distribution28", "harbor", "acr"] as const) {
  test(`skopeo copies an index out of a served ${preset ?? "distribution()"}`, async () => {
    const images = { "team/app": { tags: { "1.0": index } } };
    const options = preset === undefined ? {} : presets[preset];
    await using place = await servePlace(distribution({ ...options, images }));
    assertEquals(await skopeoManifest(place, "team/app:1.0"), index.bytes);
    const { manifest, blobs } = await skopeoCopyOut(place, "team/app:1.0");
    assertEquals(manifest, index.bytes);
    assertEquals(blobs.size, 9);
  });
}

for (const preset of [undefined, "distribution28", "harbor", "zot"] as const) {
  test(`skopeo copies an index into a served ${preset ?? "distribution()"} and out again`, async () => {
    const options = preset === undefined ? {} : presets[preset];
    const users = { ann: "secret" };
    await using source = await startDockerRegistry();
    await pushImage(source, "team/app", "1.0", index);
    await using place = await servePlace(distribution({ ...options, users, images: {} }));
    const user = options.auth === undefined ? undefined : { username: "ann", password: "secret" };
    const to = { host: place.host, directory: place.directory, name: "copied/app:2.0", user };
    const from = { host: source.host, directory: source.directory, name: "team/app:1.0" };
    await skopeoCopy(from, to);
    const { manifest, blobs } = await skopeoCopyOut(place, "copied/app:2.0", user);
    assertEquals(manifest, index.bytes);
    assertEquals(blobs.size, 9);
  });
}

test("startTwoRegistries() gives two which know nothing of each other", async () => {
  await using two = await startTwoRegistries();
  await pushImages(two.source, "team/app", { "1": index, "2": amd64 });
  await pushImage(two.target, "team/app", undefined, arm64);
  assertEquals((await skopeoCopyOut(two.source, "team/app:2")).manifest, amd64.bytes);
  const { manifest } = await skopeoCopyOut(two.target, `team/app@${arm64.digest}`);
  assertEquals(manifest, arm64.bytes);
  await skopeoCopy({ ...two.source, name: "team/app:1" }, { ...two.target, name: "other/app:1" });
  assertEquals(await skopeoManifest(two.target, "other/app:1"), index.bytes);
});

test("pushImage() streams 64 MiB into both kinds of registry", async () => {
  const big = buildImage({ layers: [64 * 2 ** 20] });
  await using real = await startDockerRegistry();
  await using place = await servePlace(distribution({ images: {}, expects: [big] }));
  for (const target of [real, place]) {
    await pushImage(target, "team/big", "1", big);
    assertEquals(await skopeoManifest(target, "team/big:1"), big.bytes);
  }
});

const ANN: User = { username: "ann", password: "right-password-of-ann" };
const USERS: Readonly<Record<string, string>> = { [ANN.username]: ANN.password };
const docker = buildImage({ types: "docker", layers: [{ "etc/motd": "docker\n" }] });
const dockerArm = buildImage({
  types: "docker",
  platform: "linux/arm/v7",
  layers: [{ "etc/motd": "arm\n" }],
});
const dockerList = buildIndex([docker, dockerArm], { types: "docker" });
const artifact = buildImage({ artifactType: "application/x.test", layers: [{ of: "bill" }] });
const IMAGES: Readonly<Record<string, TestManifest>> = {
  "1.0": index,
  oci: amd64,
  arm: arm64,
  docker,
  list: dockerList,
  nested: buildIndex([index, dockerList]),
  bare: buildImage({ saysType: false, layers: [{ "etc/motd": "no type\n" }] }),
  artifact,
};

/** A registry, and a flow that may read it. */
interface World extends AsyncDisposable {
  readonly registry: RealRegistry;
  readonly user?: User;
  readonly flow: Flow;
  /** Of the flow, by host. */
  readonly traffic: Traffic;
  readonly tokens?: TokenServer;
}

const AUTHS = ["none", "htpasswd", "token"] as const;

async function startWorld(auth: typeof AUTHS[number]): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const tokens = auth === "token" ? stack.use(await startTokenServer({ users: USERS })) : undefined;
  const registry = stack.use(
    await startDockerRegistry({
      auth: tokens?.auth ?? (auth === "htpasswd" ? { kind: auth, users: USERS } : { kind: "none" }),
    }),
  );
  const user = auth === "none" ? undefined : ANN;
  const meter = openTrafficMeter();
  const flow = openFlow({
    credentials: () => user,
    trustedRealms: tokens === undefined ? [] : [tokens.host],
    async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
      const { url, method } = new Request(input, { ...init, signal: null });
      const counted = meter.begin({ host: new URL(url).host, url, method });
      try {
        return counted.answered(await fetch(input, init));
      } catch (error) {
        counted.end();
        throw error;
      }
    },
  });
  const moved = stack.move();
  return {
    registry,
    user,
    flow,
    traffic: meter.traffic,
    tokens,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

for (const auth of AUTHS) {
  test(`digest(), manifest() and config() are skopeo's where a registry has ${auth}`, async () => {
    await using world = await startWorld(auth);
    const { registry, user, flow } = world;
    await pushImages(registry, "team/app", IMAGES, user);
    for (const [tag, image] of Object.entries(IMAGES)) {
      const reference = `${registry.host}/team/app:${tag}`;
      assertEquals((await flow.digest(reference)).digest, image.digest, tag);
      const { bytes, digest, mediaType } = await flow.manifest(reference);
      assertEquals([digest, mediaType], [image.digest, image.mediaType], tag);
      assertEquals(bytes, await skopeoManifest(registry, `team/app:${tag}`, user), tag);
      const pinned = `${registry.host}/team/app@${image.digest}`;
      assertEquals((await flow.digest(pinned)).digest, image.digest, tag);
      assertEquals((await flow.manifest(pinned)).bytes, image.bytes, tag);
    }
    for (const tag of ["oci", "arm", "docker", "bare"]) {
      const { bytes } = await flow.config(`${registry.host}/team/app:${tag}`);
      assertEquals(bytes, await skopeoConfig(registry, `team/app:${tag}`, user), tag);
    }
    assertEquals(world.tokens?.requests.filter(({ status }) => status !== 200) ?? [], []);
  });
}

test("manifest(), digest() and config() choose a platform", async () => {
  await using world = await startWorld("none");
  const { registry, flow } = world;
  await pushImages(registry, "team/app", IMAGES);
  const wanted = [
    ["1.0", "linux/amd64", amd64],
    ["1.0", "linux/arm64", arm64],
    ["1.0", "linux/arm64/v8", arm64],
    ["list", "linux/amd64", docker],
    ["list", "linux/arm/v7", dockerArm],
    ["nested", "linux/arm/v7", dockerArm],
    ["nested", "linux/arm64/v8", arm64],
    ["oci", "linux/amd64", amd64],
  ] as const;
  for (const [tag, platform, image] of wanted) {
    const reference = `${registry.host}/team/app:${tag}`;
    const what = `${tag} for ${platform}`;
    assertEquals((await flow.digest(reference, { platform })).digest, image.digest, what);
    assertEquals((await flow.manifest(reference, { platform })).bytes, image.bytes, what);
    const { bytes } = await flow.config(reference, { platform });
    assertEquals(bytes, await bytesOf(image.config), what);
    const { images } = await flow.inspect(reference, { platform });
    assertEquals(images.map(({ digest }) => digest as string), [image.digest], what);
  }
  const none = await flow.digest(`${registry.host}/team/app:1.0`, { platform: "linux/s390x" })
    .catch((error) => error);
  assertInstanceOf(none, RegistryError);
  assertEquals([none.code, none.facts.hint], [
    "not_found",
    "There is linux/amd64, linux/arm64/v8",
  ]);
});

test("digest(), config() and blob() fail where there is nothing, or nothing of that kind", async () => {
  await using world = await startWorld("token");
  const { registry, flow, user } = world;
  await pushImages(registry, "team/app", { "1.0": index, artifact }, user);
  const app = `${registry.host}/team/app`;
  const away = `sha256:${"0".repeat(64)}`;
  const failures: readonly (readonly [work: () => Promise<unknown>, code: string])[] = [
    [() => flow.digest(`${app}:none`), "not_found"],
    [() => flow.digest(`${app}@${away}`), "not_found"],
    [() => flow.manifest(`${app}@${away}`), "not_found"],
    [() => new Response(flow.blob(`${app}@${away}`)).bytes(), "not_found"],
    [() => flow.config(`${app}:1.0`), "reference_invalid"],
  ];
  for (const [work, code] of failures) {
    const error = await work().catch((thrown) => thrown);
    assertInstanceOf(error, RegistryError);
    assertEquals(error.code, code, error.message);
  }
});

test("blob() streams a layer, byte for byte, also through a login", async () => {
  for (const auth of AUTHS) {
    await using world = await startWorld(auth);
    const { registry, flow, user } = world;
    const image = buildImage({ layers: [3_000_001] });
    await pushImage(registry, "team/app", "1.0", image, user);
    const [layer] = image.layers;
    assert(layer !== undefined);
    const bytes = await new Response(flow.blob(`${registry.host}/team/app@${layer.digest}`))
      .bytes();
    assertEquals(bytes, await bytesOf(layer));
  }
});

for (const [auth, most] of [["none", 81], ["htpasswd", 82], ["token", 82]] as const) {
  // Where a login is wanted, the first question of all is the one that finds that out.
  test(`inspect() of 40 platforms takes at most ${most} requests, 6 at a time, with ${auth}`, async () => {
    await using world = await startWorld(auth);
    const { registry, flow, traffic, user } = world;
    const names = Array.from({ length: 40 }, (_, number) => `linux/a${number}`);
    const images = names.map((platform) =>
      buildImage({ platform, layers: [{ "etc/motd": `${platform}\n` }] })
    );
    await pushImage(registry, "team/app", "1.0", buildIndex(images), user);
    const before = world.tokens?.requests.length ?? 0;
    const { images: found } = await flow.inspect(`${registry.host}/team/app:1.0`);
    assertEquals(found.map(({ digest }) => digest as string), images.map(({ digest }) => digest));
    assertEquals(
      found.map(({ config }) => config?.platform?.architecture),
      names.map((name) => name.slice("linux/".length)),
    );
    const asked = traffic.exchanges.filter(({ host }) => host === registry.host);
    assert(asked.length <= most, `${asked.length} requests`);
    assert(
      traffic.mostInFlight(registry.host) <= 6,
      `${traffic.mostInFlight(registry.host)} at once`,
    );
    assertEquals((world.tokens?.requests.length ?? 0) - before, world.tokens === undefined ? 0 : 1);
  });
}

test("digest() of 100 tags takes 100 HEADs", async () => {
  await using world = await startWorld("none");
  const { registry, flow, traffic } = world;
  const tags = Array.from({ length: 100 }, (_, number) => `1.${number}`);
  await pushImages(registry, "team/app", Object.fromEntries(tags.map((tag) => [tag, amd64])));
  const digests = await Promise.all(
    tags.map((tag) => flow.digest(`${registry.host}/team/app:${tag}`)),
  );
  assertEquals(new Set(digests.map(({ digest }) => digest as string)), new Set([amd64.digest]));
  assertEquals(traffic.exchanges.map(({ method }) => method), tags.map(() => "HEAD"));
  assert(traffic.mostInFlight() <= 6);
});

test("digest() of 100 tags takes 100 HEADs, one that finds the way in, and one token", async () => {
  await using world = await startWorld("token");
  const { registry, flow, traffic, user, tokens } = world;
  const tags = Array.from({ length: 100 }, (_, number) => `1.${number}`);
  await pushImages(registry, "team/app", Object.fromEntries(tags.map((tag) => [tag, amd64])), user);
  const before = tokens?.requests.length ?? 0;
  const [first = "", ...others] = tags.map((tag) => `${registry.host}/team/app:${tag}`);
  await flow.digest(first);
  await Promise.all(others.map((reference) => flow.digest(reference)));
  const asked = traffic.exchanges.filter(({ host }) => host === registry.host);
  assertEquals(asked.map(({ method }) => method), Array(101).fill("HEAD"));
  assertEquals((tokens?.requests.length ?? 0) - before, 1);
});
