import {
  buildImage,
  buildIndex,
  buildManifest,
  descriptorOf,
  type TestDescriptor,
  type TestManifest,
} from "../registry/mod.ts";
import type { Case } from "./run_case.ts";
import {
  amd64,
  arm64,
  blobAnswer,
  breaking,
  endless,
  index,
  layer,
  manifestAnswer,
  refusal,
  stored,
  type Twist,
} from "./world.ts";

const HTML = "<html><title>Sign in</title></html>";
const config = amd64.config;
const configBytes = new Uint8Array(await new Response(config.open()).arrayBuffer());
const configText = new TextDecoder().decode(configBytes);
const MiB = 1024 * 1024;

/** Other bytes for the blobs that are asked for. */
function blobIs(bytes: Uint8Array<ArrayBuffer> | string): Twist {
  return ({ kind }) => kind === "blob" ? blobAnswer(stored(bytes).bytes) : undefined;
}

const CONFIG_BODIES: readonly (readonly [name: string, body: Uint8Array<ArrayBuffer> | string])[] =
  [
    ...[0, 1, configBytes.length >> 1, configBytes.length - 1].map((
      size,
    ): readonly [string, Uint8Array<ArrayBuffer>] => [
      `its first ${size} bytes`,
      configBytes.slice(0, size),
    ]),
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((part): readonly [string, Uint8Array<ArrayBuffer>] => {
      const bytes = configBytes.slice();
      const at = Math.floor(part * (bytes.length - 1) / 9);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return [`a bit flipped in byte ${at}`, bytes];
    }),
    ["a space behind it", `${configText} `],
    ["a megabyte behind it", configText + " ".repeat(MiB)],
    ["a second one behind it", configText + configText],
    ["another platform's", new TextDecoder().decode(amd64.bytes)],
    ["a web page", HTML],
    ["an error", '{"errors":[{"code":"\u001b[2J"}]}'],
    ["null", "null"],
  ];

/** A config that is tampered with, as each verb that reads it meets it. */
const TAMPERED: readonly Case[] = CONFIG_BODIES.flatMap(([what, body]) => [
  {
    name: `a config with ${what}`,
    verb: "config",
    of: ":one",
    twist: blobIs(body),
    ends: endOf(what),
    requests: 3,
  } as const,
  {
    name: `the configs of an index with ${what}`,
    verb: "inspect",
    of: ":1",
    twist: blobIs(body),
    ends: endOf(what),
    requests: 10,
  } as const,
  {
    name: `a blob with ${what}`,
    verb: "blob",
    of: `@${layer}`,
    twist: blobIs(body),
    ends: ["digest_mismatch", "unavailable"],
    requests: 7,
  } as const,
]);

/** Of what is much longer than its descriptor tells no digest is known: it is not read. */
function endOf(what: string): string {
  return what.startsWith("a megabyte") ? "too_large" : "digest_mismatch";
}

/** An image whose descriptor of the config is another one. */
function withConfig(more: Partial<TestDescriptor>): TestManifest {
  const manifest = JSON.parse(new TextDecoder().decode(amd64.bytes));
  Object.assign(manifest.config, more);
  return buildManifest(manifest, amd64.mediaType, { blobs: amd64.blobs });
}

/** Configs that are what their digest says, and still nothing to read. */
function withDocument(document: unknown): TestManifest {
  const bytes = typeof document === "string" ? document : JSON.stringify(document);
  const image = buildImage({ layers: [{ of: bytes }] });
  const [blob] = image.layers;
  const manifest = JSON.parse(new TextDecoder().decode(image.bytes));
  manifest.config = { ...manifest.config, digest: blob?.digest, size: blob?.size };
  return buildManifest(manifest, image.mediaType, { blobs: image.blobs });
}

const DESCRIBED: readonly (readonly [name: string, image: TestManifest, ends: string])[] = [
  ["a size too small", withConfig({ size: config.size - 1 }), "digest_mismatch"],
  ["a size too great", withConfig({ size: config.size + 1 }), "digest_mismatch"],
  ["a size of 0", withConfig({ size: 0 }), "digest_mismatch"],
  ["a size of 9 MiB", withConfig({ size: 9 * MiB }), "too_large"],
  ["a size of 2^53 - 1", withConfig({ size: Number.MAX_SAFE_INTEGER }), "too_large"],
  // It is an artifact's then, which may be anything.
  ["a type that nobody knows", withConfig({ mediaType: "application/x" }), "ok"],
  ["a digest that is nowhere", withConfig({ digest: arm64.digest }), "not_found"],
];

const DOCUMENTS: readonly (readonly [name: string, document: unknown, ends: string])[] = [
  ["null", null, "protocol"],
  ["a list", [], "protocol"],
  ["a web page", HTML, "protocol"],
  ["nothing", " ", "protocol"],
  ["a key given twice", '{"os":"linux","os":"windows"}', "protocol"],
  ["Config beside config", { config: {}, Config: { User: "root" } }, "protocol"],
  ["a config that is a list", { config: [] }, "protocol"],
  ["an Entrypoint that is an object", { config: { Entrypoint: {} } }, "protocol"],
  ["an Env of numbers", { config: { Env: [1] } }, "protocol"],
  ["Labels that are a list", { config: { Labels: [] } }, "protocol"],
  ["Labels by the names of members", '{"config":{"Labels":{"__proto__":"x"}}}', "ok"],
  ["diff_ids that are no digests", { rootfs: { diff_ids: ["../x"] } }, "protocol"],
  ["1001 diff_ids", { rootfs: { diff_ids: Array(1001).fill(layer) } }, "too_large"],
  ["10001 words", { config: { Cmd: Array(10_001).fill("x") } }, "too_large"],
  ["an os that moves a cursor", { os: "\u001b[2J", architecture: "x" }, "protocol"],
  ["101 levels", `{"x":${"[".repeat(101)}${"]".repeat(101)}}`, "protocol"],
  ["nothing told", {}, "ok"],
];

const CONFIGS: readonly Case[] = [
  ...TAMPERED,
  ...DESCRIBED.map(([name, image, ends]): Case => ({
    name: `a config's descriptor with ${name}`,
    verb: "config",
    of: ":x",
    holdings: { tags: { x: image } },
    ends,
    ofSizes: true,
    requests: 3,
  })),
  ...DOCUMENTS.map(([name, document, ends]): Case => ({
    name: `a config that is ${name}`,
    verb: "inspect",
    of: ":x",
    holdings: { tags: { x: withDocument(document) } },
    ends,
    requests: 2,
  })),
  ...([["never ends", endless], ["breaks off", () => breaking(configBytes.slice(9), "fails")], [
    "stalls",
    () => breaking(configBytes.slice(0, 9), "stalls"),
  ]] as const).map(([name, body]): Case => ({
    name: `a config that ${name}`,
    verb: "config",
    of: ":one",
    twist: ({ kind }) => kind === "blob" ? new Response(body()) : undefined,
    ends: name === "never ends" ? "too_large" : "unavailable",
    requests: 6,
  })),
  {
    name: "a config in gzip although nobody asked for it",
    verb: "config",
    of: ":one",
    twist: ({ kind }) =>
      kind === "blob"
        ? new Response(configBytes.slice(), { headers: { "content-encoding": "gzip" } })
        : undefined,
    ends: "ok",
  },
];

/** An index in an index, so many deep. */
function nested(depth: number, inner: TestManifest = amd64): TestManifest {
  let outer = inner;
  for (let level = 0; level < depth; level++) {
    outer = buildIndex([outer], { annotations: { level: `${level}` } });
  }
  return outer;
}

/** Entries of things that are nowhere. */
function entries(count: number, mediaType: string = amd64.mediaType): TestDescriptor[] {
  return Array.from({ length: count }, (_, number) => ({
    mediaType,
    digest: `sha256:${String(number).padStart(64, "0")}`,
    size: 7,
  }));
}

/** Entries that are one image with many platforms. */
function onePlatformed(count: number): TestDescriptor[] {
  return Array.from({ length: count }, (_, number) => ({
    ...descriptorOf(amd64),
    platform: { os: "linux", architecture: `a${number}` },
  }));
}

/** An index whose every entry is the same index, and so on. */
function fan(depth: number): TestManifest {
  let inner: TestManifest = buildIndex([arm64]);
  for (let level = 0; level < depth; level++) {
    inner = buildIndex([inner], {
      also: Array.from({ length: 900 }, () => descriptorOf(inner)),
    });
  }
  return inner;
}

const unknown = "application/vnd.oci.artifact.manifest.v1+json";
const odd = buildManifest({ mediaType: unknown, blobs: [] }, unknown);
const itself: Twist = ({ kind, name }) =>
  kind === "manifest" && name !== "1"
    ? manifestAnswer({ bytes: index.bytes, type: index.mediaType, digest: name })
    : undefined;

interface IndexRow extends Pick<Case, "ends" | "requests" | "twist" | "ofSizes"> {
  readonly name: string;
  readonly of?: TestManifest;
  readonly lost?: readonly string[];
  readonly verbs?: readonly ("inspect" | "manifest" | "digest" | "config")[];
}

const childIs = (make: () => Response): Twist => ({ kind, name, method }) =>
  kind === "manifest" && method === "GET" && name === amd64.digest ? make() : undefined;

const INDEXES: readonly IndexRow[] = [
  { name: "an index in an index", of: nested(2), ends: "ok" },
  { name: "four indexes deep", of: nested(4), ends: "ok" },
  { name: "five indexes deep", of: nested(5), verbs: ["inspect"], ends: "protocol" },
  {
    name: "five indexes deep, by platform",
    of: nested(5),
    verbs: ["manifest", "digest", "config"],
    ends: ["not_found", "protocol"],
  },
  { name: "fifty indexes deep", of: nested(50), ends: ["not_found", "protocol"] },
  {
    name: "an index that gives itself for each child",
    twist: itself,
    verbs: ["inspect"],
    ends: "digest_mismatch",
  },
  {
    name: "1000 entries that are nowhere",
    of: buildIndex([], { also: entries(1000) }),
    verbs: ["inspect"],
    ends: "ok",
    requests: 1001,
  },
  {
    name: "1000 indexes that are nowhere",
    of: buildIndex([], { also: entries(1000, index.mediaType) }),
    ends: ["ok", "not_found"],
    requests: 1001,
  },
  {
    name: "1001 entries",
    of: buildIndex([], { also: entries(1001) }),
    ends: "too_large",
    requests: 1,
  },
  {
    name: "a thousand platforms of one image",
    of: buildIndex([amd64], { also: onePlatformed(999) }),
    verbs: ["inspect"],
    ends: "ok",
    requests: 1002,
  },
  {
    name: "indexes of 900 times the same index",
    of: fan(3),
    ends: ["ok", "not_found", "too_large", "protocol"],
    requests: 1001,
  },
  {
    name: "600 and 600 entries in two indexes",
    of: buildIndex([
      buildIndex([], { also: entries(600) }),
      buildIndex([], { also: entries(1200).slice(600) }),
    ]),
    verbs: ["inspect"],
    ends: "too_large",
    requests: 1003,
  },
  {
    name: "a child that is missing",
    lost: [arm64.digest],
    verbs: ["inspect"],
    ends: "ok",
  },
  {
    name: "a child that is missing, by platform",
    lost: [amd64.digest],
    verbs: ["manifest", "config"],
    ends: "not_found",
  },
  {
    name: "a config that is missing",
    lost: [config.digest],
    verbs: ["inspect", "config"],
    ends: "not_found",
  },
  {
    name: "a child that is another",
    twist: childIs(() => manifestAnswer({ ...arm64, type: arm64.mediaType })),
    verbs: ["inspect", "manifest", "config"],
    ends: "digest_mismatch",
  },
  {
    name: "a child that is a web page",
    twist: childIs(() => new Response(HTML)),
    verbs: ["inspect", "manifest", "config"],
    ends: "protocol",
  },
  {
    name: "a child that is a web page with 404",
    twist: childIs(() => new Response(HTML, { status: 404 })),
    verbs: ["inspect"],
    ends: ["ok", "not_found"],
  },
  {
    name: "a child that is denied",
    twist: childIs(() => refusal(403, "DENIED")),
    verbs: ["inspect"],
    ends: ["denied", "not_found"],
  },
  {
    name: "a child without an end",
    twist: childIs(() => new Response(endless())),
    verbs: ["inspect", "manifest"],
    ends: "too_large",
  },
  {
    name: "a child that never comes",
    twist: childIs(() => refusal(503, "X")),
    verbs: ["inspect"],
    ends: "unavailable",
    requests: 16,
  },
  {
    name: "a child with a size too great",
    of: buildIndex([], { also: [{ ...amd64.descriptor, size: amd64.bytes.length + 1 }] }),
    verbs: ["inspect", "manifest", "config"],
    ends: "digest_mismatch",
    ofSizes: true,
  },
  {
    name: "a child of a type that is not read",
    of: buildIndex([odd]),
    verbs: ["inspect"],
    // It is shown by what the index tells.
    ends: "ok",
  },
  {
    name: "an image that its index calls an index",
    of: buildIndex([], { also: [{ ...amd64.descriptor, mediaType: index.mediaType }] }),
    verbs: ["digest"],
    ends: ["ok", "protocol", "not_found"],
  },
  {
    name: "an index that its index calls an image",
    of: buildIndex([], {
      also: [{
        ...index.descriptor,
        mediaType: amd64.mediaType,
        platform: { os: "linux", architecture: "amd64" },
      }],
    }),
    verbs: ["manifest", "config"],
    ends: ["protocol", "not_found"],
  },
];

function indexCases(row: IndexRow): readonly Case[] {
  const { name, of, lost, verbs = ["inspect", "manifest", "digest", "config"], ...rest } = row;
  const tags: Readonly<Record<string, TestManifest>> = of === undefined ? {} : { x: of };
  return verbs.map((verb) => ({
    ...rest,
    name: `${name}, ${verb}`,
    verb,
    of: of === undefined ? ":1" : ":x",
    ...(verb === "inspect" ? {} : { platform: "linux/amd64" }),
    holdings: { tags, lost },
  }));
}

/** Configs, and what an index leads to. */
export const PART_CASES: readonly Case[] = [...CONFIGS, ...INDEXES.flatMap(indexCases)];
