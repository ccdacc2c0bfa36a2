import { errorAnswer, jsonAnswer, unauthorizedAnswer } from "./answer.ts";
import { bearerChallenge, bearerOf } from "./challenge.ts";
import type { DistributionOptions } from "./distribution_options.ts";
import { type Access, reaches, scopeText } from "./registry_path.ts";
import { defaultUsers } from "./simulated_registry.ts";
import { openTokenOffice } from "./token_office.ts";
import { mayWrite, readTokenRequest, userOfHeader, writesOf } from "./token_request.ts";

/** The door of a registry and its token server. */
export interface DistributionDoor {
  /** Where the token server is; undefined where there is none. */
  readonly tokenServer?: { readonly host: string; readonly path: string };
  /** Answers a token request. */
  answerToken(request: Request): Promise<Response>;
  /** Undefined where the request may pass; nothing is needed for `/v2/`. */
  stop(request: Request, needed: readonly Access[]): Response | undefined;
}

/** Builds the door which the options describe. */
export function openDistributionDoor(host: string, options: DistributionOptions): DistributionDoor {
  const { auth = "none", users = defaultUsers, now = Date.now, expiresIn = 300 } = options;
  const secluded = new Set(options.private);
  const realm = options.realm ?? `${host}/token`;
  const service = options.service ?? host;
  const slash = realm.indexOf("/");
  const office = openTokenOffice({ now, lifetime: options.lifetime ?? expiresIn ?? 300 });
  const headers = apiVersion(options);
  const wish = options.challengeScope ?? "repository";
  // A fixed scope that is no repository ("*") stands for tokens which reach whatever their user may read (Gitea container.go).
  const bound = wish === "repository" || wish === "none";

  function mayRead(repository: string, user: string | undefined): boolean {
    return user !== undefined || !secluded.has(repository);
  }

  function allows({ repository, action }: Access, user: string | undefined): boolean {
    return action === "pull" ? mayRead(repository, user) : mayWrite(user, options);
  }

  function openTo(needed: readonly Access[]): boolean {
    return options.openReads === true && needed.length > 0 &&
      needed.every((access) => allows(access, undefined));
  }

  function refuse(
    request: Request,
    needed: readonly Access[],
    error: string | undefined,
  ): Response {
    const scope = scopeOf(needed, wish);
    const told = { ...options, realm, service };
    const challenges = challengesTo(request, told, needed, { scope, error })
      .map((challenge): [string, string] => ["www-authenticate", challenge]);
    return unauthorizedAnswer(needed, { headers: [...Object.entries(headers), ...challenges] });
  }

  function stopBasic(request: Request, needed: readonly Access[]): Response | undefined {
    const header = request.headers.get("authorization");
    // Credentials of an empty name and secret count as none (zot authn.go, remembered): skopeo sends them after zot's `/v2/`.
    const user = userOfHeader(header === `Basic ${btoa(":")}` ? null : header, users);
    if (!user) {
      return user === undefined && openTo(needed) ? undefined : refuse(request, needed, undefined);
    }
    if (needed.every((access) => allows(access, user))) return undefined;
    const message = "requested access to the resource is denied";
    return errorAnswer(403, { code: "DENIED", message }, { headers });
  }

  function stopToken(request: Request, needed: readonly Access[]): Response | undefined {
    const token = bearerOf(request);
    if (token === undefined) return openTo(needed) ? undefined : refuse(request, needed, undefined);
    const grant = office.look(token);
    if (typeof grant === "string") return refuse(request, needed, "invalid_token");
    const named = !bound || reaches(grant, needed);
    if (named && needed.every((access) => allows(access, grant.user))) return undefined;
    return refuse(request, needed, "insufficient_scope");
  }

  return {
    tokenServer: auth === "token"
      ? { host: realm.slice(0, slash), path: realm.slice(slash) }
      : undefined,
    stop(request: Request, needed: readonly Access[]): Response | undefined {
      if (auth === "none") return undefined;
      return auth === "basic" ? stopBasic(request, needed) : stopToken(request, needed);
    },
    async answerToken(request: Request): Promise<Response> {
      const asked = await readTokenRequest(request, users);
      const nobody = asked.user === undefined && options.anonymous === false;
      if (asked.user === false || nobody) {
        return errorAnswer(401, { code: "UNAUTHORIZED", message: "authentication required" });
      }
      const { user } = asked;
      // A repository that the requester may not read is left out of the token (spec, token doc), not refused.
      const repositories = bound
        ? asked.repositories.filter((repository) => mayRead(repository, user))
        : ["*"];
      const granted = { repositories, ...writesOf(asked, options), user };
      const token = office.issue({ ...granted, service: asked.service });
      return jsonAnswer(200, tokenBody(token, options, expiresIn, now()));
    },
  };
}

/** The headers of every answer of the registry's host. */
export function apiVersion(options: DistributionOptions): Readonly<Record<string, string>> {
  return options.headers ?? { "docker-distribution-api-version": "registry/2.0" };
}

function scopeOf(needed: readonly Access[], wish: string): string | undefined {
  if (wish === "repository") return needed.length === 0 ? undefined : scopeText(needed);
  return wish === "none" ? undefined : wish;
}

/** The challenges of an answer, each for a header of its own. */
function challengesTo(
  request: Request,
  options: DistributionOptions & { readonly realm: string; readonly service: string },
  needed: readonly Access[],
  reason: { readonly scope: string | undefined; readonly error: string | undefined },
): string[] {
  const { challengeStyle: style = "plain", basicRealm = "Registry Realm" } = options;
  const basic = `Basic realm="${basicRealm}"`;
  if (style === "ping-only" && needed.length > 0) return [];
  if (options.auth === "basic") return [style === "unquoted" ? `basic realm=${basicRealm}` : basic];
  if (style === "basic-after-authorization" && request.headers.has("authorization")) return [basic];
  const parameters = { realm: `https://${options.realm}`, service: options.service, ...reason };
  const bearer = bearerChallenge(parameters, style === "unquoted");
  if (style === "joined") return [`${bearer},${basic}`];
  return style === "two-headers" ? [bearer, basic] : [bearer];
}

function tokenBody(
  token: string,
  options: DistributionOptions,
  expiresIn: number | null,
  now: number,
): Record<string, unknown> {
  const field = options.tokenField ?? "both";
  const body: Record<string, unknown> = field === "both"
    ? { token, access_token: token }
    : { [field]: token };
  if (expiresIn === null) return body;
  return { ...body, expires_in: expiresIn, issued_at: new Date(now).toISOString() };
}
