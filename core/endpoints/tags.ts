import { RegistryError } from "../errors.ts";
import { isDigest } from "../names/digest.ts";
import { isTag, type Tag } from "../names/tag.ts";
import type { Ask, Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import { nextQuery } from "../wire/link.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readJson } from "../wire/reply.ts";
import { addressIn } from "./address.ts";

/** Bytes of one page, decoded. */
const PAGE_LIMIT = 16 * 1024 * 1024;
const ASK_LESS = "--page-size asks for less at a time";
/** Bytes of a whole listing's tag names. */
const LISTING_LIMIT = 256 * 1024 * 1024;
const MOST_PAGES = 10_000;
const MOST_TAGS = 1_000_000;
/** Pages in a row that may bring nothing new; some registries send an empty one at the end. */
const MOST_IDLE_PAGES = 3;

/** One tag of a listing. */
export interface TagEntry {
  /** The tag's name. */
  readonly name: Tag;
}

/** What a listing asks for. */
export interface ListingOptions {
  /** Ends after so many tags. */
  readonly limit?: number;
  /** Tags a page, before it is lowered to what the registry takes. */
  readonly pageSize?: number;
}

/**
 * Pages through the tags of a repository: each tag once, in the registry's order.
 *
 * The cursor is the query of the answer's own `Link`, on the address that was asked; see
 * {@linkcode nextQuery} for why. A listing that ends is complete, unless `limit` cut it; whatever keeps it
 * from that is thrown, as `incomplete` once there were tags.
 *
 * Source: OCI distribution specification 1.1, "Listing Tags".
 *
 * @returns whether it came to the end
 */
export async function* listTags(
  place: Place,
  options: ListingOptions,
  ports: {
    readonly ask: Ask;
    readonly operation: Operation;
    readonly onWarning: (message: string) => void;
    /** Makes a server's words fit to be shown. */
    readonly clean: (text: string, limit: number) => string;
  },
): AsyncGenerator<readonly TagEntry[], boolean> {
  const { operation, onWarning } = ports;
  const ledger = createLedger(ports.clean);
  try {
    let page = await firstPage(place, options, ports);
    for (let pages = 1;; pages++) {
      const tags = ledger.enter(page.tags);
      const left = (options.limit ?? Infinity) - (ledger.count() - tags.length);
      const before = operation.left();
      if (tags.length > 0) yield tags.slice(0, left).map((name) => ({ name }));
      operation.extend(before - operation.left());
      if (page.next === undefined) break;
      if (tags.length >= left) return false;
      const stop = ledger.whyStop(page.next) ??
        (pages >= MOST_PAGES ? `the registry sends more than ${MOST_PAGES} pages` : undefined);
      if (stop !== undefined) throw operation.fail("protocol", stop);
      page = readPage(place, await askPage(place, page.next, ports, page.from), operation);
    }
    if (page.full && options.limit === undefined) {
      onWarning(
        `${place.registry}/${place.repository}: the last page is exactly full and names no next ` +
          "one; a proxy in between may have cut the list. --page-size asks otherwise",
      );
    }
    return ledger.count() <= (options.limit ?? Infinity);
  } catch (error) {
    throw ledger.count() > 0 ? incomplete(error, ledger.count(), operation) : error;
  } finally {
    const skipped = ledger.skipped();
    if (skipped !== "") {
      onWarning(`${place.registry}/${place.repository}: left out of the list: ${skipped}`);
    }
  }
}

type Listing = Record<string, unknown>;

interface Page {
  readonly tags: readonly unknown[];
  /** Who answered; the next page is there too, since a redirect may lose its query. */
  readonly from: URL;
  /** The query of the next page. */
  readonly next?: string;
  /** Whether it holds just as many tags as were asked for. */
  readonly full: boolean;
}

interface Ports {
  readonly ask: Ask;
  readonly operation: Operation;
}

/** The `n` that is still small for a listing whose adapter names none: more is left to the registry. */
const SMALL = 1000;

/**
 * The first page, by the largest number that the registry takes, or all at once. Where it is overwhelmed
 * by that, it is asked for less; where it refuses a number, it may choose its own.
 */
async function firstPage(place: Place, options: ListingOptions, ports: Ports): Promise<Page> {
  const { ask = Infinity, fallback, max = Infinity } = place.adapter.pages ?? {};
  const wished = options.pageSize ??
    ((options.limit ?? Infinity) <= SMALL ? Math.min(options.limit ?? Infinity, ask) : ask);
  const n = Math.min(wished, max);
  if (Number.isFinite(n)) {
    const asked = await askPage(place, `n=${n}`, ports);
    if (!isTooMany(asked)) return readPage(place, asked, ports.operation, options.pageSize && n);
  }
  const lighter = fallback === undefined ? undefined : `n=${fallback}`;
  const asked = await askPage(place, "", ports, undefined, lighter);
  return readPage(place, asked, ports.operation);
}

async function askPage(
  place: Place,
  query: string,
  { ask, operation }: Ports,
  from: URL = addressIn(place, "tags/list"),
  lighterQuery?: string,
): Promise<Asked<Listing>> {
  const lighter = lighterQuery === undefined ? undefined : withQuery(from, lighterQuery);
  const url = withQuery(from, query);
  return await ask(place, { url, lighter, read: readJson(PAGE_LIMIT, ASK_LESS) }, operation);
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

function readPage(
  place: Place,
  asked: Asked<Listing>,
  operation: Operation,
  n?: number,
): Page {
  const { answer } = asked;
  if (answer.value === undefined) throw refusedAnswer(place, asked, operation);
  const { tags = null, errors } = answer.value;
  const isList = tags === null || Array.isArray(tags);
  if (!isList || (tags === null && Array.isArray(errors))) {
    throw operation.fail("protocol", `${place.registry} answered without a list of tags`, {
      status: answer.status,
      diagnostics: answer.diagnostics,
    });
  }
  const link = answer.headers.get("link");
  const next = link === null ? undefined : operation.reading(() => nextQuery(link));
  return {
    tags: tags ?? [],
    from: answer.url,
    next,
    full: n !== undefined && n > 1 && tags?.length === n,
  };
}

/** What a listing has seen: to leave out what is no tag, and to notice when it goes in circles. */
interface Ledger {
  /** The new tags among a page's entries. */
  enter(entries: readonly unknown[]): Tag[];
  /** Why the page with this query must not be asked for, if it must not. */
  whyStop(query: string): string | undefined;
  /** How many tags there were. */
  count(): number;
  /** What was left out, as a phrase. */
  skipped(): string;
}

function createLedger(clean: (text: string, limit: number) => string): Ledger {
  const seen = new Set<Tag>();
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
    enter(entries: readonly unknown[]): Tag[] {
      const fresh: Tag[] = [];
      for (const entry of entries) {
        if (!isTag(entry)) leaveOut(entry);
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
      if (idle >= MOST_IDLE_PAGES) return `${idle} pages in a row brought no new tag`;
      if (seen.size > MOST_TAGS) return `the registry lists more than ${MOST_TAGS} tags`;
      if (size > LISTING_LIMIT) return `the list is larger than ${LISTING_LIMIT} bytes`;
      return undefined;
    },
    count: () => seen.size,
    skipped(): string {
      const parts = [
        left.empty > 0 && `${left.empty} empty`,
        left.digests > 0 && `${left.digests} digests`,
        left.invalid > 0 && `${left.invalid} that are no valid tags, such as ${example}`,
      ];
      return parts.filter((part) => part !== false).join(", ");
    },
  };
}

function incomplete(error: unknown, count: number, operation: Operation): unknown {
  if (!(error instanceof RegistryError)) return error;
  const reason = error.message.replace(`Cannot ${operation.what}: `, "");
  return operation.fail("incomplete", `stopped after ${count} tags: ${reason}`, error.facts, error);
}
