import {
  descriptor,
  DIGEST,
  DOCKER_IMAGE,
  DOCKER_INDEX,
  HEX,
  image,
  index,
  type Members,
  OCI_IMAGE,
  OCI_INDEX,
  SCHEMA_1,
  SIGNED_SCHEMA_1,
} from "../images/documents.ts";
import type { Case } from "./run_case.ts";
import { manifestAnswer, stored } from "./world.ts";

const NONE = "";

/** One document under a tag, its digest true and its header too: only what it says is wrong. HOSTILE.md, B2, B3 and D6. */
function documentCase(
  name: string,
  document: string,
  ends: string | readonly string[],
  type: string = OCI_IMAGE,
): Case {
  return {
    name,
    verb: "manifest",
    of: ":one",
    twist: ({ kind }) => {
      if (kind !== "manifest") return undefined;
      const answer = manifestAnswer(stored(document, type));
      if (type === NONE) answer.headers.delete("content-type");
      return answer;
    },
    ends,
    requests: 2,
  };
}

const TYPES = [OCI_IMAGE, OCI_INDEX, DOCKER_IMAGE, DOCKER_INDEX];
const isIndex = (type: string): boolean => type === OCI_INDEX || type === DOCKER_INDEX;

/** Each type in the header with each in the document, over the fields of either. */
const AGREEMENTS: readonly Case[] = [...TYPES, NONE].flatMap((sent) =>
  [...TYPES, NONE].flatMap((told) =>
    [image, index].map((build) => {
      const types = [sent, told].filter((type) => type !== NONE);
      const fields = build === index;
      const agree = new Set(types).size <= 1 && types.every((type) => isIndex(type) === fields);
      return documentCase(
        `Content-Type ${sent}, mediaType ${told}, fields of an ${fields ? "index" : "image"}`,
        build({ mediaType: told === NONE ? "" : `"${told}"` }),
        agree ? "ok" : "protocol",
        sent,
      );
    })
  )
);

/** What Content-Types say that are none of a manifest's. */
const CONTENT_TYPES: readonly (readonly [type: string, ends: string | readonly string[]])[] = [
  ["application/json", "ok"],
  ["application/json; charset=utf-8", "ok"],
  ["application/octet-stream", "ok"],
  ["text/plain", "ok"],
  [`${OCI_IMAGE}; charset=utf-8`, "ok"],
  [OCI_IMAGE.toUpperCase(), "ok"],
  ["text/html", "protocol"],
  ["image/png", "protocol"],
  [`${OCI_IMAGE}, ${OCI_INDEX}`, "protocol"],
  ["multipart/byteranges; boundary=x", "protocol"],
  ["x".repeat(5000), "protocol"],
  [SCHEMA_1, "unsupported"],
  [SIGNED_SCHEMA_1, "unsupported"],
];

/** Members of an image, raw. */
const IMAGES: readonly (readonly [name: string, members: Members, ends: string])[] = [
  ["manifests beside layers", { manifests: "[]" }, "protocol"],
  ["manifests that are null beside layers", { manifests: "null" }, "protocol"],
  ["Manifests beside layers", { Manifests: "[]" }, "protocol"],
  ["Layers beside layers", { Layers: "[]" }, "protocol"],
  ["LAYERS alone", { layers: "", LAYERS: "[]" }, "protocol"],
  ["fsLayers beside layers", { fsLayers: "[]" }, "protocol"],
  ["MediaType beside mediaType", { MediaType: `"${OCI_INDEX}"` }, "protocol"],
  ["no config", { config: "" }, "protocol"],
  ["a config that is null", { config: "null" }, "protocol"],
  ["a config that is a list", { config: "[]" }, "protocol"],
  ["no layers", { layers: "" }, "protocol"],
  ["layers that are an object", { layers: "{}" }, "protocol"],
  ["layers that are a text", { layers: '"x"' }, "protocol"],
  ["a layer that is null", { layers: "[null]" }, "protocol"],
  ["layers that are null", { layers: "null" }, "ok"],
  ["1001 layers", { layers: `[${Array(1001).fill(descriptor()).join(",")}]` }, "too_large"],
  ["schemaVersion 1", { schemaVersion: "1" }, "unsupported"],
  ["schemaVersion 3", { schemaVersion: "3" }, "protocol"],
  ["schemaVersion 2 as text", { schemaVersion: '"2"' }, "protocol"],
  ["no schemaVersion", { schemaVersion: "" }, "protocol"],
  ["a mediaType that is a number", { mediaType: "2" }, "protocol"],
  ["a mediaType that nobody knows", { mediaType: '"application/x"' }, "protocol"],
  ["a mediaType of schema 1", { mediaType: `"${SIGNED_SCHEMA_1}"` }, "unsupported"],
  ["a mediaType with a control character", { mediaType: '"a/\\u001b[2J"' }, "protocol"],
  ["annotations that are a list", { annotations: "[]" }, "protocol"],
  ["an annotation that is a number", { annotations: '{"a":1}' }, "protocol"],
  ["annotations by the names of members", {
    annotations: '{"__proto__":"1","constructor":"2","toString":"3","hasOwnProperty":"4"}',
  }, "ok"],
  ["annotations that move a cursor", { annotations: '{"\\u001b[2J":"\\u202e\\u0000\\n"}' }, "ok"],
  ["__proto__", { "__proto__x": "1", ["__proto__"]: '{"layers":[]}' }, "ok"],
  ["a subject that is a digest", { subject: `"${DIGEST}"` }, "protocol"],
  ["an artifactType that is a list", { artifactType: "[]" }, "protocol"],
  ["members that nobody knows", { x: '{"digest":"sha256:x"}', "": "0" }, "ok"],
];

/** Members of a layer's descriptor, raw. */
const DESCRIPTORS: readonly (readonly [name: string, members: Members, ends: string])[] = [
  ...['"sha256:../../../other/manifests/latest"', '"sha256:?x"', '"sha256:#x"', '"sha256:%2f"'],
  `"sha256:\\u0000${HEX.slice(1)}"`,
  `"sha256:\\n${HEX.slice(1)}"`,
  `"SHA256:${HEX}"`,
  `"sha256:${HEX.toUpperCase()}"`,
  `"sha256:${HEX.slice(1)}"`,
  `"sha256:${HEX}0"`,
  `"sha512:${HEX}"`,
  `"md5:${HEX.slice(32)}"`,
  `"${HEX}"`,
  '""',
  "null",
  "7",
  `["${DIGEST}"]`,
].map((digest): readonly [string, Members, string] => [
  `the digest ${digest.slice(0, 30)}`,
  { digest },
  "protocol",
]).concat(
  ["-1", "1.5", "1e400", "-0.5", "9007199254740992", '"12"', "null", "[]", "true", ""].map((
    size,
  ) => [`the size ${size}`, { size }, "protocol"]),
  [
    ["the size 2^53 - 1", { size: "9007199254740991" }, "ok"],
    ["the size 1e3", { size: "1e3" }, "ok"],
    ["urls elsewhere", { urls: '["https://attacker.test/x","http://169.254.169.254/"]' }, "ok"],
    ["urls that are a text", { urls: '"https://attacker.test"' }, "protocol"],
    ["101 urls", { urls: `[${Array(101).fill('"https://x.test"').join(",")}]` }, "too_large"],
    ["Digest beside digest", { Digest: `"${DIGEST}"` }, "protocol"],
    ["no mediaType", { mediaType: "" }, "protocol"],
    ["a platform that is a text", { platform: '"linux/amd64"' }, "protocol"],
    [
      "a platform with a line break",
      { platform: '{"os":"linux\\n","architecture":"x"}' },
      "protocol",
    ],
    ["an OS beside os", { platform: '{"os":"linux","OS":"x","architecture":"y"}' }, "protocol"],
  ],
);

/** Whole documents. */
const DOCUMENTS: readonly (readonly [name: string, document: string, ends: string])[] = [
  ["a key given twice", image().replace("{", '{"layers":[],'), "protocol"],
  ["a key given twice, once in escapes", image().replace("{", '{"l\\u0061yers":[],'), "protocol"],
  [
    "a digest given twice",
    image({ config: descriptor().replace("{", `{"digest":"x",`) }),
    "protocol",
  ],
  ["an index beside an image", image() + index(), "protocol"],
  ["101 levels of what nobody reads", image({ x: "[".repeat(101) + "]".repeat(101) }), "protocol"],
  ["a million levels", "[".repeat(1_000_000) + "]".repeat(1_000_000), "protocol"],
  ["an index with config", index({ config: descriptor() }), "protocol"],
  ["an index of nothing", index({ manifests: "[]" }), "ok"],
  ["an index of null", index({ manifests: "null" }), "ok"],
  [
    "1001 entries",
    index({ manifests: `[${Array(1001).fill(descriptor()).join(",")}]` }),
    "too_large",
  ],
  [
    "schema 1",
    '{"schemaVersion":1,"name":"x","tag":"y","fsLayers":[],"history":[]}',
    "unsupported",
  ],
  ["only fsLayers", '{"schemaVersion":2,"fsLayers":[]}', "protocol"],
];

/** Manifests that are not what they say. */
export const TYPE_CASES: readonly Case[] = [
  ...AGREEMENTS,
  ...CONTENT_TYPES.map(([type, ends]) =>
    documentCase(`Content-Type ${type.slice(0, 60)}`, image(), ends, type)
  ),
  ...IMAGES.map(([name, members, ends]) => documentCase(name, image(members), ends)),
  ...DESCRIPTORS.flatMap(([name, members, ends]) => [
    documentCase(`a layer with ${name}`, image({ layers: `[${descriptor(members)}]` }), ends),
    documentCase(
      `an entry with ${name}`,
      index({ manifests: `[${descriptor(members)}]` }),
      ends,
      OCI_INDEX,
    ),
  ]),
  ...DOCUMENTS.map(([name, document, ends]) =>
    documentCase(name, document, ends, "application/json")
  ),
];
