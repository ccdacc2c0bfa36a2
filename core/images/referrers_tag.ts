import type { Digest } from "../names/digest.ts";
import { parseTag, type Tag } from "../names/tag.ts";

/** A tag under which cosign keeps something about an image. */
export interface CosignTag {
  /** What is kept there. */
  readonly kind: "signature" | "attestation" | "sbom";
  /** The tag, as in `sha256-<hex>.sig`. */
  readonly tag: Tag;
}

const SUFFIXES: readonly (readonly [kind: CosignTag["kind"], suffix: string])[] = [
  ["signature", "sig"],
  ["attestation", "att"],
  ["sbom", "sbom"],
];

/**
 * The tag that lists the referrers of a digest where a registry has no referrers API: `sha256-<hex>`, for
 * sha512 cut to 64 digits. Some registries resolve this tag to the very manifest with that digest:
 * compare digests before taking what is found there for a list.
 *
 * Source: OCI distribution specification 1.1, "Referrers Tag Schema".
 */
export function referrersTag(digest: Digest): Tag {
  const [algorithm = "", digits = ""] = digest.split(":");
  return parseTag(`${algorithm.slice(0, 32)}-${digits.slice(0, 64)}`);
}

/**
 * The tags under which cosign keeps the signatures, attestations and SBOMs of a digest. None for sha512:
 * cosign does not cut its digits, and no tag is that long.
 *
 * Source: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
export function cosignTags(digest: Digest): readonly CosignTag[] {
  if (!digest.startsWith("sha256:")) return [];
  const name = digest.replace(":", "-");
  return SUFFIXES.map(([kind, suffix]) => ({ kind, tag: parseTag(`${name}.${suffix}`) }));
}
