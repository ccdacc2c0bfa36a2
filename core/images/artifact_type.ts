import { DOCKER_IMAGE, isImageConfigType } from "../names/media_type.ts";
import type { Manifest } from "./manifest.ts";

/** What old registries made of the type of an image's config. Source: moby, `defaultImageTypes` in distribution/registry.go. */
const LOST_TYPES: readonly string[] = ["application/octet-stream", "application/json", "text/html"];

/**
 * What kind of artifact a manifest is: its `artifactType`, else the type of its config where that is not
 * an image's, as in `application/vnd.cncf.helm.config.v1+json`; undefined for an image, and for an index
 * that names none. So the referrers API tells it too.
 *
 * Source: OCI distribution specification 1.1, "Listing Referrers".
 */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.artifactType !== undefined || manifest.kind === "index") {
    return manifest.artifactType;
  }
  const { mediaType } = manifest.config;
  const isLost = manifest.mediaType === DOCKER_IMAGE && LOST_TYPES.includes(mediaType);
  return isLost || isImageConfigType(mediaType) ? undefined : mediaType;
}
