import { openReleaseSearch } from "./newest_release.ts";
import type { SelectOptions, SelectRule } from "./options.ts";
import { type LeftOut, openSelection, type Selectable } from "./select.ts";

/** What of a list is the latest, and what is told on the way. */
export interface FindOptions<T> extends SelectOptions {
  /** Told of each tag that is left out and the first rule that it did not pass, as soon as that is known. */
  readonly onLeftOut?: (tag: T, rule: SelectRule) => void;
}

/** The newest versions of a list. Iterating over it gives `tags`. */
export interface Latest<T> extends Iterable<T> {
  /** Newest first, or in the order that was asked for; empty if no tag is what was asked for. */
  readonly tags: readonly T[];
  /** Their shape, `#` for each number: `#.#.#`. Unknown with `per`, which takes every shape. */
  readonly shape?: string;
  /** One sentence that says why this shape, without a full stop. */
  readonly reason?: string;
  /** How many tags the list has. */
  readonly listed: number;
  /** Tags that passed without the date that `minAge`, `maxAge` or `sort` asks for. */
  readonly undated: number;
}

/** One way to choose from a list that arrives in pages. */
interface Search<T> {
  readonly undated: number;
  judge(tag: T): SelectRule | undefined;
  settle(): Choice<T>;
}

interface Choice<T> {
  readonly tags: readonly T[];
  readonly shape?: string;
  readonly reason?: string;
  readonly leftOut: readonly LeftOut<T>[];
}

/**
 * The newest versions of a whole list: of each group that `per` makes, or else of the most common shape, as
 * `newestRelease` finds them. A tag that a rule can judge by itself is dropped with its page; the others
 * are held until the last one. A list that breaks off has no latest: what `pages` throws is passed on.
 *
 * @default options.newest 1
 * @throws {RangeError} if an option cannot be read, before the first page is asked for
 */
export async function findLatest<T extends Selectable>(
  pages: AsyncIterable<readonly T[]>,
  options: FindOptions<T> = {},
): Promise<Latest<T>> {
  const { onLeftOut } = options;
  const search = options.per === undefined ? openOneShape<T>(options) : openGroups<T>(options);
  let listed = 0;
  for await (const page of pages) {
    listed += page.length;
    for (const tag of page) {
      const rule = search.judge(tag);
      if (rule !== undefined) onLeftOut?.(tag, rule);
    }
  }
  const { tags, shape, reason, leftOut } = search.settle();
  for (const { tag, rule } of leftOut) onLeftOut?.(tag, rule);
  const { undated } = search;
  return { tags, shape, reason, listed, undated, [Symbol.iterator]: () => tags.values() };
}

function openOneShape<T extends Selectable>(options: SelectOptions): Search<T> {
  const search = openReleaseSearch<T>(options);
  return {
    get undated() {
      return search.undated;
    },
    judge: search.judge,
    settle(): Choice<T> {
      const { found, leftOut } = search.settle();
      return { tags: found?.chosen ?? [], shape: found?.shape, reason: found?.reason, leftOut };
    },
  };
}

function openGroups<T extends Selectable>(options: SelectOptions): Search<T> {
  const selection = openSelection<T>(options);
  const passed: T[] = [];
  return {
    get undated() {
      return selection.undated;
    },
    judge(tag: T): SelectRule | undefined {
      const rule = selection.judge(tag);
      if (rule === undefined) passed.push(tag);
      return rule;
    },
    settle(): Choice<T> {
      const { chosen, leftOut } = selection.settle(passed);
      return { tags: chosen, leftOut };
    },
  };
}
