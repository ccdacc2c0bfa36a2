import type { RegistryApi } from "../adapter.ts";
import type { CredentialQuery, Credentials, CredentialSource } from "../credentials.ts";
import type { Login, Place } from "./grant.ts";
import type { Routes } from "./route.ts";
import { Secret } from "./secret.ts";
import { isToken } from "./token.ts";

/** The logins that were found. */
export interface Keyring {
  /** The login for a place, unless it has been spurned. */
  find(place: Place): Promise<Login | undefined>;
  /** The login for a registry's own web API: one of its own, or that of the registry. */
  findForApi(place: Place, api: RegistryApi): Promise<Login | undefined>;
  /** The login for a place that a registry has refused, and that is not used any more. */
  spurned(place: Place): Promise<Login | undefined>;
  /** Gives up a stored login that `registry` refuses, and warns. */
  spurn(login: Login, place: Pick<Place, "registry">): void;
}

/**
 * Asks `source` once for each repository, and fixes where the answer may go: to the registry's own
 * origin, to the realm that its adapter names, and to the realms that the caller trusts.
 */
export function createKeyring(
  source: CredentialSource | undefined,
  options: {
    readonly routes: Routes;
    readonly trustedRealms: readonly string[];
    readonly onWarning: (message: string) => void;
  },
): Keyring {
  const { routes, trustedRealms, onWarning } = options;
  const found = new Map<string, Promise<Credentials | undefined>>();
  const logins = new Map<string, Login>();
  const refused = new Set<Login>();

  function lookUp(query: CredentialQuery): Promise<Credentials | undefined> {
    const name = JSON.stringify([query.registry, query.repository]);
    const known = found.get(name);
    if (known !== undefined) return known;
    const finding = Promise.resolve(source?.(query));
    found.set(name, finding);
    // A helper that failed may be asked again.
    finding.catch(() => found.delete(name));
    return finding;
  }

  /** One login for all places that share it, so that they share its tokens too. */
  function shared(
    audience: string,
    credentials: Credentials,
    wrap: () => Secret | undefined,
  ): Login | undefined {
    const name = JSON.stringify([audience, credentials]);
    const known = logins.get(name);
    if (known !== undefined) return known;
    const secret = wrap();
    if (secret === undefined) return undefined;
    const login = {
      secret,
      source: credentials.source,
      stored: credentials.stored ?? false,
      ...("username" in credentials ? { username: credentials.username } : {}),
    };
    logins.set(name, login);
    return login;
  }

  async function loginFor(place: Place): Promise<Login | undefined> {
    const { adapter, registry, repository, origin } = place;
    const credentials = await lookUp({ adapter, registry, repository });
    return credentials &&
      shared(`${registry} ${origin}`, credentials, () => wrap(credentials, place));
  }

  async function loginForApi(place: Place, api: RegistryApi): Promise<Login | undefined> {
    if (api.login === undefined) return undefined;
    const { adapter, registry, repository } = place;
    const { host } = new URL(api.origin);
    const [ours, own] = await Promise.all([
      lookUp({ adapter, registry, repository }),
      lookUp({ adapter, registry: host }),
    ]);
    const credentials = own ?? ours;
    // A source that does not look at the host gives what is meant for the registry, if not the very same.
    const isOwn = own !== undefined && (ours === undefined || own.source !== ours.source ||
      ("registryToken" in own && !("registryToken" in ours)));
    return credentials &&
      shared(`api ${host}`, credentials, () => wrapForApi(credentials, isOwn, api));
  }

  function wrap(credentials: Credentials, place: Place): Secret {
    if ("registryToken" in credentials) {
      return Secret.bearer(credentials.registryToken, [place.origin]);
    }
    if ("identityToken" in credentials) {
      return Secret.refresh(credentials.identityToken, audience(place));
    }
    if (credentials.username.includes(":")) {
      throw new TypeError(
        `Cannot use the credentials for "${place.registry}": a colon in the user name`,
      );
    }
    return Secret.basic(credentials.username, credentials.password, audience(place));
  }

  function audience({ adapter, origin }: Place): string[] {
    const pinned = adapter.token === undefined ? [] : [adapter.token.realm];
    // Trusting a name never means sending a secret unencrypted, unless the registry itself is so.
    const schemes = origin.startsWith("http:") ? ["http", "https"] : ["https"];
    const trusted = trustedRealms.flatMap((host) => schemes.map((scheme) => `${scheme}://${host}`));
    return [origin, ...[...pinned, ...trusted].map((url) => routes.route(new URL(url)).origin)];
  }

  /** A token for the registry is none for its API. */
  function wrapForApi(
    credentials: Credentials,
    isOwn: boolean,
    api: RegistryApi,
  ): Secret | undefined {
    const audience = [routes.route(new URL(api.origin)).origin];
    if ("registryToken" in credentials) {
      return isOwn && isToken(credentials.registryToken)
        ? Secret.bearer(credentials.registryToken, audience)
        : undefined;
    }
    if ("identityToken" in credentials) return undefined;
    const { password } = credentials;
    if (api.login?.exchanges !== undefined) {
      return password === "" ? undefined : Secret.login(password, audience);
    }
    return isToken(password) ? Secret.bearer(password, audience) : undefined;
  }

  return {
    async find(place: Place): Promise<Login | undefined> {
      const login = await loginFor(place);
      return login === undefined || refused.has(login) ? undefined : login;
    },
    async findForApi(place: Place, api: RegistryApi): Promise<Login | undefined> {
      const login = await loginForApi(place, api);
      return login === undefined || refused.has(login) ? undefined : login;
    },
    async spurned(place: Place): Promise<Login | undefined> {
      const login = await loginFor(place);
      return login !== undefined && refused.has(login) ? login : undefined;
    },
    spurn(login: Login, { registry }: Pick<Place, "registry">): void {
      if (refused.has(login)) return;
      refused.add(login);
      onWarning(`${registry} refuses ${named(login)}: going on without`);
    },
  };
}

/** A login, for messages. */
export function named({ source }: Login): string {
  return source === undefined ? "the credentials" : `the credentials from ${source}`;
}
