import type { ErrorCode } from "./errors.ts";

/**
 * One registry's departures from the OCI distribution specification, as data.
 *
 * A missing field means "as the specification says". A field enters with a registry that needs it,
 * with its date and source beside the value.
 */
export interface RegistryAdapter {
  /** A short name in messages and in JSON: `acme`. */
  readonly id: string;
  /** The name that people use: `Acme Registry`. */
  readonly title: string;
  /** Exact `host[:port]`, lower case. The first is canonical, the others are its aliases. */
  readonly hosts: readonly [string, ...string[]];
  /** Where its API lives. @default `https://` and the canonical host */
  readonly origin?: string;
  /** Put before a repository name of one part: `library`. */
  readonly namespace?: string;
  /**
   * What an anonymous reader needs.
   *
   * - `open`: nothing, public repositories answer at once
   * - `token`: a token that anyone can have
   * - `account`: most repositories want a login
   *
   * @default unknown: the challenge tells
   */
  readonly anonymous?: "open" | "token" | "account";
  /**
   * Realm and service of its token endpoint, known beforehand: saves the round trip of a challenge, and
   * names a place where a password may go.
   */
  readonly token?: { readonly realm: string; readonly service: string };
  /** The scope that every token asks for. @default `repository:<name>:<actions>` */
  readonly scope?: string;
  /** How its listings are paged. */
  readonly pages?: RegistryPages;
  /**
   * Whether it counts pulls: each manifest that is read by GET is one, a HEAD is none.
   *
   * @default it does not
   */
  readonly pulls?: "counted";
  /** How it knows its users. */
  readonly credentials?: RegistryCredentials;
  /** One sentence for an error that gets a person unstuck. */
  readonly hints?: Readonly<Partial<Record<ErrorCode, string>>>;
}

/** How a registry pages its tag listings. */
export interface RegistryPages {
  /** Sent as `n` with the first request. @default left out, so that the registry answers as much as it likes */
  readonly ask?: number;
  /** Sent as `n` where leaving it out ends in a time-out or a 5xx. @default the same question again */
  readonly fallback?: number;
  /** The largest `n` that it takes; a larger wish is lowered to it. @default no limit known */
  readonly max?: number;
  /**
   * In which order it lists: by name, oldest first, or none to rely on.
   *
   * @default unknown
   */
  readonly order?: "name" | "oldest-first" | "none";
}

/** How a registry knows its users. */
export interface RegistryCredentials {
  /** The environment variables that hold user name and secret. */
  readonly env?: readonly [user: string, secret: string];
  /** Keys of login files that mean this registry, besides its hosts. */
  readonly configKeys?: readonly string[];
}
