import { isDigit, isSeparator, runEnd } from "./runs.ts";

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
  const end = hexEnd(text, from);
  const length = end - from;
  if (length === 0 || length === 40 || length === 64) return end;
  const letters = end - runEnd(text, from, isDigit);
  if (letters === 0 || runEnd(text, from, isHexLetter) === end) return from;
  return DATE_AND_LETTER.test(text.slice(from, end)) ? from : end;
}

/** As {@linkcode hashEnd}, behind a mark that says what follows: of `g1234567` and `sha-facade1`. */
export function hexEnd(text: string, from: number): number {
  const end = runEnd(text, from, isHex);
  if (end - from < SHORTEST || end - from > LONGEST) return from;
  return end === text.length || isSeparator(text.charCodeAt(end)) ? end : from;
}

/**
 * Whether digits behind a version and a hyphen are a commit: seven of them, as git abbreviates and one
 * commit in thirty looks. Eight are a day or as often a build, such as VMware's `8.0.1-21860503`, and
 * fewer or more are builds; a build that is counted so far as to a million is taken for a commit.
 */
export function isCommitOfDigits(digits: string): boolean {
  return digits.length === SHORTEST && runEnd(digits, 0, isDigit) === SHORTEST;
}

function isHex(unit: number): boolean {
  return isDigit(unit) || isHexLetter(unit);
}

function isHexLetter(unit: number): boolean {
  return unit >= 97 && unit <= 102;
}
