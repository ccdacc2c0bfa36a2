/** Cursors which say nothing to a client. */
export interface OpaqueCursors {
  /** A new text for a position, another one on every call. */
  write(position: number): string;
  /** The position of a text that was written, else undefined. */
  read(cursor: string): number | undefined;
}

/**
 * Cursors with the shape of the Fernet tokens in seed 001 (2023-03-28): 89 bytes, version 0x80, the time in seconds, the rest
 * without meaning, as base64url with one `=`. The seed holds two different ones for the same page.
 */
export function openOpaqueCursors(now: () => number): OpaqueCursors {
  const positions = new Map<string, number>();
  return {
    read: (cursor: string): number | undefined => positions.get(cursor),
    write(position: number): string {
      const bytes = new Uint8Array(89);
      bytes[0] = 0x80;
      new DataView(bytes.buffer).setBigUint64(1, BigInt(Math.floor(now() / 1000)));
      let state = positions.size * 7919 + position + 1;
      for (let index = 9; index < bytes.length; index++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        bytes[index] = state >>> 24;
      }
      const base64 = btoa(String.fromCharCode(...bytes));
      const cursor = base64.replaceAll("+", "-").replaceAll("/", "_");
      positions.set(cursor, position);
      return cursor;
    },
  };
}
