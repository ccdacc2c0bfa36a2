import type { Manifest } from "./manifest.ts";
import type { Descriptor } from "./descriptor.ts";
import type { CosignTag } from "./referrers_tag.ts";

/** What a referrer is, as a person would call it. */
export type ReferrerKind =
  | "signature"
  | "attestation"
  | "provenance"
  | "sbom"
  | "vex"
  | "scan"
  | "artifact"
  | "image";

/** Annotations that tell more than the type: what a statement is about, and whether it is one. */
const TELLING: readonly string[] = [
  "dev.sigstore.bundle.predicateType",
  "in-toto.io/predicate-type",
  "predicateType",
  "dev.sigstore.bundle.content",
];

/** Parts of such texts, the more special ones first: a signature by cosign is a statement, and a VEX can be CycloneDX. */
const WORDS: readonly (readonly [kind: ReferrerKind, words: readonly string[]])[] = [
  ["signature", ["cosign/sign/", "message-signature"]],
  ["vex", ["vex"]],
  ["sbom", ["spdx", "cyclonedx", "syft", "sbom"]],
  ["provenance", ["slsa", "provenance"]],
  ["scan", ["sarif", "vuln", "trivy", "grype"]],
  ["attestation", ["in-toto", "attestation", "dsse", "cosign.artifact.att"]],
  ["signature", ["signature", "sigstore", "cosign.artifact.sig"]],
];

/**
 * A guess at what a referrer is, by its `artifactType` and annotations as somebody wrote them; good
 * enough to read a list by, and no ground to trust anything on. What names no type is an image.
 */
export function referrerKind(
  { artifactType, annotations = {} }: Pick<Descriptor, "artifactType" | "annotations">,
): ReferrerKind {
  const told = TELLING.filter((name) => Object.hasOwn(annotations, name))
    .map((name) => annotations[name]);
  const usual = artifactType === undefined ? "image" : "artifact";
  return [...told, artifactType].map(kindNamed).find((kind) => kind !== undefined) ?? usual;
}

/** What lies under a tag of cosign's: what the tag is for, or more exactly what all its statements are. */
export function cosignKind({ kind }: CosignTag, manifest: Manifest): ReferrerKind {
  if (kind !== "attestation" || manifest.kind === "index") return kind;
  const [first, ...others] = manifest.layers.map(({ annotations }) =>
    referrerKind({ annotations })
  );
  const isOne = first !== undefined && first !== "image" && others.every((one) => one === first);
  return isOne ? first : kind;
}

function kindNamed(text: string | undefined): ReferrerKind | undefined {
  const lower = text?.toLowerCase() ?? "";
  return WORDS.find(([, words]) => words.some((word) => lower.includes(word)))?.[0];
}
