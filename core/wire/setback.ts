import { printable } from "../names/printable.ts";

/** Why no whole answer came. */
export class Setback extends Error {
  /**
   * - `slow`: the time for it ran out
   * - `connection`: it could not be made, or broke
   * - `nobody`: nothing listens there, or the name is unknown: more than a second try is pointless
   * - `plain`: it speaks HTTP where TLS was expected
   * - `untrusted`: the certificate was refused
   * - `permission`: the runtime does not allow this host
   * - `large`: the body is past its limit
   * - `forged`: the bytes are not the ones that their digest names
   */
  readonly kind:
    | "slow"
    | "connection"
    | "nobody"
    | "plain"
    | "untrusted"
    | "permission"
    | "large"
    | "forged";
  /** What helps. */
  readonly hint?: string;

  /** `message` is printable and follows a colon. */
  constructor(kind: Setback["kind"], message: string, hint?: string) {
    super(message);
    this.kind = kind;
    this.hint = hint;
  }
}

/** What the runtime's words mean, where that is more than a broken connection. */
const PHRASES: readonly (readonly [phrase: RegExp, kind: Setback["kind"]])[] = [
  [/requires net access/i, "permission"],
  [/invalid peer certificate|certificate ?(verify|required)|UnknownIssuer/i, "untrusted"],
  [/InvalidContentType/, "plain"],
  [/port \d+ (is|are) blocked|connection refused|dns error|lookup address/i, "nobody"],
];

/**
 * Tells failures apart by what the runtime says of them. It gives no codes, so its words are read only
 * to give up sooner or to explain; what is not recognised counts as a broken connection. Its own error
 * goes no further: it holds whole addresses, signatures of a storage among them.
 *
 * @returns a {@linkcode Setback}, or `error` itself if it is none
 */
export function setbackOf(error: unknown, url: URL): unknown {
  if (error instanceof Setback || !(error instanceof Error)) return error;
  const told = error.cause instanceof Error ? error.cause.message : error.message;
  const words = withoutAddresses(`${error.name}: ${told}`);
  const kind = error.name === "NotCapable"
    ? "permission"
    : PHRASES.find(([phrase]) => phrase.test(words))?.[1] ?? "connection";
  if (kind === "plain") return new Setback(kind, "it does not speak TLS");
  if (kind === "permission") return new Setback(kind, `this process may not reach ${url.host}`);
  const reason = withoutAddresses(told).split("): ").slice(1).join("): ") || withoutAddresses(told);
  return new Setback(kind, printable(reason.replace(/^client error \(\w+\): /, ""), 200));
}

/** Text in which every address is only `(...)` or nothing. */
function withoutAddresses(text: string): string {
  return text.replace(/https?:\/\/[^\s)]*/g, "");
}
