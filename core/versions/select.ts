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

import { timeOf } from "./age.ts";
import { watchChannels } from "./channels.ts";
import { byVersion, type Entry, groupOf, keepNewest } from "./newest.ts";
import { checkOptions, needsVersions, type SelectOptions, type SelectRule } from "./options.ts";
import { readKey } from "./order.ts";
import { asksForDates, candidateMaker, exampleOf, makeRules, nameOf } from "./rules.ts";
import { readTag } from "./shape.ts";

type Order = NonNullable<SelectOptions["sort"]>;

/** What can be selected: names, or records that have one. */
export type Selectable = string | { readonly name: string };

/** A tag that was left out, and the first rule that it did not pass. */
export interface LeftOut<T> {
  /** The element of the list. */
  readonly tag: T;
  /** The rule's name. */
  readonly rule: SelectRule;
}

/** What came of a selection. */
export interface Selected<T> {
  /** In the order that was asked for. */
  readonly chosen: readonly T[];
  /** By the rules that need the whole list; the others were told by `judge`. */
  readonly leftOut: readonly LeftOut<T>[];
}

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
  const streams = channels === undefined && !isSettledLate(options);
  let passed = 0;
  let undated = 0;

  return {
    streams,
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
      const makeEntry = entryMaker<T>(options);
      const groups = isGrouped(options)
        ? keepNewest<T>(options.newest ?? 1, ({ tag }) => leftOut.push({ tag, rule: "newest" }))
        : undefined;
      const alone: Entry<T>[] = [];
      let index = 0;
      for (const tag of tags) {
        const name = nameOf(tag);
        const read = readTag(name);
        if (typeof read !== "string" && channels?.isChannel(read)) {
          leftOut.push({ tag, rule: "channels" });
          continue;
        }
        const entry = makeEntry(tag, name, read, index++);
        if (groups === undefined) alone.push(entry);
        else groups.add(entry);
      }
      const entries = sorted(groups?.end() ?? alone, options);
      for (const { tag } of entries.slice(limit)) leftOut.push({ tag, rule: "limit" });
      return { chosen: entries.slice(0, limit).map(({ tag }) => tag), leftOut };
    },
  };
}

/** An example of fewer numbers asks for channels; one that is a pre-release does not. */
function takesChannels(options: SelectOptions): boolean {
  return options.channels ?? exampleOf(options)?.isPre === false;
}

function isSettledLate(options: SelectOptions): boolean {
  return isGrouped(options) || options.reverse === true || orderOf(options) !== "none";
}

function isGrouped({ newest, per }: SelectOptions): boolean {
  return newest !== undefined || per !== undefined;
}

function orderOf(options: SelectOptions): Order {
  return options.sort ?? (isGrouped(options) ? "version" : "none");
}

/** Makes entries that hold only what some rule or order asks for: a list may have a million. */
function entryMaker<T extends Selectable>(
  options: SelectOptions,
): (tag: T, name: string, read: ReturnType<typeof readTag>, index: number) => Entry<T> {
  const { per } = options;
  const order = orderOf(options);
  const needsKey = isGrouped(options) || order === "version" || order === "date";
  return (tag, name, read, index) => ({
    tag,
    name,
    key: needsKey ? readKey(name, read) : "",
    group: per === undefined || typeof read === "string" ? "" : groupOf(read, per),
    time: order === "date" ? timeOf(tag) : undefined,
    index,
  });
}

function sorted<T>(entries: Entry<T>[], options: SelectOptions): Entry<T>[] {
  entries.sort(ORDERS[orderOf(options)]);
  return options.reverse === true ? entries.reverse() : entries;
}

const ORDERS: Readonly<Record<Order, (a: Entry<unknown>, b: Entry<unknown>) => number>> = {
  version: byVersion,
  name: byName,
  date: byDate,
  none: (a, b) => a.index - b.index,
};

function byName(a: Entry<unknown>, b: Entry<unknown>): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

/** Newest first; those without a date last. */
function byDate(a: Entry<unknown>, b: Entry<unknown>): number {
  const difference = (b.time ?? -Infinity) - (a.time ?? -Infinity);
  return Number.isNaN(difference) || difference === 0 ? byVersion(a, b) : difference;
}
