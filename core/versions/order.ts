import { datePieces } from "./calendar.ts";
import { isDigit, runEnd, value } from "./runs.ts";
import { readTag, type Version } from "./shape.ts";
import type { Part } from "./tail.ts";

/** Names before versions, so that the newest of a list is a version; days before release numbers. */
const PLACE = { digest: "1", hash: "2", channel: "3", date: "4", version: "5" } as const;
/** Behind every letter: of two that are equal but for their variant, the shorter and the plain one are newer. */
const END_OF_NAME = "~";
/** Before everything that can follow. */
const END = "!";
/** What {@linkcode byValue} makes of zero. */
const ZERO = "0";
/** What leads to a release, before all that was released. */
const PRE = "A";
/** Pre-releases are `A` to `F`, the release itself, then builds. */
const RELEASE = "M";
const BUILD = "P";

/**
 * Orders two tags, older first; for `Array.prototype.sort`. Any texts are fine.
 *
 * In turn: digests, commits, channels, dates, versions; flavour; numbers by value, missing ones as zeros;
 * what leads to a release before what was released, each with fewer numbers before more; pre-releases,
 * the release, its builds; variant, the plain one last; builds behind the variant; text. It is total:
 * transitive, and 0 only for equal texts.
 *
 * It takes both apart each time: sort a long list by {@linkcode orderKey} or with `selectTags`.
 */
export function compareTags(a: string, b: string): number {
  return compareKeyed(orderKey(a), a, orderKey(b), b);
}

/** {@linkcode compareTags} for tags whose {@linkcode orderKey} is known. */
export function compareKeyed(aKey: string, a: string, bKey: string, b: string): number {
  if (aKey !== bKey) return aKey < bKey ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Text that `<` and `>` order as {@linkcode compareTags} orders the tags; equal for tags that differ in
 * spelling only, such as `1.2` and `v1.02`. Not for people, and not for keeping: it may change.
 */
export function orderKey(tag: string): string {
  return readKey(tag, readTag(tag));
}

/** {@linkcode orderKey} of a tag that is already taken apart. */
export function readKey(tag: string, read: ReturnType<typeof readTag>): string {
  if (typeof read !== "string") return versionKey(read);
  return PLACE[read] + (read === "channel" ? natural(tag) : tag);
}

function versionKey(version: Version): string {
  const { flavour, parts, variant, behind } = version;
  // A candidate may have more numbers than its release: 18.0.0-rc1 comes before 18, 18 before 18.0.0.
  const stage = parts[0]?.role === "pre" ? PRE : RELEASE;
  return PLACE[version.kind] + named(flavour) + numbersKey(version) + stage +
    piecesOf(version).length + partsKey(parts) + named(variant) +
    (behind.length > 0 ? partsKey(behind) : RELEASE);
}

/** What orders versions by their numbers alone: equal for `18` and `18.0.0`. */
export function numbersKey(version: Version): string {
  let key = "";
  let significant = 0;
  for (const digits of piecesOf(version)) {
    const number = byValue(digits);
    key += number;
    if (number !== ZERO) significant = key.length;
  }
  return key.slice(0, significant) + END;
}

/** The numbers of a version; of a date year, month and day, however it was written. */
export function piecesOf({ kind, numbers }: Version): readonly string[] {
  return kind === "date" ? datePieces(numbers) : numbers;
}

/** What orders versions of the same numbers. */
export function partsKey(parts: readonly Part[]): string {
  let key = "";
  for (const { role, mark, value, rank } of parts) {
    const number = natural(value) + END;
    key += role === "pre" ? String.fromCharCode(65 + rank) + number : BUILD + mark + END + number;
  }
  return key + RELEASE;
}

/** The count of digits, then the digits: of two numbers, the longer one is larger. */
function byValue(digits: string): string {
  const significant = value(digits);
  return String.fromCharCode(48 + significant.length) + significant;
}

function named(name: string): string {
  return natural(name) + END_OF_NAME;
}

/** Text whose runs of digits are ordered by value: `alpine3.9` before `alpine3.19`. */
function natural(text: string): string {
  let key = "";
  let at = 0;
  while (at < text.length) {
    const digit = runEnd(text, at, isOther);
    const end = runEnd(text, digit, isDigit);
    key += text.slice(at, digit);
    if (end > digit) key += "0" + byValue(text.slice(digit, end));
    at = end;
  }
  return key;
}

function isOther(unit: number): boolean {
  return !isDigit(unit);
}
