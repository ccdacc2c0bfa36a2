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
/** Pages under way at once. */
const MOST_AHEAD = 8;

/** How the pages of a listing came out. */
export interface ApiOutcome {
  /** Whether all pages told the same total: nothing moved from page to page meanwhile. */
  readonly steady: boolean;
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
}

/**
 * Lists what the first of `listings` that is there has, page by page in order, many asked for at once. How
 * many pages there are is known after the first one; where the API does not tell, a window grows with what
 * was found, so that of the pages asked for at most a fifth is in vain.
 *
 * @throws {RegistryError} `not_found`, `unauthorized`, `denied`, `protocol`, and what the wire meets
 */
export async function* listApi<T>(
  place: Place,
  api: RegistryApi,
  listings: readonly ApiListing<T>[],
  ports: ApiPorts,
): AsyncGenerator<readonly T[], ApiOutcome> {
  const { listing, first } = await openListing(place, api, listings, ports);
  const flights = new Map<number, Promise<ApiPage<T>>>();
  let page = first;
  let steady = true;
  let asked = 1;
  try {
    for (let number = 1;; number++) {
      const end = endOf(first, page, number);
      const ahead = page.next === undefined ? windowAt(number) : number + 1;
      for (; asked < Math.min(end ?? ahead, number + MOST_AHEAD, MOST_PAGES); asked++) {
        const wanted = { api, listing, number: asked + 1, cursor: page.next };
        const flight = pageAt(place, wanted, ports);
        // It is awaited in its turn; until then its failure is nobody's.
        flight.catch(() => {});
        flights.set(asked + 1, flight);
      }
      yield page.items;
      const next = flights.get(number + 1);
      if (next === undefined || number === end) break;
      flights.delete(number + 1);
      page = await next;
      steady &&= page.total === first.total;
    }
  } finally {
    ports.stop.abort();
    await Promise.allSettled(flights.values());
  }
  return { steady, total: first.total };
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

async function openListing<T>(
  place: Place,
  api: RegistryApi,
  listings: readonly ApiListing<T>[],
  ports: ApiPorts,
): Promise<{ readonly listing: ApiListing<T>; readonly first: ApiPage<T> }> {
  let missing: Error = ports.operation.fail("unsupported", "the API does not tell");
  for (const listing of listings) {
    const answer = await ask(place, { api, listing, number: 1 }, ports);
    if (answer.value !== undefined) return { listing, first: answer.value };
    missing = refused(api, answer, ports.operation);
    if (answer.status !== 404) break;
  }
  throw missing;
}

/** One page of a listing. */
interface Wanted<T> {
  readonly api: RegistryApi;
  readonly listing: ApiListing<T>;
  readonly number: number;
  readonly cursor?: string;
}

async function pageAt<T>(place: Place, wanted: Wanted<T>, ports: ApiPorts): Promise<ApiPage<T>> {
  const answer = await ask(place, wanted, ports);
  if (answer.value !== undefined) return answer.value;
  throw refused(wanted.api, answer, ports.operation);
}

function ask<T>(
  place: Place,
  { api, listing, number, cursor }: Wanted<T>,
  { askApi, operation }: ApiPorts,
): Promise<Answer<ApiPage<T>>> {
  const read = async (reply: Reply): Promise<ApiPage<T>> =>
    listing.read(decodeJsonList(await readBytes(PAGE_LIMIT)(reply)), apiChecks);
  return askApi(place, { api, path: listing.page(number, cursor), read }, operation);
}

function refused(api: RegistryApi, answer: Answer, operation: Operation): Error {
  const { status, diagnostics, request, attempts } = answer;
  const { host } = new URL(api.origin);
  const code = ({ 401: "unauthorized", 403: "denied", 404: "not_found" } as const)[status] ??
    "protocol";
  return operation.fail(code, `${host} answers with status ${status}`, {
    status,
    diagnostics,
    request,
    attempts,
  });
}
