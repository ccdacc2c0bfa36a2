import type { CredentialSource } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Arguments, Option } from "./_options.ts";
import { readPassword } from "./_password.ts";
import { UsageError } from "./_usage_error.ts";

/** The flags that say who asks. */
export const credentialOptions: readonly Option[] = [
  { name: "username", value: "U", help: "log in as U; goes with --password-stdin" },
  { name: "password-stdin", help: "read the password or token from standard input" },
  { name: "anonymous", help: "use no credentials, not even those in the environment" },
];

/**
 * Where credentials come from as the flags of `credentialOptions` say.
 *
 * A password that was typed for one registry is given to that registry alone.
 *
 * @throws UsageError if the flags contradict each other or the references
 */
export async function chooseCredentials(
  args: Arguments,
  context: Context,
  references: readonly string[],
): Promise<CredentialSource | undefined> {
  const username = args.one("username");
  checkFlags(args);
  if (username?.includes(":")) {
    throw new UsageError(`Cannot use "--username ${username}": expected a name without a colon`);
  }
  if (args.has("anonymous")) return undefined;
  if (username === undefined) return context.credentials;

  const registry = onlyRegistry(context, references);
  const password = await readPassword(context);
  return (query) => query.registry === registry ? { username, password } : undefined;
}

function checkFlags(args: Arguments): void {
  const [hasName, hasPassword] = [args.has("username"), args.has("password-stdin")];
  if (args.has("anonymous") && (hasName || hasPassword)) {
    const flag = hasName ? "--username" : "--password-stdin";
    throw new UsageError(`Cannot use "${flag}" with "--anonymous": expected one of them`);
  }
  if (hasName && !hasPassword) {
    throw new UsageError('Cannot use "--username" alone: expected "--password-stdin" with it');
  }
  if (hasPassword && !hasName) {
    throw new UsageError('Cannot use "--password-stdin" alone: expected "--username U" with it');
  }
}

function onlyRegistry(context: Context, references: readonly string[]): string | undefined {
  const flow = context.open({});
  const registries = new Set(references.map((reference) => flow.locate(reference).registry));
  if (registries.size > 1) {
    const names = [...registries].map((registry) => `"${registry}"`).join(", ");
    throw new UsageError(`Cannot use "--username" for ${names}: expected a single registry`);
  }
  return [...registries].at(0);
}
