import { methodOf, type Question } from "./question.ts";
import type { Trouble } from "./trouble.ts";

/**
 * Statuses worth another try. 499 and 520 to 530 come from proxies and content networks in front of
 * a registry; 500 is among them because registries use it for passing troubles too.
 */
const PASSING: ReadonlySet<number> = new Set([
  408,
  429,
  499,
  500,
  502,
  503,
  504,
  520,
  521,
  522,
  523,
  524,
  530,
]);

const FIRST_WAIT = 300;
const LONGEST_WAIT = 20_000;

/** Whether a request that was answered so may succeed when it is sent again; `wait` is what it asks for. */
export function isPassing(status: number, wait: number | undefined): boolean {
  return PASSING.has(status) || (status === 403 && wait !== undefined);
}

/** Whether this status says that the server is overwhelmed, not that it asks for patience. */
export function isOverwhelmed(status: number): boolean {
  return status >= 500 || status === 408;
}

/**
 * Milliseconds to wait before attempt `attempt + 1`, where the server names no time: doubling, and
 * spread over the whole span so that many clients do not come back together.
 */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
}

/** Whether a question goes to where a redirect leads as it is: 307 and 308 say so of what is written. */
export function isRepeatable(question: Question<unknown>, status: number): boolean {
  if (question.once) return false;
  const method = methodOf(question);
  return method === "GET" || method === "HEAD" || status === 307 || status === 308;
}

/** One for what cannot be sent anew; two where nobody answers who need not. */
export function mostAttempts(
  { once, optional }: Question<unknown>,
  { attempts, status }: Trouble,
): number {
  if (once) return 1;
  return optional && status === undefined ? Math.min(attempts, 2) : attempts;
}
