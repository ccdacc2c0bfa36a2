import { NotJson } from "./json.ts";
import { Setback } from "./setback.ts";

/** Attempts where nobody listens or nobody has that name: waiting longer hardly helps. */
const ATTEMPTS_AT_NOBODY = 2;
/** Attempts at bytes with a wrong digest: a body that was cut without a sign of it is whole the next time. */
const ATTEMPTS_AT_FORGED = 2;
/** Characters shown of an answer that cannot be read. */
const SAMPLE = 80;

/** Why an attempt came to nothing, and whether another may not. */
export interface Trouble {
  /** What it is in the end. */
  readonly code: "rate_limited" | "unavailable" | "protocol" | "too_large" | "digest_mismatch";
  /** Whose answer, or silence, it was. */
  readonly host: string;
  /** Follows a colon. */
  readonly reason: string;
  /** After how many attempts it is pointless to go on. */
  readonly attempts: number;
  /** Whether the server could not cope with so much. */
  readonly overwhelmed?: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly wait?: number;
  /** Milliseconds within which the server allows no more, though it names no time to wait. */
  readonly window?: number;
  /** The status of the answer. */
  readonly status?: number;
  /** What its body said. */
  readonly diagnostics?: readonly string[];
  /** What helps. */
  readonly hint?: string;
}

/** A redirect that a rule of ours does not follow. */
export class Refused extends Error {}

/** A host that has asked to wait, and is not asked before. */
export function closedFor(host: string, wait: number): Trouble {
  const reason = `${host} asks to wait for ${Math.ceil(wait / 1000)} s`;
  return { code: "rate_limited", host, reason, attempts: Infinity, wait };
}

/**
 * What a failed attempt means; rethrows what is no trouble of the wire.
 *
 * @param clean makes a server's words fit to be shown
 */
export function troubleOf(
  error: unknown,
  { url, confidential }: { readonly url: URL; readonly confidential?: boolean },
  clean: (text: string, limit: number) => string,
): Trouble {
  if (error instanceof Refused) {
    return { code: "protocol", host: url.host, reason: error.message, attempts: 1 };
  }
  if (error instanceof NotJson) {
    return misread(error, url.host, confidential ? "" : clean(error.message, SAMPLE));
  }
  if (!(error instanceof Setback)) throw error;
  const { host } = url;
  const reason = `${host}: ${error.message}`;
  switch (error.kind) {
    case "large":
      return {
        code: "too_large",
        host,
        reason,
        attempts: 1,
        overwhelmed: true,
        hint: error.hint,
      };
    case "forged":
      return {
        code: "digest_mismatch",
        host,
        reason,
        attempts: ATTEMPTS_AT_FORGED,
        hint: error.hint,
      };
    case "slow":
      return {
        code: "unavailable",
        host,
        reason,
        attempts: Infinity,
        overwhelmed: true,
      };
    case "connection":
      return { code: "unavailable", host, reason, attempts: Infinity };
    case "nobody":
      return { code: "unavailable", host, reason, attempts: ATTEMPTS_AT_NOBODY };
    case "plain": {
      const hint = `--plain-http ${host} speaks so, if that is meant`;
      return { code: "unavailable", host, reason, attempts: 1, hint };
    }
    case "untrusted": {
      const hint =
        "--ca FILE, or DENO_CERT, trusts the authority that signed it; --cert and --key show one of yours";
      return { code: "unavailable", host, reason, attempts: 1, hint };
    }
    case "permission":
      return {
        code: "unavailable",
        host,
        reason: error.message,
        attempts: 1,
        hint: `Add --allow-net=${url.hostname}:${portOf(url)} to the command`,
      };
  }
}

function misread(error: NotJson, host: string, sample: string): Trouble {
  const found = sample === "" ? "" : `: "${sample}"`;
  if (error.kind === "html") {
    return {
      code: "protocol",
      host,
      reason: `${host} answered with a web page instead of JSON${found}`,
      attempts: 1,
      hint: `Is ${host} a registry? A proxy or a login page in between answers like this too`,
    };
  }
  return {
    code: "protocol",
    host,
    reason: `${host} answered with something that is not a JSON object${found}`,
    attempts: error.kind === "cut" ? Infinity : 1,
  };
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === "https:" ? "443" : "80");
}
