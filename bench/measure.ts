import { bareWith } from "../tests/hosts/programs.ts";
import { type CommandLine, ROOT } from "./contenders.ts";

/** One run of a command. */
export interface Run {
  /** Milliseconds from its start to its end. */
  readonly wall: number;
  /** What it printed. */
  readonly stdout: string;
}

/** Milliseconds between two looks at a running process. */
const GLANCE = 1;

/** Runs a command to its end with nothing in its environment but `environment` and what any program needs. */
export async function timeRun(
  command: CommandLine,
  environment: Readonly<Record<string, string>>,
): Promise<Run> {
  const started: number = performance.now();
  const child: Deno.ChildProcess = await start(command, environment);
  const output: Deno.CommandOutput = await child.output();
  const wall: number = performance.now() - started;
  return { wall, stdout: textOf(output, command) };
}

/**
 * The most memory that a command holds at any moment, in bytes: VmHWM, which the kernel keeps, read until the process is gone. What
 * it took in its very last millisecond may be missing. Linux only.
 */
export async function peakMemory(
  command: CommandLine,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const child: Deno.ChildProcess = await start(command, environment);
  let running = true;
  const ended: Promise<string> = child.output()
    .then((output) => textOf(output, command))
    .finally(() => running = false);
  let peak = 0;
  while (running) {
    peak = Math.max(peak, highWater(child.pid));
    await new Promise((resolve) => setTimeout(resolve, GLANCE));
  }
  await ended;
  return peak;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted: readonly number[] = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function start(
  { program, args, input }: CommandLine,
  environment: Readonly<Record<string, string>>,
): Promise<Deno.ChildProcess> {
  const child: Deno.ChildProcess = new Deno.Command(program, {
    args: [...args],
    cwd: ROOT,
    env: bareWith(environment),
    clearEnv: true,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input === undefined) return child;
  const writer: WritableStreamDefaultWriter<Uint8Array> = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return child;
}

function textOf(output: Deno.CommandOutput, { program, args }: CommandLine): string {
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const said: string = decoder.decode(output.stderr);
  throw new Error(`${program} ${args.join(" ")} exited with ${output.code}: ${said}`);
}

function highWater(pid: number): number {
  try {
    const status: string = Deno.readTextFileSync(`/proc/${pid}/status`);
    return 1024 * Number(/^VmHWM:\s*([0-9]+) kB$/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0; // It has ended.
  }
}
