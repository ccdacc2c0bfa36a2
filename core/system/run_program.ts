import type { spawn as Spawn } from "node:child_process";
import { codeOf, reasonOf } from "./files.ts";
import { isPermitted } from "./permission.ts";

/** A program to run, and how far it may go. */
export interface Program {
  /** Its name, looked up on the PATH of `env`. */
  readonly command: string;
  /** Its arguments; no shell reads them. */
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for its standard input, which is closed after it. */
  readonly input: string;
  /** Milliseconds until it is killed. */
  readonly timeout: number;
  /** The most bytes that it may write to standard output before it is killed. */
  readonly outputLimit: number;
}

/** How a program ended. Its standard error is never kept: it may hold secrets. */
export type ProgramEnd =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string }
  /** There is no such program. */
  | { readonly kind: "missing" }
  /** The runtime or the system does not let this process run it. */
  | { readonly kind: "refused"; readonly reason: string }
  /** It was killed for its time, or died of a signal. */
  | { readonly kind: "killed"; readonly reason: string };

/** Runs a program to its end. Never throws for anything that the program does. */
export type RunProgram = (program: Program) => Promise<ProgramEnd>;

/** What `node:child_process` reads in Deno before it runs anything. */
const VARIABLE = "NODE_V8_COVERAGE";

/** Milliseconds that the system may take to end a program that is killed. */
const GRACE = 1_000;

/** Runs a program of this machine. */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  const { command } = program;
  const mayRun = isPermitted({ name: "run", command });
  const mayRead = isPermitted({ name: "env", variable: VARIABLE });
  if (!mayRun || !mayRead) {
    const flags = [
      mayRun ? "" : `--allow-run=${command}`,
      mayRead ? "" : `--allow-env=${VARIABLE}`,
    ];
    const reason = `${flags.filter((flag) => flag !== "").join(" and ")} not given`;
    return { kind: "refused", reason };
  }
  const { spawn } = await import("node:child_process");
  return await new Promise((resolve) => {
    try {
      start(program, spawn, resolve);
    } catch (error) {
      resolve({ kind: "refused", reason: reasonOf(error) });
    }
  });
}

function start(
  program: Program,
  spawn: typeof Spawn,
  onEnd: (end: ProgramEnd) => void,
): void {
  const { command, args, env, input, timeout, outputLimit } = program;
  const child = spawn(command, [...args], {
    env: { ...env },
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  let killing: string | undefined;
  let timer = setTimeout(() => kill(`did not end within ${timeout / 1000} seconds`), timeout);

  function settle(end: ProgramEnd): void {
    clearTimeout(timer);
    onEnd(end);
  }

  /** Waits for the program, but not for what that has started, which may hold the output open. */
  function kill(reason: string): void {
    if (killing !== undefined) return;
    killing = reason;
    clearTimeout(timer);
    timer = setTimeout(() => settle({ kind: "killed", reason }), GRACE);
    child.kill("SIGKILL");
    child.stdout.destroy();
    child.stdin.destroy();
  }

  child.stdout.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > outputLimit) return kill(`wrote more than ${outputLimit / 1024} KiB`);
    chunks.push(chunk);
  });
  child.on("error", (error: Error) => {
    const isMissing = codeOf(error) === "ENOENT";
    settle(isMissing ? { kind: "missing" } : { kind: "refused", reason: reasonOf(error) });
  });
  child.on("exit", () => {
    if (killing !== undefined) settle({ kind: "killed", reason: killing });
  });
  child.on("close", (code: number | null) => {
    if (killing !== undefined) return;
    if (code === null) return settle({ kind: "killed", reason: "was killed" });
    settle({ kind: "ended", code, stdout: decode(chunks) });
  });
  // A program that has no use for its input may be gone before it was written.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
}

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
}
