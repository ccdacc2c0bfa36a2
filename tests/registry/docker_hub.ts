import {
  errorAnswer,
  jsonAnswer,
  textAnswer,
  unauthorizedAnswer,
  unknownNameAnswer,
} from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import type { ContentHabits } from "./content_habits.ts";
import { openContentStore } from "./content_store.ts";
import { openContents } from "./contents.ts";
import { dockerHubApi, type DockerHubApiOptions } from "./docker_hub_api.ts";
import { byName, indexAfter, pageAnswer, queryNumber, takePage } from "./paging.ts";
import { countPulls, type PullLimit, pullsUsedUp } from "./pull_limit.ts";
import { type Access, neededAccess, parsePath, reaches, scopeText } from "./registry_path.ts";
import {
  assembleRegistry,
  contentOf,
  defaultUsers,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { type Grant, openTokenOffice } from "./token_office.ts";
import { readTokenRequest, writesOf } from "./token_request.ts";

/** When a simulated Docker Hub answers 429. */
export interface TooManyRequests {
  /**
   * `abuse` is plain text and counts everything; `pull` is the JSON error with a link to the docs.
   * @default "abuse"
   */
  readonly kind?: "abuse" | "pull";
  /**
   * How many listings are answered before it begins.
   * @default 0
   */
  readonly after?: number;
  /**
   * How many listings it refuses before it ends.
   * @default Infinity
   */
  readonly times?: number;
  /**
   * The Retry-After header.
   * @default none
   */
  readonly retryAfter?: string;
}

/** What a simulated Docker Hub can be told. */
export interface DockerHubOptions extends RegistryOptions {
  /**
   * What a listing without `n` gets where there are more tags than `allAtOnceLimit`: all of them, a 504, or no answer at all.
   * @default "answers"
   */
  readonly allAtOnce?: "answers" | "fails" | "stalls";
  /**
   * How many tags can be listed at once.
   * @default 100000
   */
  readonly allAtOnceLimit?: number;
  /**
   * The greatest page. The true cap is not established.
   * @default Infinity
   */
  readonly maxPage?: number;
  /**
   * Seconds; also what the token's `expires_in` says.
   * @default 300
   */
  readonly tokenLifetime?: number;
  /**
   * When listings get a 429.
   * @default never
   */
  readonly tooMany?: TooManyRequests;
  /**
   * How many manifests may be pulled; HEAD costs nothing and tells as well. Without it the account is exempt, and no header tells.
   * @default none
   */
  readonly pullLimit?: PullLimit;
  /**
   * What its own API on `hub.docker.com` does.
   * @default {}
   */
  readonly api?: DockerHubApiOptions;
}

/** Headers of every answer: seed 001, 2023-03-28. */
const headers: Readonly<Record<string, string>> = {
  "docker-distribution-api-version": "registry/2.0",
  "strict-transport-security": "max-age=31536000",
};

/**
 * Blobs are redirected to a store that must not see Authorization: tianon/dockerhub-public-proxy; the host is remembered. Referrers:
 * a Docker employee in soci-snapshotter #1828, 2025-12-22. Deleting through this API is not established.
 */
const hubHabits: ContentHabits = {
  redirect: { host: "production.cloudflare.docker.com", status: 307 },
  tagDelete: 405,
  manifestDelete: 405,
  blobDelete: 405,
};

/** Docker Hub: `registry-1.docker.io` and its other name `index.docker.io`, `auth.docker.io`, and `hub.docker.com`. */
export function dockerHub(options: DockerHubOptions = {}): SimulatedRegistry {
  const { users = defaultUsers, now = Date.now } = options;
  const { maxPage = Infinity, tokenLifetime = 300, allAtOnceLimit = 100_000 } = options;
  const secluded = new Set(options.private);
  const office = openTokenOffice({ now, lifetime: tokenLifetime });
  const store = openContentStore(
    contentOf(options, () => sampleOf("library/ubuntu")),
    options.images,
  );
  const habits = { ...hubHabits, ...options.habits };
  const answers = { headers, type: "application/json" };
  const contents = openContents(
    { host: "registry-1.docker.io", store, habits, answers, now },
    options.expects,
  );
  const limited = countPulls(options.pullLimit, now);
  let listings = 0;

  /** `GET /token`: seed 001, 2023-03-28. `POST /token` with a refresh token: c/image, ggcr. */
  async function answerToken(request: Request): Promise<Response> {
    if (new URL(request.url).pathname !== "/token") return textAnswer(404, "not found\n");
    const asked = await readTokenRequest(request, users);
    const { user, service, repositories } = asked;
    if (user === false) {
      return jsonAnswer(401, { details: "incorrect username or password" }, { headers });
    }
    // Any scope is granted to anyone: what cannot be read shows on the registry.
    const readable = repositories.filter((name) => user !== undefined || !secluded.has(name));
    const granted = { repositories: readable, ...writesOf(asked, options), user };
    const token = office.issue({ ...granted, service });
    const body = { token, access_token: token, expires_in: tokenLifetime };
    return jsonAnswer(200, { ...body, issued_at: new Date(now()).toISOString() }, { headers });
  }

  async function answerRegistry(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const path = parsePath(pathname);
    if (path === undefined || path.kind === "catalog") {
      return textAnswer(404, "404 page not found\n");
    }
    const repository = path.kind === "base" ? undefined : path.repository;
    const needed = repository === undefined ? [] : neededAccess(request, repository);
    const token = bearerOf(request);
    const grant = token === undefined ? undefined : office.look(token);
    if (grant === undefined) return refuse(needed);
    if (typeof grant === "string") return refuse(needed, "invalid_token");
    if (path.kind === "base") return jsonAnswer(200, {}, { headers, end: "" });
    const writes = needed.some(({ action }) => action !== "pull");
    const there = path.kind === "tags" ? store.has(path.repository) : store.find(path.repository);
    if (!reaches(grant, needed) || !there && !writes) {
      return missing(path.repository, grant, needed);
    }
    if (path.kind !== "tags") {
      return await limited(request, path, () => contents.answer(request, path));
    }
    return refusedAsTooMany(options.tooMany, ++listings) ??
      await list(path.repository, store.tags(path.repository), searchParams);
  }

  /** The body of 87 bytes and the challenge: seed 001, 2023-03-28. */
  function refuse(needed: readonly Access[], error?: string): Response {
    const challenge = bearerChallenge({
      realm: "https://auth.docker.io/token",
      service: "registry.docker.io",
      scope: needed.length === 0 ? undefined : scopeText(needed),
      error,
    });
    return unauthorizedAnswer(needed, {
      headers: { ...headers, "www-authenticate": challenge },
    });
  }

  /** 404 inside one's own namespace, else 401: distribution #1291, 2015. */
  function missing(repository: string, grant: Grant, needed: readonly Access[]): Response {
    const own = grant.user !== undefined && repository.startsWith(`${grant.user}/`);
    return own && grant.repositories.includes(repository)
      ? unknownNameAnswer(repository, { headers })
      : refuse(needed, "insufficient_scope");
  }

  /** `n` is honoured, without it everything comes; Link, order, lengths: seed 001, 2023-03-28. */
  function list(
    repository: string,
    tags: readonly string[],
    query: URLSearchParams,
  ): Response | Promise<Response> {
    const n = queryNumber(query, "n");
    if (n === undefined && tags.length > allAtOnceLimit && options.allAtOnce === "fails") {
      return timedOut();
    }
    if (n === undefined && tags.length > allAtOnceLimit && options.allAtOnce === "stalls") {
      return new Promise(() => {});
    }
    if (Number.isNaN(n)) return badNumber(query);
    const sorted = byName(tags);
    const last = query.get("last");
    const size = Math.min(n ?? Infinity, n === undefined ? Infinity : maxPage);
    const page = takePage(sorted, last === null ? 0 : indexAfter(sorted, last), size);
    const ended = page.tags.at(-1);
    const more = page.next !== undefined && ended !== undefined;
    const nextQuery = more ? `last=${encodeURIComponent(ended)}&n=${size}` : undefined;
    return pageAnswer(repository, page.tags, { nextQuery, headers });
  }

  return assembleRegistry([
    { host: "registry-1.docker.io", handle: answerRegistry },
    { host: "auth.docker.io", handle: answerToken },
    { host: "index.docker.io", handle: answerRegistry },
    dockerHubApi(store, options),
    ...contents.hosts,
  ], options.faults);
}

/** About a million tags in one answer (hexpm/elixir) end in a 504: dependabot, 2026-08. */
function timedOut(): Response {
  return textAnswer(504, "<html><body><h1>504 Gateway Time-out</h1></body></html>\n", {
    type: "text/html",
  });
}

/** As CNCF distribution answers it; Docker Hub's own answer is not established. */
function badNumber(query: URLSearchParams): Response {
  return errorAnswer(400, {
    code: "PAGINATION_NUMBER_INVALID",
    message: "invalid number of results requested",
    detail: { n: query.get("n") },
  }, { headers });
}

/** The two kinds: docker/docs usage/_index.md and pulls.md. Listings get the abuse kind: harbor #17746, 2022-11. */
function refusedAsTooMany(
  rule: TooManyRequests | undefined,
  listing: number,
): Response | undefined {
  const { kind = "abuse", after = 0, times = Infinity, retryAfter } = rule ?? { times: 0 };
  if (listing <= after || listing > after + times) return undefined;
  const added = retryAfter === undefined ? headers : { ...headers, "retry-after": retryAfter };
  return kind === "abuse"
    ? textAnswer(429, "Too Many Requests", { headers: added })
    : pullsUsedUp(added);
}
