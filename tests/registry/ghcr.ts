import { errorAnswer, jsonAnswer, textAnswer, unknownNameAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import { listedRepository, pageAnswer, queryNumber, takePage } from "./paging.ts";
import {
  assembleRegistry,
  defaultUsers,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { type Grant, openTokenOffice } from "./token_office.ts";
import { readTokenRequest } from "./token_request.ts";

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
}

/** The scope in the challenge of `/v2/`, literally: seed 001, 2023-03-28. */
const placeholder = "repository:user/image:pull";

/** Seed 001, 2023-03-28. */
const headers: Readonly<Record<string, string>> = {
  "docker-distribution-api-version": "registry/2.0",
  "x-github-request-id": "0539:3FEC:59AD6:B0ACD:64227E21",
};

/** GitHub Container Registry: `ghcr.io`. */
export function ghcr(options: GhcrOptions = {}): SimulatedRegistry {
  const {
    content = sampleOf("linuxserver/hedgedoc"),
    users = defaultUsers,
    now = Date.now,
    maxPage = 1000,
  } = options;
  const secluded = new Set(options.private);
  const office = openTokenOffice({
    now,
    lifetime: options.tokenLifetime ?? 300,
    // base64 of `v1:<owner>/<name>:<nanoseconds>`: seed 001, 2023-03-28.
    write: (grant, serial) => btoa(`v1:${grant.repositories.join(",")}:${now()}${million(serial)}`),
  });

  function exists(repository: string): boolean {
    return Object.hasOwn(content, repository);
  }

  /** Body of only `token`: seed 001, 2023-03-28. */
  async function answerToken(request: Request): Promise<Response> {
    if (request.method !== "GET") return textAnswer(405, "method not allowed\n");
    const { user, scopes, repositories } = await readTokenRequest(request, users);
    // A stale login makes even public pulls fail: community threads. Asking for the placeholder too: oras #1128, 2023-09-22.
    if (user === false || scopes.some((scope) => scope.text === placeholder)) return denied(403);
    // No catalogue: oras #1128, 2023-09-22.
    if (scopes.some((scope) => scope.kind !== "repository")) return denied(403);
    const readable = (name: string): boolean =>
      exists(name) && (user !== undefined || !secluded.has(name));
    if (!repositories.every(readable)) return denied(options.refusal ?? 403);
    return jsonAnswer(200, { token: office.issue({ repositories, user }) });
  }

  /** A bearer token that is no token of the office: base64 of a user's secret, or of ":" (wud Ghcr.ts). */
  function lookUp(token: string): Grant | "unknown" | "expired" {
    const grant = office.look(token);
    if (grant !== "unknown") return grant;
    if (token === btoa(":")) return { repositories: ["*"] };
    const user = Object.keys(users).find((name) => btoa(users[name] ?? "") === token);
    return user === undefined ? "unknown" : { repositories: ["*"], user };
  }

  function answerRegistry(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    const repository = listedRepository(pathname);
    if (repository === undefined && pathname !== "/v2/" && pathname !== "/v2/_catalog") {
      return textAnswer(404, "404 page not found\n");
    }
    const token = bearerOf(request);
    const grant = token === undefined ? "unknown" : lookUp(token);
    if (typeof grant === "string") return refuse(pathname, repository);
    if (repository === undefined) return jsonAnswer(200, {}, { headers, end: "" });
    const reached = grant.repositories.includes("*") || grant.repositories.includes(repository);
    const open = grant.user !== undefined || !secluded.has(repository);
    if (!reached || !open) return denied(403);
    if (!exists(repository)) return unknownNameAnswer(repository, { headers });
    return list(repository, content[repository] ?? [], searchParams);
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

  return assembleRegistry([{
    host: "ghcr.io",
    handle: (request) =>
      new URL(request.url).pathname === "/token" ? answerToken(request) : answerRegistry(request),
  }], options.faults);
}

/** The placeholder on `/v2/`: seed 001, 2023-03-28. The repository's own scope on its listing is an inference. */
function refuse(pathname: string, repository: string | undefined): Response {
  const own = repository === undefined ? placeholder : `repository:${repository}:pull`;
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
