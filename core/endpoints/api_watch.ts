import type { ApiPage } from "../adapter.ts";
import type { Operation } from "../wire/operation.ts";
import { MOST_IDLE_PAGES, MOST_NAMES } from "./roll.ts";

/** Whatever an API lists. */
export interface Named {
  /** What tells it from the others. */
  readonly name: string;
}

/** How the pages of a listing came out. */
export interface ApiOutcome {
  /**
   * Whether nothing moved from page to page meanwhile: `no` where totals differ or an entry came twice,
   * `unknown` where several pages tell no total, or the last one does not say that it is the last.
   */
  readonly steady: "yes" | "no" | "unknown";
  /** How many entries there are, where the API tells. */
  readonly total?: number;
  /** How many entries came. */
  readonly entries: number;
  /** How many of them are items, those that came twice too. */
  readonly items: number;
}

/** Notices pages that go in circles, and entries that moved from one page to another. */
export interface ApiWatch<T> {
  /**
   * Looks at the next page.
   *
   * @throws {RegistryError} `protocol` for a list that has no end
   */
  see(page: ApiPage<T>): void;
  /** How many items there were. */
  found(): number;
  /** What the pages tell, of which this was the last. */
  outcome(last: ApiPage<T>): ApiOutcome;
  /** Whether the page of this number lists what it did before, in the same order. */
  isSame(number: number, page: ApiPage<T>): boolean;
}

/** Opens the watch over a listing's pages. */
export function openWatch<T extends Named>(
  first: ApiPage<T>,
  operation: Operation,
): ApiWatch<T> {
  const names = new Set<string>();
  const pages: (readonly string[])[] = [];
  let steady = true;
  let isCursor = false;
  let idle = 0;
  let entries = 0;
  let items = 0;
  return {
    see(page: ApiPage<T>): void {
      const before = names.size;
      const listed = page.items.map(({ name }) => name);
      for (const name of listed) names.add(name);
      pages.push(listed);
      entries += page.entries;
      items += listed.length;
      const news = names.size - before;
      // Entries that are no items of ours are no circle: versions of a package without any tag.
      const isIdle = news === 0 && (listed.length > 0 || page.entries === 0);
      idle = isIdle ? idle + 1 : 0;
      steady &&= news === listed.length && page.total === first.total;
      isCursor ||= page.next !== undefined;
      if (names.size > MOST_NAMES) {
        throw operation.fail("protocol", `the API lists more than ${MOST_NAMES} names`);
      }
      if (idle < MOST_IDLE_PAGES) return;
      throw operation.fail("protocol", `${idle} pages in a row brought nothing new`);
    },
    found: () => names.size,
    outcome(last: ApiPage<T>): ApiOutcome {
      const { total } = first;
      // A page that tells of another one behind the end contradicts the total.
      const isBehind = total !== undefined && last.more === true;
      // One page is what it was at one moment; a cursor holds its place.
      const isKnown = total !== undefined || isCursor ||
        (last.more === false && pages.length === 1);
      const isSteady = steady && !isBehind;
      return { steady: isSteady ? isKnown ? "yes" : "unknown" : "no", total, entries, items };
    },
    isSame(number: number, page: ApiPage<T>): boolean {
      const before = pages[number - 1] ?? [];
      return before.length === page.items.length &&
        page.items.every(({ name }, at) => name === before[at]);
    },
  };
}
