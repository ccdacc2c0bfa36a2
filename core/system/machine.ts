import { type EditFile, editTextFile } from "./edit_file.ts";
import { readVariable } from "./environment.ts";
import { type ReadFile, readTextFile } from "./files.ts";
import { isPermitted } from "./permission.ts";
import { type RunProgram, runProgram } from "./run_program.ts";
import { platformName, userNumber } from "./runtime.ts";

/** What logins need of a machine, passed in so that tests can own it. */
export interface Machine {
  /** An environment variable; `undefined` where it is not set or may not be read. */
  readonly variable: (name: string) => string | undefined;
  /** The kind of system, as `process.platform` names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** The number of the user; `undefined` where there is none or it may not be known. */
  readonly userId: () => number | undefined;
  /** Reads a file. */
  readonly readFile: ReadFile;
  /** Replaces a file. */
  readonly editFile: EditFile;
  /** Runs a program. */
  readonly run: RunProgram;
}

/** The machine that this process runs on. */
export function systemMachine(): Machine {
  return {
    variable: readVariable,
    platform: platformName(),
    userId: () => isPermitted({ name: "sys", kind: "uid" }) ? userNumber() : undefined,
    readFile: readTextFile,
    editFile: editTextFile,
    run: runProgram,
  };
}

/** The home directory, from the variable that names it. */
export function homeOf(machine: Machine): string | undefined {
  return machine.variable(machine.platform === "win32" ? "USERPROFILE" : "HOME") || undefined;
}
