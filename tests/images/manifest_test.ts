import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import { artifactTypeOf } from "../../core/images/artifact_type.ts";
import { attestedDigest, isAttestation } from "../../core/images/attestation.ts";
import { readDescriptor } from "../../core/images/descriptor.ts";
import { type Manifest, parseManifest } from "../../core/images/manifest.ts";
import {
  bytes,
  descriptor,
  DIGEST,
  DOCKER_IMAGE,
  DOCKER_INDEX,
  image,
  index,
  type Members,
  OCI_IMAGE,
  OCI_INDEX,
  refusal,
  SCHEMA_1,
  SIGNED_SCHEMA_1,
} from "./documents.ts";

Deno.test("parseManifest() reads an image", () => {
  const text = image({ annotations: `{"a":"b"}`, subject: descriptor(), artifactType: `"x/y"` });
  const manifest = parseManifest(bytes(text), `${OCI_IMAGE}; charset=utf-8`);
  assert(manifest.kind === "image");
  assertEquals(manifest.mediaType, OCI_IMAGE);
  assertEquals<string>(manifest.config.digest, DIGEST);
  assertEquals(manifest.layers.map(({ size }) => size), [1234]);
  assertEquals(manifest.subject?.mediaType, "application/vnd.oci.image.layer.v1.tar+gzip");
  assertEquals([manifest.artifactType, manifest.annotations?.a], ["x/y", "b"]);
});

Deno.test("parseManifest() reads an index with its platforms", () => {
  const platform =
    `{"os":"windows","architecture":"amd64","variant":"v1","os.version":"10.0.17763.1",
    "os.features":["win32k"],"features":["sse4"]}`;
  const entries = [
    descriptor({ platform }),
    descriptor({ platform: `{"os":"","architecture":""}` }),
  ];
  const text = index({ manifests: `[${entries.join(",")}]`, mediaType: `"${DOCKER_INDEX}"` });
  const manifest = parseManifest(bytes(text), DOCKER_INDEX);
  assert(manifest.kind === "index");
  assertEquals(manifest.manifests.map(({ platform }) => platform), [{
    os: "windows",
    architecture: "amd64",
    variant: "v1",
    osVersion: "10.0.17763.1",
    osFeatures: ["win32k"],
  }, undefined]);
});

Deno.test("parseManifest() leaves out what is absent or null", () => {
  const optional = ["subject", "artifactType", "annotations"];
  const nulls = Object.fromEntries(optional.map((name) => [name, "null"]));
  const members = ["platform", "artifactType", "annotations", "urls"];
  const layer = descriptor(Object.fromEntries(members.map((name) => [name, "null"])));
  const manifest = parseManifest(bytes(image({ ...nulls, layers: `[${layer}]` })), undefined);
  assertEquals(Object.keys(manifest), ["kind", "mediaType", "config", "layers"]);
  assert(manifest.kind === "image");
  assertEquals(Object.keys(manifest.layers[0] ?? {}), ["mediaType", "digest", "size"]);
});

Deno.test("parseManifest() reads a list that is null as empty, and refuses one that is absent", () => {
  const empty = parseManifest(bytes(image({ layers: "null" })), OCI_IMAGE);
  assertEquals(empty.kind === "image" && empty.layers, []);
  const none = parseManifest(bytes(index({ manifests: "null" })), OCI_INDEX);
  assertEquals(none.kind === "index" && none.manifests, []);
  for (const [name, message] of [["layers", "the list is missing"], ["config", "no descriptor"]]) {
    const { code, message: told } = refusal(() =>
      parseManifest(bytes(image({ [`${name}`]: "" })), OCI_IMAGE)
    );
    assertEquals(code, "protocol");
    assertStringIncludes(told, `Cannot read ${name}: `);
    assertStringIncludes(told, `${message}`);
  }
});

const EMPTY = descriptor({ mediaType: `"application/vnd.oci.empty.v1+json"`, size: "2" });

/** What registries hold, and its artifact type. */
const HELD: readonly (readonly [name: string, members: Members, artifactType?: string])[] = [
  ["an image", {}],
  ["an image of Docker", {
    mediaType: `"${DOCKER_IMAGE}"`,
    config: descriptor({ mediaType: `"application/vnd.docker.container.image.v1+json"` }),
  }],
  ["an image of Docker from 2016", {
    mediaType: `"${DOCKER_IMAGE}"`,
    config: descriptor({ mediaType: `"application/octet-stream"` }),
  }],
  ["ORAS with an empty config and a layer", {
    artifactType: `"application/vnd.example+type"`,
    config: EMPTY,
  }, "application/vnd.example+type"],
  ["ORAS without files", {
    artifactType: `"application/vnd.example+type"`,
    config: EMPTY,
    layers: "[]",
  }, "application/vnd.example+type"],
  ["ORAS before 1.1", {
    config: descriptor({ mediaType: `"application/vnd.unknown.config.v1+json"` }),
    mediaType: "",
  }, "application/vnd.unknown.config.v1+json"],
  ["a Helm chart", {
    config: descriptor({ mediaType: `"application/vnd.cncf.helm.config.v1+json"` }),
  }, "application/vnd.cncf.helm.config.v1+json"],
  ["a plugin of Docker", {
    mediaType: `"${DOCKER_IMAGE}"`,
    config: descriptor({ mediaType: `"application/vnd.docker.plugin.v1+json"` }),
  }, "application/vnd.docker.plugin.v1+json"],
  ["a signature of cosign", {
    layers: `[${
      descriptor({
        mediaType: `"application/vnd.dev.cosign.simplesigning.v1+json"`,
        annotations: `{"dev.cosignproject.cosign/signature":"MEUCIQ=="}`,
      })
    }]`,
  }],
  ["a bundle of sigstore", {
    artifactType: `"application/vnd.dev.sigstore.bundle.v0.3+json"`,
    config: EMPTY,
    subject: descriptor({ mediaType: `"${OCI_IMAGE}"` }),
  }, "application/vnd.dev.sigstore.bundle.v0.3+json"],
  ["an artifact whose config is no image's by accident", {
    config: descriptor({ mediaType: `"application/json"` }),
  }, "application/json"],
];

for (const [name, members, artifactType] of HELD) {
  Deno.test(`artifactTypeOf() ${name} is ${artifactType}`, () => {
    assertEquals(artifactTypeOf(parseManifest(bytes(image(members)), undefined)), artifactType);
  });
}

Deno.test("artifactTypeOf() an index is what it says itself", () => {
  assertEquals(artifactTypeOf(parseManifest(bytes(index()), undefined)), undefined);
  const text = index({ artifactType: `"x/y"` });
  assertEquals(artifactTypeOf(parseManifest(bytes(text), undefined)), "x/y");
});

const CONTENT_TYPES: readonly (string | undefined)[] = [
  undefined,
  "",
  OCI_IMAGE,
  OCI_INDEX,
  DOCKER_IMAGE,
  DOCKER_INDEX,
  SCHEMA_1,
  SIGNED_SCHEMA_1,
  "application/json",
  "application/octet-stream",
  "text/plain; charset=utf-8",
  "text/html",
  "application/vnd.example.v1+json",
  "no type",
];
const TOLD: readonly string[] = [
  "",
  "null",
  `""`,
  `"${OCI_IMAGE}"`,
  `"${OCI_INDEX}"`,
  `"${DOCKER_IMAGE}"`,
  `"${DOCKER_INDEX}"`,
  `"${SCHEMA_1}"`,
  `"application/vnd.oci.artifact.manifest.v1+json"`,
  "2",
];
const FIELDS: Readonly<Record<string, Members>> = {
  image: { config: descriptor(), layers: "[]" },
  index: { manifests: "[]" },
  both: { manifests: "[]", layers: "[]" },
  null: { manifests: "[]", config: "null" },
  none: { blobs: "[]" },
  first: { fsLayers: "[]", config: descriptor(), layers: "[]" },
};

for (const contentType of CONTENT_TYPES) {
  Deno.test(`parseManifest() agrees with every type and field, or refuses, as ${contentType}`, () => {
    for (const told of TOLD) {
      for (const [fields, members] of Object.entries(FIELDS)) {
        const text = image({ mediaType: told, config: "", layers: "", ...members });
        const parse = () => parseManifest(bytes(text), contentType);
        assertEquals(outcome(parse), expected(contentType, told, fields), `${told} ${fields}`);
      }
    }
  });
}

function outcome(parse: () => Manifest): string {
  const { code } = refusal(parse);
  if (code !== "none") return code;
  const { kind, mediaType } = parse();
  return `${kind} ${mediaType}`;
}

/** What comes of a document, said once more and in another way. */
function expected(contentType: string | undefined, told: string, fields: string): string {
  const body = told === "" || told === "null" || told === `""` ? undefined : told.slice(1, -1);
  const isGeneric = /^$|^application\/json|^application\/octet|^text\/plain/.test(
    contentType ?? "",
  );
  const header = isGeneric ? undefined : contentType;
  const isOld = /\.v1\+(json|prettyjws)$/;
  const isDocker = /docker/;
  if (told === "2" || header === "no type") return "protocol";
  for (const type of [body, header]) {
    if (type && isDocker.test(type) && isOld.test(type)) return "unsupported";
  }
  if (header && body && header !== body) return "protocol";
  const type = body ?? header ?? (fields === "index" ? OCI_INDEX : OCI_IMAGE);
  if (![OCI_IMAGE, OCI_INDEX, DOCKER_IMAGE, DOCKER_INDEX].includes(type)) {
    return body ? "unsupported" : "protocol";
  }
  const kind = type === OCI_INDEX || type === DOCKER_INDEX ? "index" : "image";
  return kind === fields ? `${kind} ${type}` : "protocol";
}

Deno.test("parseManifest() refuses schema 1 kindly, by its types and by its version", () => {
  const old = `{"schemaVersion":1,"name":"a","tag":"b","fsLayers":[],"history":[],"signatures":[]}`;
  for (const type of [SCHEMA_1, SIGNED_SCHEMA_1, undefined, "application/json", OCI_IMAGE]) {
    const error = assertThrows(() => parseManifest(bytes(old), type), RegistryError);
    assertEquals(error.code, "unsupported");
    assertStringIncludes(error.message, "a Docker image of schema 1");
    assertStringIncludes(error.facts.hint ?? "", "push it with a current one");
  }
});

Deno.test("parseManifest() names a type that it does not read", () => {
  const type = "application/vnd.oci.artifact.manifest.v1+json";
  const { code, message } = refusal(() =>
    parseManifest(bytes(image({ mediaType: `"${type}"` })), type)
  );
  assertEquals(code, "unsupported");
  assertStringIncludes(message, type);
});

Deno.test("parseManifest() names the place of what is broken", () => {
  const list = `[${descriptor()},${descriptor()},${descriptor()},${descriptor({ digest: `"x"` })}]`;
  const { message } = refusal(() => parseManifest(bytes(index({ manifests: list })), OCI_INDEX));
  assertEquals(
    message,
    'Cannot read manifests[3].digest: "x": a digest is "sha256:" and 64 hex digits, or "sha512:" and 128',
  );
});

Deno.test("parseManifest() says what its fields are where they are another type's", () => {
  const reasons: readonly (readonly [text: string, reason: string])[] = [
    [index({ mediaType: `"${OCI_IMAGE}"` }), `its type is "${OCI_IMAGE}", but it has "manifests"`],
    [image({ mediaType: `"${OCI_INDEX}"` }), `"${OCI_INDEX}", but it has "config" or "layers"`],
    [index({ config: "{}" }), "it has the fields of an index and those of an image"],
    [index({ manifests: "" }), "it has neither the fields of an index nor an image's"],
  ];
  for (const [text, reason] of reasons) {
    const { message } = refusal(() => parseManifest(bytes(text), undefined));
    assertStringIncludes(message, reason);
  }
});

Deno.test("parseManifest() throws nothing but a RegistryError, on bytes and on bent manifests", () => {
  const type = fc.option(fc.constantFrom(...CONTENT_TYPES), { nil: undefined });
  fc.assert(fc.property(fc.uint8Array(), type, (junk, contentType) => {
    refusal(() => parseManifest(junk, contentType));
  }));
  const whole = index({ annotations: `{"a":"b"}`, subject: descriptor() });
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(9), fc.string({ unit: "binary" }), (at, cut, junk) => {
      const bent = whole.slice(0, at) + junk + whole.slice(at + cut);
      refusal(() => parseManifest(bytes(bent), OCI_INDEX));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseManifest() reads any JSON in the fields that it knows, or refuses it", () => {
  const names = fc.constantFrom("config", "layers", "subject", "annotations", "artifactType");
  fc.assert(
    fc.property(names, fc.json({ maxDepth: 5 }), (name, value) => {
      refusal(() => parseManifest(bytes(image({ [name]: value })), OCI_IMAGE));
    }),
    { numRuns: 1000 },
  );
});

/** An entry's members, and the digest that it is an attestation of; undefined for none, "" for no attestation. */
const ATTESTATIONS: readonly (readonly [name: string, members: Members, digest?: string])[] = [
  ["BuildKit's", {}, DIGEST],
  ["without the digest", { annotations: `{"vnd.docker.reference.type":"attestation-manifest"}` }],
  ["with a broken digest", {
    annotations:
      `{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"../x"}`,
  }],
  ["of another type", {
    annotations: `{"vnd.docker.reference.type":"x","vnd.docker.reference.digest":"${DIGEST}"}`,
  }, ""],
  ["without annotations", { annotations: "" }, ""],
  ["for a platform", { platform: `{"os":"linux","architecture":"amd64"}` }, ""],
  ["for an unknown system alone", { platform: `{"os":"unknown","architecture":"amd64"}` }, ""],
  [
    "for an unknown architecture alone",
    { platform: `{"os":"linux","architecture":"unknown"}` },
    "",
  ],
  ["without a platform", { platform: "" }, ""],
];

for (const [name, members, digest] of ATTESTATIONS) {
  Deno.test(`isAttestation() and attestedDigest() judge an entry ${name}`, () => {
    const entry = readDescriptor(
      JSON.parse(descriptor({
        platform: `{"os":"unknown","architecture":"unknown"}`,
        annotations:
          `{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"${DIGEST}"}`,
        ...members,
      })),
      "manifests[0]",
    );
    assertEquals(isAttestation(entry), digest !== "");
    assertEquals<string | undefined>(attestedDigest(entry), digest || undefined);
  });
}
