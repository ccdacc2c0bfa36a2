import { importPKCS8, SignJWT } from "jose";
import { generate } from "selfsigned";
import type { TokenAuth } from "./docker_registry.ts";

/** How a token server is started. */
export interface TokenServerOptions {
  /** User names with their passwords. Each may pull from and push to every repository. */
  readonly users: Readonly<Record<string, string>>;
  /** Repositories that anybody may pull from. */
  readonly publicRepositories?: readonly string[];
  /** The field that the token is answered in. @default "token" */
  readonly field?: "token" | "access_token" | "both";
  /** Seconds that a token lives, answered as `expires_in`. @default 300 */
  readonly expiresIn?: number;
  /** The service that tokens are for. @default "registry of the tests" */
  readonly service?: string;
}

/** One request that the token server got. Passwords are not kept. */
export interface TokenRequest {
  /** The `service` that was asked for. */
  readonly service: string | null;
  /** Each `scope` that was asked for. */
  readonly scopes: readonly string[];
  /** The user that Basic authentication named; none for an anonymous request. */
  readonly user?: string;
  /** What was granted, as scopes; nothing where the password was wrong. */
  readonly granted: readonly string[];
  /** The status that was answered. */
  readonly status: number;
}

/** A running token server. Disposal ends it. */
export interface TokenServer extends AsyncDisposable {
  /** As in a trusted realm: `127.0.0.1:PORT`. */
  readonly host: string;
  /** What a registry must be started with to take its tokens. */
  readonly auth: TokenAuth;
  /** What it was asked, oldest first. */
  readonly requests: readonly TokenRequest[];
}

/** One entry of a token's `access` claim. */
interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Signs the claims of one token. */
type Sign = (subject: string, access: readonly Access[]) => Promise<string>;

const ISSUER = "token server of the tests";

/**
 * Serves tokens as the distribution project's token specification says, for requests by GET:
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { service = "registry of the tests", expiresIn = 300 } = options;
  const { cert, private: key }: { cert: string; private: string } = await generate(
    [{ name: "commonName", value: ISSUER }],
    { keyType: "ec", curve: "P-256", algorithm: "sha256" },
  );
  const sign: Sign = await signer(cert, key, service, expiresIn);
  const requests: TokenRequest[] = [];
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    (request: Request): Promise<Response> => answer(request, options, sign, requests),
  );
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    auth: {
      kind: "token",
      realm: `http://${host}/token`,
      service,
      issuer: ISSUER,
      certificate: cert,
    },
    requests,
    [Symbol.asyncDispose]: (): Promise<void> => server.shutdown(),
  };
}

/** The registry trusts the certificate in `x5c` because it is its root itself. */
async function signer(
  certificate: string,
  key: string,
  service: string,
  expiresIn: number,
): Promise<Sign> {
  const privateKey: CryptoKey = await importPKCS8(key, "ES256");
  const body: string = certificate.split("\n")
    .filter((line: string): boolean => !line.startsWith("-----"))
    .join("").trim();
  return (subject: string, access: readonly Access[]): Promise<string> => {
    const now: number = Math.floor(Date.now() / 1000);
    return new SignJWT({ access })
      .setProtectedHeader({ alg: "ES256", typ: "JWT", x5c: [body] })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setAudience(service)
      .setNotBefore(now - 10)
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .setJti(crypto.randomUUID())
      .sign(privateKey);
  };
}

async function answer(
  request: Request,
  options: TokenServerOptions,
  sign: Sign,
  requests: TokenRequest[],
): Promise<Response> {
  const { expiresIn = 300, field = "token" } = options;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.pathname !== "/token") {
    return new Response(null, { status: 404 });
  }
  const service: string | null = url.searchParams.get("service");
  const scopes: readonly string[] = url.searchParams.getAll("scope")
    .flatMap((scope: string): string[] => scope.split(" "));
  const login: Login | undefined = readLogin(request.headers.get("authorization"));
  const user: string | undefined = login?.user;
  if (login !== undefined && !knows(options.users, login)) {
    requests.push({ service, scopes, user, granted: [], status: 401 });
    return Response.json({ errors: [{ code: "UNAUTHORIZED", message: "wrong password" }] }, {
      status: 401,
    });
  }
  const access: readonly Access[] = scopes.map(parseScope)
    .map((wanted: Access): Access => grant(wanted, user, options.publicRepositories ?? []))
    .filter((granted: Access): boolean => granted.actions.length > 0);
  const token: string = await sign(user ?? "", access);
  requests.push({ service, scopes, user, granted: access.map(formatScope), status: 200 });
  return Response.json({
    ...(field === "access_token" ? {} : { token }),
    ...(field === "token" ? {} : { access_token: token }),
    expires_in: expiresIn,
    issued_at: new Date().toISOString(),
  });
}

interface Login {
  readonly user: string;
  readonly password: string;
}

/** Any header at all counts as a login, so that a broken one is refused and not taken as anonymous. */
function readLogin(header: string | null): Login | undefined {
  if (header === null) return undefined;
  const encoded: string | undefined = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  const text: string = encoded === undefined ? "" : atob(encoded);
  const colon: number = text.indexOf(":");
  return { user: text.slice(0, Math.max(colon, 0)), password: text.slice(colon + 1) };
}

function knows(users: Readonly<Record<string, string>>, login: Login): boolean {
  return Object.hasOwn(users, login.user) && users[login.user] === login.password;
}

/** A name may have colons in it, from a host and port. */
function parseScope(scope: string): Access {
  const first: number = scope.indexOf(":");
  const last: number = scope.lastIndexOf(":");
  return {
    type: scope.slice(0, Math.max(first, 0)),
    name: scope.slice(first + 1, last),
    actions: scope.slice(last + 1).split(","),
  };
}

function formatScope({ type, name, actions }: Access): string {
  return `${type}:${name}:${actions.join(",")}`;
}

function grant(wanted: Access, user: string | undefined, open: readonly string[]): Access {
  if (wanted.type !== "repository") return { ...wanted, actions: [] };
  if (user !== undefined) return wanted;
  const actions: string[] = open.includes(wanted.name)
    ? wanted.actions.filter((action: string): boolean => action === "pull")
    : [];
  return { ...wanted, actions };
}
