import type { ApiListing, ApiPage, RegistryApi } from "../adapter.ts";
import { RegistryError } from "../errors.ts";
import type { AskApi } from "../wire/ask_api.ts";
import type { Place } from "../wire/grant.ts";
import { decodeJsonList } from "../wire/json.ts";
import type { Operation } from "../wire/operation.ts";
import { readBytes } from "../wire/reply.ts";
import type { Answer } from "../wire/question.ts";
import type { Reply } from "../wire/transport.ts";
import { turn } from "../system/clock.ts";
import { apiChecks } from "./api_checks.ts";
import { type Flights, openFlights, type Quota } from "./api_flights.ts";
import { type ApiOutcome, type ApiWatch, type Named, openWatch } from "./api_watch.ts";
import { MOST_PAGES, PAGE_LIMIT } from "./roll.ts";

/** `x-ratelimit-remaining`. */
const COUNT = /^[0-9]{1,9}$/;

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

/**
 * Lists what the first of `listings` that is there has, page by page in order, many asked for at once. How
 * many pages there are is known after the first one; where the API does not tell, a window grows with what
 * was found, so that of the pages asked for at most a fifth is in vain. What is pushed meanwhile shows
 * twice, and a total that changes tells of the rest; several pages without one are all looked at again: where
 * each lists what it did, nothing moved.
 *
 * @throws {RegistryError} `not_found`, `unauthorized`, `denied`, `protocol`, and what the wire meets
 */
export async function* listApi<T extends Named>(
  place: Place,
  api: RegistryApi,
  listings: readonly ApiListing<T>[],
  given: ApiPorts,
): AsyncGenerator<readonly T[], ApiOutcome> {
  const { operation, optional, most = Infinity } = given;
  const ports = { ...given, quota: { left: Infinity } };
  const { listing, first } = await openListing(place, api, listings, ports);
  const watch = openWatch(first, operation);
  let page = first;
  const flights = openFlights((number: number) => {
    return pageAt(place, { api, listing, number, cursor: page.next }, ports);
  }, ports.quota);

  async function outcomeAt(number: number): Promise<ApiOutcome> {
    const outcome = watch.outcome(page);
    // Where the last page may not be the last, another look makes nothing certain.
    const isWorthIt = number > 1 && (page.more === false || !optional);
    if (outcome.steady !== "unknown" || !isWorthIt) return outcome;
    if (!await isStill(number, watch, flights)) return { ...outcome, steady: "no" };
    return page.more === false ? { ...outcome, steady: "yes" } : outcome;
  }

  try {
    for (let number = 1;; number++) {
      watch.see(page);
      const end = endOf(first, page, number);
      const ahead = page.next === undefined ? windowAt(number) : number + 1;
      const found = watch.found();
      const needed = found === 0 ? Infinity : Math.ceil(most * number / found);
      flights.askAhead(number + 1, Math.min(end ?? ahead, needed));
      const before = operation.left();
      yield page.items;
      operation.extend(before - operation.left());
      if (number === end) return await outcomeAt(number);
      if (number === MOST_PAGES) {
        throw operation.fail("protocol", `the API sends more than ${MOST_PAGES} pages`);
      }
      page = await flights.land(number + 1);
    }
  } finally {
    given.stop.abort();
    await flights.rest();
  }
}

/** Looks at all pages again: whether each lists what it did. */
async function isStill<T>(
  pages: number,
  watch: ApiWatch<T>,
  flights: Flights<T>,
): Promise<boolean> {
  try {
    for (let number = 1; number <= pages; number++) {
      flights.askAhead(number, pages);
      if (!watch.isSame(number, await flights.land(number))) return false;
    }
    return true;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return false;
  }
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
  ports: PagePorts,
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

interface PagePorts extends ApiPorts {
  readonly quota: Quota;
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
  ports: PagePorts,
): Promise<ApiPage<T>> {
  const answer = await ask(place, wanted, ports);
  if (isGood(answer)) return pageIn(answer, wanted.api, ports.operation);
  throw refused(place, wanted.api, answer, ports.operation);
}

async function ask<T extends Named>(
  place: Place,
  { api, listing, number, cursor }: Wanted<T>,
  { askApi, operation, optional, quota }: PagePorts,
): Promise<Answer<ApiPage<T> | undefined>> {
  async function read(reply: Reply, free?: () => void): Promise<ApiPage<T> | undefined> {
    const bytes = await readBytes(PAGE_LIMIT)(reply);
    free?.();
    // The next question goes out before this answer is taken apart: that takes longer than to send it.
    await turn();
    return listing.read(decodeJsonList(bytes), apiChecks);
  }
  const matter = { api, path: listing.page(number, cursor), read, optional };
  const answer = await askApi(place, matter, operation);
  const left = answer.headers.get("x-ratelimit-remaining") ?? "";
  quota.left = COUNT.test(left) ? Number(left) : Infinity;
  return answer;
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
  const isLogin = status === 401 && api.login !== undefined;
  const code = isLogin
    ? "unauthorized"
    : ({ 401: "denied", 403: "denied", 404: "not_found" } as const)[status] ?? "protocol";
  // A login that is refused does not come here.
  const reason = isLogin
    ? `${host} wants a login, which "portolan login ${registry}" keeps: status ${status}`
    : `${host} answers with status ${status}`;
  return operation.fail(code, reason, { status, diagnostics, request, attempts });
}
