import type { Context } from "./_command.ts";
import { UsageError } from "./_usage_error.ts";

/** No password or token is longer, in bytes: this is somebody's file. */
const LONGEST = 64 * 1024;

/**
 * Reads standard input to its end, without the one line ending that `echo` and editors add.
 *
 * @throws UsageError if it is empty, too long or not UTF-8
 */
export async function readPassword(
  context: Context,
  what: "password" | "token",
  flag: string = `${what}-stdin`,
): Promise<string> {
  const { stdin, stderr, signal } = context;
  if (stdin.isTerminal()) {
    await stderr.write(`portolan: waiting for the ${what} on standard input, up to its end\n`);
  }
  const bytes = await readAll(stdin.readable, signal);
  if (bytes === undefined) throw mistake(flag, "at most 64 KiB");
  const text = decode(bytes);
  if (text === undefined) throw mistake(flag, "text in UTF-8");
  const password = text.replace(/\r?\n$/, "");
  if (password === "") throw mistake(flag, `a ${what}, got nothing`);
  return password;
}

function mistake(flag: string, expected: string): UsageError {
  return new UsageError(`Cannot read "--${flag}": expected ${expected}`);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Nothing if there is too much. */
async function readAll(
  readable: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(LONGEST + 1);
  let length = 0;
  const stream = readable.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal });
  for await (const chunk of stream) {
    const room = chunk.subarray(0, bytes.length - length);
    bytes.set(room, length);
    length += room.length;
    if (length > LONGEST) return undefined;
  }
  return bytes.subarray(0, length);
}
