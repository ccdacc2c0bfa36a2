import type { RegistryPages } from "../adapter.ts";
import type { Ask, Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import { nextQuery } from "../wire/link.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readJson } from "../wire/reply.ts";
import { MOST_PAGES, type NameKind, openRoll, PAGE_LIMIT } from "./roll.ts";

/** A listing of names that comes in pages. */
export interface NameListing<T> extends NameKind {
  /** Where it begins. */
  readonly address: URL;
  /** The member of a page that holds the names. */
  readonly member: string;
  /** The registry's habits. */
  readonly pages: RegistryPages;
  /** What helps where a page is too large. */
  readonly tooLarge?: string;
  /** What is listed, for warnings. */
  readonly subject: string;
  /** Makes entries of the new names of a page. */
  entries(names: readonly string[], page: Readonly<Record<string, unknown>>): readonly T[];
}

/** What a listing asks for. */
export interface ListingOptions {
  /** Ends after so many names. */
  readonly limit?: number;
  /** Names a page, before it is lowered to what the registry takes. */
  readonly pageSize?: number;
}

/** What a listing takes. */
export interface ListingPorts {
  /** The way to the registry. */
  readonly ask: Ask;
  /** On whose behalf. */
  readonly operation: Operation;
  /** Told of what was left out. */
  readonly onWarning: (message: string) => void;
  /** Makes a server's words fit to be shown. */
  readonly clean: (text: string, limit: number) => string;
}

/**
 * Pages through a listing: each name once, in the registry's order.
 *
 * The cursor is the query of the answer's own `Link`, on the address that was asked; see
 * {@linkcode nextQuery} for why. A listing that ends is complete, unless `limit` cut it; whatever keeps it
 * from that is thrown, as `incomplete` once there were names.
 *
 * @returns whether it came to the end
 */
export async function* listNames<T>(
  place: Place,
  listing: NameListing<T>,
  { options, ...given }: ListingPorts & { readonly options: ListingOptions },
): AsyncGenerator<readonly T[], boolean> {
  const { nouns, subject, tooLarge } = listing;
  const ports = { ...given, tooLarge };
  const { operation, onWarning } = ports;
  const roll = openRoll(listing, ports.clean);
  try {
    let page = await firstPage(place, { listing, options }, ports);
    for (let pages = 1;; pages++) {
      const names = roll.enter(page.names);
      const left = (options.limit ?? Infinity) - (roll.count() - names.length);
      const before = operation.left();
      if (names.length > 0) yield listing.entries(names.slice(0, left), page.document);
      operation.extend(before - operation.left());
      if (page.next === undefined) break;
      if (names.length >= left) return false;
      const stop = roll.whyStop(page.next) ??
        (pages >= MOST_PAGES ? `the registry sends more than ${MOST_PAGES} pages` : undefined);
      if (stop !== undefined) throw operation.fail("protocol", stop);
      const asked = await askPage(place, withQuery(page.from, page.next), ports);
      page = readPage(place, asked, { listing, operation });
    }
    if (page.full && options.limit === undefined) {
      onWarning(
        `${subject}: the last page is exactly full and names no next ` +
          "one; a proxy in between may have cut the list. --page-size asks otherwise",
      );
    }
    return roll.count() <= (options.limit ?? Infinity);
  } catch (error) {
    throw operation.brokenOff(error, roll.count(), nouns);
  } finally {
    const skipped = roll.skipped();
    if (skipped !== "") {
      onWarning(`${subject}: left out of the list: ${skipped}`);
    }
  }
}

type Document = Record<string, unknown>;

interface Page {
  readonly names: readonly unknown[];
  /** All that it says. */
  readonly document: Readonly<Document>;
  /** Who answered; the next page is there too, since a redirect may lose its query. */
  readonly from: URL;
  /** The query of the next page. */
  readonly next?: string;
  /** Whether it holds just as many names as were asked for. */
  readonly full: boolean;
}

type AskPorts = Pick<ListingPorts, "ask" | "operation"> & { readonly tooLarge?: string };

/** The `n` that is still small for a listing whose adapter names none: more is left to the registry. */
const SMALL = 1000;

/**
 * The first page, by the largest number that the registry takes, or all at once. Where it is overwhelmed
 * by that, it is asked for less; where it refuses a number, it may choose its own.
 */
async function firstPage<T>(
  place: Place,
  { listing, options }: { readonly listing: NameListing<T>; readonly options: ListingOptions },
  ports: AskPorts,
): Promise<Page> {
  const { operation } = ports;
  const { address } = listing;
  const { ask = Infinity, fallback, max = Infinity } = listing.pages;
  const wished = options.pageSize ??
    ((options.limit ?? Infinity) <= SMALL ? Math.min(options.limit ?? Infinity, ask) : ask);
  const n = Math.min(wished, max);
  if (Number.isFinite(n)) {
    const asked = await askPage(place, withQuery(address, `n=${n}`), ports);
    const expected = options.pageSize && n;
    if (!isTooMany(asked)) return readPage(place, asked, { listing, operation, n: expected });
  }
  const lighter = fallback === undefined ? undefined : withQuery(address, `n=${fallback}`);
  const asked = await askPage(place, address, ports, lighter);
  return readPage(place, asked, { listing, operation });
}

async function askPage(
  place: Place,
  url: URL,
  { ask, operation, tooLarge }: AskPorts,
  lighter?: URL,
): Promise<Asked<Document>> {
  return await ask(place, { url, lighter, read: readJson(PAGE_LIMIT, tooLarge) }, operation);
}

function withQuery(address: URL, query: string): URL {
  const url = new URL(address);
  url.search = query;
  return url;
}

/** Registries refuse an `n` beyond their maximum with these. */
function isTooMany({ answer: { status } }: Asked): boolean {
  return status === 400 || status === 405 || status === 413;
}

function readPage<T>(
  place: Place,
  asked: Asked<Document>,
  { listing, operation, n }: {
    readonly listing: NameListing<T>;
    readonly operation: Operation;
    readonly n?: number;
  },
): Page {
  const { value, headers, url, status, diagnostics } = asked.answer;
  if (value === undefined) throw refusedAnswer(place, asked, operation);
  const names = value[listing.member] ?? null;
  const isList = names === null || Array.isArray(names);
  if (!isList || (names === null && Array.isArray(value.errors))) {
    const reason = `${place.registry} answered without a list of ${listing.nouns}`;
    throw operation.fail("protocol", reason, { status, diagnostics });
  }
  const link = headers.get("link");
  return {
    names: names ?? [],
    document: value,
    from: url,
    next: link === null ? undefined : operation.reading(() => nextQuery(link)),
    full: n !== undefined && n > 1 && names?.length === n,
  };
}
