import { compareKeyed, piecesOf } from "./order.ts";
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
  /** Its place in the list. */
  readonly index: number;
}

/** Newest first. */
export function byVersion(a: Entry<unknown>, b: Entry<unknown>): number {
  return compareKeyed(b.key, b.name, a.key, a.name);
}

/** Takes entries one after the other and holds the newest of each group. */
export interface NewestOfGroups<T> {
  /** Takes an entry in. */
  add(entry: Entry<T>): void;
  /** Those that are left, in no order. */
  end(): Entry<T>[];
}

/**
 * Holds the `count` newest entries of each group, and gives `drop` each other one at some time. Linear in
 * the entries, unless `count` is large.
 */
export function keepNewest<T>(
  count: number,
  drop: (entry: Entry<T>) => void,
): NewestOfGroups<T> {
  const groups = new Map<string, Entry<T>[]>();
  const most = 2 * count + 8;

  function cut(group: Entry<T>[]): void {
    group.sort(byVersion);
    group.splice(count).forEach(drop);
  }

  return {
    add(entry: Entry<T>): void {
      const group = groups.get(entry.group);
      if (group === undefined) groups.set(entry.group, [entry]);
      else if (group.push(entry) >= most) cut(group);
    },
    end(): Entry<T>[] {
      const all = [...groups.values()];
      all.forEach(cut);
      return all.flat();
    },
  };
}

/** The name of the group of a version: its variant, and its first number or two. */
export function groupOf(version: Version, per: "major" | "minor" | "variant"): string {
  const variant = variantOf(version);
  if (per === "variant") return variant;
  const pieces = piecesOf(version);
  const major = `${variant}/${version.kind}/${value(pieces[0] ?? "")}`;
  return per === "major" ? major : `${major}/${value(pieces[1] ?? "")}`;
}
