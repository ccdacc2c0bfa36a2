import { unlessAborted } from "./_unless_aborted.ts";

/** Takes text, in order. */
export interface Writer {
  /**
   * Resolves when all of `text` was taken.
   *
   * @throws ClosedOutput when nobody reads any more
   */
  write(text: string): Promise<void>;
}

/** Where bytes go: `Deno.stdout`. */
export interface Sink {
  /** Takes some of the bytes and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Nobody reads the output any more, as after `| head -1`: the command ends quietly. */
export class ClosedOutput extends Error {
  override readonly name = "ClosedOutput";
}

/** Writes to `sink`, one text after the other. When `signal` is aborted, writing throws its reason. */
export function openWriter(sink: Sink, signal?: AbortSignal): Writer {
  let last: Promise<void> = Promise.resolve();
  return {
    write(text: string): Promise<void> {
      const bytes = new TextEncoder().encode(text);
      // A full pipe can block for ever; an interrupt must not wait for it.
      const written = last.then(() => unlessAborted(writeAll(sink, bytes, signal), signal));
      last = written.catch(() => {});
      return written;
    },
  };
}

/** The same, for remarks: where nobody reads them, they are dropped. */
export function openRemarks(sink: Sink): Writer {
  const writer = openWriter(sink);
  return { write: (text: string): Promise<void> => writer.write(text).catch(() => {}) };
}

async function writeAll(sink: Sink, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    signal?.throwIfAborted();
    rest = rest.subarray(await writeSome(sink, rest));
  }
}

async function writeSome(sink: Sink, bytes: Uint8Array): Promise<number> {
  try {
    return await sink.write(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new ClosedOutput("Nobody reads the output");
    throw error;
  }
}
