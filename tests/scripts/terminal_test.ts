import { assertEquals, assertRejects } from "@std/assert";
import { openTerminal } from "../../scripts/_terminal.ts";

/** A keyboard that gives these bytes, a piece at a time, and what was done to it. */
function keyboard(pieces: readonly string[], events: string[]) {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  return {
    read(buffer: Uint8Array): Promise<number | null> {
      const piece = left.shift();
      if (piece === undefined) return Promise.resolve(null);
      buffer.set(piece);
      return Promise.resolve(piece.length);
    },
    setRaw: (mode: boolean): void => void events.push(mode ? "hide" : "show"),
  };
}

async function typed(...pieces: string[]): Promise<readonly [string | undefined, string[]]> {
  const events: string[] = [];
  const stderr = { write: (text: string) => Promise.resolve(void events.push(text)) };
  const terminal = openTerminal(keyboard(pieces, events), stderr, new AbortController().signal);
  return [await terminal.askSecret("? "), events];
}

Deno.test("askSecret() shows nothing from before the question to after the answer", async () => {
  assertEquals(await typed("pass\n"), ["pass", ["hide", "? ", "show", "\n"]]);
});

const lines: readonly (readonly [pieces: string[], line: string | undefined])[] = [
  [["p", "a", "s", "s", "\r"], "pass"],
  [["pass\nmore\n"], "pass"],
  [["paxx\x7f\x7fss\n"], "pass"],
  [["paé\bss\n"], "pass"],
  [["wrong\x15pass\n"], "pass"],
  [["\x7f\b\x15pass\n"], "pass"],
  [[" p:ä€😀\n"], " p:ä€😀"],
  [["pass\x04"], "pass"],
  [["\x04"], undefined],
  [["pa\x03"], undefined],
  [["pass"], undefined],
  [[], undefined],
  [["\n"], ""],
];
for (const [pieces, line] of lines) {
  Deno.test(`askSecret() reads ${JSON.stringify(pieces)}`, async () => {
    assertEquals((await typed(...pieces))[0], line);
  });
}

Deno.test("askSecret() shows again what is typed when it is interrupted", async () => {
  const events: string[] = [];
  const interrupt = new AbortController();
  const stderr = { write: (text: string) => Promise.resolve(void events.push(text)) };
  const silent = {
    ...keyboard([], events),
    read: () => new Promise<number | null>(() => {}),
  };
  const asking = openTerminal(silent, stderr, interrupt.signal).askSecret("? ");
  interrupt.abort(new Error("interrupted"));
  await assertRejects(() => asking, Error, "interrupted");
  assertEquals(events, ["hide", "? ", "show", "\n"]);
});
