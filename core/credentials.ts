import type { RegistryAdapter } from "./adapter.ts";

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
