import { printable } from "../names/printable.ts";

/** Why no whole answer came. */
export class Setback extends Error {
  /**
   * - `slow`: the time for it ran out
   * - `connection`: it could not be made, or broke
   * - `nobody`: nothing listens there, or the name is unknown: more than a second try is pointless
   * - `untrusted`: the certificate was refused
   * - `permission`: the runtime does not allow this host
   * - `large`: the body is past its limit
   */
  readonly kind: "slow" | "connection" | "nobody" | "untrusted" | "permission" | "large";

  /** `message` is printable and follows a colon. */
  constructor(kind: Setback["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/**
 * Tells failures apart by what the runtime says of them. It gives no codes, so its words are read only
 * to give up sooner or to explain; what is not recognised counts as a broken connection.
 *
 * @returns a {@linkcode Setback}, or `error` itself if it is none
 */
export function setbackOf(error: unknown, url: URL): unknown {
  if (error instanceof Setback || !(error instanceof Error)) return error;
  const words = `${error.message}: ${error.cause instanceof Error ? error.cause.message : ""}`;
  if (error.name === "NotCapable" || words.includes("Requires net access")) {
    return new Setback("permission", `this process may not reach ${url.host}`, error);
  }
  const told = error.cause instanceof Error ? error.cause.message : error.message;
  const detail = printable(told.replace(`error sending request for url (${url.href}): `, ""), 200);
  if (/certificate|UnknownIssuer/i.test(words)) return new Setback("untrusted", detail, error);
  if (/connection refused|dns error|lookup address/i.test(words)) {
    return new Setback("nobody", detail, error);
  }
  return new Setback("connection", detail, error);
}
