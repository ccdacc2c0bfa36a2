import { assertEquals, assertStringIncludes } from "@std/assert";
import { type CopyStep, type FlowOptions, openFlow } from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  type Images,
  presets,
  type SimulatedNetwork,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";

const FROM = "source.example/team/app";
const TO = "target.example/team/app";
const one = buildImage({ layers: [{ a: "one" }] });
const two = buildImage({ layers: [{ a: "two" }] });
const sbom = buildImage({ subject: one, artifactType: "application/spdx+json" });
const theirs = buildImage({ layers: [{ of: "theirs", mediaType: "application/x-signature" }] });
const ours = buildImage({ layers: [{ of: "ours", mediaType: "application/x-signature" }] });

/** Two registries without a referrers API. */
function openWorld(source: Images[string], target: Images = {}, options: FlowOptions = {}) {
  const network = simulateNetwork([
    distribution({
      ...presets.distribution28,
      host: "source.example",
      images: { "team/app": source },
    }),
    distribution({ ...presets.distribution28, host: "target.example", images: target }),
  ]);
  const warnings: string[] = [];
  const flow = openFlow({
    fetch: network.fetch,
    retries: 0,
    onWarning: (message) => void warnings.push(message),
    ...options,
  });
  return { network, flow, warnings };
}

function listing(...manifests: readonly TestManifest[]): TestManifest {
  return buildIndex([], { also: manifests.map(({ descriptor }) => descriptor) });
}

function tagOf({ digest }: TestManifest): string {
  return digest.replace(":", "-");
}

/** What the target has under a tag. */
async function readTarget({ fetch }: SimulatedNetwork, tag: string): Promise<string> {
  const answer = await fetch(`https://target.example/v2/team/app/manifests/${tag}`, {
    headers: { accept: `${one.mediaType}, ${listing().mediaType}` },
  });
  return await answer.text();
}

Deno.test("copy() ends where a list of referrers names its own subject", async () => {
  const { flow } = openWorld({ tags: { "1": one, [tagOf(one)]: listing(one) } });
  assertEquals<string>((await flow.copy(`${FROM}:1`, TO)).digest, one.digest);
});

Deno.test("copies() end where two images are listed as referrers of each other", async () => {
  const tags = { "1": one, "2": two, [tagOf(one)]: listing(two), [tagOf(two)]: listing(one) };
  const { flow } = openWorld({ tags });
  const copies = flow.copies();
  const results = await Promise.all(["1", "2"].map((tag) => copies.copy(`${FROM}:${tag}`, TO)));
  assertEquals<string[]>(results.map(({ digest }) => digest), [one.digest, two.digest]);
});

Deno.test("copies() bring what refers to a referrer, however deep another copy met it", async () => {
  const chain = [one];
  for (let depth = 1; depth <= 5; depth++) {
    const subject = chain[depth - 1];
    chain.push(buildImage({ subject, artifactType: `application/x-${depth}` }));
  }
  const lists = chain.slice(0, -1).map((subject, at) => [
    tagOf(subject),
    listing(...chain.slice(at + 1, at + 2)),
  ]);
  const fourth = chain[3] ?? one;
  const tags = { "1": one, "4": fourth, ...Object.fromEntries(lists) };
  const { flow, network } = openWorld({ tags, untagged: chain });
  const copies = flow.copies();
  await copies.copy(`${FROM}:1`, TO);
  await copies.copy(`${FROM}:4`, TO);
  assertStringIncludes(await readTarget(network, tagOf(chain[4] ?? one)), chain[5]?.digest ?? "-");
});

Deno.test("copy() lists no referrer that the source lists and has not", async () => {
  const tags = { "1": one, [tagOf(one)]: listing(two, sbom) };
  const { flow, network } = openWorld({ tags, untagged: [sbom] });
  assertEquals<string>((await flow.copy(`${FROM}:1`, TO)).digest, one.digest);
  const { manifests } = JSON.parse(await readTarget(network, tagOf(one)));
  assertEquals(manifests.map(({ digest }: TestManifest) => digest), [sbom.digest]);
});

Deno.test("copy() makes no list where the source has nothing of what it lists", async () => {
  const { flow, network } = openWorld({ tags: { "1": one, [tagOf(one)]: listing(two) } });
  await flow.copy(`${FROM}:1`, TO);
  assertStringIncludes(await readTarget(network, tagOf(one)), "MANIFEST_UNKNOWN");
});

Deno.test("copy() leaves a signature that the destination made itself, and says so", async () => {
  const sig = `${tagOf(one)}.sig`;
  const { flow, network, warnings } = openWorld(
    { tags: { "1": one, [sig]: theirs } },
    { "team/app": { tags: { "1.2": one, [sig]: ours } } },
  );
  const steps: CopyStep[] = [];
  await flow.copy(`${FROM}:1`, TO, { dryRun: true });
  const onStep = (step: CopyStep) => void steps.push(step);
  assertEquals((await flow.copy(`${FROM}:1`, TO, { onStep })).fate, "copied");
  assertEquals(await readTarget(network, sig), new TextDecoder().decode(ours.bytes));
  assertEquals(steps.map(({ tag, fate }) => `${tag} ${fate}`).at(-1), "1 copied");
  const fate = "is left as it is: --refresh-referrers replaces it";
  const warning = `${TO}:${sig} is another than at the source, and ${fate}`;
  assertEquals(warnings, [warning, warning]);
});

Deno.test("copy() with refreshReferrers takes the source's signature for the destination's", async () => {
  const sig = `${tagOf(one)}.sig`;
  const { flow, network, warnings } = openWorld(
    { tags: { "1": one, [sig]: theirs } },
    { "team/app": { tags: { "1": one, [sig]: ours } } },
  );
  await flow.copy(`${FROM}:1`, TO);
  assertEquals(await readTarget(network, sig), new TextDecoder().decode(ours.bytes));
  await flow.copy(`${FROM}:1`, TO, { refreshReferrers: true });
  assertEquals(await readTarget(network, sig), new TextDecoder().decode(theirs.bytes));
  assertEquals(warnings, []);
});

Deno.test("copies() ask a repository once for a referrers API that it has not", async () => {
  const [arm64, other] = ["linux/arm64", "linux/s390x"].map((platform) => buildImage({ platform }));
  if (arm64 === undefined || other === undefined) throw new Error("no images");
  const tags = { "1": buildIndex([one, arm64, other]), "2": two };
  const { network, flow } = openWorld({ tags, untagged: [sbom] });
  const copies = flow.copies();
  for (const tag of ["1", "2"]) await copies.copy(`${FROM}:${tag}`, TO);
  const asked = network.requests.filter(({ url }) => url.includes("/referrers/"));
  assertEquals(asked.map(({ host }) => host), ["source.example"]);
});

Deno.test("copies() ask again where the answer is about the subject alone", async () => {
  const network = simulateNetwork([
    distribution({
      host: "source.example",
      images: { "team/app": { tags: { "1": one, "2": two }, untagged: [sbom] } },
      faults: ({ url }) =>
        url.includes(`/referrers/${two.digest}`)
          ? Response.json({ errors: [{ code: "MANIFEST_UNKNOWN" }] }, { status: 404 })
          : undefined,
    }),
    distribution({ host: "target.example", content: {} }),
  ]);
  const copies = openFlow({ fetch: network.fetch, retries: 0 }).copies();
  for (const tag of ["2", "1"]) await copies.copy(`${FROM}:${tag}`, TO);
  const url = `https://target.example/v2/team/app/referrers/${one.digest}`;
  const { manifests } = await (await network.fetch(url)).json();
  assertEquals(manifests.map(({ digest }: { digest: string }) => digest), [sbom.digest]);
});

Deno.test("copy() looks under digests written as tags only where the list of tags has them", async () => {
  const signature = `${tagOf(one)}.sig`;
  const tags = { "1": buildIndex([one, two]), [signature]: theirs };
  const { flow, network } = openWorld({ tags });
  await flow.copy(`${FROM}:1`, TO, { sourceTags: new Set(Object.keys(tags)) });
  const sought = network.requests
    .map(({ url }) => new URL(url))
    .filter(({ host, pathname }) => host === "source.example" && pathname.includes("sha256-"))
    .map(({ pathname }) => pathname.split("/").at(-1));
  assertEquals(sought, [signature]);
  assertEquals(await readTarget(network, signature), new TextDecoder().decode(theirs.bytes));
});

Deno.test("copies() look for what was signed since where a copy refreshes", async () => {
  const signature = `${tagOf(one)}.sig`;
  const target = distribution({ host: "target.example", content: {} });
  const sourceWith = (tags: Images[string]["tags"]) =>
    simulateNetwork([
      distribution({ host: "source.example", images: { "team/app": { tags } } }),
      target,
    ]);
  let { fetch } = sourceWith({ "1": one });
  const copies = openFlow({ retries: 0, fetch: (input, init) => fetch(input, init) }).copies();
  await copies.copy(`${FROM}:1`, TO);
  ({ fetch } = sourceWith({ "1": one, [signature]: theirs }));
  await copies.copy(`${FROM}:1`, TO, { refreshReferrers: true });
  const { fate } = await copies.copy(`${TO}:${signature}`, "target.example/other/app");
  assertEquals(fate, "copied");
});

/** Two repositories of one source, copied from one after the other into one of another registry. */
function openPair(first: Images[string], second: Images[string]) {
  const images = { "team/first": first, "team/second": second };
  const network = simulateNetwork([
    distribution({ host: "source.example", images }),
    distribution({ ...presets.distribution28, host: "target.example", images: {} }),
  ]);
  return { network, copies: openFlow({ fetch: network.fetch, retries: 0 }).copies() };
}

Deno.test("copies() bring the signatures of each source of one image", async () => {
  const sig = `${tagOf(one)}.sig`;
  const plain = { tags: { "1": one } };
  const signed = { tags: { "2": one, [sig]: theirs } };
  const { network, copies } = openPair(plain, signed);
  await copies.copy("source.example/team/first:1", TO);
  await copies.copy("source.example/team/second:2", TO);
  assertEquals(await readTarget(network, sig), new TextDecoder().decode(theirs.bytes));
});

Deno.test("copies() ask the second source for what the first lists and has not", async () => {
  const listed = { "1": one, [tagOf(one)]: listing(sbom) };
  const whole = { tags: { ...listed, "2": one }, untagged: [sbom] };
  const { network, copies } = openPair({ tags: listed }, whole);
  await copies.copy("source.example/team/first:1", TO);
  await copies.copy("source.example/team/second:2", TO);
  assertStringIncludes(await readTarget(network, tagOf(one)), sbom.digest);
});
