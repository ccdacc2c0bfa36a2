const REDACTED = "[redacted]";

/** Shorter secrets are not searched for in text: they would garble every message. */
const SHORTEST_SEARCHED = 4;

/** What of a request a secret can go into. */
export interface Sendable {
  /** Its headers. */
  readonly headers: Headers;
  /** Its body, as a form. */
  readonly form?: URLSearchParams;
  /** Its body, as a JSON object. */
  readonly json?: Record<string, string>;
  /** Under which name the JSON takes a password. */
  readonly passwordIn?: string;
}

/**
 * A password or token together with the exact origins that it may be sent to.
 *
 * The value cannot be read back: {@linkcode Secret.attach} is the one way out, and nothing else in
 * this program sets an `Authorization` header. Printing, inspecting and serialising give
 * `[redacted]`.
 */
export class Secret {
  /**
   * The scheme of the `Authorization` header; `Refresh` for a token that only goes into forms, `Login` for a
   * password that only goes into a JSON body.
   */
  readonly scheme: "Basic" | "Bearer" | "Refresh" | "Login";
  readonly #value: string;
  readonly #audience: ReadonlySet<string>;
  readonly #traces: readonly string[];

  /** @throws {TypeError} if the value cannot stand in a header; it is not shown */
  private constructor(
    scheme: Secret["scheme"],
    value: string,
    audience: Iterable<string>,
    traces: readonly string[],
  ) {
    if (!/^[\x21-\x7e]+$/.test(value)) {
      throw new TypeError(`Cannot use a ${scheme} secret: it is empty or not plain ASCII`);
    }
    this.scheme = scheme;
    this.#value = value;
    this.#audience = new Set(audience);
    this.#traces = traces.flatMap(spellings).filter((text) => text.length >= SHORTEST_SEARCHED)
      .sort((a, b) => b.length - a.length);
  }

  /** A user name and password; `audience` holds origins such as `https://registry.example`. */
  static basic(username: string, password: string, audience: Iterable<string>): Secret {
    const encoded = encodeBase64(`${username}:${password}`);
    return new Secret("Basic", encoded, audience, [`${username}:${password}`, encoded, password]);
  }

  /** A bearer token; `audience` holds origins such as `https://registry.example`. */
  static bearer(token: string, audience: Iterable<string>): Secret {
    return new Secret("Bearer", token, audience, [token]);
  }

  /** An OAuth 2 refresh token, which token endpoints take in a form. */
  static refresh(token: string, audience: Iterable<string>): Secret {
    return new Secret("Refresh", token, audience, [token]);
  }

  /** A password for a login by JSON, under any name that the body gives to it. */
  static login(password: string, audience: Iterable<string>): Secret {
    return new Secret("Login", encodeURIComponent(password.toWellFormed()), audience, [password]);
  }

  /** Whether the audience holds the origin of `url`. */
  reaches(url: URL): boolean {
    return this.#audience.has(url.origin);
  }

  /**
   * Puts the secret into a request to `url`, if the audience allows it: into its `Authorization` header, a
   * refresh token into its form, a login into its JSON under the name `passwordIn`. Tells whether it did.
   */
  attach(request: Sendable, url: URL): boolean {
    if (!this.reaches(url)) return false;
    const { headers, form, json, passwordIn } = request;
    switch (this.scheme) {
      case "Refresh":
        form?.set("refresh_token", this.#value);
        return form !== undefined;
      case "Login":
        if (json === undefined || passwordIn === undefined) return false;
        json[passwordIn] = decodeURIComponent(this.#value);
        return true;
      default:
        headers.set("authorization", `${this.scheme} ${this.#value}`);
        return true;
    }
  }

  /** `text` without this secret: servers echo what they were sent. */
  redact(text: string): string {
    let clean = text;
    for (const trace of this.#traces) clean = clean.replaceAll(trace, REDACTED);
    return clean;
  }

  /** `[redacted]` */
  toString(): string {
    return REDACTED;
  }

  /** `[redacted]` */
  toJSON(): string {
    return REDACTED;
  }

  /** `[redacted]`, for `Deno.inspect`. */
  [Symbol.for("Deno.customInspect")](): string {
    return REDACTED;
  }

  /** `[redacted]`, for `util.inspect` of Node and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** The ways in which a server may echo a text: as it is, in base64, and each of these escaped. */
function spellings(text: string): string[] {
  const base64 = encodeBase64(text).replace(/=+$/, "");
  const base64url = base64.replaceAll("+", "-").replaceAll("/", "_");
  return [text, text.replace(/=+$/, ""), base64, base64url].flatMap((spelling) => {
    const encoded = encodeURIComponent(spelling.toWellFormed());
    const form = new URLSearchParams({ "": spelling }).toString().slice(1);
    const html = spelling.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
    return [
      spelling,
      html,
      JSON.stringify(spelling).slice(1, -1),
      form,
      encoded,
      encoded.replace(/%../g, (hex) => hex.toLowerCase()),
    ];
  });
}

function encodeBase64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
