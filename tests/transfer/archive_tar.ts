/** One entry of a tar made by hand, true or not. */
export interface TarEntry {
  readonly name: string;
  readonly body?: Uint8Array | string;
  /** The type, as a character. @default "0" */
  readonly type?: string;
  /** The size that is told. @default that of the body */
  readonly size?: number;
  /** The twelve bytes of the size, instead. */
  readonly sizeField?: string;
  readonly link?: string;
  /** Bytes laid over the header after its checksum was made. */
  readonly spoil?: readonly [at: number, text: string];
  readonly prefix?: string;
}

const encoder = new TextEncoder();

/** A tar of these entries, with its two empty blocks unless told otherwise. */
export function tarOf(entries: readonly TarEntry[], end = 1024): Uint8Array<ArrayBuffer> {
  const parts = entries.flatMap((entry) => {
    const body = bytesOf(entry.body ?? "");
    const padding = new Uint8Array((512 - body.length % 512) % 512);
    return [headerOf(entry, body.length), body, padding];
  });
  const all = [...parts, new Uint8Array(end)];
  const tar = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    tar.set(part, at);
    at += part.length;
  }
  return tar;
}

/** A PAX header about the next entry. */
export function paxOf(records: Readonly<Record<string, string>>, type = "x"): TarEntry {
  const body = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = rest.length;
    while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
    return `${length}${rest}`;
  }).join("");
  return { name: "PaxHeader", type, body };
}

function headerOf(entry: TarEntry, length: number): Uint8Array {
  const { name, type = "0", size = length, sizeField, link = "", spoil, prefix = "" } = entry;
  const header = new Uint8Array(512);
  const put = (at: number, text: string) => header.set(encoder.encode(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, sizeField ?? `${size.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(148, "        ");
  put(156, type);
  put(157, link);
  put(257, "ustar\x0000");
  put(345, prefix);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  if (spoil !== undefined) put(...spoil);
  return header;
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === "string" ? encoder.encode(body) : body;
}
