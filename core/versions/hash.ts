import { isSeparator } from "./runs.ts";

/** The shortest abbreviation of a commit that git prints by itself. */
const SHORTEST = 7;
/** SHA-256 in hex. */
const LONGEST = 64;
const DATE_AND_LETTER = /^(?:19|20)\d{6}[a-f]\d?$/;
const DIGEST_TAG = /^sha(?:256-[0-9a-f]{32,64}|512-[0-9a-f]{32,128})(?:[.-]|$)/;

/**
 * Whether a tag is a digest: `sha256-<hex>` of the referrers fallback, and its `.sig`, `.att`, `.sbom`.
 *
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export function isDigestTag(tag: string): boolean {
  return tag.startsWith("sha") && DIGEST_TAG.test(tag);
}

/**
 * Where the hex digits of a commit that begin at `from` end, or `from` if there are none: 7 to 64 of
 * them up to a separator, letters and digits mixed, as `8f2ef3e` is and `1234567`, `facade` are not.
 */
export function hashEnd(text: string, from: number): number {
  let at = from;
  let letters = 0;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 97 && unit <= 102) letters++;
    else if (unit < 48 || unit > 57) break;
  }
  const length = at - from;
  if (length < SHORTEST || length > LONGEST) return from;
  if (at < text.length && !isSeparator(text.charCodeAt(at))) return from;
  if (length === 40 || length === 64) return at;
  if (letters === 0 || letters === length) return from;
  return DATE_AND_LETTER.test(text.slice(from, at)) ? from : at;
}
