import { type Digest, isDigest } from "../names/digest.ts";
import type { Descriptor } from "./descriptor.ts";

/**
 * Whether an entry of an index is no image but what BuildKit says about one: an SBOM or the provenance.
 * Its platform is unknown/unknown, so that nobody runs it, and an annotation says what it is.
 *
 * Source: https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
 */
export function isAttestation(descriptor: Descriptor): boolean {
  const { platform, annotations } = descriptor;
  return platform?.os === "unknown" && platform.architecture === "unknown" &&
    annotations?.["vnd.docker.reference.type"] === "attestation-manifest";
}

/** The digest of the entry that an attestation is about; undefined where it is no attestation, or names none. */
export function attestedDigest(descriptor: Descriptor): Digest | undefined {
  const digest = descriptor.annotations?.["vnd.docker.reference.digest"];
  return isAttestation(descriptor) && isDigest(digest) ? digest : undefined;
}
