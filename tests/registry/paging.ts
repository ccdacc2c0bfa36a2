import { jsonAnswer } from "./answer.ts";

/** The repository of `/v2/<name>/tags/list`, or undefined where the path is another one. */
export function listedRepository(pathname: string): string | undefined {
  const start = "/v2/";
  const end = "/tags/list";
  if (!pathname.startsWith(start) || !pathname.endsWith(end)) return undefined;
  const name = decodeURIComponent(pathname.slice(start.length, -end.length));
  return name === "" ? undefined : name;
}

/** A whole number out of a query: undefined where it is absent, NaN where it is not a whole number from 0. */
export function queryNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN;
}

/** Byte order, the order "by name" of most registries. */
export function byName(tags: readonly string[]): string[] {
  return [...tags].sort();
}

/**
 * The order of tags that are folders in an object store, each ending in a slash: `-` and `.` come before it, digits and `_` after.
 * Seed 000 (2025-05-28) has 1.8.0_371-oraclelinux7, 1.8.0_371-oraclelinux8, 1.8.0_371, 1.8.0_381-oraclelinux7 in this order.
 */
export function byDirectory(tags: readonly string[]): string[] {
  return byName(tags.map((tag) => `${tag}/`)).map((key) => key.slice(0, -1));
}

/** An order which is neither by name nor by age, and always the same. */
export function scattered(tags: readonly string[]): string[] {
  return tags.map((tag) => ({ tag, key: scatter(tag) }))
    .sort((a, b) => a.key - b.key || (a.tag < b.tag ? -1 : 1))
    .map(({ tag }) => tag);
}

/** The index of the first tag by name after `last`; `last` itself need not exist. */
export function indexAfter(sorted: readonly string[], last: string): number {
  const index = sorted.findIndex((tag) => tag > last);
  return index < 0 ? sorted.length : index;
}

/** A part of a listing. */
export interface Page {
  /** The tags of the page. */
  readonly tags: readonly string[];
  /** Where the next page begins; undefined where this one is the last. */
  readonly next: number | undefined;
}

/** Cuts a page out of tags. */
export function takePage(tags: readonly string[], from: number, size: number): Page {
  const next = from + size;
  return { tags: tags.slice(from, next), next: next < tags.length ? next : undefined };
}

/** Answers a page, with the query of the next one in a relative Link. */
export function pageAnswer(
  repository: string,
  tags: readonly string[],
  options: {
    readonly nextQuery?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly type?: string;
    readonly end?: string;
  } = {},
): Response {
  const { nextQuery, headers = {}, type, end } = options;
  const link = `</v2/${repository}/tags/list?${nextQuery}>; rel="next"`;
  return jsonAnswer(200, { name: repository, tags }, {
    headers: nextQuery === undefined ? headers : { ...headers, link },
    type,
    end,
  });
}

function scatter(text: string): number {
  let hash = 2166136261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return hash;
}
