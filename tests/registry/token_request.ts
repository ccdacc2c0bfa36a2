import type { RegistryOptions } from "./simulated_registry.ts";

/** One resource scope of a token request: `repository:library/ubuntu:pull`. */
export interface Scope {
  /** As it was sent. */
  readonly text: string;
  /** `repository`; empty where the text has no colon. */
  readonly kind: string;
  /** May hold a colon itself, in a host's port. */
  readonly name: string;
  /** Empty strings are kept. */
  readonly actions: readonly string[];
}

/** A request to a token endpoint, taken apart. */
export interface TokenRequest {
  /** Undefined without credentials, false where they are wrong. */
  readonly user: string | false | undefined;
  /** With a plus read as a space. */
  readonly service: string | undefined;
  /** From all `scope` parameters, split at spaces. */
  readonly scopes: readonly Scope[];
  /** The distinct names of the repository scopes which ask for pull. */
  readonly repositories: readonly string[];
  /** The same for push. */
  readonly pushes: readonly string[];
  /** The same for delete. */
  readonly deletes: readonly string[];
}

/**
 * Takes a token request apart: GET with Basic, or POST with `grant_type=password` or `refresh_token`, where a user's secret
 * serves as the refresh token as well (an "identity token" of `docker login`).
 */
export async function readTokenRequest(
  request: Request,
  users: Readonly<Record<string, string>>,
): Promise<TokenRequest> {
  const form = request.method === "POST"
    ? new URLSearchParams(await request.text())
    : new URL(request.url).searchParams;
  const scopes = form.getAll("scope").flatMap((scope) => scope.split(" ")).filter((text) =>
    text !== ""
  ).map(parseScope);
  const asking = (action: string): string[] => [
    ...new Set(
      scopes.filter(({ kind, actions }) =>
        kind === "repository" && (actions.includes(action) || actions.includes("*"))
      ).map(({ name }) => name),
    ),
  ];
  return {
    user: request.method === "POST"
      ? userOfForm(form, users)
      : userOfHeader(request.headers.get("authorization"), users),
    service: form.get("service") ?? undefined,
    scopes,
    repositories: asking("pull"),
    pushes: asking("push"),
    deletes: asking("delete"),
  };
}

/** What may be written is granted to users who are no mere readers, and to nobody else. */
export function writesOf(
  asked: TokenRequest,
  options: RegistryOptions,
): { readonly pushes: readonly string[]; readonly deletes: readonly string[] } {
  const { user, pushes, deletes } = asked;
  return mayWrite(user || undefined, options) ? { pushes, deletes } : { pushes: [], deletes: [] };
}

/** Whether a user may push and delete. */
export function mayWrite(user: string | undefined, { readers = [] }: RegistryOptions): boolean {
  return user !== undefined && !readers.includes(user);
}

/** Whose Basic credentials these are: undefined without any, false where they are wrong. */
export function userOfHeader(
  header: string | null,
  users: Readonly<Record<string, string>>,
): string | false | undefined {
  if (header === null) return undefined;
  const [scheme = "", value = ""] = header.split(" ");
  if (scheme.toLowerCase() !== "basic") return false;
  const decoded = decodeBase64(value);
  const colon = decoded.indexOf(":");
  return colon < 0 ? false : userOf(decoded.slice(0, colon), decoded.slice(colon + 1), users);
}

function userOfForm(
  form: URLSearchParams,
  users: Readonly<Record<string, string>>,
): string | false | undefined {
  if (form.get("grant_type") === "password") {
    return userOf(form.get("username") ?? "", form.get("password") ?? "", users);
  }
  if (form.get("grant_type") !== "refresh_token") return undefined;
  const found = Object.entries(users).find(([, secret]) => secret === form.get("refresh_token"));
  return found?.[0] ?? false;
}

function userOf(
  name: string,
  secret: string,
  users: Readonly<Record<string, string>>,
): string | false {
  return Object.hasOwn(users, name) && users[name] === secret ? name : false;
}

function parseScope(text: string): Scope {
  const first = text.indexOf(":");
  const last = text.lastIndexOf(":");
  if (first < 0 || first === last) return { text, kind: "", name: "", actions: [] };
  return {
    text,
    kind: text.slice(0, first),
    name: text.slice(first + 1, last),
    actions: text.slice(last + 1).split(","),
  };
}

function decodeBase64(value: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)));
  } catch {
    return "";
  }
}
