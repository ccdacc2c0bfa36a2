import type { Arguments } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/** `setTimeout` fires at once beyond 2^31 - 1 ms. */
const LONGEST_SECONDS = 2_147_483;

/**
 * The whole number that a flag was given, if it was.
 *
 * @throws UsageError below `least`
 */
export function wholeNumber(args: Arguments, name: string, least: number): number | undefined {
  const text = args.one(name);
  if (text === undefined) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (number >= least) return number;
  throw new UsageError(`Cannot read "--${name} ${text}": expected a whole number from ${least}`);
}

/**
 * The milliseconds of a flag given in seconds, such as `0.5`, if it was.
 *
 * @throws UsageError if it is not above 0, or is more than a timer can wait
 */
export function milliseconds(args: Arguments, name: string): number | undefined {
  const text = args.one(name);
  if (text === undefined) return undefined;
  const seconds = /^(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return Math.max(1, Math.round(seconds * 1000));
  throw new UsageError(
    `Cannot read "--${name} ${text}": expected seconds above 0, up to ${LONGEST_SECONDS}`,
  );
}
