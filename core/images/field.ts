import { isRecord } from "../names/record.ts";
import { RegistryError } from "../errors.ts";
import { printable } from "../names/printable.ts";

/** The longest media type or platform part, by RFC 6838 and then some. */
const LONGEST_WORD = 255;
const WORD = /^[\x20-\x7e]*$/;

/** A `protocol` error about one place of a document. Both texts must be printable. */
export function broken(where: string, reason: string): RegistryError {
  return new RegistryError("protocol", `Cannot read ${where}: ${reason}`);
}

/** Text of any length and script, as it came; undefined for `null`, nothing and "", which Go writes for all three. */
export function readText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw broken(where, `it is ${kindOf(value)}, not text`);
  return value;
}

/** As {@linkcode readText}, for names that machines compare: printable ASCII, at most 255 characters. */
export function readWord(value: unknown, where: string): string | undefined {
  const text = readText(value, where);
  if (text === undefined) return undefined;
  if (text.length > LONGEST_WORD) {
    throw broken(where, `it has ${text.length} characters, at most ${LONGEST_WORD} are allowed`);
  }
  if (!WORD.test(text)) {
    throw broken(where, `"${printable(text, 80)}" has characters beyond printable ASCII`);
  }
  return text;
}

/** A flag; `null` and nothing are false. */
export function readFlag(value: unknown, where: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== "boolean") throw broken(where, `it is ${kindOf(value)}, not true or false`);
  return value;
}

/** A list, with each item read by `read` under its own place; undefined for `null` and nothing. */
export function readList<T>(
  value: unknown,
  where: string,
  options: { readonly most: number; readonly read: (item: unknown, where: string) => T },
): readonly T[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw broken(where, `it is ${kindOf(value)}, not a list`);
  if (value.length > options.most) {
    const count = `it has ${value.length} entries, at most ${options.most} are read`;
    throw new RegistryError("too_large", `Cannot read ${where}: ${count}`);
  }
  return value.map((item, index) => options.read(item, `${where}[${index}]`));
}

/** Text of a list: "" counts, `null` does not. */
export function readItem(value: unknown, where: string): string {
  if (typeof value !== "string") throw broken(where, `it is ${kindOf(value)}, not text`);
  return value;
}

/** An object; undefined for `null` and nothing. */
export function readRecord(value: unknown, where: string): Record<string, unknown> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw broken(where, `it is ${kindOf(value)}, not an object`);
  return value;
}

/** A record of texts, frozen and without a prototype, so `__proto__` is a key like any other. */
export function readTexts(
  value: unknown,
  where: string,
): Readonly<Record<string, string>> | undefined {
  const record = readRecord(value, where);
  if (record === undefined) return undefined;
  const texts: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(record)) {
    texts[name] = typeof text === "string"
      ? text
      : readItem(text, `${where}["${printable(name, 80)}"]`);
  }
  return Object.freeze(texts);
}

/**
 * Refuses keys that are equal to a known one but for case: readers in Go take them for it, others do not.
 *
 * @throws RegistryError `protocol`
 */
export function refuseLookAlikes(
  record: Record<string, unknown>,
  known: readonly string[],
  where: string,
): void {
  const folded = new Map(known.map((name) => [fold(name), name]));
  for (const key of Object.keys(record)) {
    if (key.length > LONGEST_WORD) continue;
    const name = folded.get(fold(key));
    if (name !== undefined && name !== key) {
      throw broken(where, `its key "${printable(key, 80)}" differs from "${name}" by case alone`);
    }
  }
}

/** Both ways, so that U+017F becomes "s" and U+212A "k", as in Go. */
function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value === undefined) return "missing";
  const kinds: Readonly<Record<string, string>> = { string: "text", object: "an object" };
  return kinds[typeof value] ?? `a ${typeof value}`;
}
