import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type CopyStep, openFlow, RegistryError } from "../../mod.ts";
import { copyTree } from "../../core/transfer/copy_tree.ts";
import { openLedger } from "../../core/transfer/ledger.ts";
import type { Voyage } from "../../core/transfer/voyage.ts";
import { parseManifest } from "../../core/images/manifest.ts";
import { parseDigest } from "../../core/names/digest.ts";
import { OCI_INDEX } from "../../core/names/media_type.ts";
import {
  blobOf,
  buildImage,
  buildIndex,
  buildManifest,
  distribution,
  type Images,
  presets,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";

const FROM = "source.example/team/app";
const TO = "target.example/team/app";

function openWorld(tags: Images[string]["tags"]) {
  const network = simulateNetwork([
    distribution({ host: "source.example", images: { "team/app": { tags } } }),
    distribution({ ...presets.distribution28, host: "target.example", images: {} }),
  ]);
  return { network, flow: openFlow({ fetch: network.fetch, retries: 0 }) };
}

Deno.test("copy() knows a layer from a manifest with the same bytes", async () => {
  const first = buildImage({ layers: [{ a: "first" }] });
  const second = buildImage({
    platform: "linux/arm64",
    layers: [{ of: blobOf(first.bytes), mediaType: "application/x-manifest" }],
  });
  const index = buildIndex([first, second]);
  for (let turn = 0; turn < 2; turn++) {
    const { flow } = openWorld({ "1": index, "2": second });
    const copies = flow.copies();
    if (turn === 1) await copies.copy(`${FROM}:2`, TO);
    assertEquals<string>((await copies.copy(`${FROM}:1`, TO)).digest, index.digest);
  }
});

Deno.test("copy() carries a foreign layer that is had nowhere else", async () => {
  const mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const urls = ["https://elsewhere.example/layer"];
  const image = buildImage({
    types: "docker",
    layers: [{ of: "here", mediaType, urls: [] }, { of: "elsewhere", mediaType, urls }],
  });
  const { flow } = openWorld({ "1": image });
  const steps: CopyStep[] = [];
  await flow.copy(`${FROM}:1`, TO, { onStep: (step) => void steps.push(step) });
  const blobs = steps.filter(({ kind }) => kind === "blob").map(({ digest }) => digest);
  assertEquals<string[]>(
    blobs.toSorted(),
    image.blobs.slice(0, 2).map(({ digest }) => digest).toSorted(),
  );
});

/** An image for one version of Windows. */
function windows(version: string): TestManifest {
  const platform = { os: "windows", architecture: "amd64", "os.version": version };
  const image = buildImage({ platform: "windows/amd64", layers: [{ a: version }] });
  return { ...image, descriptor: { ...image.descriptor, platform } };
}

for (
  const [wanted, versions] of [
    ["windows/amd64", ["10.0.17763.5", "10.0.20348.1", "10.0.20348.7"]],
    ["windows/amd64:10.0.20348", ["10.0.20348.1", "10.0.20348.7"]],
    ["windows/amd64:10.0.20348.7", ["10.0.20348.7"]],
  ] as const
) {
  Deno.test(`copy() for ${wanted} keeps ${versions.length} versions of Windows`, async () => {
    const all = ["10.0.17763.5", "10.0.20348.1", "10.0.20348.7"].map(windows);
    const { flow, network } = openWorld({ "1": buildIndex([...all, buildImage()]) });
    await flow.copy(`${FROM}:1`, TO, { platforms: [wanted] });
    const answer = await network.fetch("https://target.example/v2/team/app/manifests/1", {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    });
    const { manifests } = await answer.json();
    const kept = manifests.map(({ platform }: TestManifest["descriptor"]) =>
      platform?.["os.version"]
    );
    assertEquals(kept, [...versions]);
  });
}

Deno.test("copyTree() tells whether a manifest is there, and keeps nothing of it", async () => {
  const there = buildManifest({ schemaVersion: 2, manifests: [] }, OCI_INDEX);
  const gone = buildImage();
  const { bytes, mediaType } = there;
  const digest = parseDigest(there.digest);
  const voyage: Voyage = {
    source: {
      name: "source",
      what: "copy from source",
      digestOf: () => Promise.resolve(undefined),
      readManifest: (name) =>
        name === digest
          ? Promise.resolve({ digest, bytes, mediaType, manifest: parseManifest(bytes, mediaType) })
          : Promise.reject(new RegistryError("not_found", "no")),
      async *readBlob() {},
      referrersOf: () => Promise.resolve([]),
    },
    target: {
      name: "target",
      what: "copy to target",
      digestOf: () => Promise.resolve(undefined),
      hasBlob: () => Promise.resolve(false),
      putBlob: () => Promise.resolve("sent"),
      putManifest: () => Promise.resolve(),
      listedReferrers: () => Promise.resolve(undefined),
    },
    ledger: openLedger(1),
    stop: new AbortController(),
    signal: new AbortController().signal,
  };
  const descriptors = [there, gone].map(({ descriptor }) => ({
    ...descriptor,
    digest: parseDigest(descriptor.digest),
    platform: undefined,
  }));
  const told = await Promise.all(descriptors.map((each) => copyTree(each, voyage, { depth: 1 })));
  assertEquals(told, [true, false]);
});

Deno.test("copies() let go one that is stopped while it waits for another's blob", async () => {
  const shared = { shared: "layer" };
  const [one, two] = ["1", "2"].map((a) => buildImage({ layers: [shared, { a }] }));
  if (one === undefined || two === undefined) throw new Error("no images");
  const layer = one.layers[0]?.digest ?? "";
  const { network } = openWorld({ "1": one, "2": two });
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const flow = openFlow({
    retries: 0,
    fetch: async (input, init) => {
      if (init?.method === "GET" && String(input).endsWith(layer)) {
        asked.resolve();
        await answered.promise;
      }
      return await network.fetch(input, init);
    },
  });
  const copies = flow.copies();
  const first = copies.copy(`${FROM}:1`, TO);
  await asked.promise;
  const stop = new AbortController();
  const waits = Promise.withResolvers<void>();
  let left = two.blobs.length - 1;
  const second = copies.copy(`${FROM}:2`, TO, {
    signal: stop.signal,
    onStep: ({ kind }) => void (kind === "blob" && --left === 0 && waits.resolve()),
  });
  await waits.promise;
  const reason = new Error("enough");
  stop.abort(reason);
  assertEquals(await assertRejects(() => second), reason);
  answered.resolve();
  assertEquals<string>((await first).digest, one.digest);
});

const held = buildImage({ layers: [{ a: "held" }] });
const lacked = buildImage({ platform: "linux/arm64", layers: [{ a: "lacked" }] });
const sparse = buildIndex([held], { also: [lacked.descriptor] });

Deno.test("copies() say once of each manifest that an index lists and the source has not", async () => {
  const folder = await Deno.makeTempDir({ prefix: "portolan-sparse-" });
  try {
    const tags = { "1": sparse, "2": sparse };
    const network = simulateNetwork([
      distribution({ host: "source.example", images: { "team/app": { tags } } }),
      distribution({ host: "target.example", content: {}, habits: { missingParts: "accepted" } }),
    ]);
    const warnings: string[] = [];
    const flow = openFlow({
      fetch: network.fetch,
      retries: 0,
      onWarning: (message) => void warnings.push(message),
    });
    const ways = [[FROM, `oci:${folder}/a`], [FROM, `oci-archive:${folder}/b`], [FROM, TO], [
      `oci:${folder}/a`,
      `oci:${folder}/c`,
    ]];
    for (const [from, to] of ways) {
      const copies = flow.copies();
      for (const tag of ["1", "2"]) await copies.copy(`${from}:${tag}`, `${to}:${tag}`);
      const fate = `which ${sparse.digest} lists: the copy lacks it too`;
      assertEquals(warnings.splice(0), [`${from} does not have ${lacked.digest}, ${fate}`]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("copy() fails where the source has nothing of what an index lists", async () => {
  const images = { "team/app": { tags: { "1": sparse } } };
  const network = simulateNetwork(
    distribution({ host: "source.example", images }),
  );
  const folder = await Deno.makeTempDir();
  try {
    const flow = openFlow({ fetch: network.fetch, retries: 0 });
    const copying = () => flow.copy(`${FROM}:1`, `oci:${folder}`, { platforms: ["linux/arm64"] });
    const error = await assertRejects(copying, RegistryError);
    assertEquals([error.code, error.facts.side], ["not_found", "source"]);
    assertStringIncludes(
      error.message,
      `it has none of what is wanted of its index: ${lacked.digest}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
