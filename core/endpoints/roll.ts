import { isDigest } from "../names/digest.ts";

/** Bytes of a whole listing's names. */
const LISTING_LIMIT = 256 * 1024 * 1024;
/** Bytes of one page, decoded. */
export const PAGE_LIMIT: number = 16 * 1024 * 1024;
/** Pages of a listing. */
export const MOST_PAGES = 10_000;
/** Names of a listing. */
export const MOST_NAMES = 1_000_000;
/** Pages in a row that may bring nothing new; some registries send an empty one at the end. */
export const MOST_IDLE_PAGES = 3;

/** What a listing lists. */
export interface NameKind {
  /** The names' word, as in `tags`. */
  readonly nouns: string;
  /** Whether it is one. */
  readonly isName: (entry: unknown) => entry is string;
}

/** What a listing has seen: to leave out what is no name, and to notice when it goes in circles. */
export interface Roll {
  /** The new names among a page's entries. */
  enter(entries: readonly unknown[]): string[];
  /** Why the page with this query must not be asked for, if it must not. */
  whyStop(query: string): string | undefined;
  /** How many names there were. */
  count(): number;
  /** What was left out, as a phrase. */
  skipped(): string;
}

/** Opens the roll of a listing of `nouns`, each of which `isName` knows. */
export function openRoll(
  { nouns, isName }: NameKind,
  clean: (text: string, limit: number) => string,
): Roll {
  const seen = new Set<string>();
  const queries = new Set<string>();
  const left = { empty: 0, digests: 0, invalid: 0 };
  let example = "";
  let size = 0;
  let idle = 0;

  function leaveOut(entry: unknown): void {
    if (entry === null || entry === "") left.empty++;
    else if (isDigest(entry)) left.digests++;
    else {
      left.invalid++;
      // Not serialised: what is nested deeply enough would overflow the stack.
      example ||= typeof entry === "string" ? `"${clean(entry, 60)}"` : `a ${typeof entry}`;
    }
  }

  return {
    enter(entries: readonly unknown[]): string[] {
      const fresh: string[] = [];
      for (const entry of entries) {
        if (!isName(entry)) leaveOut(entry);
        else if (!seen.has(entry)) {
          seen.add(entry);
          size += entry.length;
          fresh.push(entry);
        }
      }
      idle = fresh.length === 0 ? idle + 1 : 0;
      return fresh;
    },
    whyStop(query: string): string | undefined {
      if (queries.has(query)) return "the registry's pages go in circles";
      queries.add(query);
      if (idle >= MOST_IDLE_PAGES) return `${idle} pages in a row brought nothing new`;
      if (seen.size > MOST_NAMES) return `the registry lists more than ${MOST_NAMES} ${nouns}`;
      if (size > LISTING_LIMIT) return `the list is larger than ${LISTING_LIMIT} bytes`;
      return undefined;
    },
    count: () => seen.size,
    skipped(): string {
      const parts = [
        left.empty > 0 && `${left.empty} empty`,
        left.digests > 0 && `${left.digests} digests`,
        left.invalid > 0 && `${left.invalid} that are no valid ${nouns}, such as ${example}`,
      ];
      return parts.filter((part) => part !== false).join(", ");
    },
  };
}
