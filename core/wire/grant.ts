import type { RegistryAdapter } from "../adapter.ts";
import type { Repository } from "../names/reference.ts";
import type { Realm } from "./realm.ts";
import type { Secret } from "./secret.ts";

/** What is to be read, and whom to ask for it. */
export interface Place {
  /** The adapter that was chosen. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: string;
  /** Scheme, host and port that requests go to. */
  readonly origin: string;
  /** The repository's full name; absent where the registry itself is asked. */
  readonly repository?: Repository;
  /** What a token must be good for. @default reading the repository */
  readonly scope?: string;
}

/** Credentials, wrapped together with where they may go. */
export interface Login {
  /** The password or token. */
  readonly secret: Secret;
  /** The user name, if there is one. */
  readonly username?: string;
  /** Where they were found, for messages. */
  readonly source?: string;
  /** Whether they come from a store and may be stale, so that a reader goes on without them. */
  readonly stored: boolean;
}

/** What a request may take along. */
export interface Grant {
  /** The password or token. */
  readonly secret: Secret;
  /** Whose it is; absent for an anonymous reader's token. */
  readonly login?: Login;
  /** Where the token comes from; absent for a login that is sent as it is. */
  readonly realm?: Realm;
  /** The token endpoint's host, if a login was kept from it. */
  readonly withheldFrom?: string;
  /** The moment of the clock from which a refusal may only mean that it is over. */
  readonly agesAt: number;
  /** The moment of the clock from which it is not used any more. */
  readonly until: number;
}
