import type { Writer } from "./_output.ts";
import { unlessAborted } from "./_unless_aborted.ts";

/** Asks a person. Questions go to stderr: stdout is for data. */
export interface Terminal {
  /** The line that was typed; nothing where the person ended the input. */
  ask(question: string): Promise<string | undefined>;
  /** The same, and nothing of it shows. */
  askSecret(question: string): Promise<string | undefined>;
}

/** What a terminal gives and takes: `Deno.stdin`. */
export interface Keyboard {
  /** Fills the buffer with what was typed, and says how much; nothing at its end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Whether each key comes at once and shows nothing. */
  setRaw(mode: boolean, options?: { readonly cbreak: boolean }): void;
}

/** Keys as they come while nothing is shown. */
const KEY = { interrupt: "\x03", end: "\x04", back: "\b", clear: "\x15", rubout: "\x7f" };

/**
 * Opens the terminal behind `keyboard`. The signal ends a question that is being asked.
 *
 * std's `promptSecret` would write to stdout, and while it waits no interrupt is heard.
 */
export function openTerminal(keyboard: Keyboard, stderr: Writer, signal: AbortSignal): Terminal {
  async function* typed(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(1024);
    while (true) {
      const count = await unlessAborted(keyboard.read(buffer), signal);
      if (count === null) return;
      yield* decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  }

  return {
    async ask(question: string): Promise<string | undefined> {
      await stderr.write(question);
      const line = await readLine(typed());
      if (line === undefined) await stderr.write("\n");
      return line;
    },
    async askSecret(question: string): Promise<string | undefined> {
      // Before the question, so that whoever types ahead of it is not shown either.
      keyboard.setRaw(true, { cbreak: true });
      try {
        await stderr.write(question);
        return await readLine(typed());
      } finally {
        keyboard.setRaw(false);
        await stderr.write("\n");
      }
    },
  };
}

/** One line; the keys that edit it arrive only where the terminal does not act on them itself. */
async function readLine(keys: AsyncIterable<string>): Promise<string | undefined> {
  const line: string[] = [];
  for await (const key of keys) {
    if (key === "\n" || key === "\r") return line.join("");
    if (key === KEY.interrupt) return undefined;
    if (key === KEY.end && line.length === 0) return undefined;
    if (key === KEY.end) return line.join("");
    if (key === KEY.back || key === KEY.rubout) line.pop();
    else if (key === KEY.clear) line.length = 0;
    else line.push(key);
  }
  return undefined;
}
