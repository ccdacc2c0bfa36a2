import type { EditFile } from "../../core/system/edit_file.ts";
import type { FileReading } from "../../core/system/files.ts";
import type { Machine } from "../../core/system/machine.ts";
import type { Program, ProgramEnd } from "../../core/system/run_program.ts";

/** What a made-up machine has. */
export interface FakeOptions {
  /** @default `HOME=/home/ann` and a PATH; these are added to */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files by path: text, or what reading comes to. */
  readonly files?: Readonly<Record<string, string | FileReading>>;
  /** Helpers by name: what `get` prints for a server; `undefined` is "not found". */
  readonly helpers?: Readonly<Record<string, (server: string) => string | ProgramEnd | undefined>>;
  /** @default linux */
  readonly platform?: string;
  /** @default 1000 */
  readonly userId?: number;
}

/** A machine that remembers what it was asked for. */
export interface FakeMachine extends Machine {
  /** The paths that were read, in order. */
  readonly read: readonly string[];
  /** The variables that were looked at. */
  readonly variables: ReadonlySet<string>;
  /** The programs that were run. */
  readonly ran: readonly Program[];
}

/** Makes a machine that is nowhere. */
export function fakeMachine(options: FakeOptions = {}): FakeMachine {
  const variables = new Map(Object.entries({
    HOME: "/home/ann",
    PATH: "/usr/bin:/bin",
    ...options.variables,
  }));
  const files = new Map(Object.entries(options.files ?? {}));
  const helpers = new Map(Object.entries(options.helpers ?? {}));
  const read: string[] = [];
  const asked = new Set<string>();
  const ran: Program[] = [];

  function run(program: Program): Promise<ProgramEnd> {
    ran.push(program);
    const helper = helpers.get(program.command.replace("docker-credential-", ""));
    return Promise.resolve(helper === undefined ? { kind: "missing" } : end(helper(program.input)));
  }

  const editFile: EditFile = (path, _limit, change) => {
    const old = files.get(path);
    const text = change(typeof old === "string" ? old : undefined);
    if (text === undefined || text === old) return Promise.resolve(false);
    files.set(path, text);
    return Promise.resolve(true);
  };

  return {
    read,
    ran,
    variables: asked,
    variable(name: string): string | undefined {
      asked.add(name);
      return variables.get(name);
    },
    platform: options.platform ?? "linux",
    userId: () => options.userId ?? 1000,
    readFile(path: string): Promise<FileReading> {
      read.push(path);
      const file = files.get(path) ?? { kind: "missing" };
      return Promise.resolve(
        typeof file === "string" ? { kind: "text", text: file, isExposed: false } : file,
      );
    },
    editFile,
    run,
  };
}

function end(output: string | ProgramEnd | undefined): ProgramEnd {
  if (output === undefined) {
    return { kind: "ended", code: 1, stdout: "credentials not found in native keychain\n" };
  }
  return typeof output === "string" ? { kind: "ended", code: 0, stdout: output } : output;
}
