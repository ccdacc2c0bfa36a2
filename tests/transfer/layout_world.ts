import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Flow, openFlow } from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  digestOf,
  distribution,
  type Images,
  type SimulatedNetwork,
  simulateNetwork,
  type TestImage,
  type TestManifest,
} from "../registry/mod.ts";

/** Where images come from. */
export const HOST = "registry.example";

export const amd64: TestImage = buildImage({ layers: [{ "hello.txt": "hello\n" }, 300_000] });
export const arm64: TestImage = buildImage({ platform: "linux/arm64/v8" });
export const app: TestManifest = buildIndex([amd64, arm64], { attestations: true });
export const sbom: TestImage = buildImage({
  subject: app,
  artifactType: "application/spdx+json",
  annotations: { note: "kept" },
});
export const signature: TestImage = buildImage({
  subject: sbom,
  artifactType: "application/vnd.cncf.notary.signature",
});
/** An image that shares a layer with `app`. */
export const next: TestImage = buildImage({
  layers: [amd64.layers[0] ?? 1, { "next.txt": "next\n" }],
});

/** A registry, a flow that reaches it, and a folder of its own. Disposal removes the folder. */
export interface LayoutWorld extends AsyncDisposable {
  readonly network: SimulatedNetwork;
  readonly flow: Flow;
  readonly folder: string;
}

/** Makes a world; its registry holds `team/app` with `1.0`, `2.0` and what refers to them, and what is told. */
export async function openWorld(images: Images = {}): Promise<LayoutWorld> {
  const registry = distribution({
    host: HOST,
    images: {
      "team/app": { tags: { "1.0": app, "2.0": next }, untagged: [sbom, signature] },
      ...images,
    },
  });
  const network = simulateNetwork(registry);
  const folder = await Deno.makeTempDir({ prefix: "portolan-layout-" });
  return {
    network,
    flow: openFlow({ fetch: network.fetch, retries: 0 }),
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

interface Entry {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The entries of a layout's index. */
export async function entriesOf(folder: string): Promise<readonly Entry[]> {
  return JSON.parse(await Deno.readTextFile(join(folder, "index.json"))).manifests;
}

/** What names stand for in a layout. */
export async function namesOf(folder: string): Promise<Record<string, string>> {
  const names = (await entriesOf(folder)).map(({ digest, annotations }): [string, string] => [
    annotations?.["org.opencontainers.image.ref.name"] ?? "",
    digest,
  ]);
  return Object.fromEntries(names.filter(([name]) => name !== ""));
}

/**
 * Asserts that a folder is a whole layout: every blob has the digest that it is called by, and all that the
 * index leads to is there.
 *
 * @returns names in `blobs` that are no digests, and names beside it that no layout has
 */
export async function assertLayout(folder: string): Promise<readonly string[]> {
  const marker = await Deno.readTextFile(join(folder, "oci-layout"));
  assertEquals(JSON.parse(marker), { imageLayoutVersion: "1.0.0" });
  const known = ["oci-layout", "index.json", "blobs"];
  const others = (await namesIn(folder)).filter((name) => !known.includes(name));
  const blobs = new Map<string, number>();
  for (const algorithm of await namesIn(join(folder, "blobs"))) {
    for (const hex of await namesIn(join(folder, "blobs", algorithm))) {
      if (!/^[0-9a-f]+$/.test(hex)) {
        others.push(hex);
        continue;
      }
      const bytes = await Deno.readFile(join(folder, "blobs", algorithm, hex));
      assertEquals(createHash(algorithm).update(bytes).digest("hex"), hex);
      blobs.set(`${algorithm}:${hex}`, bytes.length);
    }
  }

  async function follow({ digest, size, mediaType }: Entry): Promise<void> {
    assertEquals(blobs.get(digest), size, `${digest} of ${mediaType}`);
    if (!/manifest|index/.test(mediaType)) return;
    const path = join(folder, "blobs", digest.replace(":", "/"));
    const { manifests = [], layers = [], config } = JSON.parse(await Deno.readTextFile(path));
    for (const entry of [...manifests, ...layers, ...config ? [config] : []]) await follow(entry);
  }

  for (const entry of await entriesOf(folder)) await follow(entry);
  return others;
}

/** The names in a folder, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.sort();
}

/** Writes a layout by hand: manifests with all that they lead to, and an index of the entries told. */
export async function writeLayout(
  folder: string,
  manifests: readonly TestManifest[],
  entries: readonly object[] = manifests.map((manifest, index) =>
    named(manifest, `${index + 1}.0`)
  ),
): Promise<void> {
  await Deno.mkdir(join(folder, "blobs", "sha256"), { recursive: true });
  await Deno.writeTextFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  const index = { schemaVersion: 2, manifests: entries };
  await Deno.writeTextFile(join(folder, "index.json"), JSON.stringify(index));
  for (const manifest of manifests) await writeManifest(folder, manifest);
}

async function writeManifest(
  folder: string,
  { bytes, digest, blobs, children }: TestManifest,
): Promise<void> {
  assert(digestOf(bytes) === digest);
  await Deno.writeFile(blobPath(folder, digest), bytes);
  for (const child of children) await writeManifest(folder, child);
  for (const blob of blobs) await Deno.writeFile(blobPath(folder, blob.digest), blob.open());
}

/** Where a blob lies. */
export function blobPath(folder: string, digest: string): string {
  return join(folder, "blobs", digest.replace(":", "/"));
}

/** The entry of a manifest under a name. */
export function named({ descriptor }: TestManifest, name: string): object {
  return { ...descriptor, annotations: { "org.opencontainers.image.ref.name": name } };
}
