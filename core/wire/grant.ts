import type { RegistryAdapter } from "../adapter.ts";
import type { Repository } from "../names/reference.ts";
import type { Secret } from "./secret.ts";

/** A repository to be read, and whom to ask for it. */
export interface Place {
  /** The adapter that was chosen. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: string;
  /** Scheme, host and port that requests go to. */
  readonly origin: string;
  /** The repository's full name. */
  readonly repository: Repository;
}

/** What a request may take along. */
export interface Grant {
  /** The password or token. */
  readonly secret: Secret;
  /** Who is asking. */
  readonly identity: "anonymous" | "credentials";
  /** The token endpoint's host, if credentials were kept from it. */
  readonly withheldFrom?: string;
  /** The moment of {@linkcode Clock.now} from which it is not used any more. */
  readonly until: number;
}
