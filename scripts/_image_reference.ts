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

/**
 * An image with a digest that was found, and with the tag that was written, or `latest` where neither tag nor
 * digest was: so two tags with one digest differ.
 */
export function pinnedReference(target: Target, found: string): string {
  const tag = target.tag ?? (target.digest === undefined ? "latest" : undefined);
  return `${fullName(target)}${tag === undefined ? "" : `:${tag}`}@${found}`;
}
