import type { LoginTarget } from "../mod.ts";
import type { Context } from "./_command.ts";
import { hostOf, withoutSecret } from "./_host.ts";
import type { Arguments } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * The registry that the only operand names, as `HOST` or as `https://HOST`.
 *
 * @throws UsageError for anything else
 */
export function loginTarget(args: Arguments, context: Context): LoginTarget {
  const [text, more] = args.operands;
  const expected = "expected one registry, as in registry.example:5000";
  if (text === undefined) throw new UsageError(`Cannot go on: ${expected}`);
  if (more !== undefined) throw new UsageError(`Cannot read "${withoutSecret(more)}": ${expected}`);
  const host = hostOf(text.replace(/\/$/, ""));
  if (host === undefined) throw new UsageError(`Cannot read "${withoutSecret(text)}": ${expected}`);
  const { adapter, registry } = context.open({}).locate(`${host}/x`);
  return { adapter, registry };
}
