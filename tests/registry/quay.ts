import { errorAnswer, jsonAnswer, textAnswer, unknownNameAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import type { ContentHabits } from "./content_habits.ts";
import { openContentStore } from "./content_store.ts";
import { openContents } from "./contents.ts";
import { openOpaqueCursors } from "./opaque_cursors.ts";
import { quayApi, type QuayApiOptions } from "./quay_api.ts";
import { byName, indexAfter, pageAnswer, queryNumber, takePage } from "./paging.ts";
import { type Access, neededAccess, parsePath, reaches, scopeText } from "./registry_path.ts";
import {
  assembleRegistry,
  contentOf,
  defaultUsers,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { openTokenOffice } from "./token_office.ts";
import { readTokenRequest, writesOf } from "./token_request.ts";

/** What a simulated Quay can be told. */
export interface QuayOptions extends RegistryOptions {
  /**
   * How it lists. `2023`: 50 a page, oldest first, an opaque `next_page` (seed 001). `2024`: 100 a page, by name, `last`
   * (PROJQUAY-6931, commit e73d096b2, 2024-06-13). Older installations still do the first.
   * @default "2024"
   */
  readonly era?: "2023" | "2024";
  /**
   * Whether an index may name children which are not there: a feature, off by default (config.py, 2026-08-21).
   * @default false
   */
  readonly sparse?: boolean;
  /**
   * Where it runs.
   * @default "quay.io"
   */
  readonly host?: string;
  /**
   * Secrets by user name; a robot is `<namespace>+<robot>`.
   * @default { "ansible+reader": "robot-secret" }
   */
  readonly users?: Readonly<Record<string, string>>;
  /**
   * Seconds; not stated in the answer (v2auth.py).
   * @default 3600
   */
  readonly tokenLifetime?: number;
  /**
   * What its API v1 does.
   * @default {}
   */
  readonly api?: QuayApiOptions;
}

/** What a scope must look like: v2auth.py, 2026-08-21. */
const scopePattern =
  /^repository:(?:[\w.-]+(?::[0-9]+)?\/)?[\w.-]+(?:\/[\w.-]+)*:(?:push|pull|\*)(?:,(?:push|pull|\*))*$/;

/** manifest.py, blob.py, referrers.py, config.py, 2026-08-21; the CDN: Red Hat article 7001746, 2023. */
const quayHabits: ContentHabits = {
  accept: "needed-by-tag",
  redirect: { host: "cdn01.quay.io", status: 302 },
  unknownSubject: 400,
  location: "absolute",
  postRange: "0--1",
  statusOff: 1,
  statusLocation: false,
  unknownType: 415,
};

/**
 * A delete needs push, for a scope with `delete` is refused (v2auth.py). What a mount takes from needs no scope: without one the
 * upload is an ordinary one (blob.py).
 */
function neededHere(request: Request, repository: string): readonly Access[] {
  const push: Access = { repository, action: "push" };
  return request.method === "DELETE" ? [push] : neededAccess(request, repository)
    .filter((access) => access.repository === repository);
}

/** Quay: `quay.io`, or another host that runs it. */
export function quay(options: QuayOptions = {}): SimulatedRegistry {
  const { now = Date.now, host = "quay.io", sparse = false } = options;
  const content = contentOf(options, () => sampleOf("ansible/creator-ee"));
  const store = openContentStore(content, options.images);
  const users = options.users ?? { ...defaultUsers, "ansible+reader": "robot-secret" };
  const secluded = new Set(options.private);
  const office = openTokenOffice({ now, lifetime: options.tokenLifetime ?? 3600 });
  const cursors = openOpaqueCursors(now);
  /** Seed 001, 2023-03-28, but for the last, which current code adds (endpoints/v2/__init__.py, 2026-08-21). */
  const headers = {
    "docker-distribution-api-version": "registry/2.0",
    server: "nginx/1.20.1",
    ...options.era === "2023" ? {} : { "x-sparse-manifest-support": String(sparse) },
  };

  const habits: ContentHabits = {
    ...quayHabits,
    ...sparse ? { missingParts: "accepted" } : {},
    ...options.habits,
  };
  const contents = openContents(
    { host, store, habits, answers: { headers, end: "" }, now },
    options.expects,
  );

  const answerApi = quayApi(store, options);

  function mayRead(repository: string, user: string | undefined): boolean {
    return store.find(repository) !== undefined &&
      (user !== undefined || !secluded.has(repository));
  }

  /** GET only, body of only `token`: seed 001; errors: v2auth.py, 2026-08-21. */
  async function answerToken(request: Request): Promise<Response> {
    if (request.method !== "GET") return textAnswer(405, "method not allowed\n");
    const asked = await readTokenRequest(request, users);
    const { user, service, repositories } = asked;
    const sent = new URL(request.url).searchParams.getAll("scope");
    if (user === false) return refuseToken("Invalid username or password");
    if (user === undefined && sent.length === 0) return refuseToken("Unauthorized");
    if (sent.some((scope) => scope.split(" ").some((part) => !scopePattern.test(part)))) {
      return errorAnswer(400, {
        code: "INVALID_REQUEST",
        message: "Invalid request: Unable to decode repository and actions",
        detail: {},
      }, { end: "" });
    }
    const pushes = writesOf(asked, options).pushes.map(withoutHost);
    const reached = repositories.map(withoutHost)
      .filter((name) => mayRead(name, user) || pushes.includes(name));
    const grant = { repositories: reached, pushes, user, service };
    return jsonAnswer(200, { token: office.issue(grant) }, {
      headers: { "cache-control": "no-cache, no-store, must-revalidate", server: headers.server },
      end: "",
    });
  }

  function withoutHost(name: string): string {
    return name.startsWith(`${host}/`) ? name.slice(host.length + 1) : name;
  }

  function refuseToken(message: string): Response {
    return errorAnswer(401, { code: "UNAUTHORIZED", message, detail: {} }, { end: "" });
  }

  function challengeFor(needed: readonly Access[] = []): Record<string, string> {
    const scope = needed.length === 0 ? undefined : scopeText(needed);
    const parameters = { realm: `https://${host}/v2/auth`, service: host, scope };
    return { ...headers, "www-authenticate": bearerChallenge(parameters) };
  }

  /** Four bytes that call themselves HTML: seed 001, 2023-03-28. */
  function answerPing(request: Request): Response {
    const known = typeof office.look(bearerOf(request) ?? "") !== "string";
    return textAnswer(known ? 200 : 401, "true", {
      type: "text/html; charset=utf-8",
      headers: known ? headers : challengeFor(),
    });
  }

  function answerRegistry(request: Request): Response | Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const path = parsePath(pathname);
    if (path?.kind === "base") return answerPing(request);
    if (path === undefined || path.kind === "catalog") {
      return textAnswer(404, "404 page not found\n");
    }
    const { repository } = path;
    const needed = neededHere(request, repository);
    const token = bearerOf(request);
    const grant = token === undefined ? undefined : office.look(token);
    if (typeof grant === "string") return refuse(needed);
    const allowed = (access: Access): boolean =>
      grant !== undefined && reaches(grant, [access]) ||
      // Public repositories need no token: seed 001, 2023-03-28.
      access.action === "pull" && mayRead(access.repository, undefined);
    if (needed.every(allowed)) {
      if (path.kind === "tags") return list(repository, store.tags(repository), searchParams);
      const mayMount = (from: string): boolean => allowed({ repository: from, action: "pull" });
      return contents.answer(request, path, mayMount);
    }
    const own = grant?.user !== undefined && repository.startsWith(`${namespaceOf(grant.user)}/`);
    const missing = store.find(repository) === undefined;
    return own && missing ? unknownNameAnswer(repository, { headers }) : refuse(needed);
  }

  /** Missing and hidden look alike: _require_repo_permission, 2026-08-21. */
  function refuse(needed: readonly Access[]): Response {
    return errorAnswer(401, {
      code: "UNAUTHORIZED",
      message: "access to the requested resource is not authorized",
      detail: {},
    }, { headers: challengeFor(needed), end: "" });
  }

  function list(name: string, tags: readonly string[], query: URLSearchParams): Response {
    return options.era === "2023" ? listByAge(name, tags, query) : listByName(name, tags, query);
  }

  /** At most 50 whatever `n` says, `last` not known, `next_page` opaque and new each time: seed 001, 2023-03-28. */
  function listByAge(name: string, tags: readonly string[], query: URLSearchParams): Response {
    const size = Math.min(queryNumber(query, "n") || 50, 50);
    const cursor = query.get("next_page");
    const page = takePage(tags, cursor === null ? 0 : cursors.read(cursor) ?? 0, size);
    const nextQuery = page.next === undefined
      ? undefined
      : `n=${size}&next_page=${encodeURIComponent(cursors.write(page.next))}`;
    return pageAnswer(name, page.tags, { nextQuery, headers, end: "" });
  }

  /** PROJQUAY-6931, 2024-06-13; n=0 since 2024-06-17; Link captured 2024-08-01 (docker_registry2 PR 107). */
  function listByName(name: string, tags: readonly string[], query: URLSearchParams): Response {
    const n = queryNumber(query, "n") ?? 100;
    if (n === 0) return pageAnswer(name, [], { headers, end: "" });
    const size = Number.isNaN(n) ? 100 : Math.min(n, 100);
    const sorted = byName(tags);
    const last = query.get("last");
    const page = takePage(sorted, last === null ? 0 : indexAfter(sorted, last), size);
    const ended = page.tags.at(-1);
    const nextQuery = page.next === undefined || ended === undefined
      ? undefined
      : `n=${size}&last=${encodeURIComponent(ended)}`;
    return pageAnswer(name, page.tags, { nextQuery, headers, end: "" });
  }

  return assembleRegistry([{
    host,
    handle: (request) =>
      answerApi(request) ??
        (new URL(request.url).pathname === "/v2/auth"
          ? answerToken(request)
          : answerRegistry(request)),
  }, ...contents.hosts], options.faults);
}

/** The namespace of a robot or of a person. */
function namespaceOf(user: string): string {
  return user.split("+")[0] ?? user;
}
