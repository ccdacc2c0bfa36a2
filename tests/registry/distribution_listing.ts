import { errorAnswer, jsonAnswer } from "./answer.ts";
import { apiVersion } from "./distribution_auth.ts";
import type { DistributionOptions } from "./distribution_options.ts";
import { byName, indexAfter, queryNumber, scattered, takePage } from "./paging.ts";
import { base64Url } from "./token_office.ts";

/** A repository to list. */
export interface Listed {
  /** The host which is asked. */
  readonly host: string;
  /** The name under which it is asked for. */
  readonly repository: string;
  /** In the order in which they were pushed. */
  readonly tags: readonly string[];
}

/** Answers `tags/list` as the options say. */
export function listDistribution(
  listed: Listed,
  search: string,
  options: DistributionOptions,
): Response {
  const query = new URLSearchParams(options.query === "ignored" ? "" : search);
  const tags = inOrder(listed.tags, options.order ?? "name");
  const size = pageSize(query, options);
  if (size instanceof Response) return size;
  const from = startOf(tags, query.get("last"), options);
  if (from === undefined) return new Response(null, { status: 404, headers: apiVersion(options) });
  const page = takePage(tags, from, size);
  const shown = options.repeatsLast === true && from > 0
    ? [...tags.slice(from - 1, from), ...page.tags]
    : page.tags;
  const end = options.lastPageLink === true && page.tags.length > 0
    ? from + page.tags.length
    : page.next;
  const headers = new Headers(apiVersion(options));
  const n = queryNumber(query, "n") === undefined && size === Infinity ? undefined : size;
  if (end !== undefined && size > 0 && n !== undefined && options.link !== "none") {
    headers.set(
      "link",
      `<${linkTarget(listed, linkQuery(tags, end, n, options), options)}>; rel="next"`,
    );
  }
  return jsonAnswer(200, bodyOf(listed.repository, shown, options), {
    headers,
    type: options.contentType,
  });
}

function inOrder(
  tags: readonly string[],
  order: "name" | "pushed" | "scattered",
): readonly string[] {
  if (order === "pushed") return tags;
  return order === "name" ? byName(tags) : scattered(tags);
}

function pageSize(query: URLSearchParams, options: DistributionOptions): number | Response {
  const { defaultPage = Infinity, maxPage = Infinity, aboveMax = "clamp" } = options;
  const n = queryNumber(query, "n");
  if (n === undefined) return defaultPage;
  if (Number.isNaN(n)) {
    return options.badNumber === "default" ? defaultPage : badPageSize(query.get("n"), options);
  }
  if (n <= maxPage) return n;
  if (aboveMax === "clamp") return maxPage;
  return aboveMax === 400 ? badPageSize(query.get("n"), options) : tooManyResults(maxPage, options);
}

/** CNCF distribution 3.1.0, commit c6f552e5d, 2026-04-06. */
function badPageSize(n: string | null, options: DistributionOptions): Response {
  return errorAnswer(400, {
    code: "PAGINATION_NUMBER_INVALID",
    message: "invalid number of results requested",
    detail: { n },
  }, { headers: apiVersion(options) });
}

/** ECR: renovate ecr.ts, 2026-07-17; ggcr #681, 2020. */
function tooManyResults(max: number, options: DistributionOptions): Response {
  return errorAnswer(405, {
    code: "UNSUPPORTED",
    message: "Invalid parameter at 'maxResults' failed to satisfy constraint: " +
      `'Member must have value less than or equal to ${max}'`,
  }, { headers: apiVersion(options) });
}

function startOf(
  tags: readonly string[],
  last: string | null,
  options: DistributionOptions,
): number | undefined {
  if (last === null || last === "") return 0;
  if (options.cursor === "opaque") {
    const index = tags.findIndex((tag) => opaque(tag) === last);
    return index < 0 ? undefined : index + 1;
  }
  const known = tags.indexOf(last);
  if (known >= 0) return known + 1;
  if (options.unknownLast === 404) return undefined;
  const after = options.order === "name" || options.order === undefined
    ? indexAfter(tags, last)
    : tags.length;
  return options.unknownLast === "skip-one" ? after + 1 : after;
}

function linkQuery(
  tags: readonly string[],
  next: number,
  n: number,
  options: DistributionOptions,
): string {
  const last = tags[next - 1] ?? "";
  const cursor = options.cursor === "opaque" ? opaque(last) : encodeURIComponent(last);
  return (options.linkQuery ?? "last={last}&n={n}").replace("{last}", cursor)
    .replace("{n}", String(n));
}

function linkTarget(listed: Listed, query: string, options: DistributionOptions): string {
  const { host, repository } = listed;
  const [first = "", ...rest] = repository.split("/");
  const target = `/v2/${repository}/tags/list?${query}`;
  switch (options.link ?? "relative") {
    case "absolute":
      return `https://${host}${target}`;
    case "http":
      return `http://${host}${target}`;
    case "prefixed":
      return `https://${host}/repository/${first}${target}`;
    case "wrong-path":
      return `/v2/${rest.join("/")}/tags/list?${query}`;
    default:
      return target;
  }
}

function bodyOf(
  name: string,
  tags: readonly string[],
  options: DistributionOptions,
): Record<string, unknown> {
  const { extraElements = [], extraMembers = {}, emptyTags = "[]" } = options;
  const elements = [...tags, ...extraElements];
  if (elements.length > 0 || emptyTags === "[]") return { name, tags: elements, ...extraMembers };
  return emptyTags === "null" ? { name, tags: null, ...extraMembers } : { name, ...extraMembers };
}

/** About as long as the cursors of ECR. */
function opaque(tag: string): string {
  return base64Url(`${"nextToken:".repeat(12)}${tag}`);
}
