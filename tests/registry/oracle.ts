import { jsonAnswer, textAnswer, unauthorizedAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import { openContentStore } from "./content_store.ts";
import { openContents } from "./contents.ts";
import { byDirectory, pageAnswer } from "./paging.ts";
import { type Access, neededAccess, parsePath, reaches, scopeText } from "./registry_path.ts";
import {
  assembleRegistry,
  contentOf,
  defaultUsers,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { openTokenOffice } from "./token_office.ts";
import { readTokenRequest } from "./token_request.ts";

/**
 * What a simulated Oracle Container Registry can be told. Every user may read what is neither open nor licensed, and nobody may
 * push.
 */
export interface OracleOptions extends RegistryOptions {
  /**
   * Repositories which anyone may read.
   * @default ["os/oraclelinux"]
   */
  readonly open?: readonly string[];
  /**
   * Repositories behind a licence, which a user accepts in a browser.
   * @default []
   */
  readonly licensed?: readonly string[];
  /**
   * The licensed repositories whose licence was accepted.
   * @default []
   */
  readonly accepted?: readonly string[];
  /**
   * How a plus in the service of a token request is read. skopeo, which encodes as forms do, listed java/jdk here (seed 000), so
   * it is a space; `refused` finds out a client that does not write `%20`.
   * @default "space"
   */
  readonly plus?: "space" | "refused";
  /**
   * Seconds; not stated in the answer, and not established.
   * @default 300
   */
  readonly tokenLifetime?: number;
}

const host = "container-registry.oracle.com";

/** With a space: seed 000, 2025-05-28. */
const serviceName = "Oracle Registry";

const headers: Readonly<Record<string, string>> = {
  "docker-distribution-api-version": "registry/2.0",
};

/** Seed 000, 2025-05-28. */
const type = "application/json; charset=utf-8";

/** Oracle Container Registry: `container-registry.oracle.com`. */
export function oracle(options: OracleOptions = {}): SimulatedRegistry {
  const { users = defaultUsers, now = Date.now, habits = {} } = options;
  const content = contentOf(options, () => sampleOf("java/jdk", "os/oraclelinux"));
  const store = openContentStore(content, options.images);
  // Nothing of its contents is established: they are as the spec says.
  const contents = openContents(
    { host, store, habits, answers: { headers, type }, now },
    options.expects,
  );
  const { licensed = [], accepted = [], open = ["os/oraclelinux"] } = options;
  const closed = new Set([...licensed.filter((name) => !accepted.includes(name))]);
  const anyones = new Set(open);
  const secluded = new Set(options.private);
  const office = openTokenOffice({ now, lifetime: options.tokenLifetime ?? 300 });

  function mayRead(repository: string, user: string | undefined): boolean {
    if (!store.has(repository) || closed.has(repository)) return false;
    return user !== undefined || anyones.has(repository) && !secluded.has(repository);
  }

  /** `access_token` and `token` of equal value, also without service and scope: seed 000, 2025-05-28. */
  async function answerToken(request: Request): Promise<Response> {
    const { user, service, repositories } = await readTokenRequest(request, users);
    const wrong = service !== undefined && service !== serviceName ||
      options.plus === "refused" && hasPlus(request.url);
    if (request.method !== "GET" || user === false || wrong) {
      return unauthorizedAnswer([], { headers, type });
    }
    const reached = repositories.filter((name) => mayRead(name, user));
    const token = office.issue({ repositories: reached, user, service });
    return jsonAnswer(200, { access_token: token, token }, { headers, type });
  }

  function answerRegistry(request: Request): Response | Promise<Response> {
    const path = parsePath(new URL(request.url).pathname);
    if (path === undefined || path.kind === "catalog") {
      return textAnswer(404, "404 page not found\n");
    }
    const needed = path.kind === "base" ? [] : neededAccess(request, path.repository);
    const token = bearerOf(request);
    if (token === undefined) return refuse(needed);
    const grant = office.look(token);
    // A token asked for without service and scope is useless: seed 000, 2025-05-28.
    if (typeof grant === "string" || grant.service !== serviceName) {
      return refuse(needed, "invalid_token");
    }
    if (path.kind === "base") return jsonAnswer(200, {}, { headers, type, end: "" });
    // A licence not accepted looks like a missing repository: docker-images #1497, 2020.
    // No token pushes or deletes: whoever reads here is a customer.
    if (!reaches(grant, needed)) return refuse(needed, "insufficient_scope");
    if (path.kind !== "tags") return contents.answer(request, path);
    // The whole list whatever the query says, and no Link: seed 000, 2025-05-28 (`n` is an inference).
    const tags = byDirectory(store.tags(path.repository));
    return pageAnswer(path.repository, tags, { headers, type });
  }

  return assembleRegistry([{
    host,
    handle: (request) =>
      new URL(request.url).pathname === "/auth" ? answerToken(request) : answerRegistry(request),
  }, ...contents.hosts], options.faults);
}

/** Bodies of 87 and 151 bytes, the scope on repositories, `invalid_token`: seed 000, 2025-05-28. */
function refuse(needed: readonly Access[], error?: string): Response {
  const challenge = bearerChallenge({
    realm: `https://${host}/auth`,
    service: serviceName,
    scope: needed.length === 0 ? undefined : scopeText(needed),
    error,
  });
  return unauthorizedAnswer(needed, {
    headers: { ...headers, "www-authenticate": challenge },
    type,
  });
}

/** Whether the `service` of a query was written with a plus. */
function hasPlus(url: string): boolean {
  const pairs = new URL(url).search.slice(1).split("&");
  return pairs.some((pair) => pair.startsWith("service=") && pair.includes("+"));
}
