import { fileURLToPath } from "node:url";
import { runCommand, type RunResult } from "./run_command.ts";
import type { User } from "./skopeo.ts";

/** Who asks, and which realm may hear it. */
export interface TagsAsker {
  /** Given as `--username` and, on standard input, the password. @default the flags are left out */
  readonly user?: User;
  /** Given as `--trust-realm`. @default the flag is left out */
  readonly trust?: string;
}

/** The project's directory. */
const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** Runs `scripts/tags.ts` as a person would, with the network of this machine alone. */
export function runTags(args: readonly string[], asker: TagsAsker = {}): Promise<RunResult> {
  const { user, trust } = asker;
  return runCommand(
    Deno.execPath(),
    [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-env",
      "scripts/tags.ts",
      ...(user === undefined ? [] : ["--username", user.username, "--password-stdin"]),
      ...(trust === undefined ? [] : ["--trust-realm", trust]),
      ...args,
    ],
    { cwd: ROOT, input: user === undefined ? undefined : `${user.password}\n` },
  );
}
