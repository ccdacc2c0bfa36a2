import { orderKey } from "./order.ts";
import { checkOptions, needsVersions, type SelectOptions, type SelectRule } from "./options.ts";
import { nameOf, variantOf } from "./rules.ts";
import { type LeftOut, openSelection, type Selectable } from "./select.ts";
import { parseVersion } from "./shape.ts";

/** The newest releases of a list, and why they were taken for that. */
export interface NewestRelease<T> {
  /** Newest first, or in the order that was asked for. */
  readonly chosen: readonly T[];
  /** Their shape, `#` for each number: `#.#.#`. */
  readonly shape: string;
  /** How many releases of the list have it. */
  readonly count: number;
  /** One sentence that says why this shape, without a full stop. */
  readonly reason: string;
}

/** What came of a search. */
export interface Searched<T> {
  /** The newest; `undefined` if there are none. */
  readonly found?: NewestRelease<T>;
  /** What `judge` could not yet tell. */
  readonly leftOut: readonly LeftOut<T>[];
}

/** A search under way: give every tag of the list to `judge`, then call `settle`. */
export interface ReleaseSearch<T extends Selectable> {
  /** Tags that passed without the date that an option asks for. */
  readonly undated: number;
  /** The rule that leaves the tag out, or `undefined`: then it is held until the end. */
  judge(tag: T): SelectRule | undefined;
  /** Applies the rules that need the whole list. */
  settle(): Searched<T>;
}

/** The releases of one shape. */
interface Family<T> {
  readonly shape: string;
  readonly isPlain: boolean;
  readonly kind: "version" | "date";
  readonly tags: T[];
  /** How many releases of the list have its shape, those outside of the range too. */
  count: number;
  newest: string;
  newestKey: string;
}

/**
 * The newest releases of the most common shape among the tags that `options` ask for; `undefined` if there
 * are none. Shapes without a variant go first, then the more common, then versions before dates, then the
 * one with the newest version. Only where nothing was released, pre-releases are counted. What `range`
 * leaves out still counts for its shape: the releases before 18 are those of the shape that 21.0.7 has.
 *
 * `options.per` has no meaning here: a person who groups wants all shapes, from `selectTags`.
 *
 * @default options.newest 1
 * @throws {RangeError} if an option cannot be read
 */
export function newestRelease<T extends Selectable>(
  tags: Iterable<T>,
  options: SelectOptions = {},
): NewestRelease<T> | undefined {
  const search = openReleaseSearch<T>(options);
  for (const tag of tags) search.judge(tag);
  return search.settle().found;
}

/**
 * Begins a search for {@linkcode newestRelease}, for a list that arrives in pages.
 *
 * @throws {RangeError} if an option cannot be read
 */
export function openReleaseSearch<T extends Selectable>(
  options: SelectOptions = {},
): ReleaseSearch<T> {
  checkOptions(options);
  const asked = poolOptions(options);
  const releases = openSelection<T>(asked);
  const early = openSelection<T>({ ...asked, pre: options.pre ?? true });
  const released: T[] = [];
  const notYet: T[] = [];
  const outside: T[] = [];
  let isAged = false;
  return {
    get undated() {
      return releases.undated + early.undated;
    },
    judge(tag: T): SelectRule | undefined {
      const rule = releases.judge(tag);
      if (rule === undefined) released.push(tag);
      if (rule === "range") outside.push(tag);
      isAged ||= rule === "minAge" || rule === "maxAge";
      if (rule !== "pre" || early.judge(tag) !== undefined) return rule;
      notYet.push(tag);
      return undefined;
    },
    settle(): Searched<T> {
      const pool = releases.settle(released);
      if (pool.chosen.length > 0) {
        const others = releases.settle(outside).chosen;
        const { found, leftOut } = newestOf(pool.chosen, options, {
          outside: others,
          noun: "release",
        });
        return { found, leftOut: [...pool.leftOut, ...named(notYet, "pre"), ...leftOut] };
      }
      // Releases that are not asked for are releases all the same.
      if (outside.length > 0 || isAged) {
        return { leftOut: [...pool.leftOut, ...named(notYet, "pre")] };
      }
      const earlyPool = releases.settle(notYet);
      const { found, leftOut } = newestOf(earlyPool.chosen, options, {
        outside: [],
        noun: "pre-release",
      });
      return { found, leftOut: [...pool.leftOut, ...earlyPool.leftOut, ...leftOut] };
    },
  };
}

/** For every version that is asked for, before any is the newest. */
function poolOptions(options: SelectOptions): SelectOptions {
  const asked = { ...options, newest: undefined, per: undefined, reverse: undefined };
  // A range of all asks for versions and for nothing else.
  const range = needsVersions(asked) ? options.range : "*";
  return { ...asked, range, limit: undefined };
}

function newestOf<T extends Selectable>(
  pool: readonly T[],
  options: SelectOptions,
  { outside, noun }: {
    readonly outside: readonly T[];
    readonly noun: "release" | "pre-release";
  },
): Searched<T> {
  const byShape = familiesOf(pool);
  for (const tag of outside) {
    const family = byShape.get(parseVersion(nameOf(tag))?.shape ?? "");
    if (family !== undefined) family.count++;
  }
  const families = [...byShape.values()].sort(byRank);
  const [family, ...others] = families;
  if (family === undefined) return { leftOut: [] };
  const { newest = 1, sort, reverse, limit } = options;
  const selection = openSelection<T>({ newest, sort, reverse, limit, pre: true, channels: true });
  // The next release often has fewer numbers while it is still a candidate: 1.27rc1 before 1.27.0.
  const isEarly = isEarlyFor(family);
  const early = options.pre ? others.flatMap(({ tags }) => tags.filter(isEarly)) : [];
  const joined = new Set(early);
  const { chosen, leftOut } = selection.settle([...family.tags, ...early]);
  const rivals = families.filter(({ isPlain }) => isPlain === family.isPlain);
  return {
    found: {
      chosen,
      shape: family.shape,
      count: family.count,
      reason: reasonFor(family, rivals, noun),
    },
    leftOut: [
      ...others.flatMap(({ tags }) => named(tags.filter((tag) => !joined.has(tag)), "shape")),
      ...leftOut,
    ],
  };
}

/** Whether a tag is a pre-release of what a family releases: only its numbers may be fewer or more. */
function isEarlyFor<T extends Selectable>(family: Family<T>): (tag: T) => boolean {
  const released = parseVersion(family.newest);
  return (tag) => {
    const version = parseVersion(nameOf(tag));
    if (version === undefined || released === undefined) return false;
    // 18beta1 comes before 18.0, but 4711-SNAPSHOT not after 1.2.5.
    const isOfLine = version.numbers.length > 1 || released.numbers.length <= 2;
    return version.isPre && isOfLine && !version.shape.includes("<commit>") &&
      version.kind === released.kind &&
      version.flavour === released.flavour && variantOf(version) === variantOf(released);
  };
}

function named<T>(tags: readonly T[], rule: SelectRule): LeftOut<T>[] {
  return tags.map((tag) => ({ tag, rule }));
}

function familiesOf<T extends Selectable>(tags: readonly T[]): Map<string, Family<T>> {
  const families = new Map<string, Family<T>>();
  for (const tag of tags) {
    const name = nameOf(tag);
    const version = parseVersion(name);
    if (version === undefined) continue;
    const { shape, kind } = version;
    const key = orderKey(name);
    const family = families.get(shape);
    if (family === undefined) {
      // What is named after a commit is a build between releases.
      const isPlain = variantOf(version) === "" && !shape.includes("<commit>");
      families.set(shape, {
        shape,
        isPlain,
        kind,
        tags: [tag],
        count: 1,
        newest: name,
        newestKey: key,
      });
      continue;
    }
    family.tags.push(tag);
    family.count++;
    if (key > family.newestKey) {
      family.newest = name;
      family.newestKey = key;
    }
  }
  return families;
}

function byRank(a: Family<unknown>, b: Family<unknown>): number {
  if (a.isPlain !== b.isPlain) return a.isPlain ? -1 : 1;
  if (a.count !== b.count) return b.count - a.count;
  if (a.kind !== b.kind) return a.kind === "version" ? -1 : 1;
  if (a.newestKey !== b.newestKey) return a.newestKey > b.newestKey ? -1 : 1;
  return a.shape < b.shape ? -1 : 1;
}

function reasonFor(
  family: Family<unknown>,
  rivals: readonly Family<unknown>[],
  noun: "release" | "pre-release",
): string {
  const count = family.count === 1 ? `1 ${noun} has` : `${family.count} ${noun}s have`;
  const kind = family.isPlain ? "without a variant" : "with a variant";
  const place = rivals.length === 1
    ? `the only shape ${kind}`
    : `the most common of ${rivals.length} shapes ${kind}`;
  return `${family.newest}: ${count} the shape ${family.shape}, ${place}`;
}
