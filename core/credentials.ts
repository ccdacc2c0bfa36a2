import type { RegistryAdapter } from "./adapter.ts";
import type { Login, Place } from "./wire/grant.ts";
import type { Routes } from "./wire/route.ts";
import { Secret } from "./wire/secret.ts";

/**
 * How a reader proves who it is: a user name and password (or access token), an identity token that a
 * token endpoint changes for others, or a bearer token for the registry itself. What is secret in it is
 * wrapped when it arrives, and goes to the registry and its token endpoint alone.
 */
export type Credentials =
  & (
    | {
      /** The user name; must not hold a colon. */
      readonly username: string;
      /** The password or access token. */
      readonly password: string;
    }
    | {
      /** An OAuth 2 refresh token. */
      readonly identityToken: string;
    }
    | {
      /** A bearer token. */
      readonly registryToken: string;
    }
  )
  & {
    /** Where they were found, for warnings and errors: a file, a helper, a variable. Printable. */
    readonly source?: string;
    /**
     * Whether they come from a store, and so may be stale: if a registry refuses them, the reader is
     * warned and goes on without.
     *
     * @default false, a refusal is an error
     */
    readonly stored?: boolean;
  };

/** What credentials are looked up for. */
export interface CredentialQuery {
  /** The adapter that was chosen. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: string;
  /**
   * The repository's full name: login files may hold credentials for a part of a registry. Absent where
   * the registry itself is asked.
   */
  readonly repository?: string;
}

/** Finds the credentials for a repository, or none. Asked once for each. */
export type CredentialSource = (
  query: CredentialQuery,
) => Credentials | undefined | Promise<Credentials | undefined>;

/** The logins that were found. */
export interface Keyring {
  /** The login for a place, unless it has been spurned. */
  find(place: Place): Promise<Login | undefined>;
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
    const name = JSON.stringify([place.origin, credentials]);
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
    // The scheme of the registry, so that trusting a name never means sending a secret unencrypted.
    const trusted = trustedRealms.map((host) => `${new URL(origin).protocol}//${host}`);
    return [origin, ...[...pinned, ...trusted].map((url) => routes.route(new URL(url)).origin)];
  }

  function lookUp(place: Place): Promise<Login | undefined> {
    const name = `${place.origin}/${place.repository ?? ""}`;
    const known = found.get(name);
    if (known !== undefined) return known;
    const finding = ask(place);
    found.set(name, finding);
    return finding;
  }

  return {
    async find(place: Place): Promise<Login | undefined> {
      const login = await lookUp(place);
      return login === undefined || refused.has(login) ? undefined : login;
    },
    async spurned(place: Place): Promise<Login | undefined> {
      const login = await lookUp(place);
      return login !== undefined && refused.has(login) ? login : undefined;
    },
    spurn(login: Login, { registry }: Place): void {
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
