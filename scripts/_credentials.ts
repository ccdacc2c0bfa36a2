import type { CredentialQuery, Credentials, CredentialSource, Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Arguments, Option } from "./_options.ts";
import { readPassword } from "./_password.ts";
import { unlessAborted } from "./_unless_aborted.ts";
import { UsageError } from "./_usage_error.ts";

/** Where a password comes from that was typed or piped in, for messages. */
export const TYPED = "the command line";

/** A login that was typed for one registry of several. */
export interface TypedLogin {
  /** The registry, which alone is given it. */
  readonly registry: string;
  /** The login. */
  readonly credentials: Credentials;
}

/** The flags that say who asks. */
export const credentialOptions: readonly Option[] = [
  { name: "username", value: "U", help: "log in as U; goes with --password-stdin" },
  { name: "password-stdin", help: "read the password or token from standard input" },
  { name: "token-stdin", help: "read a bearer token for the registry from standard input" },
  { name: "anonymous", help: "use no credentials, not even those of this machine" },
  { name: "strict-credentials", help: "end where a login is found that cannot be used" },
];

/** Whom credentials are for, and who is told of what is strange about them. */
export interface Wanted {
  /** All that the command is going to ask for. */
  readonly targets: readonly Target[];
  /** What besides the repositories of `targets` is going to be asked. @default nothing */
  readonly besides?: Besides;
  /** Told of what a person should know. @default nobody */
  readonly onWarning?: (message: string) => void;
  /** What was typed for one of them. @default nothing */
  readonly typed?: TypedLogin;
}

/**
 * What a login may be needed for besides a repository: `api` is the registry's own web API, `registry` is that
 * and the registry itself.
 */
export type Besides = "api" | "registry";

/**
 * Where credentials come from as the flags of `credentialOptions` say. Logins that the machine keeps are
 * looked up here for all targets, and never later.
 *
 * A password that was typed for one registry is given to that registry alone, and to its own web API.
 *
 * @throws UsageError if the flags contradict each other or the targets
 */
export async function chooseCredentials(
  args: Arguments,
  context: Context,
  wanted: Wanted,
): Promise<CredentialSource | undefined> {
  checkFlags(args);
  const username = readUsername(args);
  if (args.has("anonymous")) return undefined;
  if (username !== undefined) {
    const registry = onlyRegistry("--username", wanted);
    const password = await readPassword(context, "password");
    return onlyFor(registry, { username, password, source: TYPED });
  }
  if (args.has("token-stdin")) {
    const registry = onlyRegistry("--token-stdin", wanted);
    const registryToken = await readPassword(context, "token");
    return onlyFor(registry, { registryToken, source: TYPED });
  }
  return await lookUp(args, context, wanted);
}

/**
 * The name that a flag gives.
 *
 * @throws UsageError for one with a colon, which no registry can tell from the password behind it
 */
export function readUsername(args: Arguments, flag: string = "username"): string | undefined {
  const username = args.one(flag);
  if (username?.includes(":")) {
    throw new UsageError(`Cannot use "--${flag} ${username}": expected a name without a colon`);
  }
  return username;
}

function onlyFor(registry: string | undefined, credentials: Credentials): CredentialSource {
  return (query) => query.registry === registry ? credentials : undefined;
}

/** What cannot be used is an error of the reference that it is for, and of no other. */
async function lookUp(
  args: Arguments,
  context: Context,
  { targets, besides, onWarning, typed }: Wanted,
): Promise<CredentialSource> {
  const strict = args.has("strict-credentials");
  const logins = context.logins({ strict, onWarning });
  const found = new Map<string, Promise<Credentials | undefined>>();
  for (const query of targets.flatMap((target) => queriesFor(target, besides))) {
    if (found.has(nameOf(query)) || query.registry === typed?.registry) continue;
    found.set(nameOf(query), Promise.resolve(logins.credentials(query)));
  }
  await unlessAborted(Promise.allSettled(found.values()), context.signal);
  return (query) =>
    query.registry === typed?.registry ? typed.credentials : found.get(nameOf(query));
}

/** All that the flow may ask for: a registry's own API by the host of that. */
function queriesFor(
  { adapter, registry, repository }: Target,
  besides?: Besides,
): readonly CredentialQuery[] {
  const { api } = adapter;
  const asksApi = besides !== undefined && api?.login !== undefined;
  return [
    ...(besides === "registry" ? [{ adapter, registry }] : [{ adapter, registry, repository }]),
    ...(asksApi ? [{ adapter, registry: new URL(api.origin).host }] : []),
  ];
}

function nameOf({ registry, repository }: CredentialQuery): string {
  return JSON.stringify([registry, repository]);
}

function checkFlags(args: Arguments): void {
  const [hasName, hasPassword] = [args.has("username"), args.has("password-stdin")];
  const flags = ["username", "password-stdin", "token-stdin"].filter((name) => args.has(name));
  for (const other of ["anonymous", "token-stdin"]) {
    const [flag = other] = flags;
    if (!args.has(other) || flag === other) continue;
    throw new UsageError(`Cannot use "--${flag}" with "--${other}": expected one of them`);
  }
  if (hasName && !hasPassword) {
    throw new UsageError('Cannot use "--username" alone: expected "--password-stdin" with it');
  }
  if (hasPassword && !hasName) {
    throw new UsageError('Cannot use "--password-stdin" alone: expected "--username U" with it');
  }
}

function onlyRegistry(flag: string, { targets }: Wanted): string | undefined {
  const registries = new Set(targets.map(({ registry }) => registry));
  if (registries.size > 1) {
    const names = [...registries].map((registry) => `"${registry}"`).join(", ");
    throw new UsageError(`Cannot use "${flag}" for ${names}: expected a single registry`);
  }
  return [...registries].at(0);
}
