import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { RegistryError } from "../../mod.ts";
import { bytesOf } from "../registry/mod.ts";
import { paxOf, type TarEntry, tarOf } from "./archive_tar.ts";
import { arm64, assertLayout, named, openWorld } from "./layout_world.ts";

const MARKER: TarEntry = { name: "oci-layout", body: '{"imageLayoutVersion":"1.0.0"}' };
const INDEX: TarEntry = {
  name: "index.json",
  body: JSON.stringify({ schemaVersion: 2, manifests: [named(arm64, "1.0")] }),
};
const BLOBS: readonly TarEntry[] = [
  { name: pathOf(arm64.digest), body: arm64.bytes },
  ...await Promise.all(arm64.blobs.map(async (blob) => ({
    name: pathOf(blob.digest),
    body: await bytesOf(blob),
  }))),
];
const GOOD: readonly TarEntry[] = [MARKER, INDEX, ...BLOBS];
const LAYER = pathOf(arm64.layers[0]?.digest ?? "");

function pathOf(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function swap(name: string, entry: Partial<TarEntry>): readonly TarEntry[] {
  return GOOD.map((old) => old.name === name ? { ...old, ...entry } : old);
}

/** Archives that are read: unusual, and yet the same to every reader. */
const FINE: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "as it should be": tarOf(GOOD),
  "names that begin with ./": tarOf(GOOD.map((entry) => ({ ...entry, name: `./${entry.name}` }))),
  "folders among them": tarOf([
    { name: "./", type: "5" },
    { name: "blobs/", type: "5" },
    { name: "blobs/sha256", type: "5" },
    ...GOOD,
  ]),
  "other files among them": tarOf([{ name: "manifest.json", body: "[]" }, ...GOOD]),
  "the index last": tarOf([MARKER, ...BLOBS, INDEX]),
  "PAX headers with times": tarOf([paxOf({ mtime: "1.5" }), ...GOOD]),
  "PAX headers with a name": tarOf([
    paxOf({ path: "oci-layout" }),
    { ...MARKER, name: "short" },
    INDEX,
    ...BLOBS,
  ]),
  "GNU's long names": tarOf([
    { name: "././@LongLink", type: "L", body: "oci-layout\0" },
    { ...MARKER, name: "short" },
    INDEX,
    ...BLOBS,
  ]),
  "names in two parts": tarOf(
    GOOD.map((entry) =>
      entry.name === LAYER ? { ...entry, prefix: LAYER.slice(0, 12), name: LAYER.slice(13) } : entry
    ),
  ),
  "a type of zero": tarOf(GOOD.map((entry) => ({ ...entry, type: "\0" }))),
  "more behind its end": tarOf(GOOD, 10_240),
};

interface Case {
  readonly tar: Uint8Array<ArrayBuffer>;
  readonly code: string;
  /** What the message says. */
  readonly says: string;
}

function refused(entries: readonly TarEntry[], code: string, says: string): Case {
  return { tar: tarOf(entries), code, says };
}

const REFUSED: Readonly<Record<string, Case>> = {
  "a name with ..": refused([...GOOD, { name: "../evil", body: "x" }], "protocol", "leads out"),
  "a name with .. within": refused([...GOOD, { name: "blobs/../../e" }], "protocol", "leads out"),
  "a name that ends in ..": refused([...GOOD, { name: "blobs/.." }], "protocol", "leads out"),
  "an absolute name": refused([...GOOD, { name: "/etc/passwd" }], "protocol", "leads out"),
  "a name with a backslash": refused([...GOOD, { name: "..\\evil" }], "protocol", "leads out"),
  "a PAX name with ..": refused(
    [paxOf({ path: "../evil" }), { name: "fine" }, ...GOOD],
    "protocol",
    "leads out",
  ),
  "a PAX name with NUL": refused(
    [paxOf({ path: "a\0b" }), { name: "fine" }, ...GOOD],
    "protocol",
    "leads out",
  ),
  "a long name with ..": refused(
    [{ name: "x", type: "L", body: "a/../../evil\0" }, { name: "fine" }, ...GOOD],
    "protocol",
    "leads out",
  ),
  "a prefix of ..": refused([...GOOD, { name: "evil", prefix: ".." }], "protocol", "leads out"),
  "a folder with ..": refused([...GOOD, { name: "../", type: "5" }], "protocol", "leads out"),
  "a symbolic link": refused(
    [...GOOD, { name: "x", type: "2", link: "/etc/passwd" }],
    "protocol",
    "symbolic link",
  ),
  "a blob that is a symbolic link": refused(
    swap(LAYER, { type: "2", link: "/etc/hostname", body: "" }),
    "protocol",
    "symbolic link",
  ),
  "an index that is a symbolic link": refused(
    swap("index.json", { type: "2", link: "../index.json", body: "" }),
    "protocol",
    "symbolic link",
  ),
  "a hard link": refused([...GOOD, { name: "x", type: "1", link: "y" }], "protocol", "hard link"),
  "a blob that is a hard link": refused(
    swap(LAYER, { type: "1", link: "/etc/hostname", body: "" }),
    "protocol",
    "hard link",
  ),
  "a character device": refused([...GOOD, { name: "x", type: "3" }], "protocol", "a device"),
  "a block device": refused([...GOOD, { name: "x", type: "4" }], "protocol", "a device"),
  "a pipe": refused([...GOOD, { name: "x", type: "6" }], "protocol", "a pipe"),
  "a contiguous file": refused([...GOOD, { name: "x", type: "7" }], "protocol", "of a kind"),
  "a sparse file": refused([...GOOD, { name: "x", type: "S" }], "protocol", "a sparse file"),
  "a sparse file by PAX": refused(
    [paxOf({ "GNU.sparse.major": "1" }), ...GOOD],
    "protocol",
    "of a kind",
  ),
  "a part of a volume": refused([...GOOD, { name: "x", type: "M" }], "protocol", "of a kind"),
  "a volume's name": refused([{ name: "x", type: "V" }, ...GOOD], "protocol", "of a kind"),
  "a type nobody knows": refused([...GOOD, { name: "x", type: "Z" }], "protocol", "of a kind"),
  "a PAX header for all": refused([paxOf({ size: "1" }, "g"), ...GOOD], "protocol", "of a kind"),
  "a long link name": refused([{ name: "x", type: "K", body: "y" }, ...GOOD], "protocol", "kind"),
  "the index twice": refused([...GOOD, INDEX], "protocol", "twice"),
  "the index twice, once with ./": refused(
    [...GOOD, { ...INDEX, name: "./index.json" }],
    "protocol",
    "twice",
  ),
  "the index twice, once with //": refused(
    [...GOOD, { ...INDEX, name: ".//index.json" }],
    "protocol",
    "twice",
  ),
  "the marker twice": refused([MARKER, ...GOOD], "protocol", "twice"),
  "a blob twice": refused([...GOOD, { name: LAYER, body: "x" }], "protocol", "twice"),
  "the index twice by PAX": refused(
    [...GOOD, paxOf({ path: "index.json" }), { name: "fine", body: "{}" }],
    "protocol",
    "twice",
  ),
  "a huge PAX header": refused(
    [paxOf({ comment: "x".repeat(70_000) }), ...GOOD],
    "protocol",
    "more than 65536 bytes",
  ),
  "many PAX headers": refused(
    [...Array<TarEntry>(100).fill(paxOf({ comment: "x".repeat(900) })), ...GOOD],
    "protocol",
    "more than 65536 bytes",
  ),
  "a PAX header that claims 8 GiB": refused(
    [{ name: "x", type: "x", sizeField: "77777777777\0", body: "y" }, ...GOOD],
    "protocol",
    "more than 65536 bytes",
  ),
  "a PAX header without a size": refused(
    [{ name: "x", type: "x", sizeField: "nonsense\0\0\0\0", body: "y" }, ...GOOD],
    "protocol",
    "has no size",
  ),
  "a PAX header before the end": refused([...GOOD, paxOf({ a: "b" })], "protocol", "about nothing"),
  "a PAX header that is cut short": {
    tar: tarOf([...GOOD, paxOf({ a: "b" })], 0),
    code: "protocol",
    says: "cut short",
  },
  "an empty PAX header": refused(
    [...GOOD, { name: "x", type: "x" }, { name: "../evil" }],
    "protocol",
    "leads out",
  ),
  "a PAX header that is no list": refused(
    [{ name: "x", type: "x", body: "999 path=evil" }, ...GOOD, MARKER],
    "protocol",
    "no list of records",
  ),
  "a folder with content": refused(
    [{ name: "blobs/", type: "5", size: 512, body: "x".repeat(512) }, ...GOOD],
    "protocol",
    "of a kind",
  ),
  "a folder with content by PAX": refused(
    [paxOf({ size: "512" }), { name: "blobs/", type: "5" }, ...GOOD],
    "protocol",
    "of a kind",
  ),
  "a file that is named as a folder": refused(
    [{ name: "blobs/", body: "x".repeat(512) }, ...GOOD],
    "protocol",
    "of a kind",
  ),
  "a size that is no number": refused(
    swap(LAYER, { sizeField: "zzzzzzzzzzz\0" }),
    "protocol",
    "at byte",
  ),
  "a size beyond the file": refused(
    swap(GOOD.at(-1)?.name ?? "", { size: 1_000_000 }),
    "protocol",
    "cut short",
  ),
  "a size beyond 2^53": refused(
    swap(LAYER, { sizeField: "\x7f\x7f\x7f\x7f" }),
    "protocol",
    "at byte",
  ),
  "a PAX size beyond the file": refused(
    [paxOf({ size: "99999999999" }), ...GOOD],
    "protocol",
    "cut short",
  ),
  "a wrong checksum": refused(
    swap(LAYER, { spoil: [0, "changed"] }),
    "protocol",
    "checksum",
  ),
  "no checksum": refused(swap(LAYER, { spoil: [148, "\0\0\0\0\0\0\0\0"] }), "protocol", "checksum"),
  "no end": { tar: tarOf(GOOD, 0), code: "protocol", says: "cut short" },
  "half an end": { tar: tarOf(GOOD, 512), code: "protocol", says: "empty block" },
  "a cut in a header": {
    tar: tarOf(GOOD).slice(0, 700),
    code: "protocol",
    says: "cut short",
  },
  "a cut in a file": {
    tar: tarOf(GOOD).slice(0, 512 * 4 + 100),
    code: "protocol",
    says: "cut short",
  },
  "an empty file": { tar: new Uint8Array(), code: "protocol", says: "it is no tar" },
  "only an end": { tar: new Uint8Array(1024), code: "protocol", says: "no oci-layout" },
  "text": {
    tar: new TextEncoder().encode("hello".repeat(400)),
    code: "protocol",
    says: "it is no tar",
  },
  "a line of text": {
    tar: new TextEncoder().encode("hello"),
    code: "protocol",
    says: "it is no tar",
  },
  "what docker save writes": refused(
    [
      { name: "ab/", type: "5" },
      { name: "ab/VERSION", body: "1.0" },
      { name: "ab/layer.tar", body: "x" },
      { name: "manifest.json", body: "[]" },
      { name: "repositories", body: "{}" },
    ],
    "protocol",
    "it is an archive of Docker",
  ),
  "what skopeo writes for docker-archive": refused(
    [
      { name: "cd.tar", body: "x" },
      { name: "ab/layer.tar", type: "2", link: "../cd.tar" },
      { name: "manifest.json", body: "[]" },
    ],
    "protocol",
    "it is an archive of Docker",
  ),
  "gzip": {
    tar: new Uint8Array(gzipSync(tarOf(GOOD))),
    code: "unsupported",
    says: "compressed with gzip",
  },
  "zstd": {
    tar: new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]),
    code: "unsupported",
    says: "compressed with zstd",
  },
  "xz": {
    tar: new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    code: "unsupported",
    says: "compressed with xz",
  },
  "no marker": refused(GOOD.slice(1), "protocol", "no oci-layout"),
  "no index": refused([MARKER, ...BLOBS], "protocol", "no index.json"),
  "a layout in a folder": refused(
    GOOD.map((entry) => ({ ...entry, name: `layout/${entry.name}` })),
    "protocol",
    "no oci-layout",
  ),
  "a blob with other bytes": refused(
    swap(LAYER, { body: "x".repeat(arm64.layers[0]?.size ?? 0) }),
    "digest_mismatch",
    "has the digest",
  ),
  "a blob of another size": refused(swap(LAYER, { body: "x" }), "digest_mismatch", "1 bytes"),
  "a manifest with other bytes": refused(
    swap(pathOf(arm64.digest), { body: "x".repeat(arm64.bytes.length) }),
    "digest_mismatch",
    "has the digest",
  ),
  "a blob that is missing": refused(
    GOOD.filter(({ name }) => name !== LAYER),
    "not_found",
    "is not in it",
  ),
};

for (const [name, tar] of Object.entries(FINE)) {
  Deno.test(`copy() reads an archive with ${name}`, async () => {
    await using world = await openWorld();
    const path = join(world.folder, "archive.tar");
    await Deno.writeFile(path, tar);
    const { digest } = await world.flow.copy(
      `oci-archive:${path}:1.0`,
      `oci:${world.folder}/layout`,
    );
    assertEquals<string>(digest, arm64.digest);
    assertEquals(await assertLayout(`${world.folder}/layout`), []);
  });
}

for (const [name, { tar, code, says }] of Object.entries(REFUSED)) {
  Deno.test(`copy() refuses an archive: ${name}`, async () => {
    await using world = await openWorld();
    const path = join(world.folder, "archive.tar");
    await Deno.writeFile(path, tar);
    const error = await assertRejects(
      () => world.flow.copy(`oci-archive:${path}:1.0`, "registry.example/other/app:1.0"),
      RegistryError,
    );
    assertEquals([error.code, error.facts.side], [code as typeof error.code, "source"]);
    assertStringIncludes(error.message, says);
    assert(error.message.startsWith(`Cannot copy from "oci-archive:${path}": `), error.message);
    assertEquals([...Deno.readDirSync(world.folder)].map((entry) => entry.name), ["archive.tar"]);
  });
}
