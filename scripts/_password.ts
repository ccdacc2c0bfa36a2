import type { Context } from "./_command.ts";
import { UsageError } from "./_usage_error.ts";

/** No password or token is longer, in bytes: this is somebody's file. */
const LONGEST = 64 * 1024;

/**
 * Reads standard input to its end, without the one line ending that `echo` and editors add.
 *
 * @throws UsageError if it is empty, too long or not UTF-8
 */
export async function readPassword(context: Context): Promise<string> {
  const { stdin, stderr, signal } = context;
  if (stdin.isTerminal()) {
    await stderr.write("portolan: waiting for the password on standard input, up to its end\n");
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const password = decode(decoder, await readAll(stdin.readable, signal)).replace(/\r?\n$/, "");
  if (password !== "") return password;
  throw new UsageError('Cannot read "--password-stdin": expected a password, got nothing');
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new UsageError('Cannot read "--password-stdin": expected text in UTF-8');
  }
}

async function readAll(
  readable: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(LONGEST + 1);
  let length = 0;
  const stream = readable.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal });
  for await (const chunk of stream) {
    const room = chunk.subarray(0, bytes.length - length);
    bytes.set(room, length);
    length += room.length;
    if (length > LONGEST) {
      throw new UsageError('Cannot read "--password-stdin": expected at most 64 KiB');
    }
  }
  return bytes.subarray(0, length);
}
