import { parseDuration, timeOf } from "./age.ts";
import { readDate } from "./calendar.ts";
import { orderKey, readKey } from "./order.ts";
import { needsVersions, type SelectOptions, type SelectRule } from "./options.ts";
import { matchesGlob, parsePattern } from "./pattern.ts";
import { parseRange } from "./range.ts";
import { value } from "./runs.ts";
import { readTag, type Version } from "./shape.ts";

/** The first number of calendar versions: `2024.12.5`. They have no lines. */
const YEAR = /^20\d\d$/;
/** So many digits behind a hyphen count builds, not revisions: `11.5.0-80123`. */
const FEWEST_OF_BUILD = 5;

/** A tag's own part of the question: what can be told of it without the other tags. */
export interface Candidate {
  /** The tag itself. */
  readonly name: string;
  /** The tag taken apart, or what else it is, where a rule asks. */
  readonly read: ReturnType<typeof readTag>;
  /** When it came to be, in milliseconds since 1970, where a rule asks and it is known. */
  readonly time: number | undefined;
}

/** One rule: its name, and whether a tag passes. */
type Rule = readonly [name: SelectRule, passes: (candidate: Candidate) => boolean];

/**
 * Makes the rules that judge each tag by itself, in their order.
 *
 * @throws {RangeError} if an option cannot be read
 */
export function makeRules(
  options: SelectOptions,
): (candidate: Candidate) => SelectRule | undefined {
  const rules: readonly Rule[] = [
    ...nameRules(options),
    ...(needsVersions(options) ? versionRules(options) : []),
    ...ageRules(options),
  ];
  return (candidate) => {
    for (const [name, passes] of rules) {
      if (!passes(candidate)) return name;
    }
    return undefined;
  };
}

function nameRules({ include, exclude, noDigestTags }: SelectOptions): Rule[] {
  const rules: Rule[] = [];
  if (include !== undefined && include.length > 0) {
    const patterns = include.map(parsePattern);
    rules.push(["include", ({ name }) => patterns.some((matches) => matches(name))]);
  }
  if (exclude !== undefined && exclude.length > 0) {
    const patterns = exclude.map(parsePattern);
    rules.push(["exclude", ({ name }) => !patterns.some((matches) => matches(name))]);
  }
  if (noDigestTags === true) rules.push(["noDigestTags", ({ read }) => read !== "digest"]);
  return rules;
}

function versionRules(options: SelectOptions): Rule[] {
  const { variant, newerThan } = options;
  if (variant === "") {
    throw new RangeError('Cannot select with variant "": expected a name, or none');
  }
  const rules: Rule[] = [["version", ({ read }) => typeof read !== "string"]];
  const example = exampleOf(options);
  if (example !== undefined) {
    rules.push(options.like === undefined ? newerShape(example) : alike(example, options));
  }
  if (variant !== undefined) rules.push(["variant", on((version) => isOf(version, variant))]);
  const range = options.range === undefined ? undefined : parseRange(options.range);
  const oldest = newerThan === undefined ? undefined : exampleVersion("newerThan", newerThan);
  if (!takesPre(options)) rules.push(["pre", on(({ isPre }) => !isPre)]);
  if (range !== undefined) rules.push(["range", on((version) => range.includes(version))]);
  if (oldest !== undefined) {
    const key = orderKey(oldest.tag);
    rules.push(["newerThan", ({ name, read }) => readKey(name, read) > key]);
  }
  return rules;
}

function alike(example: Version, options: SelectOptions): Rule {
  const line = lineOf(example, options);
  return [
    "like",
    on(({ shape, numbers }) => {
      return shape === example.shape && (line === undefined || value(numbers[0] ?? "") === line);
    }),
  ];
}

function newerShape(example: Version): Rule {
  return [
    "newerThan",
    on((version) => version.shape === example.shape || joins(version, example)),
  ];
}

function ageRules(options: SelectOptions): Rule[] {
  const { minAge, maxAge, now = Date.now() } = options;
  const rules: Rule[] = [];
  if (minAge !== undefined) {
    const latest = now - parseDuration(minAge);
    rules.push(["minAge", ({ time }) => time === undefined || time <= latest]);
  }
  if (maxAge !== undefined) {
    const earliest = now - parseDuration(maxAge);
    if (minAge !== undefined && parseDuration(minAge) > parseDuration(maxAge)) {
      const expected = "expected no more than the latter";
      throw new RangeError(
        `Cannot select with minAge "${minAge}" and maxAge "${maxAge}": ${expected}`,
      );
    }
    rules.push(["maxAge", ({ time }) => time === undefined || time >= earliest]);
  }
  return rules;
}

/** What a version is a variant of: its flavour and its variant, `amd64-slim`, or empty for a plain one. */
export function variantOf({ flavour, variant }: Version): string {
  return flavour === "" || variant === "" ? flavour + variant : `${flavour}-${variant}`;
}

/** Whether a version was built between releases: named after a commit, or numbered by a build server. */
export function isBuilt({ shape, parts, behind }: Version): boolean {
  if (parts.length === 0 && behind.length === 0) return false;
  return shape.includes("<commit>") ||
    parts.some(({ mark, value }) => mark === "-" && isBuildNumber(value));
}

/** Few digits revise a release, as `-1` does, and some are a day. */
function isBuildNumber(digits: string): boolean {
  return digits.length >= FEWEST_OF_BUILD && !digits.includes(".") &&
    readDate(digits, digits) === undefined;
}

/** Whether a pre-release leads to a release like this one, whatever its count of numbers. */
export function joins(version: Version, release: Version): boolean {
  // 18beta1 comes before 18.0, but 4711-SNAPSHOT not after 1.2.5.
  const isOfLine = version.numbers.length > 1 || release.numbers.length <= 2;
  return version.isPre && isOfLine && !version.shape.includes("<commit>") &&
    version.kind === release.kind && version.flavour === release.flavour &&
    version.variant === release.variant;
}

/** Text with `#` for each run of digits: that of `alpine3.19` is that of `alpine3.20`. */
export function withoutDigits(text: string): string {
  return text.replace(/\d+/g, "#");
}

/** The name of an element of a list. */
export function nameOf(tag: string | { readonly name: string }): string {
  return typeof tag === "string" ? tag : tag.name;
}

/** Makes candidates with what the rules ask about, and no more: a list may have a million tags. */
export function candidateMaker(
  options: SelectOptions,
): (tag: string | { readonly name: string }) => Candidate {
  const needsRead = needsVersions(options) || options.noDigestTags === true;
  const needsTime = asksForDates(options);
  return (tag) => {
    const name = nameOf(tag);
    const read = needsRead ? readTag(name) : "channel";
    return { name, read, time: needsTime ? timeOf(tag) : undefined };
  };
}

/**
 * Whether pre-releases are let in: told by `pre`, else because another option names one.
 *
 * @throws {RangeError} if an option cannot be read
 */
export function takesPre(options: SelectOptions): boolean {
  const { like, newerThan, range, pre } = options;
  if (pre !== undefined) return pre;
  const examples = [exampleOf({ like }), exampleOf({ newerThan })];
  return examples.some((example) => example?.isPre === true) ||
    (range !== undefined && parseRange(range).namesPre);
}

/**
 * Whether versions that move are let in: an example of fewer numbers asks for them; one that is a
 * pre-release does not, nor where pre-releases of any count join.
 */
export function takesChannels(options: SelectOptions): boolean {
  if (options.channels !== undefined) return options.channels;
  const example = exampleOf(options);
  if (example === undefined || example.isPre) return false;
  return options.like !== undefined || example.numbers.length === 1 || !takesPre(options);
}

/** Whether a rule or the order asks for dates. */
export function asksForDates({ minAge, maxAge, sort }: SelectOptions): boolean {
  return minAge !== undefined || maxAge !== undefined || sort === "date";
}

/**
 * The version whose shape is wanted: that of `like`, or else of `newerThan`.
 *
 * @throws {RangeError} if it is none
 */
export function exampleOf({ like, newerThan }: SelectOptions): Version | undefined {
  if (like !== undefined) return exampleVersion("like", like);
  return newerThan === undefined ? undefined : exampleVersion("newerThan", newerThan);
}

function exampleVersion(option: string, tag: string): Version {
  const read = readTag(tag);
  if (typeof read !== "string") return read;
  const kind = { channel: "name that moves", hash: "commit", digest: "digest" }[read];
  throw new RangeError(`Cannot select with ${option} "${tag}": it is a ${kind}, not a version`);
}

/** The first number of `like`, unless something else says which lines are meant, or it is no line. */
function lineOf(example: Version, { like, range, per }: SelectOptions): string | undefined {
  if (like === undefined || range !== undefined || per === "major" || per === "minor") {
    return undefined;
  }
  const { kind, numbers: [first = "", ...more], parts } = example;
  if (kind === "date" || (more.length > 0 && YEAR.test(first))) return undefined;
  const goesOn = more.length > 0 || parts.some(({ role }) => role === "build");
  return goesOn ? value(first) : undefined;
}

function isOf(version: Version, variant: string): boolean {
  const name = variantOf(version);
  return variant === "none" ? name === "" : name !== "" && matchesGlob(variant, name);
}

function on(passes: (version: Version) => boolean): (candidate: Candidate) => boolean {
  return ({ read }) => typeof read !== "string" && passes(read);
}
