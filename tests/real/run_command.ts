/** How a command is run. */
export interface RunOptions {
  /** Text for its standard input, which is closed after it. @default none */
  readonly input?: string;
  /** The working directory. @default this process's own */
  readonly cwd?: string;
  /** Its environment. @default this process's own */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is killed and the run fails. @default 20_000 */
  readonly timeout?: number;
}

/** What a command left behind. */
export interface RunResult {
  /** The exit code. */
  readonly code: number;
  /** Standard output, undivided. */
  readonly stdout: string;
  /** Standard error, undivided. */
  readonly stderr: string;
}

/** Runs a command to its end. A non-zero exit is a result; one that outlives its time throws. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { input, cwd, env, timeout = 20_000 } = options;
  const child: Deno.ChildProcess = new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
    clearEnv: env !== undefined,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer: ReturnType<typeof setTimeout> = setTimeout((): void => {
    late = true;
    child.kill("SIGKILL");
  }, timeout);
  try {
    const [output]: [Deno.CommandOutput, void] = await Promise.all([
      child.output(),
      input === undefined ? undefined : writeInput(child.stdin, input),
    ]);
    const decoder = new TextDecoder();
    const stdout: string = decoder.decode(output.stdout);
    const stderr: string = decoder.decode(output.stderr);
    if (late) throw new Error(`${command} was killed after ${timeout} ms: ${stderr}`);
    return { code: output.code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** A command that has no use for its input may be gone before it was written: no failure. */
async function writeInput(stdin: WritableStream<Uint8Array>, input: string): Promise<void> {
  const writer: WritableStreamDefaultWriter<Uint8Array> = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
