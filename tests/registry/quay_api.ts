import { jsonAnswer } from "./answer.ts";
import { bearerOf } from "./challenge.ts";
import type { ContentStore } from "./content_store.ts";
import { openOpaqueCursors } from "./opaque_cursors.ts";
import { byName, queryNumber } from "./paging.ts";
import type { RegistryOptions } from "./simulated_registry.ts";
import {
  numberedPage,
  openTagShelf,
  type ShelfTag,
  type TagShelfOptions,
} from "./tag_shelf_api.ts";

/** What Quay's API v1 can be told. */
export interface QuayApiOptions extends TagShelfOptions {
  /**
   * OAuth tokens, which see what is private. Neither a token of V2 nor a robot's password is one.
   * @default []
   */
  readonly oauthTokens?: readonly string[];
  /**
   * Tags which are there no more; `onlyActiveTags` leaves them out.
   * @default []
   */
  readonly past?: readonly string[];
}

/** Repositories a page. */
const REPOSITORIES = 100;

/**
 * `/api/v1/` of Quay: `endpoints/api/tag.py`, 2026-08-21; renovate index.ts for who may read. The order of tags is by age in
 * `data/model/oci/tag.py`, remembered.
 *
 * @returns undefined for any other path
 */
export function quayApi(
  store: ContentStore,
  registry: RegistryOptions & { readonly api?: QuayApiOptions },
): (request: Request) => Response | undefined {
  const { api = {}, now = Date.now } = registry;
  const secluded = new Set(registry.private);
  const shelf = openTagShelf(store, api);
  const cursors = openOpaqueCursors(now);

  /** Whether the reader is somebody; undefined where its authority is none here. */
  function isKnown(request: Request): boolean | undefined {
    if (!request.headers.has("authorization")) return false;
    return api.oauthTokens?.includes(bearerOf(request) ?? "") ? true : undefined;
  }

  function tagsOf(repository: string, query: URLSearchParams, known: boolean): Response {
    shelf.turn(repository);
    const tags = shelf.newestFirst(repository);
    // What is missing and what is hidden look alike, as in V2.
    if (tags === undefined || (secluded.has(repository) && !known)) return refused();
    const { match, isBad } = filterOf(query);
    if (isBad) return badRequest("Invalid filter_tag_name");
    const asked = queryNumber(query, "limit") ?? 50;
    const limit = Number.isNaN(asked) ? 50 : Math.min(Math.max(asked, 1), 100);
    const page = Math.max(queryNumber(query, "page") || 1, 1);
    const active = tags.filter(({ name }) => match(name));
    const past = query.get("onlyActiveTags") === "true" ? [] : api.past ?? [];
    const entries = [...active.map(tagEntry), ...past.filter(match).map(pastEntry)];
    const part = numberedPage(entries, page, limit);
    return jsonAnswer(200, { tags: part.entries, page, has_additional: part.hasMore }, { end: "" });
  }

  function repositoriesOf(query: URLSearchParams, known: boolean): Response {
    const namespace = query.get("namespace");
    if (namespace === null && query.get("public") !== "true") {
      return badRequest("namespace, starred or public are required");
    }
    const cursor = query.get("next_page");
    const start = cursor === null ? 0 : cursors.read(cursor);
    if (start === undefined) return badRequest("Invalid page token");
    const isSeen = (name: string): boolean => known || !secluded.has(name);
    const names = byName(
      store.names().filter((name) =>
        isSeen(name) && (namespace === null || name.startsWith(`${namespace}/`))
      ),
    );
    const end = start + REPOSITORIES;
    return jsonAnswer(200, {
      repositories: names.slice(start, end).map((name, index) => repositoryEntry(name, index)),
      ...end < names.length ? { next_page: cursors.write(end) } : {},
    }, { end: "" });
  }

  function repositoryEntry(full: string, index: number): Record<string, unknown> {
    const [namespace = "", ...rest] = full.split("/");
    return {
      namespace,
      name: rest.join("/"),
      description: index % 2 === 0 ? null : `What ${full} is`,
      is_public: !secluded.has(full),
      kind: "image",
      state: "NORMAL",
      last_modified: index % 5 === 4 ? null : 1_767_225_600 + index * 60,
    };
  }

  return (request: Request): Response | undefined => {
    const { pathname, searchParams } = new URL(request.url);
    const start = "/api/v1/repository";
    if (!pathname.startsWith(start)) return undefined;
    const known = isKnown(request);
    if (known === undefined) return refused();
    const path = pathname.slice(start.length);
    if (path === "" || path === "/") return repositoriesOf(searchParams, known);
    if (!path.endsWith("/tag/")) return jsonAnswer(404, { message: "Not Found" }, { end: "" });
    return tagsOf(path.slice(1, -"/tag/".length), searchParams, known);
  };
}

/** `like:x` and `eq:x`; anything else is a 400. */
function filterOf(
  query: URLSearchParams,
): { readonly match: (name: string) => boolean; readonly isBad?: boolean } {
  const exact = query.get("specificTag");
  if (exact !== null) return { match: (name) => name === exact };
  const filter = query.get("filter_tag_name");
  if (filter === null) return { match: () => true };
  const colon = filter.indexOf(":");
  const [kind, text] = [filter.slice(0, Math.max(colon, 0)), filter.slice(colon + 1)];
  if (kind === "like") return { match: (name) => name.includes(text) };
  if (kind === "eq") return { match: (name) => name === text };
  return { match: () => true, isBad: true };
}

/** Dates in the style of RFC 2822; `size` is null for a list. */
function tagEntry(tag: ShelfTag): Record<string, unknown> {
  const { name, digest, pushed, isIndex, isUnknown } = tag;
  if (isUnknown) return { name, size: null, manifest_digest: null, start_ts: null };
  const common = {
    name,
    reversion: false,
    manifest_digest: digest,
    is_manifest_list: isIndex,
    size: isIndex ? null : tag.size,
    start_ts: Math.floor(pushed / 1000),
    last_modified: new Date(pushed).toUTCString().replace("GMT", "-0000"),
    immutable: false,
  };
  if (!isIndex) return common;
  const count = tag.images.length;
  return { ...common, is_sparse: false, child_manifest_count: count, present_child_count: count };
}

function pastEntry(name: string): Record<string, unknown> {
  return { name, reversion: false, start_ts: 1_500_000_000, end_ts: 1_600_000_000 };
}

function refused(): Response {
  return jsonAnswer(401, {
    status: 401,
    error_message: "Unauthorized",
    title: "insufficient_scope",
    error_type: "insufficient_scope",
    detail: "Unauthorized",
  }, { end: "" });
}

function badRequest(message: string): Response {
  return jsonAnswer(400, { status: 400, error_type: "invalid_request", detail: message }, {
    end: "",
  });
}
