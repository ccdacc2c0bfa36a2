import { wholeNumber } from "./_numbers.ts";
import type { Arguments, Option } from "./_options.ts";

/** The flag that limits what one reference may cost. `usual` is what the help calls its default. */
export function maxRequestsOption(usual: string = "as many as it takes"): Option {
  return {
    name: "max-requests",
    value: "N",
    help: "give up on a reference that takes more than N requests",
    default: usual,
  };
}

/**
 * The number given with the flag of `maxRequestsOption`, if it was.
 *
 * @throws UsageError for one that is not a whole number from 1
 */
export function readMaxRequests(args: Arguments): number | undefined {
  return wholeNumber(args, "max-requests", 1);
}
