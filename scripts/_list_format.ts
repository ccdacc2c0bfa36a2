import { asciiJson } from "./_json.ts";
import type { Arguments, Option } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/** The formats of a list that is no list of tags. */
export type ListFormat = "lines" | "table" | "json" | "ndjson";

const FORMATS: readonly ListFormat[] = ["lines", "table", "json", "ndjson"];

/** The flags that choose a format. */
export const listFormatOptions: readonly Option[] = [
  { name: "format", value: "FORMAT", help: FORMATS.join(", "), default: "lines" },
  { name: "json", help: "the same as --format json; errors are JSON too" },
];

/**
 * The format that was asked for.
 *
 * @throws UsageError for an unknown one, and for two
 */
export function chooseListFormat(args: Arguments): ListFormat {
  const name = args.one("format");
  if (args.has("json") && name !== undefined && name !== "json") {
    throw new UsageError(`Cannot use "--json" with "--format ${name}": expected one of them`);
  }
  const wanted = name ?? (args.has("json") ? "json" : "lines");
  const format = FORMATS.find((known) => known === wanted);
  if (format !== undefined) return format;
  throw new UsageError(`Cannot read "--format ${name}": expected ${FORMATS.join(", ")}`);
}

/** One JSON value, or an array where several were asked for. */
export function formatValues(values: readonly unknown[], several: boolean): string {
  if (several) return asciiJson(values) + "\n";
  return values.map((value) => asciiJson(value) + "\n").join("");
}
