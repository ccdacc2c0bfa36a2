import { type ErrorCode, RegistryError } from "../mod.ts";
import { UsageError } from "./_usage_error.ts";

/** How a command ended. */
export type Ending =
  | "done"
  | "unforeseen"
  | "usage"
  | "notFound"
  | "refused"
  | "rateLimited"
  | "unavailable"
  | "incomplete"
  | "broken"
  | "interrupted";

/** The one table of exit codes, with what each means: a promise to users. */
export const EXIT: Readonly<Record<Ending, readonly [code: number, meaning: string]>> = {
  done: [0, "done"],
  unforeseen: [1, "unforeseen error"],
  usage: [2, "usage: a flag or reference cannot be read"],
  notFound: [3, "not found, or not visible to you"],
  refused: [4, "credentials refused or needed, or not enough to write"],
  rateLimited: [5, "rate limited"],
  unavailable: [6, "unreachable or failing server, or disk"],
  incomplete: [7, "incomplete: not everything could be listed or copied"],
  broken: [8, "the answer broke the protocol or a digest"],
  interrupted: [130, "interrupted"],
};

const ENDINGS: Readonly<Record<ErrorCode, Ending>> = {
  reference_invalid: "usage",
  not_found: "notFound",
  denied: "notFound",
  unauthorized: "refused",
  blocked: "refused",
  rate_limited: "rateLimited",
  unavailable: "unavailable",
  incomplete: "incomplete",
  protocol: "broken",
  digest_mismatch: "broken",
  too_large: "broken",
  unsupported: "broken",
};

/** The exit code of an ending. */
export function exitCode(ending: Ending): number {
  return EXIT[ending][0];
}

/** The exit code of an error that ended a command, or one part of it. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCode("usage");
  if (error instanceof RegistryError) return exitCode(endingOf(error));
  return exitCode("unforeseen");
}

/** Whoever may not read is told that nothing is there; whoever may not write has seen that it is. */
function endingOf({ code, facts }: RegistryError): Ending {
  if (code === "denied" && facts.side === "destination") return "refused";
  return ENDINGS[code] ?? "unforeseen";
}
