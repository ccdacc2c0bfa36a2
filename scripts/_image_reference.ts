import type { Target } from "../mod.ts";
import type { Arguments } from "./_options.ts";
import { fullName } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * The only reference of a command that takes one; `what` follows "Cannot".
 *
 * @throws UsageError for none and for more
 */
export function onlyReference(args: Arguments, what: string): string {
  const [reference, ...others] = args.operands;
  if (reference !== undefined && others.length === 0) return reference;
  // Not named: what stands in front of an `@` may be a password.
  const got = others.length === 0 ? "none" : args.operands.length;
  throw new UsageError(`Cannot ${what}: expected one reference, got ${got}`);
}

/** An image's full reference, with the digest or tag that is asked for: without either it is `latest`. */
export function fullReference(target: Target): string {
  const { tag = "latest", digest } = target;
  return fullName(target) + (digest === undefined ? `:${tag}` : `@${digest}`);
}
