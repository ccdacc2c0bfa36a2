import type { Credentials } from "../credentials.ts";
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

/** The user name that marks a secret as an identity token: "docker login", docs.docker.com. */
const TOKEN_USER = "<token>";

/** What a helper writes where it has nothing: docker-credential-helpers `credentials/error.go`. */
const NOT_FOUND = "credentials not found";

/** Whether this may be the name of a helper; it becomes a part of a program's name. */
export function isHelperName(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(name) && !name.includes("..");
}

/**
 * Asks for a login.
 *
 * An answer for another server is refused: a helper that finds its entries by similarity would have
 * this registry receive a secret of that one. Docker does not look at it.
 */
export async function getFromHelper(
  question: HelperQuestion,
  machine: Machine,
): Promise<HelperAnswer<Credentials>> {
  const output = await ask("get", question, question.server, machine);
  if (output.kind !== "done") return output;
  const answer = parse(output.value);
  if (answer === undefined) return failed("did not answer with JSON");
  const [server, username, secret] = ["ServerURL", "Username", "Secret"].map((key) =>
    answer.get(key) ?? ""
  );
  if (typeof server !== "string" || typeof username !== "string" || typeof secret !== "string") {
    return failed("answered with something else than text");
  }
  if (server !== "" && hostOf(server) !== hostOf(question.server)) {
    return failed("answered for another server");
  }
  if (secret === "") return { kind: "none" };
  if (username === TOKEN_USER) return { kind: "done", value: { identityToken: secret } };
  if (username === "") return failed("answered without a user name");
  if (username.includes(":")) return failed("answered with a colon in the user name");
  return { kind: "done", value: { username, password: secret } };
}

/**
 * Has a login kept.
 *
 * @throws {TypeError} for a registry token, which helpers have no word for
 */
export async function storeInHelper(
  question: HelperQuestion,
  credentials: Credentials,
  machine: Machine,
): Promise<HelperAnswer<undefined>> {
  if ("registryToken" in credentials) {
    throw new TypeError("Cannot store a registry token in a credential helper");
  }
  const [username, secret] = "identityToken" in credentials
    ? [TOKEN_USER, credentials.identityToken]
    : [credentials.username, credentials.password];
  const input = { ServerURL: question.server, Username: username, Secret: secret };
  const output = await ask("store", question, JSON.stringify(input), machine);
  return output.kind === "done" ? { kind: "done", value: undefined } : output;
}

/** Has a login forgotten. */
export async function eraseFromHelper(
  question: HelperQuestion,
  machine: Machine,
): Promise<HelperAnswer<undefined>> {
  const output = await ask("erase", question, question.server, machine);
  return output.kind === "done" ? { kind: "done", value: undefined } : output;
}

/** The user names that a helper knows, by server. `question.server` is of no use to it. */
export async function listHelper(
  question: HelperQuestion,
  machine: Machine,
): Promise<HelperAnswer<ReadonlyMap<string, string>>> {
  const output = await ask("list", question, "unused", machine);
  if (output.kind !== "done") return output;
  const entries = [...parse(output.value) ?? [["", undefined]]];
  const isList = entries.every((entry): entry is [string, string] => typeof entry[1] === "string");
  return isList ? { kind: "done", value: new Map(entries) } : failed("did not answer with a list");
}

async function ask(
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

function parse(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    return isRecord ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** Helpers write a server with or without scheme and path. */
function hostOf(server: string): string {
  const rest = server.replace(/^https?:\/\//, "");
  return rest.split("/", 1).join("").toLowerCase();
}

function failed(reason: string): { readonly kind: "failed"; readonly reason: string } {
  return { kind: "failed", reason };
}
