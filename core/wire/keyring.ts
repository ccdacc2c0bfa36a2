import type { RegistryApi } from "../adapter.ts";
import type { Credentials, CredentialSource } from "../credentials.ts";
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
  /** Gives up a stored login, and warns. */
  spurn(login: Login, place: Place): void;
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
  const found = new Map<string, Promise<Login | undefined>>();
  const logins = new Map<string, Login>();
  const refused = new Set<Login>();

  async function ask(place: Place): Promise<Login | undefined> {
    const { adapter, registry, repository } = place;
    const credentials = await source?.({ adapter, registry, repository });
    if (credentials === undefined) return undefined;
    // One login for all repositories that share it, so that they share its tokens too.
    const name = JSON.stringify([registry, place.origin, credentials]);
    const login = logins.get(name) ?? {
      secret: wrap(credentials, place),
      source: credentials.source,
      stored: credentials.stored ?? false,
    };
    logins.set(name, login);
    return login;
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

  async function askForApi(place: Place, api: RegistryApi): Promise<Login | undefined> {
    const { adapter, registry, repository } = place;
    const { host } = new URL(api.origin);
    if (api.login === undefined) return undefined;
    const shared = await source?.({ adapter, registry, repository });
    const own = await source?.({ adapter, registry: host });
    const credentials = own ?? shared;
    // A source that does not look at the host gives what is meant for the registry.
    const isOwn = own !== undefined && JSON.stringify(own) !== JSON.stringify(shared);
    const secret = credentials && wrapForApi(credentials, isOwn, api);
    if (credentials === undefined || secret === undefined) return undefined;
    const name = JSON.stringify([host, credentials]);
    const login = logins.get(name) ?? {
      secret,
      source: credentials.source,
      stored: credentials.stored ?? false,
      ...("username" in credentials ? { username: credentials.username } : {}),
    };
    logins.set(name, login);
    return login;
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

  function lookUp(
    name: string,
    ask: () => Promise<Login | undefined>,
  ): Promise<Login | undefined> {
    const known = found.get(name);
    if (known !== undefined) return known;
    const finding = ask();
    found.set(name, finding);
    // A helper that failed may be asked again.
    finding.catch(() => found.delete(name));
    return finding;
  }

  return {
    async find(place: Place): Promise<Login | undefined> {
      const login = await lookUp(nameOf(place), () => ask(place));
      return login === undefined || refused.has(login) ? undefined : login;
    },
    async findForApi(place: Place, api: RegistryApi): Promise<Login | undefined> {
      const login = await lookUp(apiNameOf(place, api), () => askForApi(place, api));
      return login === undefined || refused.has(login) ? undefined : login;
    },
    async spurned(place: Place): Promise<Login | undefined> {
      const login = await lookUp(nameOf(place), () => ask(place));
      return login !== undefined && refused.has(login) ? login : undefined;
    },
    spurn(login: Login, { registry }: Place): void {
      if (refused.has(login)) return;
      refused.add(login);
      onWarning(`${registry} refuses ${named(login)}: going on without`);
    },
  };
}

function nameOf({ registry, origin, repository }: Place): string {
  return JSON.stringify([registry, origin, repository]);
}

function apiNameOf({ registry, repository }: Place, { origin }: RegistryApi): string {
  return JSON.stringify([registry, repository, "api", origin]);
}

/** A login, for messages. */
export function named({ source }: Login): string {
  return source === undefined ? "the credentials" : `the credentials from ${source}`;
}
