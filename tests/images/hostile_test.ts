import { assert, assertEquals } from "@std/assert";
import type { ErrorCode } from "../../core/errors.ts";
import { parseConfig } from "../../core/images/config.ts";
import { parseManifest } from "../../core/images/manifest.ts";
import { readReferrers } from "../../core/images/referrers.ts";
import {
  bytes,
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
  refusal,
} from "./documents.ts";

/** What becomes of a document: an error's code, or that it is read. */
type Outcome = ErrorCode | "none";

/** Where a descriptor stands, and how a document with it is read. */
const PLACES: readonly (readonly [place: string, read: (raw: string) => unknown])[] = [
  ["config", (raw) => parseManifest(bytes(image({ config: raw })), OCI_IMAGE)],
  ["layers[1]", (raw) => parseManifest(bytes(image({ layers: list(raw) })), undefined)],
  [
    "layers[1] of Docker",
    (raw) =>
      parseManifest(
        bytes(image({ mediaType: `"${DOCKER_IMAGE}"`, layers: list(raw) })),
        DOCKER_IMAGE,
      ),
  ],
  ["manifests[1]", (raw) => parseManifest(bytes(index({ manifests: list(raw) })), OCI_INDEX)],
  [
    "manifests[1] of Docker",
    (raw) =>
      parseManifest(
        bytes(index({ mediaType: `"${DOCKER_INDEX}"`, manifests: list(raw) })),
        "application/json",
      ),
  ],
  ["subject", (raw) => parseManifest(bytes(index({ subject: raw })), OCI_INDEX)],
  [
    "manifests[1] of the referrers",
    (raw) => readReferrers(bytes(index({ manifests: list(raw) })), OCI_INDEX),
  ],
];

const ESCAPE = "\\u001b]0;x\\u0007\\u009b2J\\u202e\\u2066\\u200b\\n::add-mask::x";

/** Members of a descriptor as raw JSON, and what becomes of the document. */
const DESCRIPTORS: readonly (readonly [name: string, members: Members, outcome: Outcome])[] = [
  ["nothing odd", {}, "none"],
  ["sha512", { digest: `"sha512:${HEX}${HEX}"` }, "none"],
  ["63 digits", { digest: `"sha256:${HEX.slice(1)}"` }, "protocol"],
  ["65 digits", { digest: `"sha256:${HEX}0"` }, "protocol"],
  ["upper-case digits", { digest: `"${DIGEST.toUpperCase()}"` }, "protocol"],
  ["upper-case hex", { digest: `"sha256:${HEX.toUpperCase()}"` }, "protocol"],
  ["md5", { digest: `"md5:d41d8cd98f00b204e9800998ecf8427e"` }, "protocol"],
  ["an algorithm of the prototype", { digest: `"constructor:${HEX}"` }, "protocol"],
  ["a traversal", { digest: `"sha256:../../../other/manifests/latest"` }, "protocol"],
  ["a traversal of 64 characters", { digest: `"sha256:${"../".repeat(21)}a"` }, "protocol"],
  ["an escaped traversal", { digest: `"sha256:%2e%2e%2f${HEX.slice(9)}"` }, "protocol"],
  ["a query", { digest: `"${DIGEST}?x=y"` }, "protocol"],
  ["a fragment", { digest: `"${DIGEST}#"` }, "protocol"],
  ["NUL", { digest: `"${DIGEST}\\u0000"` }, "protocol"],
  ["a line feed", { digest: `"${DIGEST}\\n"` }, "protocol"],
  ["an escape sequence", { digest: `"${ESCAPE}"` }, "protocol"],
  ["a full-width digit", { digest: `"sha256:\\uff10${HEX.slice(1)}"` }, "protocol"],
  ["an empty digest", { digest: `""` }, "protocol"],
  ["a digest of null", { digest: "null" }, "protocol"],
  ["a digest that is a list", { digest: `["${DIGEST}"]` }, "protocol"],
  ["a digest that is an object", { digest: `{"toString":"${DIGEST}"}` }, "protocol"],
  ["a digest that is a number", { digest: "256" }, "protocol"],
  ["no digest", { digest: "" }, "protocol"],
  ["a digest of 64 KiB", { digest: `"sha256:${"a".repeat(65536)}"` }, "protocol"],
  ["size 0", { size: "0" }, "none"],
  ["size 5e3", { size: "5e3" }, "none"],
  ["size 2^53 - 1", { size: "9007199254740991" }, "none"],
  ["size 2^53", { size: "9007199254740992" }, "protocol"],
  ["size 2^53 + 1", { size: "9007199254740993" }, "protocol"],
  ["size -1", { size: "-1" }, "protocol"],
  ["size 1.5", { size: "1.5" }, "protocol"],
  ["size 1e400", { size: "1e400" }, "protocol"],
  ["size -1e400", { size: "-1e400" }, "protocol"],
  ["size as text", { size: `"5"` }, "protocol"],
  ["size null", { size: "null" }, "protocol"],
  ["size true", { size: "true" }, "protocol"],
  ["size in a list", { size: "[5]" }, "protocol"],
  ["no size", { size: "" }, "protocol"],
  ["a type with parameters", { mediaType: `"text/plain; charset=utf-8"` }, "none"],
  ["a type of 255", { mediaType: `"${"x".repeat(255)}"` }, "none"],
  ["a type of 256", { mediaType: `"${"x".repeat(256)}"` }, "protocol"],
  ["an empty type", { mediaType: `""` }, "protocol"],
  ["no type", { mediaType: "" }, "protocol"],
  ["a type of null", { mediaType: "null" }, "protocol"],
  ["a type that is a list", { mediaType: `["a/b"]` }, "protocol"],
  ["an escape sequence as type", { mediaType: `"a/${ESCAPE}"` }, "protocol"],
  ["a bidi override as type", { mediaType: `"a/\\u202eb"` }, "protocol"],
  ["a letter beyond ASCII as type", { mediaType: `"a/ü"` }, "protocol"],
  ["prototype keys as annotations", {
    annotations: `{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}`,
  }, "none"],
  ["odd text as annotation", { annotations: `{"${ESCAPE}":"${ESCAPE}"}` }, "none"],
  ["an object as __proto__", { annotations: `{"__proto__":{"os":"linux"}}` }, "protocol"],
  ["a number as annotation", { annotations: `{"${ESCAPE}":1}` }, "protocol"],
  ["null as annotation", { annotations: `{"a":null}` }, "protocol"],
  ["a list of annotations", { annotations: `["a"]` }, "protocol"],
  ["text for annotations", { annotations: `"a"` }, "protocol"],
  ["an annotation twice", { annotations: `{"a":"b","a":"c"}` }, "protocol"],
  ["an annotation 99 deep", { annotations: `{"a":${nested(99)}}` }, "protocol"],
  ["a million arrays as annotation", { annotations: `{"a":${nested(1_000_000)}}` }, "protocol"],
  ["urls", { urls: `["https://attacker.example/x"]` }, "none"],
  ["a url that is no text", { urls: `[{}]` }, "protocol"],
  ["urls that are text", { urls: `"https://attacker.example/x"` }, "protocol"],
  ["101 urls", { urls: `[${Array(101).fill(`"a"`).join(",")}]` }, "too_large"],
  ["a platform of null", { platform: "null" }, "none"],
  ["an empty platform", { platform: "{}" }, "none"],
  ["a platform that is text", { platform: `"linux/amd64"` }, "protocol"],
  ["a platform that is a list", { platform: `["linux"]` }, "protocol"],
  ["a system that is a number", { platform: `{"os":1,"architecture":"a"}` }, "protocol"],
  ["an escape sequence as system", { platform: `{"os":"${ESCAPE}"}` }, "protocol"],
  ["a system in capitals", { platform: `{"OS":"linux","os":"windows"}` }, "protocol"],
  ["an artifact type that is a number", { artifactType: "1" }, "protocol"],
  ["an escape sequence as artifact type", { artifactType: `"${ESCAPE}"` }, "protocol"],
  ["a digest in capitals", { Digest: `"sha256:${"0".repeat(64)}"` }, "protocol"],
  ["a size with a long s", { ſize: "1" }, "protocol"],
  ["a key of __proto__", { ["__proto__"]: `{"platform":{"os":"x"}}` }, "none"],
  ["a key of constructor", { constructor: `{"name":"x"}` }, "none"],
  ["embedded data", { data: `"e30="` }, "none"],
];

for (const [place, read] of PLACES) {
  for (const [name, members, outcome] of DESCRIPTORS) {
    Deno.test(`hostile ${place}: ${name} is ${outcome}`, () => {
      assertEquals(refusal(() => read(descriptor(members))).code, outcome);
    });
  }
  for (const raw of ["null", "[]", `"${DIGEST}"`, "1", "true", "[[]]"]) {
    Deno.test(`hostile ${place}: ${raw} instead of a descriptor`, () => {
      const isAbsent = place === "subject" && raw === "null";
      assertEquals(refusal(() => read(raw)).code, isAbsent ? "none" : "protocol");
    });
  }
}

/** Whole documents, and what becomes of them as whatever type they say. */
const DOCUMENTS: readonly (readonly [name: string, text: string, outcome: Outcome])[] = [
  ["an image and an index", image({ manifests: "[]" }), "protocol"],
  ["an index and an image", index({ layers: "[]" }), "protocol"],
  ["an index with a config", index({ config: descriptor() }), "protocol"],
  ["an index with layers of null", index({ layers: "null" }), "protocol"],
  ["an image with fsLayers", image({ fsLayers: "[]" }), "protocol"],
  ["neither", image({ config: "", layers: "" }), "protocol"],
  ["Layers", image({ Layers: "[]" }), "protocol"],
  ["LAYERS alone", image({ layers: "", LAYERS: "[]" }), "protocol"],
  ["manifestſ", image({ manifestſ: "[]" }), "protocol"],
  ["Subject", image({ Subject: descriptor() }), "protocol"],
  ["FSLayers", image({ FSLayers: "[]" }), "protocol"],
  ["ANNOTATIONS", image({ ANNOTATIONS: "{}" }), "protocol"],
  ["ArtifactType", image({ ArtifactType: `"x"` }), "protocol"],
  ["schemaversion", image({ schemaversion: "1" }), "protocol"],
  ["MediaType", image({ MediaType: `"${OCI_INDEX}"` }), "protocol"],
  ["mediaType twice", twice(image(), "mediaType", `"${OCI_INDEX}"`), "protocol"],
  ["layers twice", twice(image(), "layers", "[]"), "protocol"],
  ["layers twice, once escaped", twice(image(), "\\u006cayers", "[]"), "protocol"],
  ["an unknown key twice", twice(twice(image(), "x", "1"), "x", "2"), "protocol"],
  ["a key twice out of reach", image({ x: `[[[{"a":1,"a":2}]]]` }), "none"],
  ["a key twice within reach", image({ x: `[{"a":1,"a":2}]` }), "protocol"],
  ["a second value", image() + image(), "protocol"],
  ["a second value on a line", `${image()}\n{}`, "protocol"],
  ["text behind it", `${image()} x`, "protocol"],
  ["NUL behind it", `${image()}\0`, "protocol"],
  ["white space around it", `\r\n\t ${image()}\r\n\t `, "none"],
  ["a byte order mark", `\ufeff${image()}`, "protocol"],
  ["a comment", `/**/${image()}`, "protocol"],
  ["a final comma", image().replace(/}$/, ",}"), "protocol"],
  ["single quotes", image().replaceAll('"', "'"), "protocol"],
  ["a cut document", image().slice(0, -1), "protocol"],
  ["nothing", "", "protocol"],
  ["spaces", "   ", "protocol"],
  ["a list", `[${image()}]`, "protocol"],
  ["text", JSON.stringify(image()), "protocol"],
  ["null", "null", "protocol"],
  ["a number", "1e400", "protocol"],
  ["a page", "<!doctype html><script>var a={'a':1}</script>", "protocol"],
  ["schemaVersion as text", image({ schemaVersion: `"2"` }), "protocol"],
  ["schemaVersion 3", image({ schemaVersion: "3" }), "protocol"],
  ["schemaVersion 2.0", image({ schemaVersion: "2.0" }), "none"],
  ["schemaVersion null", image({ schemaVersion: "null" }), "protocol"],
  ["no schemaVersion", image({ schemaVersion: "" }), "protocol"],
  [
    "no schemaVersion of Docker",
    image({ schemaVersion: "", mediaType: `"${DOCKER_IMAGE}"` }),
    "protocol",
  ],
  ["schemaVersion 1", image({ schemaVersion: "1" }), "unsupported"],
  ["layers as an object", image({ layers: `{"length":1,"0":${descriptor()}}` }), "protocol"],
  ["layers as text", image({ layers: `"x"` }), "protocol"],
  ["manifests as a number", index({ manifests: "1" }), "protocol"],
  ["1000 layers", image({ layers: many(1000) }), "none"],
  ["1001 layers", image({ layers: many(1001) }), "too_large"],
  ["1000 children", index({ manifests: many(1000) }), "none"],
  ["1001 children", index({ manifests: many(1001) }), "too_large"],
  [
    "a million children that are null",
    index({ manifests: `[${Array(1e6).fill("null").join()}]` }),
    "too_large",
  ],
  ["a million arrays", index({ x: nested(1_000_000) }), "protocol"],
  ["a million objects", index({ x: `{"a":`.repeat(1e6) + "1" + "}".repeat(1e6) }), "protocol"],
  ["a million open arrays", `{"x":${"[".repeat(1e6)}`, "protocol"],
  ["98 arrays", index({ x: nested(98) }), "none"],
  ["a type that is an escape sequence", image({ mediaType: `"${ESCAPE}"` }), "protocol"],
  ["a type of 4 KiB", image({ mediaType: `"${"x".repeat(4096)}"` }), "protocol"],
  ["a type in capitals", image({ mediaType: `"${OCI_IMAGE.toUpperCase()}"` }), "unsupported"],
  ["a type with a parameter", image({ mediaType: `"${OCI_IMAGE}; x=y"` }), "unsupported"],
  ["a type with a space", image({ mediaType: `"${OCI_IMAGE} "` }), "unsupported"],
  ["the type __proto__", image({ mediaType: `"__proto__"` }), "unsupported"],
  ["prototype keys", image({ ["__proto__"]: `{"manifests":[]}`, constructor: "1" }), "none"],
  ["annotations under __proto__", image({ annotations: `{"__proto__":{}}` }), "protocol"],
  ["an artifact type of null", image({ artifactType: "null" }), "none"],
  ["an artifact type that is a list", image({ artifactType: "[]" }), "protocol"],
  ["a lone surrogate", image({ annotations: `{"\\ud800":"\\udfff"}` }), "none"],
];

for (const [name, text, outcome] of DOCUMENTS) {
  Deno.test(`hostile manifest: ${name} is ${outcome}`, () => {
    assertEquals(refusal(() => parseManifest(bytes(text), undefined)).code, outcome);
  });
}

/** Types that no manifest is sent with; none is taken for another one's. */
const SENT: readonly string[] = [
  "text/html",
  "text/html; charset=utf-8",
  "image/png",
  "application/xml",
  "application/json, application/json",
  "application/json+x",
  OCI_INDEX,
  DOCKER_IMAGE,
  "\u001b]0;x\u0007",
  "a/\u202eb",
  "x".repeat(300_000),
  `${" ".repeat(300_000)}a`,
];

for (const contentType of SENT) {
  for (const [name, mediaType] of [["named", `"${OCI_IMAGE}"`], ["unnamed", ""]]) {
    Deno.test(`hostile Content-Type of a ${name} image: ${JSON.stringify(contentType).slice(0, 50)}`, () => {
      const text = image({ mediaType: `${mediaType}` });
      const isDocker = contentType === DOCKER_IMAGE && mediaType === "";
      const { code } = refusal(() => parseManifest(bytes(text), contentType));
      assertEquals(code, isDocker ? "none" : "protocol");
    });
  }
}

const NO_UTF_8: readonly (readonly number[])[] = [
  [0xff],
  [0xc3],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0x80],
];

for (const junk of NO_UTF_8) {
  Deno.test(`hostile bytes: ${junk} is no UTF-8`, () => {
    const [before = "", after = ""] = image({ annotations: `{"a":"|"}` }).split("|");
    const body = new Uint8Array([...bytes(before), ...junk, ...bytes(after)]);
    assertEquals(refusal(() => parseManifest(body, undefined)).code, "protocol");
    assertEquals(refusal(() => parseConfig(body)).code, "protocol");
  });
}

Deno.test("hostile prototype keys change no object", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  const record = `{${names.map((name) => `"${name}":"x"`).join()}}`;
  const manifest = parseManifest(bytes(image({ annotations: record })), OCI_IMAGE);
  const { labels } = parseConfig(bytes(`{"config":{"Labels":${record}}}`));
  for (const texts of [manifest.annotations ?? {}, labels]) {
    assertEquals(Object.getPrototypeOf(texts), null);
    assert(Object.isFrozen(texts));
    assertEquals(Object.keys(texts), names);
    assert(names.every((name) => texts[name] === "x"));
  }
  assertEquals(Object.keys(Object.prototype), []);
});

const MEGABYTES_4 = 4 * 1024 * 1024;
/** What fills a document of 4 MiB: before, again and again, behind. */
const LARGE:
  readonly (readonly [name: string, parts: readonly [string, string, string], Outcome])[] = [
    ["spaces", [image(), " ", ""], "none"],
    ["spaces and then a letter", [image(), " ", "x"], "protocol"],
    ["one annotation", [`${image().slice(0, -1)},"annotations":{"a":"`, "x", `"}}`], "none"],
    ["escapes", [`${image().slice(0, -1)},"annotations":{"a":"`, "\\u001b", `"}}`], "none"],
    ["one type", [`{"schemaVersion":2,"mediaType":"`, "\\u202e", `"}`], "protocol"],
    ["one digest", [
      `{"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":"sha256:`,
      "\\u009b",
      `"}]}`,
    ], "protocol"],
    ["one key", [`${image().slice(0, -1)},"`, "L", `":1}`], "none"],
    ["empty objects", [`{"schemaVersion":2,"manifests":[`, "{},", "{}]}"], "too_large"],
    ["the same key", [`{"schemaVersion":2`, `,"a":1`, "}"], "protocol"],
    ["quotes", ["", `"`, ""], "protocol"],
    ["backslashes", [`{"`, "\\", ""], "protocol"],
    ["angle brackets", ["", "<", ""], "protocol"],
    ["digits", [`{"schemaVersion":`, "2", "}"], "protocol"],
    ["white space of other kinds", ["", "\u3000", "<"], "protocol"],
  ];

for (const [name, [before, unit, behind], outcome] of LARGE) {
  Deno.test(`hostile 4 MiB of ${name} is ${outcome}`, () => {
    const text = before + unit.repeat(MEGABYTES_4 / unit.length) + behind;
    assertEquals(refusal(() => parseManifest(bytes(text), undefined)).code, outcome);
  });
}

Deno.test("hostile 4 MiB of different keys are read", () => {
  const keys = Array.from({ length: 300_000 }, (_, at) => `"${at * 7919}":"x"`);
  const text = image({ annotations: `{${keys.join()}}` });
  const { annotations = {} } = parseManifest(bytes(text), OCI_IMAGE);
  assertEquals(Object.keys(annotations).length, 300_000);
});

function list(raw: string): string {
  return `[${descriptor()},${raw}]`;
}

function many(count: number): string {
  return `[${Array(count).fill(descriptor()).join()}]`;
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

function twice(text: string, key: string, raw: string): string {
  return `${text.slice(0, -1)},"${key}":${raw}}`;
}
