import { jsonAnswer } from "./answer.ts";
import type { ContentStore } from "./content_store.ts";
import { hubTag } from "./docker_hub_tag_api.ts";
import { byName, queryNumber } from "./paging.ts";
import { defaultUsers, type RegistryOptions, type SimulatedHost } from "./simulated_registry.ts";
import { numberedPage, openTagShelf, type TagShelfOptions } from "./tag_shelf_api.ts";
import { openTokenOffice } from "./token_office.ts";

/** What Docker Hub's own API can be told. */
export interface DockerHubApiOptions extends TagShelfOptions {
  /**
   * Which logins there are: `/v2/auth/token`, the deprecated `/v2/users/login`; what is not there is a 404.
   * @default "both"
   */
  readonly login?: "both" | "new" | "old" | "none";
  /**
   * How many entries a page has whatever was asked for: 25 in an outage, 2023-08-25 to 28 (hub-feedback #2343).
   * @default page_size, 10 without one, at most 100
   */
  readonly pageSize?: number;
  /**
   * Requests a minute.
   * @default none, and no header tells
   */
  readonly perMinute?: number;
  /**
   * Whether the older paths, `/v2/repositories/...`, are still there.
   * @default true
   */
  readonly olderPaths?: boolean;
  /**
   * Whether the documented paths answer about public repositories without a token; the documentation lists bearerAuth.
   * @default false
   */
  readonly openPaths?: boolean;
  /**
   * Seconds that a token is good for; it is said to be short-lived.
   * @default 600
   */
  readonly tokenLifetime?: number;
  /**
   * The namespaces of users besides their own.
   * @default {}
   */
  readonly namespaces?: Readonly<Record<string, readonly string[]>>;
}

/** What a window of a minute allows. */
const MINUTE = 60_000;

/**
 * `hub.docker.com`: docker/docs `content/reference/api/hub/latest.yaml`; docker/hub-tool `pkg/hub/tags.go`, 2024-02; renovate
 * `docker/{schema,dockerhub-cache}.ts`, 2026-08; seed 002, 2019-06.
 */
export function dockerHubApi(
  store: ContentStore,
  registry: RegistryOptions & { readonly api?: DockerHubApiOptions },
): SimulatedHost {
  const { users = defaultUsers, now = Date.now, api = {} } = registry;
  const secluded = new Set(registry.private);
  const shelf = openTagShelf(store, api);
  const office = openTokenOffice({ now, lifetime: api.tokenLifetime ?? 600 });
  const { login = "both" } = api;
  let window = 0;
  let spent = 0;

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const path = pathname.replace(/\/$/, "");
    if (path === "/v2/auth/token" && (login === "both" || login === "new")) {
      return await logIn(request, { name: "identifier", secret: "secret", token: "access_token" });
    }
    if (path === "/v2/users/login" && (login === "both" || login === "old")) {
      return await logIn(request, { name: "username", secret: "password", token: "token" });
    }
    if (request.method !== "GET") return notFound();
    const user = userOf(request);
    if (user === false) return refused("Invalid token");
    const parts = path.split("/").slice(2).map(decodeURIComponent);
    const [kind, ...rest] = parts;
    if (kind === "repositories" && api.olderPaths !== false) return older(request, rest, user);
    if (kind === "namespaces" && rest.length > 1) return documented(request, rest, user);
    return notFound();
  }

  function older(
    request: Request,
    parts: readonly string[],
    user: string | undefined,
  ): Response {
    const [namespace = "", ...rest] = parts;
    if (namespace === "namespaces" && rest.length === 0) return namespacesOf(user);
    if (namespace !== "" && rest.length === 0) return repositoriesOf(request, namespace, user);
    const [repository, last] = [rest.slice(0, -1).join("/"), rest.at(-1)];
    if (last !== "tags" || repository === "") return notFound();
    return tagsOf(request, `${namespace}/${repository}`, user);
  }

  function documented(
    request: Request,
    [namespace = "", kind, ...rest]: readonly string[],
    user: string | undefined,
  ): Response {
    if (kind !== "repositories") return notFound();
    if (user === undefined && api.openPaths !== true) return refused("Token is required");
    if (rest.length === 0) return repositoriesOf(request, namespace, user);
    if (rest.at(-1) !== "tags" || rest.length < 2) return notFound();
    return tagsOf(request, `${namespace}/${rest.slice(0, -1).join("/")}`, user);
  }

  /** 401 has `detail`; a token, a password and an organisation's token go the same way. */
  async function logIn(
    request: Request,
    names: { readonly name: string; readonly secret: string; readonly token: string },
  ): Promise<Response> {
    if (request.method !== "POST") return jsonAnswer(405, { detail: "Method not allowed" });
    const isJson = request.headers.get("content-type")?.startsWith("application/json");
    const body: unknown = isJson ? await request.json() : undefined;
    const sent = new Map(Object.entries(body ?? {}));
    const user = String(sent.get(names.name));
    if (!Object.hasOwn(users, user) || users[user] !== sent.get(names.secret)) {
      return refused("Incorrect authentication credentials");
    }
    return jsonAnswer(200, { [names.token]: office.issue({ repositories: ["*"], user }) });
  }

  /** `Bearer` is documented, older clients write `JWT` (seed 002). */
  function userOf(request: Request): string | false | undefined {
    const header = request.headers.get("authorization");
    if (header === null) return undefined;
    const [scheme = "", token = ""] = header.split(" ");
    const grant = office.look(token);
    if (!["bearer", "jwt"].includes(scheme.toLowerCase()) || typeof grant === "string") {
      return false;
    }
    return grant.user ?? false;
  }

  function tagsOf(request: Request, repository: string, user: string | undefined): Response {
    shelf.turn(repository);
    const tags = shelf.newestFirst(repository);
    const isHidden = secluded.has(repository) && user === undefined;
    if (tags === undefined || isHidden) return notFound();
    const isNewest = new URL(request.url).searchParams.get("ordering") === "last_updated";
    // Without `ordering` the order is not established; by name is the hardest on a reader of numbered pages.
    const ordered = isNewest ? tags : tags.toSorted((a, b) => a.name < b.name ? -1 : 1);
    return envelope(request, ordered.map((tag, index) => hubTag(tag, index)));
  }

  /** Seed 002, and renovate's stars and pulls. */
  function repositoriesOf(
    request: Request,
    namespace: string,
    user: string | undefined,
  ): Response {
    const all = store.names().filter((name) => name.startsWith(`${namespace}/`));
    const seen = byName(all.filter((name) => user !== undefined || !secluded.has(name)));
    if (all.length === 0) return notFound();
    return envelope(
      request,
      seen.map((name, index) => ({
        name: name.slice(namespace.length + 1),
        namespace,
        repository_type: "image",
        status: 1,
        description: index % 3 === 0 ? null : `What ${name} is`,
        is_private: secluded.has(name),
        star_count: index,
        pull_count: index * 1000,
        last_updated: index % 5 === 4 ? null : "2026-08-01T10:00:00.123456Z",
      })),
    );
  }

  function namespacesOf(user: string | undefined): Response {
    if (user === undefined) return refused("Authentication credentials were not provided.");
    return jsonAnswer(200, { namespaces: [user, ...api.namespaces?.[user] ?? []] });
  }

  /** count, next (absolute or null), previous, results; page_size is silently 100 at most (shields PR 4562, 2020). */
  function envelope(request: Request, entries: readonly unknown[]): Response {
    const url = new URL(request.url);
    const page = queryNumber(url.searchParams, "page") ?? 1;
    const asked = queryNumber(url.searchParams, "page_size") ?? 10;
    if (Number.isNaN(page) || Number.isNaN(asked) || page < 1) return notFound();
    const size = api.pageSize ?? Math.min(Math.max(asked, 1), 100);
    const part = numberedPage(entries, page, size);
    // Past the end is not established; it is a 404 in the framework that the answers look like.
    if (page > 1 && part.entries.length === 0) return notFound();
    const link = (number: number): string => {
      const next = new URL(url);
      next.searchParams.set("page", String(number));
      return next.href;
    };
    return jsonAnswer(200, {
      count: entries.length,
      next: part.hasMore ? link(page + 1) : null,
      previous: page > 1 ? link(page - 1) : null,
      results: part.entries,
    });
  }

  /** `X-Retry-After` is a unix time, not seconds: latest.yaml. */
  async function counted(request: Request): Promise<Response> {
    const { perMinute } = api;
    if (perMinute === undefined) return await answer(request);
    const current = Math.floor(now() / MINUTE);
    if (current !== window) [window, spent] = [current, 0];
    const isTooMany = ++spent > perMinute;
    const reset = String((current + 1) * MINUTE / 1000);
    const response = isTooMany
      ? jsonAnswer(429, { detail: "Rate limit exceeded" }, { headers: { "x-retry-after": reset } })
      : await answer(request);
    response.headers.set("x-ratelimit-limit", String(perMinute));
    response.headers.set("x-ratelimit-remaining", String(Math.max(0, perMinute - spent)));
    response.headers.set("x-ratelimit-reset", reset);
    return response;
  }

  return { host: "hub.docker.com", handle: counted };
}

function notFound(): Response {
  return jsonAnswer(404, { message: "httperror 404: object not found", errinfo: {} });
}

function refused(detail: string): Response {
  return jsonAnswer(401, { detail });
}
