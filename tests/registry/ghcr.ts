import { errorAnswer, jsonAnswer, textAnswer, unknownNameAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import type { ContentHabits } from "./content_habits.ts";
import { openContentStore } from "./content_store.ts";
import { openContents } from "./contents.ts";
import { ghcrApi, type GhcrApiOptions } from "./ghcr_api.ts";
import { pageAnswer, queryNumber, takePage } from "./paging.ts";
import { type Access, neededAccess, parsePath, reaches, scopeText } from "./registry_path.ts";
import {
  assembleRegistry,
  contentOf,
  defaultUsers,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { type Grant, openTokenOffice } from "./token_office.ts";
import { mayWrite, readTokenRequest, writesOf } from "./token_request.ts";

/** What a simulated GitHub Container Registry can be told. */
export interface GhcrOptions extends RegistryOptions {
  /**
   * What the token endpoint answers for a repository that is missing or private: 403 was seen in 2023 and 2024-04, 401 in 2026-09.
   * @default 403
   */
  readonly refusal?: 401 | 403;
  /**
   * The greatest page. The true cap is not established: 169 tags came in one page for n=10000 (2026-08-28).
   * @default 1000
   */
  readonly maxPage?: number;
  /**
   * Seconds. Not stated in the answer, and not established.
   * @default 300
   */
  readonly tokenLifetime?: number;
  /**
   * What the Packages API on `api.github.com` does.
   * @default {}
   */
  readonly api?: GhcrApiOptions;
}

/** The scope in the challenge of `/v2/`, literally: seed 001, 2023-03-28. */
const placeholder = "repository:user/image:pull";

/** Seed 001, 2023-03-28. */
const headers: Readonly<Record<string, string>> = {
  "docker-distribution-api-version": "registry/2.0",
  "x-github-request-id": "0539:3FEC:59AD6:B0ACD:64227E21",
};

/**
 * Referrers: 303 to github.com, then 429 (artifacthub/hub #4785, 2026-04-24); a 404 was seen too (attest-build-provenance #71,
 * 2024-05). A PATCH with a Content-Range over 4 MiB is a 416: ocx-sh/ocx PR 237, 2026-07-26. The storage host is remembered.
 * Deleting through this API is not established, and refused here.
 */
const ghcrHabits: ContentHabits = {
  redirect: { host: "pkg-containers.githubusercontent.com", status: 307 },
  referrers: { status: 303, location: "https://github.com/-/v2/packages/container", there: 429 },
  subjectHeader: false,
  rangedMax: 4 * 2 ** 20,
  tagDelete: 405,
  manifestDelete: 405,
  blobDelete: 405,
};

/** GitHub Container Registry: `ghcr.io`, and `api.github.com`. */
export function ghcr(options: GhcrOptions = {}): SimulatedRegistry {
  const { users = defaultUsers, now = Date.now, maxPage = 1000 } = options;
  const content = contentOf(options, () => sampleOf("linuxserver/hedgedoc"));
  const store = openContentStore(content, options.images);
  const habits = { ...ghcrHabits, ...options.habits };
  const answers = { headers };
  const contents = openContents({ host: "ghcr.io", store, habits, answers, now }, options.expects);
  const secluded = new Set(options.private);
  const office = openTokenOffice({
    now,
    lifetime: options.tokenLifetime ?? 300,
    // base64 of `v1:<owner>/<name>:<nanoseconds>`: seed 001, 2023-03-28.
    write: (grant, serial) => btoa(`v1:${grant.repositories.join(",")}:${now()}${million(serial)}`),
  });

  /** Body of only `token`: seed 001, 2023-03-28. */
  async function answerToken(request: Request): Promise<Response> {
    if (request.method !== "GET") return textAnswer(405, "method not allowed\n");
    const asked = await readTokenRequest(request, users);
    const { user, scopes, repositories } = asked;
    // A stale login makes even public pulls fail: community threads. Asking for the placeholder too: oras #1128, 2023-09-22.
    if (user === false || scopes.some((scope) => scope.text === placeholder)) return denied(403);
    // No catalogue: oras #1128, 2023-09-22.
    if (scopes.some((scope) => scope.kind !== "repository")) return denied(403);
    const { pushes, deletes } = writesOf(asked, options);
    const readable = (name: string): boolean =>
      store.find(name) !== undefined
        ? user !== undefined || !secluded.has(name)
        : pushes.includes(name);
    if (!repositories.every(readable)) return denied(options.refusal ?? 403);
    return jsonAnswer(200, { token: office.issue({ repositories, pushes, deletes, user }) });
  }

  /** A bearer token that is no token of the office: base64 of a user's secret, or of ":" (wud Ghcr.ts). */
  function lookUp(token: string): Grant | "unknown" | "expired" {
    const grant = office.look(token);
    if (grant !== "unknown") return grant;
    if (token === btoa(":")) return { repositories: ["*"] };
    const user = Object.keys(users).find((name) => btoa(users[name] ?? "") === token);
    if (user === undefined) return "unknown";
    const all = ["*"];
    const writes = mayWrite(user, options) ? { pushes: all, deletes: all } : {};
    return { repositories: all, ...writes, user };
  }

  function answerRegistry(request: Request): Response | Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const path = parsePath(pathname);
    if (path === undefined) return textAnswer(404, "404 page not found\n");
    const repository = "repository" in path ? path.repository : undefined;
    const needed = repository === undefined ? [] : neededAccess(request, repository);
    const token = bearerOf(request);
    const grant = token === undefined ? "unknown" : lookUp(token);
    if (typeof grant === "string") return refuse(pathname, needed);
    if (repository === undefined || !("repository" in path)) {
      return jsonAnswer(200, {}, { headers, end: "" });
    }
    const open = grant.user !== undefined || !secluded.has(repository);
    if (!reaches(grant, needed) || !open) return denied(403);
    if (path.kind !== "tags") return contents.answer(request, path);
    if (!store.has(repository)) return unknownNameAnswer(repository, { headers });
    return list(repository, store.tags(repository), searchParams);
  }

  /** 100 a page, oldest first, `n=0` echoed where none was sent and read as none: seed 001, 2023-03-28. */
  function list(repository: string, tags: readonly string[], query: URLSearchParams): Response {
    const n = Math.min(queryNumber(query, "n") || 0, maxPage);
    const last = query.get("last");
    // A `last` that is no tag is not established: nothing comes after it here.
    const index = last === null ? 0 : tags.indexOf(last) + 1 || tags.length;
    const page = takePage(tags, index, n === 0 ? 100 : n);
    const ended = page.tags.at(-1);
    const more = page.next !== undefined && ended !== undefined;
    const nextQuery = more ? `last=${encodeURIComponent(ended)}&n=${n}` : undefined;
    return pageAnswer(repository, page.tags, { nextQuery, headers });
  }

  return assembleRegistry([
    {
      host: "ghcr.io",
      handle: (request) =>
        new URL(request.url).pathname === "/token" ? answerToken(request) : answerRegistry(request),
    },
    ghcrApi(store, options),
    ...contents.hosts,
  ], options.faults);
}

/** The placeholder on `/v2/`: seed 001, 2023-03-28. The repository's own scope on its listing is an inference. */
function refuse(pathname: string, needed: readonly Access[]): Response {
  const own = needed.length === 0 ? placeholder : scopeText(needed);
  const challenge = bearerChallenge({
    realm: "https://ghcr.io/token",
    service: "ghcr.io",
    scope: pathname === "/v2/_catalog" ? "registry:catalog:*" : own,
  });
  return errorAnswer(401, { code: "UNAUTHORIZED", message: "authentication required" }, {
    headers: { ...headers, "www-authenticate": challenge },
  });
}

function denied(status: 401 | 403): Response {
  return errorAnswer(status, {
    code: "DENIED",
    message: "requested access to the resource is denied",
  });
}

/** The nanoseconds below a millisecond: the clock has none, and tokens must differ. */
function million(serial: number): string {
  return String(serial % 1_000_000).padStart(6, "0");
}
