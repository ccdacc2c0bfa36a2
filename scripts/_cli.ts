import type { CredentialSource, Flow, FlowOptions, RegistryAdapter } from "../mod.ts";
import { exitCode, exitCodeOf } from "./_exit.ts";
import { formatHelp } from "./_help.ts";
import { type Arguments, helpOption, type Option, parseArguments } from "./_options.ts";
import { ClosedOutput, type Writer } from "./_output.ts";
import { errorStyle, formatError } from "./_report.ts";

/** One question that the program answers. */
export interface Command {
  /** What it is called by: `tags`. */
  readonly name: string;
  /** What it does, as a sentence without its full stop. */
  readonly summary: string;
  /** How it is called: `portolan tags [options] REF...`. */
  readonly usage: string;
  /** Its flags; `--help` is added to them. */
  readonly options: readonly Option[];
  /** Real command lines, which may name registries. */
  readonly examples: readonly [string, string, string];
  /** Resolves to the exit code. What it throws is reported and decides the exit code. */
  run(args: Arguments, context: Context): Promise<number>;
}

/** Standard input, as `Deno.stdin` is. */
export interface Input {
  /** Its bytes, to be read once. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Whether a person is typing. */
  isTerminal(): boolean;
}

/** What a program finds around it; tests bring their own. */
export interface Surroundings {
  /** For data, and nothing else. */
  readonly stdout: Writer;
  /** For everything that is not data. */
  readonly stderr: Writer;
  readonly stdin: Input;
  /** Opens the way to registries. */
  readonly open: (options: FlowOptions) => Flow;
  /** The known registries. */
  readonly adapters: readonly RegistryAdapter[];
  /** What the environment holds. */
  readonly credentials: CredentialSource;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** What a command is run with. */
export interface Context extends Surroundings {
  /** Tells of an error in the style asked for, and resolves to its exit code. For work that goes on after it. */
  report(error: unknown): Promise<number>;
}

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
