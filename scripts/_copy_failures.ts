import type { Context } from "./_command.ts";
import type { Passage } from "./_copy_print.ts";
import { exitCodeOf } from "./_exit.ts";
import { formatError } from "./_report.ts";

/** How failures of copies are told. */
export interface FailureStyle {
  /** Whether each is a line of JSON. */
  readonly isJson: boolean;
  /** The command's usage line. */
  readonly usage: string;
  /** Whether there are several, so that each must be told from the others. */
  readonly several: boolean;
}

/**
 * Tells of copies that failed, each with its ends. Where one cause stops many, its hint and what the registry
 * said of it are told to a person once.
 *
 * @returns what resolves to the exit code of a failure
 */
export function failureTeller(
  { stderr }: Context,
  { isJson, usage, several }: FailureStyle,
): (error: unknown, passage: Passage) => Promise<number> {
  const told = new Set<string>();
  return async (error: unknown, { source, destination }: Passage): Promise<number> => {
    const text = formatError(error, isJson ? "json" : "text", usage, { source, destination });
    const [first = "", ...others] = text.trimEnd().split("\n");
    const isNamed = !several || isJson ||
      [source, destination].some((name) => first.includes(`"${name}"`));
    const fresh = others.filter((line) => !told.has(line));
    for (const line of fresh) told.add(line);
    const lines = [isNamed ? first : `${first} (${source})`, ...fresh];
    await stderr.write(lines.join("\n") + "\n");
    return exitCodeOf(error);
  };
}
