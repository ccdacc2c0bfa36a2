import { chooseFormat, formatOptions } from "./_format.ts";
import type { Arguments, Option } from "./_options.ts";

/** The formats of a list that is no list of tags. */
export type ListFormat = "lines" | "table" | "json" | "ndjson";

const FORMATS: readonly ListFormat[] = ["lines", "table", "json", "ndjson"];

/** The flags that choose a format. */
export const listFormatOptions: readonly Option[] = formatOptions(FORMATS.join(", "));

/**
 * The format that was asked for.
 *
 * @throws UsageError for an unknown one, and for two
 */
export function chooseListFormat(args: Arguments): ListFormat {
  return chooseFormat(args, new Map(FORMATS.map((name) => [name, name])));
}
