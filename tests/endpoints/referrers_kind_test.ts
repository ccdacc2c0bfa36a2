import { assertEquals } from "@std/assert";
import { cosignKind, referrerKind } from "../../core/images/referrer_kind.ts";
import { parseManifest } from "../../core/images/manifest.ts";
import { cosignTags } from "../../core/images/referrers_tag.ts";
import { parseDigest } from "../../core/names/digest.ts";
import { buildImage, buildIndex, type TestManifest } from "../registry/mod.ts";

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const CONTENT = "dev.sigstore.bundle.content";
const PREDICATE = "dev.sigstore.bundle.predicateType";

/** Types and annotations as the tools that are named write them. */
const KINDS: readonly (readonly [
  kind: string,
  artifactType: string | undefined,
  annotations?: Readonly<Record<string, string>>,
])[] = [
  // notation
  ["signature", "application/vnd.cncf.notary.signature"],
  // cosign with OCI 1.1 referrers, and its bundles
  ["signature", "application/vnd.dev.cosign.artifact.sig.v1+json"],
  ["attestation", "application/vnd.dev.cosign.artifact.att.v1+json"],
  ["sbom", "application/vnd.dev.cosign.artifact.sbom.v1+json"],
  ["signature", BUNDLE],
  ["signature", BUNDLE, { [CONTENT]: "message-signature" }],
  ["signature", BUNDLE, {
    [CONTENT]: "dsse-envelope",
    [PREDICATE]: "https://sigstore.dev/cosign/sign/v1",
  }],
  ["attestation", BUNDLE, { [CONTENT]: "dsse-envelope" }],
  ["provenance", BUNDLE, {
    [CONTENT]: "dsse-envelope",
    [PREDICATE]: "https://slsa.dev/provenance/v1",
  }],
  ["sbom", BUNDLE, { [CONTENT]: "dsse-envelope", [PREDICATE]: "https://spdx.dev/Document" }],
  ["sbom", BUNDLE, { [PREDICATE]: "https://cyclonedx.org/bom" }],
  ["vex", BUNDLE, { [PREDICATE]: "https://openvex.dev/ns" }],
  ["scan", BUNDLE, { [PREDICATE]: "https://cosign.sigstore.dev/attestation/vuln/v1" }],
  // BuildKit, GitHub
  ["attestation", "application/vnd.docker.attestation.manifest.v1+json"],
  ["attestation", "application/vnd.in-toto+json"],
  ["provenance", "application/vnd.in-toto+json", {
    "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2",
  }],
  // syft, trivy, oras attach
  ["sbom", "application/spdx+json"],
  ["sbom", "application/vnd.cyclonedx+json"],
  ["sbom", "application/vnd.syft+json"],
  ["scan", "application/sarif+json"],
  ["vex", "application/vnd.cyclonedx.vex+json"],
  ["sbom", "APPLICATION/SPDX+JSON"],
  ["artifact", "application/vnd.example.readme"],
  ["artifact", "application/vnd.example.readme", { note: "spdx" }],
  ["image", undefined],
  ["image", undefined, { constructor: "spdx" }],
  ["sbom", undefined, { predicateType: "https://spdx.dev/Document" }],
];

for (const [kind, artifactType, annotations] of KINDS) {
  const told = `${artifactType} ${annotations === undefined ? "" : JSON.stringify(annotations)}`;
  Deno.test(`referrerKind() takes ${told} for ${kind}`, () => {
    assertEquals<string>(referrerKind({ artifactType, annotations }), kind);
  });
}

Deno.test("referrerKind() reads a type of any length in one pass", () => {
  assertEquals(referrerKind({ artifactType: "vuvuvu".repeat(100_000) }), "artifact");
});

Deno.test("cosignKind() is what the tag is for, or what every statement is", () => {
  const tags = cosignTags(parseDigest(buildImage().digest));
  const slsa = statement("https://slsa.dev/provenance/v1");
  const rows: readonly (readonly [manifest: TestManifest, kinds: string])[] = [
    [buildImage({ layers: [slsa, slsa] }), "signature provenance sbom"],
    [
      buildImage({ layers: [slsa, statement("https://spdx.dev/Document")] }),
      "signature attestation sbom",
    ],
    [buildImage({ layers: [statement(undefined)] }), "signature attestation sbom"],
    [buildImage({ layers: [] }), "signature attestation sbom"],
    [buildIndex([]), "signature attestation sbom"],
  ];
  for (const [{ bytes, mediaType }, kinds] of rows) {
    const manifest = parseManifest(bytes, mediaType);
    assertEquals(tags.map((tag) => cosignKind(tag, manifest)).join(" "), kinds);
  }
});

function statement(predicateType: string | undefined) {
  const annotations = predicateType === undefined ? undefined : { predicateType };
  return { of: "{}", mediaType: "application/vnd.dsse.envelope.v1+json", annotations };
}
