/**
 * What went wrong, as a closed set.
 *
 * - `reference_invalid`: the text is not a reference, or not one that this verb takes
 * - `not_found`: no such repository, tag or digest, or none that this reader may see
 * - `unauthorized`: credentials are needed, or those given were refused
 * - `denied`: the credentials are good, but do not reach this
 * - `rate_limited`: the registry asks for patience beyond the budget; see `facts.retryAt`
 * - `unavailable`: unreachable, or failing after every attempt
 * - `incomplete`: a listing began but could not be finished
 * - `protocol`: the answer is not what the specification allows
 * - `digest_mismatch`: the bytes are not the ones that were asked for
 * - `too_large`: the answer is past a limit
 * - `unsupported`: the registry does not offer this
 * - `blocked`: a rule of ours refused to go on
 */
export type ErrorCode =
  | "reference_invalid"
  | "not_found"
  | "unauthorized"
  | "denied"
  | "rate_limited"
  | "unavailable"
  | "incomplete"
  | "protocol"
  | "digest_mismatch"
  | "too_large"
  | "unsupported"
  | "blocked";

/** What is known about a failure. Every string is safe to print: no secret, no control character. */
export interface ErrorFacts {
  /** The registry's canonical host, as in `registry.example:5000`. */
  readonly registry?: string;
  /** The adapter's id. */
  readonly adapter?: string;
  /** Method and address of the last request, without secrets. */
  readonly request?: string;
  /** The HTTP status of the last answer. */
  readonly status?: number;
  /** What the registry said: `CODE: message` of each entry in an OCI error body. */
  readonly diagnostics?: readonly string[];
  /** One sentence that gets a person unstuck. */
  readonly hint?: string;
  /** When a rate limit ends. */
  readonly retryAt?: Date;
  /** How often the last request was sent. */
  readonly attempts?: number;
  /** Which end of a copy failed. */
  readonly side?: "source" | "destination";
}

/** The one error of this library. A mistake in a call's own arguments is a `TypeError` or `RangeError`. */
export class RegistryError extends Error {
  /** What went wrong. */
  readonly code: ErrorCode;
  /** What is known about it. */
  readonly facts: ErrorFacts;

  /** `message` says what could not be done, to what, and why, without a full stop. */
  constructor(
    code: ErrorCode,
    message: string,
    facts: ErrorFacts = {},
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = "RegistryError";
    this.code = code;
    this.facts = facts;
  }
}

/** Whether an error is a registry's word that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return error instanceof RegistryError && error.facts.status === 404;
}
