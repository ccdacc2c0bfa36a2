import type { Credentials } from "../credentials.ts";

/** The most bytes of a login file. */
export const LONGEST_LOGIN_FILE: number = 1024 * 1024;

/** The fields of an entry that this program knows; a login replaces them and leaves the others. */
export const LOGIN_FIELDS: readonly string[] = [
  "auth",
  "username",
  "password",
  "identitytoken",
  "registrytoken",
];

/** Why a text is no login file, in words that hold nothing of it: `it is not JSON`. */
export class LoginFileError extends Error {
  /** `LoginFileError` */
  override readonly name: string = "LoginFileError";
}

/** What one entry of `auths` holds. Only {@linkcode LoginFile.entry} makes one: it is plain. */
export type LoginEntry =
  | { readonly kind: "login"; readonly credentials: Credentials }
  /** It is there, but the login is kept elsewhere, or nowhere. */
  | { readonly kind: "empty" }
  | { readonly kind: "broken"; readonly reason: string };

/** A login file of Docker or Podman, taken apart. No secret shows when it is inspected. */
export interface LoginFile {
  /** The names of credential helpers, by key; an empty name means this file itself. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The helper for every key that `helpers` does not have. */
  readonly store?: string;
  /** The keys of `auths`. */
  readonly keys: ReadonlySet<string>;
  /** Reads the entry with exactly this key. */
  entry(key: string): LoginEntry | undefined;
  /** Whether an entry holds a login itself. */
  hasLogin(): boolean;
}

/**
 * Takes the text of a `config.json` of Docker or an `auth.json` of Podman apart. An empty file holds
 * nothing, as for Docker. Names of fields are read exactly as they are documented.
 *
 * Of an entry, `registrytoken` wins over `identitytoken`, and that over `auth`, and that over
 * `username` and `password`, as in Docker. An entry that is wrong in itself spoils no other one.
 *
 * @throws {LoginFileError} whoever catches it knows the name of the file
 */
export function parseLoginFile(text: string): LoginFile {
  const root = parse(text);
  const auths = new Map(Object.entries(readObject(root, "auths")));
  const helpers = new Map<string, string>();
  for (const [key, helper] of Object.entries(readObject(root, "credHelpers"))) {
    if (typeof helper !== "string") fail(`"credHelpers" holds something else than names`);
    helpers.set(key, helper);
  }
  const store = own(root, "credsStore") ?? "";
  if (typeof store !== "string") fail(`"credsStore" is not a name`);

  function entry(key: string): LoginEntry | undefined {
    return auths.has(key) ? readEntry(auths.get(key)) : undefined;
  }

  return {
    helpers,
    ...(store === "" ? {} : { store }),
    keys: new Set(auths.keys()),
    entry,
    hasLogin: () => [...auths.keys()].some((key) => entry(key)?.kind === "login"),
  };
}

/** The field `auth`: base64 of name and password with a colon between them. */
export function encodeAuth(username: string, password: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(`${username}:${password}`)) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary);
}

function parse(text: string): object {
  if (text.length > LONGEST_LOGIN_FILE) fail("it has more than 1 MiB");
  if (text.trim() === "") return {};
  const root = parseJson(text);
  if (root === undefined) fail("it is not JSON");
  if (!isObject(root)) fail("it is not a JSON object");
  return root;
}

/** The error of `JSON.parse` quotes the text, so it goes no further. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readObject(root: object, key: string): object {
  const value = own(root, key) ?? {};
  if (!isObject(value)) fail(`"${key}" is not an object`);
  return value;
}

function readEntry(value: unknown): LoginEntry {
  if (value === null) return { kind: "empty" };
  if (!isObject(value)) return { kind: "broken", reason: "it is not an object" };
  const fields = new Map<string, string>();
  for (const name of LOGIN_FIELDS) {
    const field = own(value, name) ?? "";
    if (typeof field !== "string") return { kind: "broken", reason: `"${name}" is not text` };
    fields.set(name, field);
  }
  const registryToken = fields.get("registrytoken");
  if (registryToken) return { kind: "login", credentials: { registryToken } };
  const identityToken = fields.get("identitytoken");
  if (identityToken) return { kind: "login", credentials: { identityToken } };
  const auth = fields.get("auth");
  if (auth) return readAuth(auth);
  return readPair(fields.get("username") ?? "", fields.get("password") ?? "");
}

function readAuth(auth: string): LoginEntry {
  const pair = decodeBase64(auth);
  if (pair === undefined) return { kind: "broken", reason: `"auth" is not base64 of text` };
  const colon = pair.indexOf(":");
  if (colon < 0) return { kind: "broken", reason: `"auth" has no colon in it` };
  if (colon === 0) return { kind: "broken", reason: `"auth" has no user name in it` };
  return readPair(pair.slice(0, colon), trimNul(pair.slice(colon + 1)));
}

function readPair(username: string, password: string): LoginEntry {
  if (username === "" || password === "") return { kind: "empty" };
  if (username.includes(":")) return { kind: "broken", reason: "the user name has a colon in it" };
  return { kind: "login", credentials: { username, password } };
}

/** Docker pads what it decodes with NUL, and old versions wrote that back: docker/cli `configfile/file.go`. */
function trimNul(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === "\0") start++;
  while (end > start && text[end - 1] === "\0") end--;
  return text.slice(start, end);
}

function decodeBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function own(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(reason: string): never {
  throw new LoginFileError(reason);
}
