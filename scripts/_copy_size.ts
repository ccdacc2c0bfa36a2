import type { Arguments } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

const LEAST = 2 ** 16;

/**
 * The bytes of a flag given as `5000000`, `50MB` or `64MiB`, if it was.
 *
 * @throws UsageError for what cannot be read, and for less than 64 KiB: small pieces cost a request each
 */
export function readSize(args: Arguments, name: string): number | undefined {
  const text = args.one(name);
  if (text === undefined) return undefined;
  const [, digits = "0", unit = ""] = /^(\d{1,12}) ?([a-z]{0,3})$/i.exec(text) ?? [];
  const size = Number(digits) * (UNITS[unit.toLowerCase()] ?? 0);
  if (size >= LEAST && Number.isSafeInteger(size)) return size;
  const expected = size > 0 && size < LEAST ? "at least 64KiB" : "bytes, as in 50MB or 64MiB";
  throw new UsageError(`Cannot read "--${name} ${text}": expected ${expected}`);
}
