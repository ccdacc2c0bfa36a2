import { openSelection, type SelectOptions, selectTags } from "../mod.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup, type Option } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

const PER = ["major", "minor", "variant"] as const;
const SORT = ["version", "name", "date", "none"] as const;

const PATTERN = "a glob such as 21.*, or a regular expression such as /^21/i";
const VERSION = "a version, as in 21.0.1";
const VARIANT = "its name, a glob such as alpine*, or none";
const AGE = "hours, days or weeks, as in 12h, 30d or 2w";

/** The flags that say which tags are wanted: one selector for every command. */
export const selectorOptions: readonly Option[] = [
  { name: "explain", help: "print on stderr each tag that is left out, and the rule that did it" },
  ...inGroup("which tags", [
    {
      name: "include",
      value: "PATTERN",
      repeatable: true,
      help: "those that match one of these globs or /regex/es",
    },
    { name: "exclude", value: "PATTERN", repeatable: true, help: "none that match one of these" },
    { name: "no-digest-tags", help: "no sha256-..., as signatures have" },
    {
      name: "like",
      value: "TAG",
      help: "of the same shape, variant and line: 21.0.7 for 21.0.1; years and 17 have no line",
    },
    { name: "variant", value: "NAME", help: "versions of this variant (alpine, alpine*), or none" },
    { name: "pre", help: "pre-releases too" },
    { name: "range", value: "RANGE", help: 'versions in it: "^1.8.0", "17.x", ">=10.04 <22.04"' },
    { name: "newer-than", value: "TAG", help: "versions of its shape that are newer" },
    { name: "min-age", value: "AGE", help: "at least so old: 12h, 30d, 2w; unknown dates pass" },
    { name: "max-age", value: "AGE", help: "at most so old; unknown dates pass" },
    { name: "channels", help: "versions that move too: 21 where there is 21.0.7" },
  ]),
  ...inGroup("how many, in which order", [
    {
      name: "newest",
      value: "N",
      help: "the N newest versions, of each group with --per",
      default: "1 in latest and with --per, else all",
    },
    { name: "per", value: "GROUP", help: "group by major, minor or variant; variants are apart" },
    {
      name: "sort",
      value: "ORDER",
      help: "version or date (newest first), name or none; version with --newest and --per",
    },
    { name: "reverse", help: "the other way round" },
    { name: "limit", value: "N", help: "end after N tags of each reference", default: "all" },
  ]),
];

/** What must not be left to the library: its words are those of a program, not of a command line. */
const CHECKED: readonly (readonly [
  flag: string,
  expected: string,
  alone: (text: string) => SelectOptions,
])[] = [
  ["include", PATTERN, (text) => ({ include: [text] })],
  ["exclude", PATTERN, (text) => ({ exclude: [text] })],
  ["like", VERSION, (like) => ({ like })],
  ["variant", VARIANT, (variant) => ({ variant })],
  ["newer-than", VERSION, (newerThan) => ({ newerThan })],
  ["range", 'versions with comparisons, as in ">=17 <22" or ^1.8.0', (range) => ({ range })],
  ["min-age", AGE, (minAge) => ({ minAge })],
  ["max-age", AGE, (maxAge) => ({ maxAge })],
];

/**
 * What the flags of `selectorOptions` ask for; what is not asked for is missing or `undefined`.
 *
 * @throws UsageError for a value that cannot be read, and for two that exclude each other
 */
export function readSelector(args: Arguments): SelectOptions {
  for (const [flag, expected, alone] of CHECKED) {
    for (const text of args.all(flag)) check(flag, text, expected, alone(text));
  }
  checkTogether(args);
  return {
    include: several(args, "include"),
    exclude: several(args, "exclude"),
    noDigestTags: given(args, "no-digest-tags"),
    like: args.one("like"),
    variant: args.one("variant"),
    pre: given(args, "pre"),
    range: args.one("range"),
    newerThan: args.one("newer-than"),
    minAge: args.one("min-age"),
    maxAge: args.one("max-age"),
    channels: given(args, "channels"),
    newest: wholeNumber(args, "newest", 1),
    per: oneOf(args, "per", PER),
    sort: oneOf(args, "sort", SORT),
    reverse: given(args, "reverse"),
    limit: wholeNumber(args, "limit", 1),
  };
}

/** The selector's flags as they were given, to name in a message. */
export function writtenSelector(args: Arguments): string {
  const flags = selectorOptions.filter(({ name }) => name !== "explain").flatMap((option) =>
    option.value === undefined
      ? args.has(option.name) ? [`--${option.name}`] : []
      : args.all(option.name).map((text) => `--${option.name} ${text}`)
  );
  return flags.join(" ");
}

function check(flag: string, text: string, expected: string, options: SelectOptions): void {
  const cause = refusal(options);
  if (cause === undefined) return;
  throw new UsageError(`Cannot read "--${flag} ${text}": expected ${expected}`, { cause });
}

/** Why the library does not take options. */
function refusal(options: SelectOptions): RangeError | undefined {
  try {
    openSelection(options);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return cause;
  }
}

/** Refuses flags that leave out everything whatever the list, which would look like an empty one. */
function checkTogether(args: Arguments): void {
  const [minAge, maxAge, variant] = [args.one("min-age"), args.one("max-age"), args.one("variant")];
  if (minAge !== undefined && maxAge !== undefined) {
    if (refusal({ minAge, maxAge }) !== undefined) {
      throw exclusion("min-age", minAge, "max-age", maxAge);
    }
  }
  const flag = args.has("like") ? "like" : "newer-than";
  const example = args.one(flag);
  if (example === undefined || variant === undefined) return;
  const [own] = selectTags([example], { variant, pre: true, channels: true });
  if (own === undefined) throw exclusion(flag, example, "variant", variant);
}

function exclusion(flag: string, text: string, other: string, otherText: string): UsageError {
  const both = `"--${flag} ${text}" and "--${other} ${otherText}"`;
  return new UsageError(`Cannot select with ${both}: they exclude each other`);
}

function several(args: Arguments, flag: string): readonly string[] | undefined {
  return args.has(flag) ? args.all(flag) : undefined;
}

/** A switch that is not given leaves the choice to the selector. */
function given(args: Arguments, flag: string): true | undefined {
  return args.has(flag) ? true : undefined;
}

function oneOf<Word extends string>(
  args: Arguments,
  flag: string,
  words: readonly Word[],
): Word | undefined {
  const text = args.one(flag);
  const word = words.find((each) => each === text);
  if (text === undefined || word !== undefined) return word;
  throw new UsageError(`Cannot read "--${flag} ${text}": expected ${words.join(", ")}`);
}
