import type { RegistryAdapter } from "./adapter.ts";
import type { Place } from "./wire/grant.ts";
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
  };

/** The registry that credentials are looked up for. */
export interface CredentialQuery {
  /** The adapter that was chosen. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: string;
  /** The repository's full name: login files may hold credentials for a part of a registry. */
  readonly repository: string;
}

/** Finds the credentials for a repository, or none. Asked once for each. */
export type CredentialSource = (
  query: CredentialQuery,
) => Credentials | undefined | Promise<Credentials | undefined>;

/**
 * Asks `source` once for each registry, and fixes where the answer may go: to the registry's own
 * origin, to the realm that its adapter names, and to the realms that the caller trusts.
 */
export function createKeyring(
  source: CredentialSource | undefined,
  options: { readonly routes: Routes; readonly trustedRealms: readonly string[] },
): (place: Place) => Promise<Secret | undefined> {
  const { routes, trustedRealms } = options;
  const kept = new Map<string, Promise<Secret | undefined>>();

  async function find(place: Place): Promise<Secret | undefined> {
    const { adapter, registry, repository } = place;
    const found = await source?.({ adapter, registry, repository });
    if (found === undefined) return undefined;
    if ("registryToken" in found) return Secret.bearer(found.registryToken, [place.origin]);
    if ("identityToken" in found) throw new TypeError("not built yet");
    if (found.username.includes(":")) {
      throw new TypeError(`Cannot use the credentials for "${registry}": a colon in the user name`);
    }
    return Secret.basic(found.username, found.password, audience(place));
  }

  function audience({ adapter, origin }: Place): string[] {
    const pinned = adapter.token === undefined ? [] : [adapter.token.realm];
    // The scheme of the registry, so that trusting a name never means sending a secret unencrypted.
    const trusted = trustedRealms.map((host) => `${new URL(origin).protocol}//${host}`);
    return [origin, ...[...pinned, ...trusted].map((url) => routes.route(new URL(url)).origin)];
  }

  return (place: Place): Promise<Secret | undefined> => {
    const name = `${place.registry}/${place.repository} ${place.origin}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const finding = find(place);
    kept.set(name, finding);
    return finding;
  };
}
