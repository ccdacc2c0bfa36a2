import { jsonAnswer, textAnswer, unauthorizedAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import { sampleOf } from "./content.ts";
import { byDirectory, listedRepository, pageAnswer } from "./paging.ts";
import {
  assembleRegistry,
  defaultUsers,
  type RegistryOptions,
  type SimulatedRegistry,
} from "./simulated_registry.ts";
import { openTokenOffice } from "./token_office.ts";
import { readTokenRequest } from "./token_request.ts";

/** What a simulated Oracle Container Registry can be told. Every user may read what is neither open nor licensed. */
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
  const { content = sampleOf("java/jdk", "os/oraclelinux"), users = defaultUsers } = options;
  const { now = Date.now, licensed = [], accepted = [], open = ["os/oraclelinux"] } = options;
  const closed = new Set([...licensed.filter((name) => !accepted.includes(name))]);
  const anyones = new Set(open);
  const secluded = new Set(options.private);
  const office = openTokenOffice({ now, lifetime: options.tokenLifetime ?? 300 });

  function mayRead(repository: string, user: string | undefined): boolean {
    if (!Object.hasOwn(content, repository) || closed.has(repository)) return false;
    return user !== undefined || anyones.has(repository) && !secluded.has(repository);
  }

  /** `access_token` and `token` of equal value, also without service and scope: seed 000, 2025-05-28. */
  async function answerToken(request: Request): Promise<Response> {
    const { user, service, repositories } = await readTokenRequest(request, users);
    const wrong = service !== undefined && service !== serviceName ||
      options.plus === "refused" && hasPlus(request.url);
    if (request.method !== "GET" || user === false || wrong) {
      return unauthorizedAnswer(undefined, { headers, type });
    }
    const reached = repositories.filter((name) => mayRead(name, user));
    const token = office.issue({ repositories: reached, user, service });
    return jsonAnswer(200, { access_token: token, token }, { headers, type });
  }

  function answerRegistry(request: Request): Response {
    const { pathname } = new URL(request.url);
    const repository = listedRepository(pathname);
    if (repository === undefined && pathname !== "/v2/") {
      return textAnswer(404, "404 page not found\n");
    }
    const token = bearerOf(request);
    if (token === undefined) return refuse(repository);
    const grant = office.look(token);
    // A token asked for without service and scope is useless: seed 000, 2025-05-28.
    if (typeof grant === "string" || grant.service !== serviceName) {
      return refuse(repository, "invalid_token");
    }
    if (repository === undefined) return jsonAnswer(200, {}, { headers, type, end: "" });
    // A licence not accepted looks like a missing repository: docker-images #1497, 2020.
    if (!grant.repositories.includes(repository)) return refuse(repository, "insufficient_scope");
    // The whole list whatever the query says, and no Link: seed 000, 2025-05-28 (`n` is an inference).
    return pageAnswer(repository, byDirectory(content[repository] ?? []), { headers, type });
  }

  return assembleRegistry([{
    host,
    handle: (request) =>
      new URL(request.url).pathname === "/auth" ? answerToken(request) : answerRegistry(request),
  }], options.faults);
}

/** Bodies of 87 and 151 bytes, the scope on repositories, `invalid_token`: seed 000, 2025-05-28. */
function refuse(repository: string | undefined, error?: string): Response {
  const challenge = bearerChallenge({
    realm: `https://${host}/auth`,
    service: serviceName,
    scope: repository === undefined ? undefined : `repository:${repository}:pull`,
    error,
  });
  return unauthorizedAnswer(repository, {
    headers: { ...headers, "www-authenticate": challenge },
    type,
  });
}

/** Whether the `service` of a query was written with a plus. */
function hasPlus(url: string): boolean {
  const pairs = new URL(url).search.slice(1).split("&");
  return pairs.some((pair) => pair.startsWith("service=") && pair.includes("+"));
}
