import { orderKey } from "./order.ts";
import type { SelectOptions } from "./options.ts";
import { nameOf, variantOf } from "./rules.ts";
import { type Selectable, selectTags } from "./select.ts";
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

/** The releases of one shape. */
interface Family<T> {
  readonly shape: string;
  readonly isPlain: boolean;
  readonly kind: "version" | "date";
  readonly tags: T[];
  newest: string;
  newestKey: string;
}

/**
 * The newest releases of the most common shape among the tags that `options` ask for; `undefined` if there
 * are none. Shapes without a variant go first, then the more common, then versions before dates, then the
 * one with the newest version. Only where nothing was released, pre-releases are counted.
 *
 * `options.per` has no meaning here: a person who groups wants all shapes, from `selectTags`.
 *
 * @default options.newest 1
 * @throws {RangeError} if an option cannot be read
 */
export function newestRelease<T extends Selectable>(
  tags: readonly T[],
  options: SelectOptions = {},
): NewestRelease<T> | undefined {
  const released = poolOf(tags, options);
  const pool = released.length > 0 ? released : poolOf(tags, { pre: true, ...options });
  const families = familiesOf(pool).sort(byRank);
  const [family] = families;
  if (family === undefined) return undefined;
  const { newest = 1, sort, reverse, limit } = options;
  const chosen = selectTags(family.tags, {
    newest,
    sort,
    reverse,
    limit,
    pre: true,
    channels: true,
  });
  const noun = released.length > 0 ? "release" : "pre-release";
  return {
    chosen,
    shape: family.shape,
    count: family.tags.length,
    reason: reasonFor(family, families.filter(({ isPlain }) => isPlain === family.isPlain), noun),
  };
}

/** Every version that is asked for, before any is the newest. */
function poolOf<T extends Selectable>(tags: readonly T[], options: SelectOptions): T[] {
  const { newest: _, per: __, sort: ___, reverse: ____, limit: _____, ...asked } = options;
  return selectTags(tags, { ...asked, range: asked.range ?? "*" });
}

function familiesOf<T extends Selectable>(tags: readonly T[]): Family<T>[] {
  const families = new Map<string, Family<T>>();
  for (const tag of tags) {
    const name = nameOf(tag);
    const version = parseVersion(name);
    if (version === undefined) continue;
    const { shape, kind } = version;
    const key = orderKey(name);
    const family = families.get(shape);
    if (family === undefined) {
      const isPlain = variantOf(version) === "";
      families.set(shape, { shape, isPlain, kind, tags: [tag], newest: name, newestKey: key });
      continue;
    }
    family.tags.push(tag);
    if (key > family.newestKey) {
      family.newest = name;
      family.newestKey = key;
    }
  }
  return [...families.values()];
}

function byRank(a: Family<unknown>, b: Family<unknown>): number {
  if (a.isPlain !== b.isPlain) return a.isPlain ? -1 : 1;
  if (a.tags.length !== b.tags.length) return b.tags.length - a.tags.length;
  if (a.kind !== b.kind) return a.kind === "version" ? -1 : 1;
  if (a.newestKey !== b.newestKey) return a.newestKey > b.newestKey ? -1 : 1;
  return a.shape < b.shape ? -1 : 1;
}

function reasonFor(
  family: Family<unknown>,
  rivals: readonly Family<unknown>[],
  noun: "release" | "pre-release",
): string {
  const count = family.tags.length === 1 ? `1 ${noun} has` : `${family.tags.length} ${noun}s have`;
  const kind = family.isPlain ? "without a variant" : "with one, and none is without a variant";
  const place = rivals.length === 1
    ? `the only shape ${kind}`
    : `the most common of ${rivals.length} shapes ${kind}`;
  return `${family.newest}: ${count} the shape ${family.shape}, ${place}`;
}
