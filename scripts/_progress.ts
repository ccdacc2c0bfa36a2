import type { Context } from "./_command.ts";
import type { Writer } from "./_output.ts";
import type { Arguments } from "./_options.ts";

/** Milliseconds of work after which a person is told how far it is, and between two times. */
const BEGINNING = 1000;
const BETWEEN = 100;

/** Work that tells how far it is: `show` what stands in the line for a moment, `within` the machine's place. */
export type ShownWork<T> = (context: Context, show: (line: string) => void) => Promise<T>;

/**
 * Does `work`, and keeps a line on stderr that tells how far it is: where stderr is a terminal, `--quiet`
 * was not given, and it takes longer than a second. Whatever else is written takes the line's place.
 *
 * @param now milliseconds; for tests
 */
export async function withProgress<T>(
  args: Arguments,
  context: Context,
  work: ShownWork<T>,
  now: () => number = () => performance.now(),
): Promise<T> {
  const { stderr } = context;
  const columns = args.has("quiet") ? undefined : stderr.columns?.();
  if (columns === undefined) return await work(context, () => {});
  // A line that is too long would be broken, and not be taken back.
  const most = columns - 1;
  let last = now() + BEGINNING - BETWEEN;
  let width = 0;

  async function clear(): Promise<void> {
    if (width === 0) return;
    const blank = " ".repeat(width);
    width = 0;
    await stderr.write(`\r${blank}\r`);
  }

  function cleared(writer: Writer): Writer {
    return {
      ...writer,
      async write(data: string | Uint8Array): Promise<void> {
        await clear();
        await writer.write(data);
      },
    };
  }

  function show(line: string): void {
    if (now() - last < BETWEEN) return;
    last = now();
    const text = `portolan: ${line}`.slice(0, most);
    stderr.write(`\r${text.padEnd(width)}`);
    width = Math.max(width, text.length);
  }

  const machine: Context = {
    ...context,
    stdout: cleared(context.stdout),
    stderr: cleared(stderr),
    async report(error: unknown): Promise<number> {
      await clear();
      return await context.report(error);
    },
  };
  try {
    return await work(machine, show);
  } finally {
    await clear();
  }
}
