import { timeOf } from "./age.ts";
import { byVersion, type Entry, groupOf, keepNewest } from "./newest.ts";
import type { SelectOptions, SelectRule } from "./options.ts";
import { readKey } from "./order.ts";
import { isBuilt, nameOf } from "./rules.ts";
import type { readTag } from "./shape.ts";

type Order = NonNullable<SelectOptions["sort"]>;

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

/** The last rules: `newest` of each group, the order, `limit`. */
export interface Ranking<T> {
  /** Takes a tag in that every other rule lets pass. */
  add(tag: T, read: ReturnType<typeof readTag>): void;
  /** Those that are left, in order. */
  end(): Selected<T>;
}

/**
 * Begins to rank tags. Holds of each only what its order asks for: a list may have a million.
 *
 * Builds between releases count only where nothing of their variant was released, or where `like` or
 * `newerThan` names the shape.
 */
export function openRanking<T extends string | { readonly name: string }>(
  options: SelectOptions,
): Ranking<T> {
  const { newest = 1, per, limit = Infinity } = options;
  const order = orderOf(options);
  const needsKey = isGrouped(options) || order === "version" || order === "date";
  const leftOut: LeftOut<T>[] = [];
  const drop = ({ tag }: Entry<T>) => leftOut.push({ tag, rule: "newest" });
  const groups = isGrouped(options) ? keepNewest<T>(newest, drop) : undefined;
  const isMixed = options.like === undefined && options.newerThan === undefined;
  const built = isMixed ? keepNewest<T>(newest, drop) : undefined;
  const alone: Entry<T>[] = [];
  let index = 0;
  return {
    add(tag: T, read: ReturnType<typeof readTag>): void {
      const name = nameOf(tag);
      const entry: Entry<T> = {
        tag,
        name,
        key: needsKey ? readKey(name, read) : "",
        group: per === undefined || typeof read === "string" ? "" : groupOf(read, per),
        time: order === "date" ? timeOf(tag) : undefined,
        index: index++,
      };
      if (groups === undefined) alone.push(entry);
      else if (built !== undefined && typeof read !== "string" && isBuilt(read)) built.add(entry);
      else groups.add(entry);
    },
    end(): Selected<T> {
      const entries = groups?.end() ?? alone;
      const released = new Set(groups === undefined ? [] : entries.map(scopeOf));
      for (const entry of built?.end() ?? []) {
        if (released.has(scopeOf(entry))) drop(entry);
        else entries.push(entry);
      }
      entries.sort(ORDERS[order]);
      if (options.reverse === true) entries.reverse();
      // Whoever asks for the oldest does not ask for what has no date.
      if (order === "date") entries.sort(datedFirst);
      for (const { tag } of entries.slice(limit)) leftOut.push({ tag, rule: "limit" });
      return { chosen: entries.slice(0, limit).map(({ tag }) => tag), leftOut };
    },
  };
}

/** Whether tags can be chosen only when all of them are known. */
export function isRankedLate(options: SelectOptions): boolean {
  return isGrouped(options) || options.reverse === true || orderOf(options) !== "none";
}

function isGrouped({ newest, per }: SelectOptions): boolean {
  return newest !== undefined || per !== undefined;
}

/** The variant of a group. */
function scopeOf({ group }: Entry<unknown>): string {
  return group.split("/", 1)[0] ?? "";
}

function orderOf(options: SelectOptions): Order {
  return options.sort ?? (isGrouped(options) ? "version" : "none");
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

function datedFirst(a: Entry<unknown>, b: Entry<unknown>): number {
  return Number(a.time === undefined) - Number(b.time === undefined);
}

/** Newest first; those without a date last. */
function byDate(a: Entry<unknown>, b: Entry<unknown>): number {
  const difference = (b.time ?? -Infinity) - (a.time ?? -Infinity);
  return Number.isNaN(difference) || difference === 0 ? byVersion(a, b) : difference;
}
