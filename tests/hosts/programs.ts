import { fileURLToPath } from "node:url";
import { runCommand, type RunResult } from "../real/run_command.ts";
import type { User } from "../real/skopeo.ts";

/** How `scripts/tags.ts` is run. */
export interface TagsRun {
  /** The hosts that it may reach, each with its port: `ghcr.io:443`. */
  readonly net: readonly string[];
  /** Its environment, beyond what any program needs to find itself and its cache. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Given by `--username` and, on standard input, `--password-stdin`. @default the flags are left out */
  readonly user?: User;
}

/** The project's directory. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** What this process passes on to any program: where programs, the home and Deno's cache are. */
const BARE: readonly string[] = ["PATH", "HOME", "DENO_DIR", "TMPDIR"];

/** Runs the command that a person types, which is never asked for more permission. */
export function runTags(args: readonly string[], how: TagsRun): Promise<RunResult> {
  const { net, environment, user } = how;
  const login: readonly string[] = user === undefined
    ? []
    : ["--username", user.username, "--password-stdin"];
  return runCommand(
    Deno.execPath(),
    [
      "run",
      `--allow-net=${net.join(",")}`,
      "--allow-env",
      "--no-prompt",
      "scripts/tags.ts",
      ...login,
      ...args,
    ],
    { cwd: ROOT, env: bareWith(environment), input: user && `${user.password}\n` },
  );
}

/** Runs `skopeo list-tags`, without the login files of this machine. */
export function runSkopeoListTags(
  reference: string,
  environment: Readonly<Record<string, string | undefined>>,
  user?: User,
): Promise<RunResult> {
  const who: readonly string[] = user === undefined
    ? ["--no-creds"]
    : ["--creds", `${user.username}:${user.password}`];
  const args: readonly string[] = ["list-tags", ...who, `docker://${reference}`];
  return runCommand("skopeo", args, { env: bareWith(environment) });
}

/** The environment of a child that inherits nothing else. */
export function bareWith(
  added: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries: readonly (readonly [string, string | undefined])[] = [
    ...BARE.map((name) => [name, Deno.env.get(name)] as const),
    // Deno now and then asks dl.deno.land for news, which would be one more connection.
    ["DENO_NO_UPDATE_CHECK", "1"],
    ...Object.entries(added),
  ];
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}
