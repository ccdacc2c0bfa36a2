import type { Credentials } from "../credentials.ts";
import { RegistryError } from "../errors.ts";
import { printable } from "../names/printable.ts";
import { eraseFromHelper, getFromHelper, storeInHelper } from "./credential_helper.ts";
import type { Change } from "./edit_file.ts";
import { reasonOf } from "./files.ts";
import type { HelperAnswer, HelperQuestion } from "./helper_program.ts";
import { removeJson, setJson } from "./json_edit.ts";
import {
  encodeAuth,
  LOGIN_FIELDS,
  type LoginFile,
  LONGEST_LOGIN_FILE,
  parseLoginFile,
} from "./login_file.ts";
import { type NamedHelper, namedHelper } from "./login_helper.ts";
import { type LoginTarget, registryKeys, storedKey } from "./login_keys.ts";
import { type LoginPlace, storingPlace } from "./login_places.ts";
import type { Machine } from "./machine.ts";

/** A place where a login is kept. */
export interface LoginKeeping {
  /** `helper`: a keyring behind a program. `file`: readable by whoever can read the file. */
  readonly kind: "helper" | "file";
  /** Its name, printable, as in the `source` of credentials. */
  readonly place: string;
}

/** How logins are stored and removed. */
export interface StoringOptions {
  /** Variables that credential helpers get besides the usual ones. @default none */
  readonly helperVariables?: readonly string[];
}

/** The known fields of an entry. */
type Fields = Readonly<Record<string, string>>;

/** What is done, in which file, with which helper. */
interface Task {
  readonly what: "store" | "remove";
  readonly target: LoginTarget;
  readonly machine: Machine;
  readonly file: LoginPlace;
  /** What the file held at first. */
  readonly logins: LoginFile;
  readonly helper?: NamedHelper;
  readonly variables: readonly string[];
}

/**
 * Keeps a login where Docker would: with the helper that its `config.json` names for the registry, else
 * in that file. An older login in the file goes when a helper has taken the new one.
 *
 * @throws {RegistryError} `unauthorized` if it could not be kept, or an older one not be removed; no other place is tried
 * @throws {TypeError} for an empty name or secret, and for what the place has no word for
 */
export async function storeLogin(
  target: LoginTarget,
  credentials: Credentials,
  machine: Machine,
  options: StoringOptions = {},
): Promise<LoginKeeping> {
  const fields = fieldsOf(credentials);
  const task = await prepare("store", target, machine, options);
  const { file, helper } = task;
  if (helper === undefined) {
    await edit(task, (text) => setEntry(text, storedKey(target), fields));
    return { kind: "file", place: file.label };
  }
  const answer = await storeInHelper(question(task, helper), credentials, machine);
  if (answer.kind !== "done") refuse(task, `${placeOf(task, helper)} ${reason(answer)}`);
  await edit(task, (text) => setEntry(text, helper.server, {}));
  return { kind: "helper", place: placeOf(task, helper) };
}

/**
 * Forgets the login of a registry, in the helper and in Docker's `config.json`, under whichever key of
 * the registry it is kept. Logins for a part of a registry stay, and those in other files.
 *
 * @returns the places where there was one
 * @throws {RegistryError} `unauthorized` if one is there but could not be removed
 */
export async function removeLogin(
  target: LoginTarget,
  machine: Machine,
  options: StoringOptions = {},
): Promise<readonly LoginKeeping[]> {
  const task = await prepare("remove", target, machine, options);
  const { file, helper } = task;
  const removed: LoginKeeping[] = [];
  if (helper !== undefined && await eraseIfThere(task, helper)) {
    removed.push({ kind: "helper", place: placeOf(task, helper) });
  }
  const keys = registryKeys(target);
  if (!keys.some((key) => task.logins.keys.has(key))) return removed;
  let hadLogin = false;
  await edit(task, (text) => {
    if (text === undefined) return undefined;
    const login = parseLoginFile(text);
    const present = keys.filter((key) => login.keys.has(key));
    hadLogin = present.some((key) => login.entry(key)?.kind !== "empty");
    return present.length === 0 ? undefined : removeJson(text, ["auths"], new Set(present));
  });
  return hadLogin ? [...removed, { kind: "file", place: file.label }] : removed;
}

async function eraseIfThere(task: Task, helper: NamedHelper): Promise<boolean> {
  const asked = question(task, helper);
  const known = await getFromHelper(asked, task.machine);
  if (known.kind === "none") return false;
  const answer = known.kind === "done" ? await eraseFromHelper(asked, task.machine) : known;
  if (answer.kind === "failed") refuse(task, `${placeOf(task, helper)} ${answer.reason}`);
  return answer.kind === "done";
}

async function prepare(
  what: "store" | "remove",
  target: LoginTarget,
  machine: Machine,
  { helperVariables = [] }: StoringOptions,
): Promise<Task> {
  const file = storingPlace(machine);
  if (file === undefined) {
    const message = `Cannot ${what} the login for "${target.registry}": no home directory is known`;
    throw new RegistryError("unauthorized", message, { registry: target.registry });
  }
  const asked = { what, target, machine, file, variables: helperVariables };
  const logins = await readLogins(asked);
  const helper = namedHelper(logins, target);
  const task = { ...asked, logins };
  return helper === undefined || helper.name === "" ? task : { ...task, helper };
}

async function readLogins(task: Omit<Task, "logins">): Promise<LoginFile> {
  const { path, label } = task.file;
  const read = await task.machine.readFile(path, LONGEST_LOGIN_FILE);
  if (read.kind === "refused" || read.kind === "broken") refuse(task, `${label}: ${read.reason}`);
  try {
    return parseLoginFile(read.kind === "text" ? read.text : "");
  } catch (error) {
    refuse(task, `${label}: ${reasonOf(error)}`);
  }
}

async function edit(task: Task, change: Change): Promise<void> {
  try {
    await task.machine.editFile(task.file.path, LONGEST_LOGIN_FILE, change);
  } catch (error) {
    refuse(task, `${task.file.label}: ${reasonOf(error)}`);
  }
}

/** Sets what is known in an entry, and leaves the rest of it as it leaves everything else. */
function setEntry(text: string | undefined, key: string, fields: Fields): string {
  const whole = text === undefined || text.trim() === "" ? "{}" : text;
  parseLoginFile(whole);
  const unwanted = new Set(LOGIN_FIELDS.filter((name) => !Object.hasOwn(fields, name)));
  const cleared = removeJson(whole, ["auths", key], unwanted);
  const isStub = parseLoginFile(cleared).entry(key)?.kind === "empty";
  if (Object.keys(fields).length === 0 && !isStub) return setJson(cleared, ["auths", key], {});
  let edited = cleared;
  for (const [name, value] of Object.entries(fields)) {
    edited = setJson(edited, ["auths", key, name], value);
  }
  return edited;
}

function fieldsOf(credentials: Credentials): Fields {
  const fields = plainFields(credentials);
  if (Object.values(fields).includes("")) throw new TypeError("Cannot store an empty login");
  return fields;
}

function plainFields(credentials: Credentials): Fields {
  if ("registryToken" in credentials) return { registrytoken: credentials.registryToken };
  if ("identityToken" in credentials) return { identitytoken: credentials.identityToken };
  return { auth: authOf(credentials) };
}

function authOf({ username, password }: { username: string; password: string }): string {
  if (username === "" || password === "") return "";
  if (username.includes(":")) throw new TypeError("Cannot store a user name with a colon in it");
  return encodeAuth(username, password);
}

function question({ variables }: Task, { name, server }: NamedHelper): HelperQuestion {
  return { name, server, variables };
}

function placeOf({ file }: Task, { name }: NamedHelper): string {
  return `docker-credential-${printable(name, 64)} (named in ${file.label})`;
}

function reason(answer: Exclude<HelperAnswer<unknown>, { kind: "done" }>): string {
  return answer.kind === "failed" ? answer.reason : "says that it has no such credentials";
}

function refuse({ what, target }: Pick<Task, "what" | "target">, reason: string): never {
  const message = `Cannot ${what} the login for "${target.registry}": ${reason}`;
  throw new RegistryError("unauthorized", message, { registry: target.registry });
}
