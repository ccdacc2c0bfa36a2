/** Writes a tar archive (POSIX ustar) of regular files by their names, which are ASCII and at most 100 long; all dated 1970. */
export function writeTar(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const bytes = new TextEncoder().encode(text);
    const padded = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    padded.set(bytes);
    return [headerOf(name, bytes.length), padded];
  });
  return concat([...blocks, new Uint8Array(1024)]);
}

/** Puts bytes together. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function headerOf(name: string, size: number): Uint8Array {
  if (name.length > 100) throw new RangeError(`Cannot put "${name}" into a tar: longer than 100`);
  const header = new Uint8Array(512);
  const write = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
  const octal = (value: number, length: number): string =>
    value.toString(8).padStart(length - 1, "0");
  write(0, name);
  write(100, octal(0o644, 8));
  write(108, octal(0, 8));
  write(116, octal(0, 8));
  write(124, octal(size, 12));
  write(136, octal(0, 12));
  write(148, " ".repeat(8));
  write(156, "0");
  write(257, "ustar\x0000");
  write(148, `${octal(header.reduce((sum, byte) => sum + byte, 0), 7)}\0 `);
  return header;
}
