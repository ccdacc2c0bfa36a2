import { printable } from "../names/printable.ts";
import type { Machine } from "./machine.ts";
import type { ProgramEnd } from "./run_program.ts";

/** What a helper is asked with. */
export interface HelperQuestion {
  /** The part of its name behind `docker-credential-`. */
  readonly name: string;
  /** The key of the login, as it goes to the helper: `registry.example:5000`. */
  readonly server: string;
  /** Variables that it gets besides {@linkcode HELPER_VARIABLES}. @default none */
  readonly variables?: readonly string[];
}

/** What a helper answered. A `reason` follows its name in a sentence, and holds nothing that it wrote. */
export type HelperAnswer<T> =
  | { readonly kind: "done"; readonly value: T }
  /** It works, and has nothing under this key. */
  | { readonly kind: "none" }
  /** It is not installed, may not be run, or did not do what it should. */
  | { readonly kind: "failed"; readonly reason: string };

/**
 * The variables that a helper gets: where programs and the home directory are, the desktop that may
 * ask for a passphrase, and where keyrings live. A helper for a cloud's registries may need more.
 */
export const HELPER_VARIABLES: readonly string[] = [
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TMPDIR"],
  ...["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"],
  ...["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DOCKER_CONFIG"],
  ...["GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR"],
  // Windows starts nothing without these.
  ...["SystemRoot", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"],
];

/** It may have to ask a keyring, but not a person. */
const TIMEOUT = 10_000;
const OUTPUT_LIMIT = 64 * 1024;

/** What a helper writes where it has nothing: docker-credential-helpers `credentials/error.go`. */
const NOT_FOUND = "credentials not found";

/** Whether this may be the name of a helper; it becomes a part of a program's name. */
export function isHelperName(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(name) && !name.includes("..");
}

/**
 * Runs a helper for one action. What it wrote is for the caller to judge, and never to be shown.
 *
 * @throws {TypeError} for a server that does not fit on one line
 */
export async function askHelper(
  action: "get" | "store" | "erase" | "list",
  { name, server, variables = [] }: HelperQuestion,
  input: string,
  machine: Machine,
): Promise<HelperAnswer<string>> {
  if (!isHelperName(name)) return failed("has a name that no helper may have");
  if (!/^[\x21-\x7e]+$/.test(server)) {
    throw new TypeError(`Cannot ask a credential helper for "${printable(server, 80)}"`);
  }
  const env = environmentFor(variables, machine);
  // Where PATH names no directory, some systems look in the working directory.
  if (env.PATH === "") return failed("is not on PATH");
  const end = await machine.run({
    command: `docker-credential-${name}`,
    args: [action],
    env,
    input,
    timeout: TIMEOUT,
    outputLimit: OUTPUT_LIMIT,
  });
  return judge(end);
}

function judge(end: ProgramEnd): HelperAnswer<string> {
  if (end.kind === "missing") return failed("is not on PATH");
  if (end.kind === "refused") return failed(`may not be run: ${end.reason}`);
  if (end.kind === "killed") return failed(end.reason);
  if (end.stdout.trim().toLowerCase().startsWith(NOT_FOUND)) return { kind: "none" };
  if (end.code !== 0) return failed(`failed with exit code ${end.code}`);
  return { kind: "done", value: end.stdout };
}

/** A relative directory on PATH would run what lies in the working directory, so it is left out. */
function environmentFor(variables: readonly string[], machine: Machine): Record<string, string> {
  const [separator, isAbsolute] = machine.platform === "win32"
    ? [";", /^([A-Za-z]:)?[\\/]/]
    : [":", /^\//];
  const env = new Map<string, string>();
  for (const name of [...HELPER_VARIABLES, ...variables]) {
    const value = machine.variable(name);
    if (value !== undefined) env.set(name, value);
  }
  const directories = (env.get("PATH") ?? "").split(separator);
  env.set("PATH", directories.filter((path) => isAbsolute.test(path)).join(separator));
  return Object.fromEntries(env);
}

/** An answer that is none. */
export function failed(reason: string): { readonly kind: "failed"; readonly reason: string } {
  return { kind: "failed", reason };
}
