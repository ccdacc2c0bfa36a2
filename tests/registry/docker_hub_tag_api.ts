import type { ShelfTag } from "./tag_shelf_api.ts";

/** A tag as Docker Hub's own API tells it. The fields: docs and docker/hub-tool `pkg/hub/tags.go`, 2024-02; which may be null or missing: renovate's schema. */
export function hubTag(tag: ShelfTag, index: number): Record<string, unknown> {
  const pushed = new Date(tag.pushed).toISOString().replace("Z", "456Z");
  const common = {
    creator: 7,
    id: 1000 + index,
    last_updater: 7,
    last_updater_username: "doijanky",
    name: tag.name,
    repository: 42,
    v2: true,
    tag_status: "active",
  };
  if (tag.isUnknown) {
    const nothing = { last_updated: null, tag_last_pushed: null, digest: null };
    return { ...common, ...nothing, full_size: 0, images: [{ architecture: null, os: null }] };
  }
  return {
    ...common,
    last_updated: pushed,
    full_size: tag.size,
    tag_last_pulled: null,
    tag_last_pushed: pushed,
    digest: tag.digest,
    images: tag.images.map(({ os, architecture, variant, digest, size }) => ({
      architecture,
      features: "",
      variant: variant ?? null,
      digest,
      os,
      os_features: "",
      os_version: null,
      size,
      status: "active",
      last_pulled: null,
      last_pushed: pushed,
    })),
  };
}
