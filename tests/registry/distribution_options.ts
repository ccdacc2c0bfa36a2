import type { RegistryOptions } from "./simulated_registry.ts";

/**
 * How the challenge of a token registry is written.
 *
 * - `plain`: one Bearer challenge, values quoted
 * - `unquoted`: scheme in lower case, values without quotes (zot)
 * - `two-headers`: Bearer and Basic in a header each (Gitea 1.27)
 * - `joined`: Bearer and Basic in one header, joined by a comma (Codeberg)
 * - `ping-only`: a challenge on `/v2/`, none on a repository (Artifact Registry)
 * - `basic-after-authorization`: Basic once a request carried any Authorization (Harbor)
 */
export type ChallengeStyle =
  | "plain"
  | "unquoted"
  | "two-headers"
  | "joined"
  | "ping-only"
  | "basic-after-authorization";

/** Who is let in, and how a client is told. */
export interface DistributionAuth {
  /**
   * `none` asks nobody; `basic` takes a user's name and secret; `token` sends everyone to a token server.
   * @default "none"
   */
  readonly auth?: "none" | "basic" | "token";
  /**
   * Whether a public repository answers to anyone although `/v2/` asks for authority.
   * @default false
   */
  readonly openReads?: boolean;
  /**
   * What `/v2/` answers to a request without authority: 401, or 200 with the challenge all the same (zot).
   * @default "challenges"
   */
  readonly ping?: "challenges" | "welcomes";
  /**
   * Whether the token server gives tokens to someone without credentials.
   * @default true
   */
  readonly anonymous?: boolean;
  /**
   * The token server's host and path. A host other than the registry's becomes a host of its own.
   * @default "<host>/token"
   */
  readonly realm?: string;
  /**
   * What the challenge names as `service`.
   * @default the registry's host
   */
  readonly service?: string;
  /**
   * How the challenge is written.
   * @default "plain"
   */
  readonly challengeStyle?: ChallengeStyle;
  /**
   * The scope in the challenge of a repository: its own, none, or this very text (`*`), also on `/v2/`. With a text of its own
   * the registry's tokens are not bound to repositories.
   * @default "repository"
   */
  readonly challengeScope?: "repository" | "none" | string;
  /**
   * The realm of a Basic challenge.
   * @default "Registry Realm"
   */
  readonly basicRealm?: string;
  /**
   * Where the token stands in the token server's answer.
   * @default "both"
   */
  readonly tokenField?: "token" | "access_token" | "both";
  /**
   * The lifetime that the token server states, in seconds; null leaves the field out.
   * @default 300
   */
  readonly expiresIn?: number | null;
  /**
   * The lifetime that tokens really have, in seconds.
   * @default expiresIn, or 300 where it is null
   */
  readonly lifetime?: number;
}

/** How a listing is cut into pages. */
export interface DistributionPages {
  /**
   * `ignored` gives the whole list whatever the query says.
   * @default "honoured"
   */
  readonly query?: "honoured" | "ignored";
  /**
   * The size of a page where no `n` was sent.
   * @default Infinity
   */
  readonly defaultPage?: number;
  /**
   * The greatest `n`.
   * @default Infinity
   */
  readonly maxPage?: number;
  /**
   * What a greater `n` gets.
   * @default "clamp"
   */
  readonly aboveMax?: "clamp" | 400 | 405;
  /**
   * What an `n` which is not a whole number from 0 gets.
   * @default 400
   */
  readonly badNumber?: 400 | "default";
  /**
   * `pushed` is oldest first; `scattered` is no order that a client could know.
   * @default "name"
   */
  readonly order?: "name" | "pushed" | "scattered";
  /**
   * How the next page is found: by the tag that ended this one, or by an opaque text.
   * @default "tag"
   */
  readonly cursor?: "tag" | "opaque";
  /**
   * What a `last` gets that is no tag: the tags which come after it by name, the same without the first of them, or a 404.
   * @default "after"
   */
  readonly unknownLast?: "after" | "skip-one" | 404;
  /**
   * `wrong-path` drops the first part of the repository's name; `prefixed` is absolute with `/repository/<first part>` before
   * the path, which answers 400; `http` is absolute without TLS; `none` sends no Link.
   * @default "relative"
   */
  readonly link?: "relative" | "absolute" | "none" | "wrong-path" | "prefixed" | "http";
  /**
   * The query of a Link, with the cursor for `{last}` and the size for `{n}`.
   * @default "last={last}&n={n}"
   */
  readonly linkQuery?: string;
  /**
   * Whether a page which has tags always has a Link, so that the end is an empty page.
   * @default false
   */
  readonly lastPageLink?: boolean;
}

/** What a registry tells besides its tags. */
export interface DistributionExtras {
  /**
   * Whether `/v2/_catalog` lists the repositories.
   * @default "served"
   */
  readonly catalog?: "served" | "missing";
  /**
   * Whether a page of tags has a member `manifest` which tells of them, and `child` with the names below (Artifact Registry).
   * @default false
   */
  readonly manifestMap?: boolean;
}

/** How the body of a listing looks. */
export interface DistributionBody {
  /**
   * `tags` of a repository, or of a page, without any.
   * @default "[]"
   */
  readonly emptyTags?: "[]" | "null" | "missing";
  /**
   * Elements which are put at the end of every page.
   * @default []
   */
  readonly extraElements?: readonly unknown[];
  /**
   * Whether every page but the first begins with the last tag of the page before.
   * @default false
   */
  readonly repeatsLast?: boolean;
  /**
   * Members beside `name` and `tags`.
   * @default {}
   */
  readonly extraMembers?: Readonly<Record<string, unknown>>;
  /**
   * The content-type of a listing.
   * @default "application/json"
   */
  readonly contentType?: string;
  /**
   * Headers of every answer of the registry's host.
   * @default { "docker-distribution-api-version": "registry/2.0" }
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry that follows the distribution spec, and what bends it. */
export interface DistributionOptions
  extends
    RegistryOptions,
    DistributionAuth,
    DistributionPages,
    DistributionBody,
    DistributionExtras {
  /**
   * The host which lists tags, with its port if there is one.
   * @default "registry.example"
   */
  readonly host?: string;
  /**
   * Answers everything but `/v2/` by a 307 to this host and path prefix, which keeps the path and loses the query.
   * @default none
   */
  readonly redirectsTo?: { readonly host: string; readonly prefix: string };
}
