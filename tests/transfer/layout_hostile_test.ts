import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { RegistryError } from "../../mod.ts";
import { buildIndex, descriptorOf } from "../registry/mod.ts";
import {
  amd64,
  app,
  arm64,
  blobPath,
  entriesOf,
  named,
  next,
  openWorld,
  sbom,
  writeLayout,
} from "./layout_world.ts";

const layer = arm64.layers[0]?.digest ?? "";
const entry = named(arm64, "1.0");
const NAME = "org.opencontainers.image.ref.name";

/** How a good layout of `arm64` as `1.0` is spoiled, and what comes of reading it. */
interface Case {
  readonly spoil: (folder: string) => Promise<unknown> | void;
  readonly code: string;
  readonly says: string;
  /** What is read. @default "1.0" */
  readonly name?: string;
}

function marker(text: string | Uint8Array<ArrayBuffer>, code: string, says: string): Case {
  return { spoil: (folder) => write(join(folder, "oci-layout"), text), code, says };
}

function index(value: unknown, code: string, says: string): Case {
  const text = typeof value === "string" || value instanceof Uint8Array
    ? value as string | Uint8Array<ArrayBuffer>
    : JSON.stringify(value);
  return { spoil: (folder) => write(join(folder, "index.json"), text), code, says };
}

function entries(list: unknown, code: string, says: string): Case {
  return index({ schemaVersion: 2, manifests: list }, code, says);
}

function blob(digest: string, text: string, code: string, says: string): Case {
  return { spoil: (folder) => write(blobPath(folder, digest), text), code, says };
}

async function write(path: string, text: string | Uint8Array<ArrayBuffer>): Promise<void> {
  if (typeof text === "string") await Deno.writeTextFile(path, text);
  else await Deno.writeFile(path, text);
}

/** Puts what is at a path outside of the layout, with a link to it in its place. */
async function linkOut(folder: string, inside: string): Promise<void> {
  const path = join(folder, inside);
  await Deno.rename(path, `${folder}-outside`);
  await Deno.symlink(`${folder}-outside`, path);
}

async function replace(path: string, make: (path: string) => Promise<unknown>): Promise<void> {
  await Deno.remove(path, { recursive: true });
  await make(path);
}

const CASES: Readonly<Record<string, Case>> = {
  "no marker": {
    spoil: (folder) => Deno.remove(join(folder, "oci-layout")),
    code: "protocol",
    says: "no oci-layout",
  },
  "an empty marker": marker("", "protocol", "oci-layout: "),
  "a marker that is no JSON": marker("1.0.0", "protocol", "not JSON"),
  "a marker without a version": marker("{}", "unsupported", "version is none"),
  "a marker of version 2": marker('{"imageLayoutVersion":"2.0.0"}', "unsupported", '"2.0.0"'),
  "a version that is a number": marker('{"imageLayoutVersion":1}', "unsupported", "is none"),
  "a version with an escape": marker(
    '{"imageLayoutVersion":"\\u001b[2J"}',
    "unsupported",
    "\\u{1b}[2J",
  ),
  "two versions": marker(
    '{"imageLayoutVersion":"1.0.0","imageLayoutVersion":"2.0.0"}',
    "protocol",
    "twice",
  ),
  "a marker of a megabyte": marker(" ".repeat(2 ** 20), "too_large", "at most"),
  "a marker that is a folder": {
    spoil: (folder) => replace(join(folder, "oci-layout"), (path) => Deno.mkdir(path)),
    code: "protocol",
    says: "is a folder, not a file",
  },
  "a marker that is a link": {
    spoil: (folder) => linkOut(folder, "oci-layout"),
    code: "protocol",
    says: "symbolic link",
  },
  "no index": {
    spoil: (folder) => Deno.remove(join(folder, "index.json")),
    code: "protocol",
    says: "no index.json",
  },
  "an empty index": index("", "protocol", "not JSON"),
  "an index cut short": index('{"schemaVersion":2,"manifests":[', "protocol", "not JSON"),
  "an index that is a list": index([], "protocol", "not a JSON object"),
  "an index that is no UTF-8": index(new Uint8Array([0x7b, 0xff]), "protocol", "not UTF-8"),
  "an index of two values": index("{}{}", "protocol", "not JSON"),
  "an index nested deep": index("[".repeat(200), "protocol", "nested"),
  "an index of version 1": index(
    { schemaVersion: 1, manifests: [] },
    "unsupported",
    "schema 1",
  ),
  "an index without entries": index({ schemaVersion: 2 }, "protocol", "neither"),
  "an index that is an image too": index(
    { schemaVersion: 2, manifests: [], layers: [] },
    "protocol",
    "fields of an index and those of an image",
  ),
  "an index with manifests twice": index(
    '{"schemaVersion":2,"manifests":[],"manifests":[]}',
    "protocol",
    "twice",
  ),
  "an index with Manifests": index(
    { schemaVersion: 2, manifests: [], Manifests: [] },
    "protocol",
    "case alone",
  ),
  "an index of Docker's type": index(
    {
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.list.v2+json",
      manifests: [entry],
    },
    "protocol",
    "no OCI index",
  ),
  "an index of 17 MiB": index(" ".repeat(17 * 2 ** 20), "too_large", "at most"),
  "an index that is a link": {
    spoil: (folder) => linkOut(folder, "index.json"),
    code: "protocol",
    says: "symbolic link",
  },
  "entries that are text": entries(["1.0"], "protocol", "manifests[0]"),
  "entries that are null": entries(null, "not_found", 'no "1.0"'),
  "a digest that leads out": entries(
    [{ ...entry, digest: "sha256:../../../../etc/passwd" }],
    "protocol",
    "manifests[0].digest",
  ),
  "a digest in capitals": entries(
    [{ ...entry, digest: `sha256:${arm64.digest.slice(7).toUpperCase()}` }],
    "protocol",
    "lower case",
  ),
  "a digest of another kind": entries(
    [{ ...entry, digest: "md5:0123456789abcdef" }],
    "protocol",
    "unknown",
  ),
  "a digest with NUL": entries(
    [{ ...entry, digest: `${arm64.digest.slice(0, -1)}\0` }],
    "protocol",
    "not hex",
  ),
  "a size of -1": entries([{ ...entry, size: -1 }], "protocol", "manifests[0].size"),
  "a size of 1e400": index(
    JSON.stringify({ schemaVersion: 2, manifests: [entry] }).replace(/"size":\d+/, '"size":1e400'),
    "protocol",
    "manifests[0].size",
  ),
  "a size that is another": entries(
    [{ ...entry, size: arm64.bytes.length + 1 }],
    "digest_mismatch",
    "the index says",
  ),
  "an entry without a type": entries(
    [{ ...entry, mediaType: undefined }],
    "protocol",
    "manifests[0].mediaType",
  ),
  "an image that is told as an index": entries(
    [{ ...entry, mediaType: app.mediaType }],
    "protocol",
    "Content-Type",
  ),
  "an entry of an unknown type": entries(
    [{ ...entry, mediaType: "application/xml" }],
    "protocol",
    "Content-Type",
  ),
  "a name that is a number": entries(
    [{ ...entry, annotations: { [NAME]: 1 } }],
    "protocol",
    "manifests[0].annotations",
  ),
  "a name with an escape": entries(
    [{ ...entry, annotations: { [NAME]: "\u001b[2J" } }],
    "not_found",
    'no "1.0"',
  ),
  "names like those of objects": entries(
    [{ ...entry, annotations: { [NAME]: "constructor" } }],
    "not_found",
    'no "1.0"',
  ),
  "a name for two images": entries([entry, named(next, "1.0")], "protocol", "2 entries"),
  "an entry that is a blob": entries(
    [{ ...entry, digest: layer, size: arm64.layers[0]?.size }],
    "protocol",
    "Cannot read the manifest",
  ),
  "a name that is not there": { spoil() {}, name: "2.0", code: "not_found", says: 'no "2.0"' },
  "no manifest": {
    spoil: (folder) => Deno.remove(blobPath(folder, arm64.digest)),
    code: "not_found",
    says: `${arm64.digest} is not in it`,
  },
  "a manifest with other bytes": blob(
    arm64.digest,
    "x".repeat(arm64.bytes.length),
    "digest_mismatch",
    "has the digest",
  ),
  "a manifest cut short": blob(arm64.digest, "{", "digest_mismatch", "the index says"),
  "a manifest that is a link": {
    spoil: (folder) => linkOut(folder, `blobs/${arm64.digest.replace(":", "/")}`),
    code: "protocol",
    says: "symbolic link",
  },
  "a manifest that is a folder": {
    spoil: (folder) => replace(blobPath(folder, arm64.digest), (path) => Deno.mkdir(path)),
    code: "protocol",
    says: "is a folder, not a file",
  },
  "a manifest that is a pipe": {
    spoil: (folder) =>
      replace(
        blobPath(folder, arm64.digest),
        (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
      ),
    code: "protocol",
    says: "a pipe or a device",
  },
  "no layer": {
    spoil: (folder) => Deno.remove(blobPath(folder, layer)),
    code: "not_found",
    says: `${layer} is not in it`,
  },
  "a layer with other bytes": blob(
    layer,
    "x".repeat(arm64.layers[0]?.size ?? 0),
    "digest_mismatch",
    "has the digest",
  ),
  "a layer cut short": blob(layer, "x", "digest_mismatch", "has 1 bytes instead of"),
  "a layer that is longer": {
    spoil: (folder) => Deno.writeTextFile(blobPath(folder, layer), "x", { append: true }),
    code: "digest_mismatch",
    says: "instead of",
  },
  "a layer that is a link": {
    spoil: (folder) => linkOut(folder, `blobs/${layer.replace(":", "/")}`),
    code: "protocol",
    says: "symbolic link",
  },
  "a layer that is a link to nothing": {
    spoil: (folder) =>
      replace(blobPath(folder, layer), (path) => Deno.symlink("/nowhere/at/all", path)),
    code: "protocol",
    says: "symbolic link",
  },
  "a folder of blobs that is a link": {
    spoil: (folder) => linkOut(folder, "blobs/sha256"),
    code: "protocol",
    says: "symbolic link",
  },
  "blobs that are a link": {
    spoil: (folder) => linkOut(folder, "blobs"),
    code: "protocol",
    says: "symbolic link",
  },
  "blobs that are a file": {
    spoil: (folder) => replace(join(folder, "blobs"), (path) => Deno.writeTextFile(path, "")),
    code: "protocol",
    says: "is a file, not a folder",
  },
  "no blobs": {
    spoil: (folder) => Deno.remove(join(folder, "blobs"), { recursive: true }),
    code: "not_found",
    says: "is not in it",
  },
  "a layout that is a file": {
    spoil: (folder) => replace(folder, (path) => Deno.writeTextFile(path, "")),
    code: "protocol",
    says: "is a file, not a folder",
  },
  "no layout": {
    spoil: (folder) => Deno.remove(folder, { recursive: true }),
    code: "not_found",
    says: "there is no such folder",
  },
};

for (const [name, { spoil, code, says, name: tag = "1.0" }] of Object.entries(CASES)) {
  Deno.test(`copy() refuses a layout: ${name}`, async () => {
    await using world = await openWorld();
    const layout = join(world.folder, "layout");
    await writeLayout(layout, [arm64]);
    await spoil(layout);
    const target = join(world.folder, "target");
    const error = await assertRejects(
      () => world.flow.copy(`oci:${layout}:${tag}`, `oci:${target}:1.0`),
      RegistryError,
    );
    assertEquals([error.code, error.facts.side], [code as typeof error.code, "source"]);
    assertStringIncludes(error.message, says);
    assert(error.message.startsWith(`Cannot copy from "oci:${layout}": `), error.message);
    // deno-lint-ignore no-control-regex -- that is what is looked for
    assert(!/[\x00-\x1f\x7f]/.test(error.message + error.facts.hint));
    if (await exists(target)) assertEquals(await entriesOf(target), []);
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("copy() carries what a layout with a missing platform has", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  const sparse = buildIndex([arm64], { also: [amd64.descriptor] });
  await writeLayout(layout, [sparse]);
  const { digest } = await world.flow.copy(`oci:${layout}`, `oci:${layout}-2`);
  assertEquals<string>(digest, sparse.digest);
});

Deno.test("copy() does not pass over a signature with other bytes", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await writeLayout(layout, [app, sbom], [named(app, "1.0"), descriptorOf(sbom)]);
  await Deno.writeTextFile(blobPath(layout, sbom.digest), "x".repeat(sbom.bytes.length));
  const error = await assertRejects(
    () => world.flow.copy(`oci:${layout}:1.0`, `oci:${layout}-2`),
    RegistryError,
  );
  assertEquals(error.code, "digest_mismatch");
});

/** Where a layout that is written to holds a link, which would lead the bytes elsewhere. */
const LINKS: readonly string[] = [
  "oci-layout",
  "index.json",
  "index.json.lock",
  "blobs",
  "blobs/sha256",
  `blobs/${arm64.digest.replace(":", "/")}`,
  `blobs/${layer.replace(":", "/")}`,
];

for (const inside of LINKS) {
  Deno.test(`copy() writes through no link: ${inside}`, async () => {
    await using world = await openWorld();
    const layout = join(world.folder, "layout");
    await writeLayout(layout, [arm64]);
    if (inside === "index.json.lock") await Deno.writeTextFile(join(layout, inside), "");
    await linkOut(layout, inside);
    const outside = await snapshot(`${layout}-outside`);
    const error = await assertRejects(
      () => world.flow.copy("registry.example/team/app:1.0", `oci:${layout}`),
      RegistryError,
    );
    assertEquals(error.facts.side, "destination");
    assert(["reference_invalid", "unavailable"].includes(error.code), error.code);
    assertEquals(await snapshot(`${layout}-outside`), outside);
  });
}

/** Names and times of all that lies at a path. */
async function snapshot(path: string): Promise<string[]> {
  const { isDirectory, mtime, size } = await Deno.lstat(path);
  const own = `${path} ${isDirectory ? "" : `${mtime?.getTime()} ${size}`}`;
  if (!isDirectory) return [own];
  const inside = await Array.fromAsync(
    Deno.readDir(path),
    ({ name }) => snapshot(join(path, name)),
  );
  return [own, ...inside.flat().toSorted()];
}
