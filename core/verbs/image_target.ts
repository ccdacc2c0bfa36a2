import type { Digest } from "../names/digest.ts";
import { parsePlatform, type Platform } from "../names/platform.ts";
import { formatReference } from "../names/reference.ts";
import type { Tag } from "../names/tag.ts";
import type { Target } from "../target.ts";

/** What a reference without tag and digest means, as for every client of images. */
const USUAL_TAG = "latest" as Tag;

/** How an image is asked for. */
export interface ImageOptions {
  /** One platform of an index, as in `linux/arm64/v8`. @default the index itself, with all its platforms */
  readonly platform?: string;
  /** Requests that it may take; one more is an error. @default Infinity */
  readonly maxRequests?: number;
  /** Ends it early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The digest of a target, or its tag, or the usual one. */
export function nameOf({ digest, tag }: Target): Tag | Digest {
  return digest ?? tag ?? USUAL_TAG;
}

/** A target as text, with the tag or digest that is asked for. */
export function fullNameOf(target: Target): string {
  const { registry, repository, digest, tag = USUAL_TAG } = target;
  return formatReference({ registry, repository, ...(digest ? { digest } : { tag }) });
}

/**
 * The platform that is asked for, if one is.
 *
 * @throws {RegistryError} `reference_invalid`
 */
export function platformOf({ platform }: Pick<ImageOptions, "platform">): Platform | undefined {
  return platform === undefined ? undefined : parsePlatform(platform);
}
