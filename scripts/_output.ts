import { unlessAborted } from "./_unless_aborted.ts";

/** Columns of a terminal that does not say how many it has. */
const USUAL_COLUMNS = 80;

/** Takes text and bytes, in order. */
export interface Writer {
  /**
   * Resolves when all of `data` was taken. Text is written in UTF-8, bytes as they are.
   *
   * @throws ClosedOutput when nobody reads any more
   */
  write(data: string | Uint8Array): Promise<void>;
  /** The width of the terminal behind it; absent, or nothing, where there is none. */
  columns?(): number | undefined;
}

/** Where bytes go: `Deno.stdout`. */
export interface Sink {
  /** Takes some of the bytes and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Whether a person looks at it. @default false */
  isTerminal?(): boolean;
}

/** Nobody reads the output any more, as after `| head -1`: the command ends quietly. */
export class ClosedOutput extends Error {
  override readonly name = "ClosedOutput";
}

/** Writes to `sink`, one after the other. When `signal` is aborted, writing throws its reason. */
export function openWriter(sink: Sink, signal?: AbortSignal): Writer {
  let last: Promise<void> = Promise.resolve();
  return {
    write(data: string | Uint8Array): Promise<void> {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      // A full pipe can block for ever; an interrupt must not wait for it.
      const written = last.then(() => unlessAborted(writeAll(sink, bytes, signal), signal));
      last = written.catch(() => {});
      return written;
    },
    columns: () => columnsOf(sink),
  };
}

/** The same, for remarks: where nobody reads them, they are dropped. */
export function openRemarks(sink: Sink): Writer {
  const writer = openWriter(sink);
  return {
    ...writer,
    write: (data: string | Uint8Array): Promise<void> => writer.write(data).catch(() => {}),
  };
}

function columnsOf(sink: Sink): number | undefined {
  if (sink.isTerminal?.() !== true) return undefined;
  return Deno.consoleSize().columns || USUAL_COLUMNS;
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
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot write the output: ${reason}`, { cause: error });
  }
}
