import { datePieces } from "./calendar.ts";
import { compareKeyed } from "./order.ts";
import { value } from "./runs.ts";
import { variantOf } from "./rules.ts";
import type { Version } from "./shape.ts";

/** A tag on its way through the rules that need the whole list. */
export interface Entry<T> {
  readonly tag: T;
  readonly name: string;
  /** Its `orderKey`; empty where no rule asks for it. */
  readonly key: string;
  /** The name of the group that it is one of the newest in; empty where there is one group. */
  readonly group: string;
  /** When it came to be, in milliseconds since 1970. */
  readonly time: number | undefined;
}

/** Newest first. */
export function byVersion(a: Entry<unknown>, b: Entry<unknown>): number {
  return compareKeyed(b.key, b.name, a.key, a.name);
}

/** The `count` newest entries of each group. Linear in the entries, unless `count` is large. */
export function newestOf<T>(entries: Iterable<Entry<T>>, count: number): Set<Entry<T>> {
  const groups = new Map<string, Entry<T>[]>();
  for (const entry of entries) {
    const group = groups.get(entry.group);
    if (group === undefined) groups.set(entry.group, [entry]);
    else keepNewest(group, entry, count);
  }
  return new Set([...groups.values()].flatMap((group) => group.sort(byVersion).slice(0, count)));
}

/** Holds twice as many as are wanted, then drops the older half at once. */
function keepNewest<T>(group: Entry<T>[], entry: Entry<T>, count: number): void {
  group.push(entry);
  if (group.length < 2 * count + 8) return;
  group.sort(byVersion);
  group.length = count;
}

/** The name of the group of a version: its variant, and its first number or two. */
export function groupOf(version: Version, per: "major" | "minor" | "variant"): string {
  const variant = variantOf(version);
  if (per === "variant") return variant;
  const { kind } = version;
  const pieces = kind === "date" ? datePieces(version.numbers) : version.numbers;
  const major = `${variant}/${kind}/${value(pieces[0] ?? "")}`;
  return per === "major" ? major : `${major}/${value(pieces[1] ?? "")}`;
}
