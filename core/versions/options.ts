/** What to select. Rules that are not asked for leave nothing out. */
export interface SelectOptions {
  /** Keeps tags that match one of these: globs such as `21.*`, or `/^21\.\d+$/`. @default all */
  readonly include?: readonly string[];
  /** Leaves out tags that match one of these. @default none */
  readonly exclude?: readonly string[];
  /** Leaves out digests written as tags: `sha256-<hex>`, with `.sig`, `.att` and `.sbom`. @default false */
  readonly noDigestTags?: boolean;
  /**
   * Keeps versions of the same shape as this one: same prefix, count of numbers, kind of build and variant;
   * of the same line, `21` for `21.0.1`, unless `range` or `per` says which lines; and pre-releases only if
   * it is one. Days, versions that begin with a year (`2024.12.0`) and those of one number have no lines.
   */
  readonly like?: string;
  /** Keeps versions of this variant: its name, a glob such as `alpine*`, or `none` for the plain ones. */
  readonly variant?: string;
  /** Lets pre-releases among the versions. @default whether `like`, `range` or `newerThan` names one */
  readonly pre?: boolean;
  /** Keeps versions in this range: `^1.8.0`, `17.x`, `>=10.04 <22.04`. */
  readonly range?: string;
  /**
   * Keeps versions of the shape of `like`, or else of this one, that are newer than this one. Without `like`,
   * pre-releases that are let in join with any count of numbers: `1.27rc1` is newer than `1.26.2`.
   */
  readonly newerThan?: string;
  /** Keeps tags at least so old: `12h`, `30d`, `2w`. A tag whose date is not known stays. */
  readonly minAge?: string;
  /** Keeps tags at most so old, no less than `minAge`. A tag whose date is not known stays. */
  readonly maxAge?: string;
  /** Lets versions that move among the others: `21` where there is `21.0.7`. @default for `like` with fewer numbers, as `21` */
  readonly channels?: boolean;
  /**
   * Keeps so many of the newest versions, at least 1, of each group that `per` makes. Builds of commits and of
   * build servers, such as `2.14.0-cafe1234` and `11.5.0-80123`, only where their variant has no release, or
   * where `like` or `newerThan` names a shape.
   *
   * @default 1 with `per`, else all
   */
  readonly newest?: number;
  /** Groups by the first number, the first two, or only by variant. Variants are always apart. @default one group of all */
  readonly per?: "major" | "minor" | "variant";
  /** Newest version first, by name, newest date first, or as they come. @default "version" with `newest` or `per`, else "none" */
  readonly sort?: "version" | "name" | "date" | "none";
  /** Turns the order round. @default false */
  readonly reverse?: boolean;
  /** Keeps the first so many of what is left, at least 1. @default all */
  readonly limit?: number;
  /** The time that ages count back from, in milliseconds since 1970. @default `Date.now()` */
  readonly now?: number;
}

/**
 * A rule that can leave a tag out: an option's name, `version` for what is none where one is needed, or
 * `shape` for versions of another shape than the newest releases have.
 */
export type SelectRule =
  | "include"
  | "exclude"
  | "noDigestTags"
  | "version"
  | "like"
  | "variant"
  | "pre"
  | "range"
  | "newerThan"
  | "minAge"
  | "maxAge"
  | "channels"
  | "shape"
  | "newest"
  | "limit";

const PER: readonly unknown[] = ["major", "minor", "variant", undefined];
const SORT: readonly unknown[] = ["version", "name", "date", "none", undefined];

/** Whether only versions can be meant. */
export function needsVersions(options: SelectOptions): boolean {
  const { like, variant, range, newerThan, newest, per } = options;
  return [like, variant, range, newerThan, newest, per].some((option) => option !== undefined);
}

/**
 * Checks what the types cannot say.
 *
 * @throws {RangeError} if a count is not at least 1, or a word is unknown
 */
export function checkOptions({ newest, limit, per, sort }: SelectOptions): void {
  checkCount("newest", newest);
  checkCount("limit", limit);
  checkWord("per", per, PER);
  checkWord("sort", sort, SORT);
}

function checkCount(name: string, count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count >= 1)) return;
  throw new RangeError(
    `Cannot select with ${name} ${count}: expected a whole number of at least 1`,
  );
}

function checkWord(name: string, word: unknown, words: readonly unknown[]): void {
  if (words.includes(word)) return;
  const known = words.filter((each) => each !== undefined).join(", ");
  throw new RangeError(`Cannot select with ${name} "${word}": expected one of ${known}`);
}
