import type {
  Flow,
  FlowOptions,
  LoginOptions,
  Logins,
  RegistryAdapter,
  TlsClients,
  TlsFiles,
} from "../mod.ts";
import type { Arguments, Option } from "./_options.ts";
import type { Writer } from "./_output.ts";
import type { Terminal } from "./_terminal.ts";

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
  /** For what must not stand on the command line. */
  readonly stdin: Input;
  /** Opens the way to registries. */
  readonly open: (options: FlowOptions) => Flow;
  /** The known registries. */
  readonly adapters: readonly RegistryAdapter[];
  /** For questions to a person, where `stdin` is a terminal. */
  readonly terminal: Terminal;
  /** Opens the logins that the machine keeps. */
  readonly logins: (options: LoginOptions) => Logins;
  /** Reads certificates, and opens clients that use them. */
  readonly certificates: (
    files: TlsFiles,
    namesOf: (host: string) => readonly string[],
  ) => Promise<TlsClients>;
  /** Where the machine keeps certificates for single hosts. */
  readonly hostFolders: () => readonly string[];
  /** Gives up, for the rest of the process, reading files and variables and running programs. */
  readonly dropReading: () => Promise<void>;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** What a command is run with. */
export interface Context extends Surroundings {
  /** Tells of an error in the style asked for, and resolves to its exit code. For work that goes on after it. */
  report(error: unknown): Promise<number>;
}
