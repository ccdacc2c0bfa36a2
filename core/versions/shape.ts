import { hashEnd, hexEnd, isDigestTag } from "./hash.ts";
import { type Numbers, readNumbers } from "./numbers.ts";
import { isDigit, isLetter, runEnd } from "./runs.ts";
import { type Part, readTail } from "./tail.ts";
import { wordBefore } from "./words.ts";

/** A name beside its number, as in `alpine3.19`, is another product's version; a longer one is its own. */
const FEWEST_OF_NAMED = 3;

/** The longest tag; of longer text, such as a stranger may send, nothing is read. */
const LONGEST = 128;

/**
 * What a tag is.
 *
 * - `version`: numbers in the order of releases, such as `21.0.7` or `v1.27.3-k3s1`
 * - `date`: a day, such as `jammy-20240111` or `RELEASE.2025-01-20T14-49-07Z`
 * - `channel`: a name that is given to another image now and then, such as `latest`, `jammy` or `4.x`
 * - `hash`: a commit, such as `sha-8f2ef3e`
 * - `digest`: a digest written as a tag, such as `sha256-<hex>.sig`
 */
export type TagKind = "version" | "date" | "channel" | "hash" | "digest";

/** A tag that is a version, taken apart. Put together again, the pieces are not always the tag. */
export interface Version {
  /** The tag itself. */
  readonly tag: string;
  /** Whether its numbers count releases or days. */
  readonly kind: "version" | "date";
  /** All that stands before the numbers: `v`, `release-`, `amd64-`, or empty. */
  readonly prefix: string;
  /** The prefix without words that only announce a version: `amd64` for `amd64-v1.2`, empty for `v1.2`. */
  readonly flavour: string;
  /** One to five, as digits: of any length, leading zeros kept. A date has one, two or three. */
  readonly numbers: readonly string[];
  /** What stands between the numbers: `.`, `_`, `u`, `-` in dates, or empty. */
  readonly separator: string;
  /** Pre-releases, builds and revisions, as they come. */
  readonly parts: readonly Part[];
  /** Builds behind the variant. */
  readonly behind: readonly Part[];
  /** Whether one of the parts is a pre-release. */
  readonly isPre: boolean;
  /** What stands behind and is neither: `alpine3.19`, `slim-bullseye`, or empty. */
  readonly variant: string;
  /** The tag with `#` for each number and without pre-releases: what `like` compares. */
  readonly shape: string;
}

/** Takes a tag apart; `undefined` if it is a channel, a commit or a digest. Any text is fine. */
export function parseVersion(tag: string): Version | undefined {
  const read = readTag(tag);
  return typeof read === "string" ? undefined : read;
}

/** What a tag is, told from its text alone. Whether `21` moves only the other tags can tell. */
export function tagKind(tag: string): TagKind {
  const read = readTag(tag);
  return typeof read === "string" ? read : read.kind;
}

/** A tag taken apart, or what else it is. */
export function readTag(tag: string): Version | "channel" | "hash" | "digest" {
  if (tag.length > LONGEST) return "channel";
  if (isDigit(tag.charCodeAt(0)) && hashEnd(tag, 0) === 0) return commitOr(versionFrom(tag, 0));
  if (isDigestTag(tag)) return "digest";
  if (tag.startsWith("sha-") && hexEnd(tag, 4) > 4) return "hash";
  const named: number[] = [];
  let from = 0;
  while (from < tag.length) {
    if (hashEnd(tag, from) > from) return "hash";
    const at = firstDigit(tag, from);
    const end = segmentEnd(tag, from);
    if (at < end) {
      if (isAnnounced(tag, from, at)) return hashEnd(tag, at) > at ? "hash" : versionFrom(tag, at);
      if (wordBefore(tag.slice(from, end))?.role !== "architecture") named.push(at);
    }
    from = end + 1;
  }
  return namedVersion(tag, named);
}

/**
 * One number of seven or eight digits that is no day: one commit in thirty is abbreviated to such. Nobody has
 * released so often.
 */
function commitOr(read: Version | "channel"): Version | "channel" | "hash" {
  if (read === "channel" || read.kind === "date") return read;
  const { tag, numbers: [number = ""] } = read;
  return number === tag && (number.length === 7 || number.length === 8) ? "hash" : read;
}

/** Whether nothing but `v`, or whole words and their separator, stand in the segment before the digit. */
function isAnnounced(tag: string, from: number, at: number): boolean {
  if (at === from) return true;
  if (at === from + 1) return tag[from] === "v" || tag[from] === "V";
  return tag[at - 1] === "." || tag[at - 1] === "_";
}

/** A tag whose numbers all follow a word at once: `b3456`, `jdk8u372` and `go1.22.3`, but not `php8.2`. */
function namedVersion(tag: string, candidates: readonly number[]): Version | "channel" {
  for (const at of candidates) {
    let begin = at;
    while (begin > 0 && isLetter(tag.charCodeAt(begin - 1))) begin--;
    const isPrefix = wordBefore(tag.slice(begin, at))?.role === "prefix";
    const found = versionFrom(tag, at);
    if (found === "channel") continue;
    // `b3456` counts builds, but `jdk21` is the Java that another product is built for.
    const isNameOfOne = at - begin > 1 && found.numbers.length === 1 && found.parts.length === 0;
    if ((isPrefix && !isNameOfOne) || found.numbers.length >= FEWEST_OF_NAMED) return found;
    if (found.parts.some(({ role }) => role === "pre")) return found;
  }
  return "channel";
}

function versionFrom(tag: string, at: number): Version | "channel" {
  const found = readNumbers(tag, at);
  const { kind, numbers, separator, time, end } = found;
  const tail = readTail(tag, end, found);
  const prefix = tag.slice(0, at);
  const flavour = flavourOf(prefix);
  if (kind === "version" && (tail.moves || countsElse(prefix, flavour, numbers.length))) {
    return "channel";
  }
  const isPre = tail.parts.some(({ role }) => role === "pre");
  const timed: Part = { role: "build", mark: "T", value: time.slice(1), rank: 0 };
  return {
    tag,
    kind,
    prefix,
    flavour,
    numbers,
    separator,
    parts: time === "" ? tail.parts : [timed, ...tail.parts],
    behind: tail.behind,
    isPre,
    variant: tail.variant,
    shape: prefix + shapeOf(found) + tail.shape,
  };
}

function shapeOf({ kind, numbers, separator, time }: Numbers): string {
  if (kind === "version") return "#" + `${separator}#`.repeat(numbers.length - 1);
  const date = numbers.length === 1 ? "<date>" : `<date${numbers.length}>`;
  return time === "" ? date : `${date}T#`;
}

/** The words of a prefix that say more than that a version follows. */
function flavourOf(prefix: string): string {
  if (prefix === "" || prefix === "v") return "";
  return prefix.split("-").filter((word) => word !== "" && !announces(word))
    .map((word) => word.replace(/[._]$/, "")).join("-");
}

function announces(segment: string): boolean {
  return segment.split(/[._]/).every((word) => {
    return word === "" || wordBefore(word)?.role === "prefix";
  });
}

/** Whether so many numbers behind a prefix are no version: `nanoserver-1809`, `build-7`. */
function countsElse(prefix: string, flavour: string, count: number): boolean {
  if (flavour === "" || count >= FEWEST_OF_NAMED) return false;
  const last = flavour.slice(flavour.lastIndexOf("-") + 1);
  if (wordBefore(last)?.role === "base") return true;
  if (count > 1) return false;
  const [first = ""] = prefix.split("-", 1);
  return wordBefore(first.replace(/[._]$/, ""))?.role === "counter";
}

function segmentEnd(tag: string, from: number): number {
  const end = tag.indexOf("-", from);
  return end < 0 ? tag.length : end;
}

function firstDigit(tag: string, from: number): number {
  return runEnd(tag, from, (unit) => !isDigit(unit) && unit !== 45);
}
