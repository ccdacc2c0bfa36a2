/**
 * The selector. Its rules apply in one order; each tag is left out by the first that it does not pass.
 *
 * Each tag by itself:
 *
 * 1. `include`, then `exclude`, then `noDigestTags`
 * 2. `version`: it is one, where `like`, `range`, `variant`, `newest`, `per` or `newerThan` asks for versions
 * 3. `like`, `variant`, `pre`, `range`, `newerThan`
 * 4. `minAge`, `maxAge`
 *
 * The whole list:
 *
 * 5. `channels`: a version with fewer numbers than others of the list that begin with them, whether those
 *    were left out or not
 * 6. `newest` of each group that `per` makes
 * 7. `sort`, then `reverse`
 * 8. `limit`
 *
 * @module
 */

import { watchChannels } from "./channels.ts";
import { checkOptions, needsVersions, type SelectOptions, type SelectRule } from "./options.ts";
import { literalOf } from "./pattern.ts";
import { isRankedLate, type LeftOut, openRanking, type Selected } from "./ranking.ts";
import { asksForDates, candidateMaker, makeRules, nameOf, takesChannels } from "./rules.ts";
import { readTag } from "./shape.ts";

/** What can be selected: names, or records that have one. */
export type Selectable = string | { readonly name: string };

/**
 * A selection under way: give every tag of the list to `judge`, and those that it passed to `settle`.
 *
 * Where `streams` is true, a tag that passed is chosen at once, and `settle` changes nothing.
 */
export interface Selection<T extends Selectable> {
  /** Whether no rule and no order needs the whole list. */
  readonly streams: boolean;
  /** Whether nothing more can be chosen: `streams` and `limit` is reached. */
  readonly full: boolean;
  /** A text in every tag that can be chosen, where tags without it have no say in that; else `undefined`. */
  readonly containing: string | undefined;
  /** Tags that passed without the date that `minAge`, `maxAge` or `sort` asks for. */
  readonly undated: number;
  /** The rule that leaves the tag out, or `undefined`. */
  judge(tag: T): SelectRule | undefined;
  /** Applies the rules that need the whole list to the tags that `judge` passed. */
  settle(passed: Iterable<T>): Selected<T>;
}

/**
 * The tags that `options` ask for: the same elements, none added, newest version first where `newest` or
 * `per` is asked for, else as they come. From the result the same are chosen again, and with a `sort`
 * but "none" the order of `tags` has no influence.
 *
 * @throws {RangeError} if an option cannot be read
 */
export function selectTags<T extends Selectable>(
  tags: Iterable<T>,
  options: SelectOptions = {},
): T[] {
  const selection = openSelection<T>(options);
  const passed: T[] = [];
  for (const tag of tags) {
    if (selection.judge(tag) === undefined) passed.push(tag);
  }
  return [...selection.settle(passed).chosen];
}

/**
 * Begins a selection, for a list that arrives in pages, or to tell why a tag was left out.
 *
 * @throws {RangeError} if an option cannot be read
 */
export function openSelection<T extends Selectable>(options: SelectOptions = {}): Selection<T> {
  checkOptions(options);
  const { limit = Infinity } = options;
  const judgeOne = makeRules(options);
  const makeCandidate = candidateMaker(options);
  const needsTime = asksForDates(options);
  const channels = needsVersions(options) && !takesChannels(options) ? watchChannels() : undefined;
  const streams = channels === undefined && !isRankedLate(options);
  let passed = 0;
  let undated = 0;

  return {
    streams,
    containing: channels === undefined ? containingOf(options) : undefined,
    get full() {
      return streams && passed >= limit;
    },
    get undated() {
      return undated;
    },
    judge(tag: T): SelectRule | undefined {
      const candidate = makeCandidate(tag);
      const { read, time } = candidate;
      if (typeof read !== "string") channels?.see(read);
      const rule = judgeOne(candidate);
      if (rule !== undefined) return rule;
      if (streams && passed >= limit) return "limit";
      passed++;
      if (needsTime && time === undefined) undated++;
      return undefined;
    },
    settle(tags: Iterable<T>): Selected<T> {
      const leftOut: LeftOut<T>[] = [];
      const ranking = openRanking<T>(options);
      for (const tag of tags) {
        const read = readTag(nameOf(tag));
        if (typeof read === "string" || channels?.isChannel(read) !== true) ranking.add(tag, read);
        else leftOut.push({ tag, rule: "channels" });
      }
      const ranked = ranking.end();
      return { chosen: ranked.chosen, leftOut: [...leftOut, ...ranked.leftOut] };
    },
  };
}

function containingOf({ include = [] }: SelectOptions): string | undefined {
  const [only, ...others] = include;
  return only === undefined || others.length > 0 ? undefined : literalOf(only);
}
