/** What a token was given for. */
export interface Grant {
  /** The repositories which it may pull from; `*` for all. */
  readonly repositories: readonly string[];
  /** The repositories which it may push to; `*` for all. */
  readonly pushes?: readonly string[];
  /** The repositories which it may delete from; `*` for all. */
  readonly deletes?: readonly string[];
  /** Whose token it is; undefined for an anonymous one. */
  readonly user?: string;
  /** For whom it is meant. */
  readonly service?: string;
}

/** Issues tokens and checks them. */
export interface TokenOffice {
  /** A new token, never issued before. */
  issue(grant: Grant): string;
  /** What a token reaches now. */
  look(token: string): Grant | "expired" | "unknown";
}

/** How tokens are made. */
export interface TokenOfficeOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds. */
  readonly lifetime: number;
  /**
   * The text of the serial-th token, from 1.
   * @default something with the shape of a JWT
   */
  readonly write?: (grant: Grant, serial: number) => string;
}

/** Opens a token office which knows only the tokens that it issued. */
export function openTokenOffice(options: TokenOfficeOptions): TokenOffice {
  const { now, lifetime, write = writeJwtLike } = options;
  const issued = new Map<string, { grant: Grant; expires: number }>();
  let serial = 0;
  return {
    issue(grant: Grant): string {
      const token = write(grant, ++serial);
      issued.set(token, { grant, expires: now() + lifetime * 1000 });
      return token;
    },
    look(token: string): Grant | "expired" | "unknown" {
      const entry = issued.get(token);
      if (entry === undefined) return "unknown";
      return entry.expires <= now() ? "expired" : entry.grant;
    },
  };
}

/** Three base64url parts of about the length which the public registries use; nothing is signed. */
function writeJwtLike(grant: Grant, serial: number): string {
  const header = base64Url(JSON.stringify({ alg: "RS256", typ: "JWT" }));
  const payload = base64Url(
    JSON.stringify({ jti: serial, aud: grant.service, access: grant.repositories }),
  );
  return `${header}.${payload}.${"simulated".repeat(32)}${serial}`;
}

/** Base64 for URLs, without padding, of ASCII text. */
export function base64Url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
