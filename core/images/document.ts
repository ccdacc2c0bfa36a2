import { printable } from "../names/printable.ts";
import { broken } from "./field.ts";
import { isRecord } from "../names/record.ts";
import { type JsonKeys, readJsonKeys } from "./json_keys.ts";

/**
 * The object that a manifest or a config is, from its bytes: only what every reader understands alike.
 *
 * Refused are bytes that are not UTF-8, a byte order mark, a second value behind the first, anything but
 * an object, a key given twice where it is read, and nesting beyond 100. Its members are as they came.
 *
 * @param name what to call it in a message, as in `the manifest`
 * @throws RegistryError `protocol`
 */
export function parseDocument(bytes: Uint8Array, name: string): Record<string, unknown> {
  const text = decode(bytes);
  if (text === undefined) throw broken(name, "it is not UTF-8");
  if (text.startsWith("\ufeff")) throw broken(name, "it begins with a byte order mark");
  const keys = read(() => readJsonKeys(text));
  if (keys?.isTooDeep) throw broken(name, "it is nested more than 100 deep");
  const value = read((): unknown => JSON.parse(text));
  if (keys === undefined || value === undefined) throw broken(name, problemOf(text));
  if (!isRecord(value)) throw broken(name, "it is not a JSON object");
  refuseRepeated(keys, name);
  return value;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is read, or undefined where it is no JSON; JSON has no undefined. */
function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function problemOf(text: string): string {
  const start = text.trimStart().charAt(0);
  return start === "<" ? "it is a page made for people, not JSON" : "it is not JSON";
}

function refuseRepeated({ repeated }: JsonKeys, name: string): void {
  if (repeated === undefined) return;
  throw broken(name, `it has the key "${printable(repeated, 80)}" twice in one object`);
}
