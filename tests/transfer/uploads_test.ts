import { assert, assertEquals } from "@std/assert";
import { type CopyStep, openFlow, type RegistryAdapter, RegistryError } from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  type ContentHabits,
  descriptorOf,
  distribution,
  type DistributionOptions,
  presets,
  randomBlob,
  type RecordedRequest,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";
import { sha512Image } from "./sha512_image.ts";
import { virtualClock } from "../virtual_clock.ts";
import { amd64, index, REPOSITORY, runFaultCase, TARGET } from "./fault_world.ts";

const MIB = 2 ** 20;

/** What a registry's habits make of a copy. */
interface Habit {
  readonly name: string;
  readonly options: DistributionOptions;
  readonly chunk?: number;
  readonly adapter?: Pick<RegistryAdapter, "uploads">;
}

const big = buildImage({ layers: [{ a: "b" }, randomBlob(11 * MIB, 3)] });

const HABITS: readonly Habit[] = [
  { name: "an absolute Location", options: { habits: { location: "absolute" } } },
  { name: "no single POST", options: { habits: { singlePost: false } } },
  { name: "Range 0--1 after POST", options: { habits: { postRange: "0--1" } }, chunk: 4 * MIB },
  {
    name: "201 after PATCH, with chunks that have a least size",
    options: { habits: { patchStatus: 201, chunkMin: 5 * MIB } },
    chunk: MIB,
    adapter: { uploads: { chunkMin: 5 * MIB } },
  },
  {
    name: "chunks whose least size is told",
    options: { habits: { patchStatus: 201, chunkMin: 5 * MIB, saysChunkMin: true } },
    chunk: MIB,
  },
  {
    name: "PATCHes that are thrown away",
    options: { habits: { patchStatus: 201, discardsLater: true } },
    chunk: MIB,
    adapter: { uploads: { whole: true } },
  },
  {
    name: "chunks that have a greatest size",
    options: { habits: { rangedMax: 4 * MIB } },
    chunk: 8 * MIB,
    adapter: { uploads: { chunkMax: 4 * MIB } },
  },
  { name: "an uncertain status", options: { habits: { statusOff: 1, statusLocation: false } } },
  { name: "Docker's registry 2.8", options: { ...presets.distribution28 } },
  { name: "Harbor", options: bare(presets.harbor) },
  { name: "GitLab", options: bare(presets.gitlab) },
  { name: "Artifact Registry", options: { ...bare(presets.artifactRegistry), openReads: false } },
  { name: "zot", options: bare(presets.zot) },
  { name: "Gitea", options: bare(presets.gitea) },
  { name: "Nexus", options: bare(presets.nexus) },
  { name: "JFrog", options: bare(presets.jfrog) },
  { name: "ACR", options: bare(presets.acr) },
];

for (const { name, options, chunk, adapter } of HABITS) {
  Deno.test(`copy() comes to terms with ${name}`, async () => {
    const adapters: RegistryAdapter[] = [
      { id: "bent", title: "Bent", hosts: [TARGET], ...adapter },
    ];
    const { error } = await runFaultCase({
      images: { [REPOSITORY]: { tags: { "1": big } } },
      targetOptions: options,
      flow: { adapters },
      copy: { chunk },
    });
    assertEquals(error, undefined, Deno.inspect(error));
  });
}

/** A preset without what only fits its own host. */
function bare(options: DistributionOptions): DistributionOptions {
  const { host: _host, realm: _realm, users: _users, auth: _auth, ...rest } = options;
  return rest;
}

Deno.test("copy() to an empty repository is asked for a token once", async () => {
  const { network } = await runFaultCase({ target: [] });
  const refused = network.traffic.exchanges.filter(({ host, status }) =>
    host === TARGET && status === 401
  );
  assertEquals(refused.length, 1);
});

Deno.test("copy() leaves a slow line the time for a large chunk", async () => {
  const clock = virtualClock();
  let patches = 0;
  const network = simulateNetwork([
    distribution({ host: "source.example", images: { app: { tags: { "1": big } } } }),
    distribution({
      host: TARGET,
      faults: async ({ method, signal }, _, answer) => {
        if (method === "PATCH" && ++patches === 1) await clock.sleep(200_000, signal);
        return await answer();
      },
    }),
  ]);
  const flow = openFlow({ clock, fetch: network.fetch, random: () => 0 });
  await flow.copy("source.example/app:1", `${TARGET}/app:1`, { chunk: 10 * MIB });
  assertEquals(patches, 2);
});

const TRUE_HABITS: readonly (readonly [string, ContentHabits, mounted: boolean])[] = [
  ["the specification", {}, true],
  ["a registry that never mounts", { mounts: "never" }, false],
  ["a registry that mounts from anywhere", { mounts: "anywhere" }, true],
];

for (const [name, habits, mounted] of TRUE_HABITS) {
  Deno.test(`copy() within one registry mounts where it can: ${name}`, async () => {
    const world = openWorld({
      images: { "a/one": { tags: { "1": index } } },
      habits,
    });
    await world.flow.copy("registry.example/a/one:1", "registry.example/b/two:1");
    const blobs = world.steps.filter(({ kind }) => kind === "blob");
    assertEquals(new Set(blobs.map(({ fate }) => fate)), new Set([mounted ? "mounted" : "copied"]));
    assertEquals(world.asked("GET", "/blobs/").length, mounted ? 0 : blobs.length);
  });
}

Deno.test("copy() sends a blob where a mount is refused with 401, as by Harbor for a project that is not to be seen", async () => {
  const { error, network } = await runFaultCase({
    targetOptions: { habits: { missingFrom: 401 } },
  });
  assertEquals(error, undefined);
  assert(network.requests.length > 0);
});

Deno.test("copies() mounts what another copy has brought", async () => {
  const world = openWorld({ images: {} }, { images: { "a/one": { tags: { "1": amd64 } } } });
  const copies = world.flow.copies();
  await copies.copy("other.example/a/one:1", "registry.example/b/one:1");
  await copies.copy("other.example/a/one:1", "registry.example/b/two:1");
  const fates = world.steps.filter(({ kind }) => kind === "blob").map(({ fate }) => fate);
  assertEquals(fates, [...amd64.blobs.map(() => "copied"), ...amd64.blobs.map(() => "mounted")]);
});

Deno.test("copies() within one registry carry many great blobs at once without waiting for each other for ever", async () => {
  const images = Array.from(
    { length: 8 },
    (_, seed) =>
      buildImage({ layers: [randomBlob(2 * MIB, seed + 50), randomBlob(3 * MIB, seed)] }),
  );
  const tags = Object.fromEntries(images.map((image, at) => [`v${at}`, image]));
  const world = openWorld({ images: { "a/one": { tags } }, habits: { mounts: "never" } });
  const copies = world.flow.copies({ jobs: 24 });
  await Promise.all(
    Object.keys(tags).map((tag) =>
      copies.copy(`registry.example/a/one:${tag}`, `registry.example/b/two:${tag}`)
    ),
  );
  assertEquals(world.steps.filter(({ kind }) => kind === "tag").length, images.length);
});

Deno.test("copy() leaves foreign layers where they are", async () => {
  const foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const windows = buildImage({
    types: "docker",
    platform: "windows/amd64",
    layers: [{ of: 500, mediaType: foreign, urls: ["https://elsewhere.example/layer"] }, 600],
  });
  const lost = windows.blobs[1]?.digest ?? "";
  const { error } = await runFaultCase({
    images: { [REPOSITORY]: { tags: { "1": windows }, absent: [lost] } },
  });
  assertEquals(error, undefined);
});

const LARGE_INDEX = buildIndex(
  Array.from(
    { length: 40 },
    (_, at) => buildImage({ platform: `linux/arch${at}`, layers: [{ n: `${at}` }, 400] }),
  ),
  { attestations: true },
);
const NESTED = buildIndex([buildIndex([amd64]), buildIndex([buildIndex([amd64])])]);
const EMPTY_LAYER = buildImage({ layers: [{ of: new Uint8Array() }, { a: "b" }] });
const SAME_LAYER = buildImage({ layers: [700, 700, 700] });
const UNTYPED = buildImage({ saysType: false });
const ODD_CONFIG = buildImage({ config: null, configType: "application/x+json", layers: [300] });
const LIST = buildIndex([
  buildImage({ types: "docker" }),
  buildImage({ types: "docker", platform: "linux/s390x" }),
], { types: "docker" });

const SHAPES: readonly (readonly [string, TestManifest])[] = [
  ["an index of 40 platforms with attestations", LARGE_INDEX],
  ["indexes within indexes", NESTED],
  ["a layer without bytes", EMPTY_LAYER],
  ["one layer three times", SAME_LAYER],
  ["a manifest that does not say its type", UNTYPED],
  ["an artifact with a config of its own", ODD_CONFIG],
  ["a list of Docker's schema 2", LIST],
  ["a digest of sha512", sha512Image()],
];

for (const [name, image] of SHAPES) {
  Deno.test(`copy() carries ${name}`, async () => {
    const { error, result } = await runFaultCase({
      images: { [REPOSITORY]: { tags: { "1": image } } },
      most: 1500,
    });
    assertEquals(error, undefined, Deno.inspect(error));
    assertEquals(result?.digest, image.digest);
  });
}

Deno.test("copy() carries a sparse index to a target that takes one, and says what another refuses", async () => {
  const images = { [REPOSITORY]: { tags: { "1": index }, absent: [amd64.digest] } };
  const taken = await runFaultCase({
    images,
    targetOptions: { habits: { missingParts: "accepted" } },
    sparse: true,
  });
  assertEquals(taken.error, undefined);
  const refused = await runFaultCase({ images });
  assert(refused.error instanceof RegistryError);
  assertEquals(refused.error.facts.side, "destination");
});

Deno.test("copy() carries what refers to what refers, cosign's tags too", async () => {
  const sbom = referrer(amd64, "application/spdx+json");
  const signature = referrer(sbom, "application/vnd.dev.cosign.artifact.sig.v1+json");
  const note = referrer(signature, "text/x-note");
  const old = buildImage({ layers: [{ of: "sig", mediaType: "application/x-simplesigning" }] });
  const images = {
    "a/one": {
      tags: { "1": amd64, [`${amd64.digest.replace(":", "-")}.sig`]: old },
      untagged: [sbom, signature, note],
    },
  };
  for (const referrers of ["api", "missing"] as const) {
    const world = openWorld({ images: {}, habits: { referrers } }, { images });
    await world.flow.copy("other.example/a/one:1", "registry.example/b/two:1");
    const digests = new Set<string>(world.steps.map(({ digest }) => digest));
    for (const each of [sbom, signature, note, old]) assert(digests.has(each.digest));
    const tags = world.steps.filter(({ kind, fate }) => kind === "tag" && fate === "made");
    assertEquals(tags.length, referrers === "api" ? 0 : 3);
    const before = world.network.requests.length;
    await world.flow.copy("other.example/a/one:1", "registry.example/b/two:1");
    const again = world.network.requests.slice(before);
    assertEquals(again.map(({ method }) => method), ["HEAD", "HEAD"]);
    const read = await world.flow.referrers(`registry.example/b/two:1`);
    assert(JSON.stringify(read).includes(sbom.digest));
  }
});

Deno.test("copy() adds to a referrers tag what is not in it, and keeps what is", async () => {
  const [one, two] = [referrer(amd64, "text/x-one"), referrer(amd64, "text/x-two")];
  const tag = amd64.digest.replace(":", "-");
  const listed = buildIndex([one]);
  const world = openWorld(
    {
      images: { "b/two": { tags: { [tag]: listed }, untagged: [one] } },
      habits: { referrers: "missing" },
    },
    { images: { "a/one": { tags: { "1": amd64 }, untagged: [two] } } },
  );
  await world.flow.copy("other.example/a/one:1", "registry.example/b/two:1");
  const { manifest } = await world.flow.manifest(`registry.example/b/two:${tag}`);
  assert(manifest.kind === "index");
  assertEquals(manifest.manifests.map(({ digest }) => digest), [one.digest, two.digest]);
});

Deno.test("copy() does not come to an end of its own in a circle of referrers", async () => {
  const depth = 30;
  const chain = [amd64];
  for (let at = 0; at < depth; at++) chain.push(referrer(chain[at] ?? amd64, `text/x-${at}`));
  const images = { [REPOSITORY]: { tags: { "1": amd64 }, untagged: chain.slice(1) } };
  const { error, network } = await runFaultCase({ images });
  assertEquals(error, undefined);
  assert(network.requests.length < 200);
});

function referrer(subject: TestManifest, artifactType: string): TestManifest {
  return buildImage({
    artifactType,
    subject: descriptorOf(subject),
    layers: [{ of: `about ${subject.digest}`, mediaType: artifactType }],
  });
}

interface World {
  readonly flow: ReturnType<typeof openFlow>;
  readonly steps: CopyStep[];
  readonly network: ReturnType<typeof simulateNetwork>;
  asked(method: string, part: string): readonly RecordedRequest[];
}

/** An open registry, and perhaps another one. */
function openWorld(options: DistributionOptions, other?: DistributionOptions): World {
  const network = simulateNetwork([
    distribution({ content: {}, ...options }),
    ...other ? [distribution({ host: "other.example", content: {}, ...other })] : [],
  ]);
  const steps: CopyStep[] = [];
  const flow = openFlow({ fetch: network.fetch, clock: virtualClock(), random: () => 0.5 });
  const onStep = (step: CopyStep) => void steps.push(step);
  return {
    steps,
    network,
    flow: {
      ...flow,
      copy: (from, to, more = {}) => flow.copy(from, to, { onStep, ...more }),
      copies(more) {
        const copies = flow.copies(more);
        return { copy: (from, to, last = {}) => copies.copy(from, to, { onStep, ...last }) };
      },
    },
    asked: (method, part) =>
      network.requests.filter((each) => each.method === method && each.url.includes(part)),
  };
}
