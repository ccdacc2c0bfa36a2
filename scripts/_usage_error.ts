/**
 * A mistake in the command line. The message names the input and what was expected, and the usage
 * line follows it.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
