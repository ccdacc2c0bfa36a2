import type { TagDetails } from "../adapter.ts";
import { isDigest } from "../names/digest.ts";
import { essenceOf } from "../names/media_type.ts";
import { isTag, type Tag } from "../names/tag.ts";
import { apiChecks } from "./api_checks.ts";

/**
 * What the page of a listing tells of its tags besides their names: some registries add a member `manifest`,
 * an object with a digest for each key, and under it a list `tag`, `imageSizeBytes`, `mediaType`,
 * `timeUploadedMs` and `timeCreatedMs`, numbers as text.
 *
 * Source: go-containerregistry `pkg/v1/google/list.go`, 2026-08.
 */
export function toldOfTags(manifest: unknown): ReadonlyMap<Tag, Omit<TagDetails, "name">> {
  const told = new Map<Tag, Omit<TagDetails, "name">>();
  if (typeof manifest !== "object" || manifest === null) return told;
  const { member, list, count, time } = apiChecks;
  function moment(value: unknown): string | undefined {
    const ms = count(value);
    // An image that names no moment is told as built in 1970, or at 0.
    return ms === undefined || ms === 0 ? undefined : time(ms);
  }
  for (const [digest, facts] of Object.entries(manifest)) {
    if (!isDigest(digest)) continue;
    const details = {
      digest,
      mediaType: typeIn(member(facts, "mediaType")),
      size: count(member(facts, "imageSizeBytes")),
      pushedAt: moment(member(facts, "timeUploadedMs")),
      createdAt: moment(member(facts, "timeCreatedMs")),
    };
    for (const tag of list(member(facts, "tag"))) if (isTag(tag)) told.set(tag, details);
  }
  return told;
}

/** A type to the letter: text of any length would be kept for each tag. */
function typeIn(value: unknown): string | undefined {
  return typeof value === "string" && essenceOf(value) === value ? value : undefined;
}
