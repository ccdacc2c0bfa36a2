import { watchChannels } from "./channels.ts";
import { byRank, familiesOf, reasonFor } from "./families.ts";
import { checkOptions, needsVersions, type SelectOptions, type SelectRule } from "./options.ts";
import { compareKeyed, orderKey } from "./order.ts";
import { type LeftOut, openRanking, type Selected } from "./ranking.ts";
import {
  asksForDates,
  candidateMaker,
  joins,
  makeRules,
  nameOf,
  takesChannels,
  takesPre,
} from "./rules.ts";
import type { Selectable } from "./select.ts";
import { parseVersion, type Version } from "./shape.ts";

/** The newest releases of a list, and why they were taken for that. */
export interface NewestRelease<T> {
  /** Newest first, or in the order that was asked for. */
  readonly chosen: readonly T[];
  /** That of the newest of them, `#` for each number: `#.#.#`. */
  readonly shape: string;
  /** How many releases of the list have the most common shape. */
  readonly count: number;
  /**
   * One sentence that says why that shape, without a full stop. It names newer releases of other shapes with
   * the same prefix: the project may have changed how it counts.
   */
  readonly reason: string;
  /** Whether these are pre-releases that nobody asked for: the whole list has no release. */
  readonly standsIn: boolean;
}

/** A search under way: give every tag of the list to `judge`, then call `settle`. */
export interface ReleaseSearch<T extends Selectable> {
  /** Tags that passed without the date that an option asks for; known when `settle` was called. */
  readonly undated: number;
  /** The rule that leaves the tag out, or `undefined`: then it is held until the end. */
  judge(tag: T): SelectRule | undefined;
  /** Applies the rules that need the whole list. */
  settle(): Searched<T>;
}

/** What came of a search: why these, unless nothing was found. */
export type Searched<T> = Selected<T> & Partial<Omit<NewestRelease<T>, "chosen">>;

/** A tag that is held until the end. */
interface Held<T> {
  readonly tag: T;
  readonly version: Version;
  readonly isUndated: boolean;
}

/**
 * The newest releases of the most common shape among the tags that `options` ask for; `undefined` if there
 * are none. Shapes without a variant go first, then the more common, then versions before dates, then the
 * one with the newest version. Only where the whole list has no release, pre-releases stand in. What `range`
 * leaves out still counts for its shape: the releases before 18 are those of the shape that 21.0.7 has.
 * Pre-releases that are let in join, even if they have another count of numbers.
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
  const { chosen, shape, count = 0, reason = "", standsIn = false } = search.settle();
  return shape === undefined ? undefined : { chosen, shape, count, reason, standsIn };
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
  const judgeOne = makeRules(asked);
  const judgePre = makeRules({ ...asked, pre: options.pre ?? true });
  const makeCandidate = candidateMaker(asked);
  const channels = takesChannels(asked) ? undefined : watchChannels();
  const isPreTaken = takesPre(asked);
  const needsTime = asksForDates(asked);
  const held: Held<T>[] = [];
  const outside: Version[] = [];
  let isReleased = false;
  let undated = 0;

  function lateRule(version: Version): SelectRule | undefined {
    if (version.isPre && isReleased && !isPreTaken) return "pre";
    return channels?.isChannel(version) ? "channels" : undefined;
  }

  return {
    get undated() {
      return undated;
    },
    judge(tag: T): SelectRule | undefined {
      const candidate = makeCandidate(tag);
      const { read: version, time } = candidate;
      const rule = judgeOne(candidate);
      if (typeof version === "string") return rule;
      channels?.see(version);
      const isHeld = rule === undefined || (rule === "pre" && judgePre(candidate) === undefined);
      if (isHeld) held.push({ tag, version, isUndated: needsTime && time === undefined });
      if (!version.isPre) {
        // Releases that are not asked for are releases all the same.
        isReleased = true;
        if (rule === "range") outside.push(version);
      }
      return isHeld ? undefined : rule;
    },
    settle(): Searched<T> {
      const leftOut: LeftOut<T>[] = [];
      const pool: Held<T>[] = [];
      for (const each of held) {
        const rule = lateRule(each.version);
        if (rule === undefined) pool.push(each);
        else leftOut.push({ tag: each.tag, rule });
        if (each.isUndated && rule !== "pre") undated++;
      }
      const standsIn = !isReleased && !isPreTaken;
      const counted = outside.filter((version) => !lateRule(version));
      const found = newestOf(pool, counted, { ...options, standsIn });
      return { ...found, leftOut: [...leftOut, ...found.leftOut] };
    },
  };
}

/** For every version that is asked for, before any is the newest. */
function poolOptions(options: SelectOptions): SelectOptions {
  const asked = { ...options, newest: undefined, per: undefined };
  // A range of all asks for versions and for nothing else.
  return { ...asked, range: needsVersions(asked) ? options.range : "*" };
}

function newestOf<T extends Selectable>(
  pool: readonly Held<T>[],
  outside: readonly Version[],
  options: SelectOptions & { readonly standsIn: boolean },
): Searched<T> {
  const versions = pool.map(({ version }) => version);
  const releases = versions.filter(({ isPre }) => !isPre);
  const noun = releases.length > 0 ? "release" : "pre-release";
  const byShape = familiesOf(releases.length > 0 ? releases : versions);
  for (const { shape } of outside) {
    const family = byShape.get(shape);
    if (family !== undefined && noun === "release") family.count++;
  }
  const families = [...byShape.values()].sort(byRank);
  const [family] = families;
  if (family === undefined) return { chosen: [], leftOut: [] };
  const { newest = 1, sort, reverse, limit, standsIn } = options;
  // All are of one shape, but for pre-releases.
  const like = family.newest.tag;
  const ranking = openRanking<T>({ newest, sort, reverse, limit, like });
  const others: LeftOut<T>[] = [];
  for (const { tag, version } of pool) {
    const isOfFamily = version.shape === family.shape || joins(version, family.newest);
    if (isOfFamily) ranking.add(tag, version);
    else others.push({ tag, rule: "shape" });
  }
  const { chosen, leftOut } = ranking.end();
  const first = parseVersion(newestName(chosen.map(nameOf))) ?? family.newest;
  const stage = first.isPre && noun === "release" ? "a pre-release; " : "";
  return {
    chosen,
    shape: first.shape,
    count: family.count,
    reason: reasonFor(first, families, { noun, stage: standsIn ? "there is no release; " : stage }),
    standsIn,
    leftOut: [...others, ...leftOut],
  };
}

/** The newest of names in any order. */
function newestName(names: readonly string[]): string {
  let [newest = ""] = names;
  let newestKey = orderKey(newest);
  for (const name of names.slice(1)) {
    const key = orderKey(name);
    if (compareKeyed(key, name, newestKey, newest) <= 0) continue;
    newest = name;
    newestKey = key;
  }
  return newest;
}
