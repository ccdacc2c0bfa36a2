import type { ApiListing, ApiPage, RegistryApi } from "../adapter.ts";
import type { AskApi } from "../wire/ask_api.ts";
import type { Place } from "../wire/grant.ts";
import { decodeJsonList } from "../wire/json.ts";
import type { Operation } from "../wire/operation.ts";
import { readBytes } from "../wire/reply.ts";
import type { Answer } from "../wire/question.ts";
import type { Reply } from "../wire/transport.ts";
import { apiChecks } from "./api_checks.ts";

/** Bytes of one page, decoded. */
const PAGE_LIMIT = 16 * 1024 * 1024;
const MOST_PAGES = 10_000;
const MOST_NAMES = 1_000_000;
/** Pages under way at once. */
const MOST_AHEAD = 8;
/** Pages in a row that may bring nothing new. */
const MOST_IDLE_PAGES = 3;

/** How the pages of a listing came out. */
export interface ApiOutcome {
  /**
   * Whether nothing moved from page to page meanwhile: `no` where totals differ or an entry came twice,
   * `unknown` where no total is told, so that neither a deletion nor a page cut short can be noticed.
   */
  readonly steady: "yes" | "no" | "unknown";
  /** How many entries there are, where the API tells. */
  readonly total?: number;
}

/** What asking an API takes. */
export interface ApiPorts {
  /** The way to it. */
  readonly askApi: AskApi;
  /** On whose behalf. */
  readonly operation: Operation;
  /** Stops what is still under way, when nobody wants it any more. */
  readonly stop: AbortController;
  /** Whether one can do without them. */
  readonly optional?: boolean;
  /** How many entries are wanted: no page is asked for ahead of them. @default all */
  readonly most?: number;
}

/** Whatever an API lists. */
interface Named {
  readonly name: string;
}

/**
 * Lists what the first of `listings` that is there has, page by page in order, many asked for at once. How
 * many pages there are is known after the first one; where the API does not tell, a window grows with what
 * was found, so that of the pages asked for at most a fifth is in vain. What is pushed meanwhile shows
 * twice, and a total that changes tells of the rest; without one, what is deleted in these moments can hide
 * another.
 *
 * @throws {RegistryError} `not_found`, `unauthorized`, `denied`, `protocol`, and what the wire meets
 */
export async function* listApi<T extends Named>(
  place: Place,
  api: RegistryApi,
  listings: readonly ApiListing<T>[],
  ports: ApiPorts,
): AsyncGenerator<readonly T[], ApiOutcome> {
  const { operation, most = Infinity } = ports;
  const { listing, first } = await openListing(place, api, listings, ports);
  const flights = new Map<number, Promise<ApiPage<T>>>();
  const watch = openWatch(first, operation);
  let page = first;

  function askFor(number: number): Promise<ApiPage<T>> {
    const flight = flights.get(number) ??
      pageAt(place, { api, listing, number, cursor: page.next }, ports);
    // It is awaited in its turn; until then its failure is nobody's.
    flight.catch(() => {});
    flights.set(number, flight);
    return flight;
  }

  try {
    for (let number = 1;; number++) {
      watch.see(page);
      const end = endOf(first, page, number);
      const ahead = page.next === undefined ? windowAt(number) : number + 1;
      const wanted = Math.min(end ?? ahead, Math.ceil(most / first.entries));
      for (let next = number + 1; next <= Math.min(wanted, number + MOST_AHEAD); next++) {
        askFor(next);
      }
      const before = operation.left();
      yield page.items;
      operation.extend(before - operation.left());
      if (number === end) return watch.outcome(page);
      if (number === MOST_PAGES) {
        throw operation.fail("protocol", `the API sends more than ${MOST_PAGES} pages`);
      }
      page = await askFor(number + 1);
      flights.delete(number + 1);
    }
  } finally {
    ports.stop.abort();
    await Promise.allSettled(flights.values());
  }
}

/** Notices pages that go in circles, and entries that moved from one page to another. */
function openWatch<T extends Named>(first: ApiPage<T>, operation: Operation): {
  see(page: ApiPage<T>): void;
  outcome(last: ApiPage<T>): ApiOutcome;
} {
  const names = new Set<string>();
  let steady = true;
  let isCursor = false;
  let idle = 0;
  return {
    see(page: ApiPage<T>): void {
      const before = names.size;
      for (const { name } of page.items) names.add(name);
      const news = names.size - before;
      // Entries that are no items of ours are no circle: versions of a package without any tag.
      const isIdle = news === 0 && (page.items.length > 0 || page.entries === 0);
      idle = isIdle ? idle + 1 : 0;
      steady &&= news === page.items.length && page.total === first.total;
      isCursor ||= page.next !== undefined;
      if (names.size > MOST_NAMES) {
        throw operation.fail("protocol", `the API lists more than ${MOST_NAMES} names`);
      }
      if (idle < MOST_IDLE_PAGES) return;
      throw operation.fail("protocol", `${idle} pages in a row brought nothing new`);
    },
    outcome(last: ApiPage<T>): ApiOutcome {
      const { total } = first;
      const isKnown = total !== undefined || last.more === false || isCursor;
      // A page that tells of another one behind the end contradicts the total.
      if (!steady || (total !== undefined && last.more === true)) return { steady: "no", total };
      return { steady: isKnown ? "yes" : "unknown", total };
    },
  };
}

/** The number of the last page, if it is known when page `number` was read. */
function endOf<T>(first: ApiPage<T>, page: ApiPage<T>, number: number): number | undefined {
  if (page.next !== undefined) return undefined;
  if (page.entries === 0 || page.more === false) return number;
  if (first.total !== undefined) return Math.max(Math.ceil(first.total / first.entries), number);
  return page.more ? undefined : number;
}

/** With n pages found, and one more told of, (n + 5) / 4 asked ahead are a fifth in vain at the worst. */
function windowAt(found: number): number {
  return found + Math.floor((found + 5) / 4);
}

async function openListing<T extends Named>(
  place: Place,
  api: RegistryApi,
  listings: readonly ApiListing<T>[],
  ports: ApiPorts,
): Promise<{ readonly listing: ApiListing<T>; readonly first: ApiPage<T> }> {
  let missing: Error | undefined;
  for (const listing of listings) {
    const answer = await ask(place, { api, listing, number: 1 }, ports);
    if (isGood(answer)) return { listing, first: pageIn(answer, api, ports.operation) };
    // That another address wants a login does not unsay that it is not here.
    if (answer.status !== 401 || missing === undefined) {
      missing = refused(place, api, answer, ports.operation);
    }
    if (answer.status !== 404) break;
  }
  throw missing ?? ports.operation.fail("unsupported", "the API does not tell");
}

/** One page of a listing. */
interface Wanted<T extends Named> {
  readonly api: RegistryApi;
  readonly listing: ApiListing<T>;
  readonly number: number;
  readonly cursor?: string;
}

async function pageAt<T extends Named>(
  place: Place,
  wanted: Wanted<T>,
  ports: ApiPorts,
): Promise<ApiPage<T>> {
  const answer = await ask(place, wanted, ports);
  if (isGood(answer)) return pageIn(answer, wanted.api, ports.operation);
  throw refused(place, wanted.api, answer, ports.operation);
}

function ask<T extends Named>(
  place: Place,
  { api, listing, number, cursor }: Wanted<T>,
  { askApi, operation, optional }: ApiPorts,
): Promise<Answer<ApiPage<T> | undefined>> {
  const read = async (reply: Reply): Promise<ApiPage<T> | undefined> =>
    listing.read(decodeJsonList(await readBytes(PAGE_LIMIT)(reply)), apiChecks);
  return askApi(place, { api, path: listing.page(number, cursor), read, optional }, operation);
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function pageIn<T>(
  { value, status, request }: Answer<T | undefined>,
  { origin }: RegistryApi,
  operation: Operation,
): T {
  if (value !== undefined) return value;
  const reason = `${new URL(origin).host} answered without a list`;
  throw operation.fail("protocol", reason, { status, request });
}

function refused(
  { registry }: Place,
  api: RegistryApi,
  answer: Answer,
  operation: Operation,
): Error {
  const { status, diagnostics, request, attempts } = answer;
  const { host } = new URL(api.origin);
  const code = ({ 401: "unauthorized", 403: "denied", 404: "not_found" } as const)[status] ??
    "protocol";
  // A login that is refused does not come here.
  const reason = status === 401 && api.login !== undefined
    ? `${host} wants a login, which "portolan login ${registry}" keeps: status ${status}`
    : `${host} answers with status ${status}`;
  return operation.fail(code, reason, { status, diagnostics, request, attempts });
}
