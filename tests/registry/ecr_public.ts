import { errorAnswer, jsonAnswer, textAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import type { ContentHabits } from "./content_habits.ts";
import { openContentStore } from "./content_store.ts";
import { openContents } from "./contents.ts";
import { pageAnswer, queryNumber, scattered, takePage } from "./paging.ts";
import { neededAccess, parsePath, reaches } from "./registry_path.ts";
import {
  assembleRegistry,
  contentOf,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { base64Url, openTokenOffice } from "./token_office.ts";
import { mayWrite, userOfHeader } from "./token_request.ts";

/** What a simulated Amazon ECR Public can be told. `private` means nothing here: all of it is public. */
export interface EcrPublicOptions extends RegistryOptions {
  /**
   * Secrets by user name: who may push. The secret is what GetAuthorizationToken gave.
   * @default { AWS: "authorization-token" }
   */
  readonly users?: Readonly<Record<string, string>>;
  /**
   * The content-type of a listing. Not established on this host: ECR private answers `text/plain; charset=utf-8`.
   * @default "application/json; charset=utf-8"
   */
  readonly contentType?: string;
  /**
   * Seconds; not stated in the answer. The anonymous lifetime is not established, an authenticated token lasts 12 hours.
   * @default 43200
   */
  readonly tokenLifetime?: number;
}

/** Seed 000, 2025-05-28. */
const headers: Readonly<Record<string, string>> = {
  "docker-distribution-api-version": "registry/2.0",
};

/** Seed 000, 2025-05-28. */
const type = "application/json; charset=utf-8";

/**
 * Referrers: soci docs/registry.md. Pushes as ECR private does them: 201 to a PATCH, parts of 5 MiB, and what comes after the first
 * PATCH is thrown away (containers-roadmap #2831, 2026-06-24). Blobs come from CloudFront; which host is not established.
 */
const ecrHabits: ContentHabits = {
  redirect: { host: "d0000000000000.cloudfront.net", status: 307 },
  patchStatus: 201,
  discardsLater: true,
  chunkMin: 5 * 2 ** 20,
  needsOwnType: true,
};

/** Amazon ECR Public: `public.ecr.aws`. */
export function ecrPublic(options: EcrPublicOptions = {}): SimulatedRegistry {
  const { now = Date.now, users = { AWS: "authorization-token" } } = options;
  const content = contentOf(options, () => sampleOf("cloudwatch-agent/cloudwatch-agent"));
  const store = openContentStore(content, options.images);
  const habits = { ...ecrHabits, ...options.habits };
  const answers = { headers, type };
  const contents = openContents(
    { host: "public.ecr.aws", store, habits, answers, now },
    options.expects,
  );
  const office = openTokenOffice({ now, lifetime: options.tokenLifetime ?? 43_200 });

  /** The query is optional (wud Ecr.ts), the body only has `token`: seed 000, 2025-05-28. */
  function answerToken(request: Request): Response {
    if (request.method !== "GET") return textAnswer(405, "method not allowed\n");
    // What wrong credentials get is not established: a token that only reads.
    const user = userOfHeader(request.headers.get("authorization"), users) || undefined;
    const writes = mayWrite(user, options) ? { pushes: ["*"], deletes: ["*"] } : {};
    const token = office.issue({ repositories: ["*"], ...writes, user });
    return jsonAnswer(200, { token }, { type });
  }

  function answerRegistry(request: Request): Response | Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const path = parsePath(pathname);
    if (path === undefined || path.kind === "catalog") return textAnswer(404, "not found\n");
    // Also on a request without a token: renovate #3800, 2019, of ECR private.
    const n = queryNumber(searchParams, "n") ?? 100;
    const complaint = path.kind === "tags" ? complaintAbout(n) : undefined;
    if (complaint !== undefined) return unsupported(complaint);
    const token = bearerOf(request);
    const grant = token === undefined ? "unknown" : office.look(token);
    if (typeof grant === "string") return refuse();
    if (path.kind === "base") return jsonAnswer(200, {}, { headers, type, end: "" });
    const { repository } = path;
    if (!reaches(grant, neededAccess(request, repository))) return denied();
    if (store.find(repository) === undefined) return missing(repository);
    if (path.kind !== "tags") return contents.answer(request, path);
    return list(repository, store.tags(repository), n, searchParams.get("last"));
  }

  /** Unsorted, with a cursor that only ECR reads: containers-roadmap #1262, 2022-08-12. */
  function list(
    repository: string,
    tags: readonly string[],
    n: number,
    last: string | null,
  ): Response {
    const listed = scattered(tags);
    const from = last === null ? 0 : readCursor(last);
    if (from === undefined) {
      return unsupported("Invalid parameter at 'nextToken' failed to satisfy constraint");
    }
    const page = takePage(listed, from, n);
    const nextQuery = page.next === undefined
      ? undefined
      : `last=${encodeURIComponent(writeCursor(page.next))}&n=${n}`;
    return pageAnswer(repository, page.tags, {
      nextQuery,
      headers,
      type: options.contentType ?? type,
    });
  }

  return assembleRegistry([{
    host: "public.ecr.aws",
    handle: (request) =>
      new URL(request.url).pathname === "/token/" ? answerToken(request) : answerRegistry(request),
  }, ...contents.hosts], options.faults);
}

/** 58 bytes and this challenge: seed 000, 2025-05-28. The words are an inference from the length. */
function refuse(): Response {
  const challenge = bearerChallenge({
    realm: "https://public.ecr.aws/token/",
    service: "public.ecr.aws",
    scope: "aws",
  });
  return errorAnswer(401, { code: "DENIED", message: "Not Authorized" }, {
    headers: { ...headers, "www-authenticate": challenge },
    type,
  });
}

/** The upper text: renovate ecr.ts, 2026-07-17, and ggcr #681, 2020, of ECR private. The lower one follows from it. */
function complaintAbout(n: number): string | undefined {
  const failed = "Invalid parameter at 'maxResults' failed to satisfy constraint: ";
  if (n > 1000) return `${failed}'Member must have value less than or equal to 1000'`;
  return n >= 1 ? undefined : `${failed}'Member must have value greater than or equal to 1'`;
}

function unsupported(message: string): Response {
  return errorAnswer(405, { code: "UNSUPPORTED", message }, { headers, type });
}

/** The words are not established. */
function denied(): Response {
  return errorAnswer(403, { code: "DENIED", message: "Not Authorized" }, { headers, type });
}

/** The status on the public host is not established. A repository must exist before it is pushed to: PR 279, 2023, of ECR private. */
function missing(repository: string): Response {
  return errorAnswer(404, {
    code: "NAME_UNKNOWN",
    message: `The repository with name '${repository}' does not exist in the registry`,
  }, { headers, type });
}

const cursorStart = "eyJuZXh0VG9rZW4iOiJ";

/** Long and opaque: docker_registry2 #34, 2019, of ECR private. */
function writeCursor(position: number): string {
  return `${cursorStart}${base64Url("simulated".repeat(20))}.${base64Url(String(position))}`;
}

function readCursor(cursor: string): number | undefined {
  const dot = cursor.lastIndexOf(".");
  if (!cursor.startsWith(cursorStart) || dot < 0) return undefined;
  const position = Number(atob(cursor.slice(dot + 1)));
  return Number.isInteger(position) ? position : undefined;
}
