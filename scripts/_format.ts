import { asciiJson } from "./_json.ts";
import type { Arguments, Option } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/** The flags that choose one of the formats that `names` explains. */
export function formatOptions(names: string, usual: string = "lines"): readonly Option[] {
  return [
    { name: "format", value: "FORMAT", help: names, default: usual },
    { name: "json", help: "the same as --format json; errors are JSON too" },
  ];
}

/**
 * The one of `formats` that was asked for, by its name; `usual` where none was.
 *
 * @throws UsageError for an unknown one, and for two
 */
export function chooseFormat<Format>(
  args: Arguments,
  formats: ReadonlyMap<string, Format>,
  usual: string = "lines",
): Format {
  const name = args.one("format");
  if (args.has("json") && name !== undefined && name !== "json") {
    throw new UsageError(`Cannot use "--json" with "--format ${name}": expected one of them`);
  }
  const format = formats.get(name ?? (args.has("json") ? "json" : usual));
  if (format !== undefined) return format;
  throw new UsageError(
    `Cannot read "--format ${name}": expected ${[...formats.keys()].join(", ")}`,
  );
}

/** One JSON value a line, or an array where several were asked for. */
export function formatValues(
  values: readonly unknown[],
  several: boolean,
  indent?: number,
): string {
  if (several) return asciiJson(values, indent) + "\n";
  return values.map((value) => asciiJson(value, indent) + "\n").join("");
}
