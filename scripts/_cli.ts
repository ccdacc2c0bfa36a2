import type { Command, Context, Surroundings } from "./_command.ts";
import { exitCode, exitCodeOf } from "./_exit.ts";
import { formatHelp } from "./_help.ts";
import { type Arguments, helpOption, parseArguments } from "./_options.ts";
import { ClosedOutput } from "./_output.ts";
import { errorStyle, formatError } from "./_report.ts";

/** Runs one command on the words after its name, and resolves to the exit code. Never throws. */
export async function runCommand(
  command: Command,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  return await settle(command.usage, words, surroundings, async (context) => {
    const args = parseHelpful(command, words);
    if (args !== undefined) return await command.run(args, context);
    await context.stdout.write(formatHelp(command));
    return exitCode("done");
  });
}

/** Runs `work` and turns every way in which it can end into an exit code. */
export async function settle(
  usage: string,
  words: readonly string[],
  surroundings: Surroundings,
  work: (context: Context) => Promise<number>,
): Promise<number> {
  const { stderr, signal } = surroundings;
  const style = errorStyle(words);
  async function report(error: unknown): Promise<number> {
    await stderr.write(formatError(error, style, usage));
    return exitCodeOf(error);
  }
  try {
    return await work({ ...surroundings, report });
  } catch (error) {
    if (signal.aborted) return exitCode("interrupted");
    if (error instanceof ClosedOutput) return exitCode("done");
    return await report(error);
  }
}

/** The words sorted, or nothing if help is wanted: it is given although other words be wrong. */
function parseHelpful(command: Command, words: readonly string[]): Arguments | undefined {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  if (words.slice(0, end).some((word) => word === "--help" || word === "-h")) return undefined;
  return parseArguments(words, [...command.options, helpOption]);
}
