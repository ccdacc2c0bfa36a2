import { nearestMiss } from "./nearest.ts";
import { openReleaseSearch, type ReleaseSearch, type Searched } from "./newest_release.ts";
import type { SelectOptions, SelectRule } from "./options.ts";
import type { LeftOut } from "./ranking.ts";
import { openSelection, type Selectable } from "./select.ts";

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
  /** Whether these are pre-releases that nobody asked for: the list has no release. */
  readonly standsIn: boolean;
  /**
   * Where nothing was found, what comes nearest, and the rule to change for it: of rule `pre` or `channels`
   * what would be found with that, else the newest version of the shape that is most like the wanted one.
   */
  readonly missed?: LeftOut<T>;
  /** How many tags the list has. */
  readonly listed: number;
  /** Tags that passed without the date that `minAge`, `maxAge` or `sort` asks for. */
  readonly undated: number;
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
  const open = options.per === undefined ? openReleaseSearch<T> : openGroups<T>;
  const search = open(options);
  const passedOver: T[] = [];
  let listed = 0;
  for await (const page of pages) {
    listed += page.length;
    for (const tag of page) {
      const rule = search.judge(tag);
      if (rule === undefined) continue;
      onLeftOut?.(tag, rule);
      if (rule !== "version") passedOver.push(tag);
    }
  }
  const { chosen: tags, shape, reason, standsIn = false, leftOut } = search.settle();
  for (const { tag, rule } of leftOut) onLeftOut?.(tag, rule);
  const missed = tags.length > 0
    ? undefined
    : nearestMiss([...passedOver, ...leftOut.map(({ tag }) => tag)], options);
  const { undated } = search;
  const found = { tags, shape, reason, standsIn, missed, listed, undated };
  return { ...found, [Symbol.iterator]: () => tags.values() };
}

/** Takes every shape. */
function openGroups<T extends Selectable>(options: SelectOptions): ReleaseSearch<T> {
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
    settle(): Searched<T> {
      return selection.settle(passed);
    },
  };
}
