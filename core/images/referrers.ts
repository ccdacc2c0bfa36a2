import { RegistryError } from "../errors.ts";
import { essenceOf, OCI_INDEX } from "../names/media_type.ts";
import { printable } from "../names/printable.ts";
import type { Descriptor } from "./descriptor.ts";
import { parseManifest } from "./manifest.ts";

/**
 * One page of the referrers API, or what the referrers tag points to: the manifests that name a digest
 * as their subject, with `artifactType` and annotations as the registry tells them.
 *
 * An answer with any other type than OCI's index comes from a registry that has no such API and shows a
 * page for people, or the subject itself; that is told as `unsupported`. Where the subject is an index, only
 * its digest tells it from an answer.
 *
 * @throws RegistryError `unsupported` unless `contentType` is that of an OCI index, else what
 * {@linkcode parseManifest} throws
 */
export function readReferrers(
  bytes: Uint8Array,
  contentType: string | undefined,
): readonly Descriptor[] {
  if (essenceOf(contentType ?? "") !== OCI_INDEX) {
    const told = contentType ? `"${printable(contentType, 80)}"` : "without a type";
    const reason = `the answer is ${told}, not an OCI index`;
    throw new RegistryError("unsupported", `Cannot read the referrers: ${reason}`);
  }
  const manifest = parseManifest(bytes, contentType);
  return manifest.kind === "index" ? manifest.manifests : [];
}
