import { printable } from "../names/printable.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** Bytes that the headers of one entry may have; names of a layout need no more than one block. */
const MOST_HEADER = 64 * 1024;
const MOST_ENTRIES = 200_000;
const BLOCK = 512;
const FILE_TYPES: readonly number[] = [0, 0x30];
const FOLDER_TYPE = 0x35;
/** Headers about the next entry: of PAX, and GNU's long names. */
const ABOUT_NEXT: readonly number[] = [0x78, 0x4c];
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x31, "a hard link"],
  [0x32, "a symbolic link"],
  [0x33, "a device"],
  [0x34, "a device"],
  [0x36, "a pipe"],
  [0x53, "a sparse file"],
]);

/** Reads bytes of the archive; fewer only at its end. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>;

/** Where a file lies in an archive. */
export interface Extent {
  /** The first byte of its content. */
  readonly from: number;
  /** Bytes of its content. */
  readonly size: number;
}

/**
 * Where the files of a tar lie, by their names without a leading `./`. Their content is passed over, so that
 * an archive of any size costs a few reads a file. Refused are names that lead out, one name twice,
 * links, devices and headers that fill a disk: nobody who packs a layout makes them.
 *
 * @param size bytes of the archive
 * @throws {RegistryError} `blocked`, `protocol`, `unsupported`
 */
export async function findEntries(
  readAt: ReadAt,
  size: number,
  place: LayoutPlace,
): Promise<ReadonlyMap<string, Extent>> {
  const { createTarDecoder } = await import("modern-tar");
  const found = new Map<string, Extent>();

  /** What the library makes of the headers of one entry: it gets these bytes alone, so that it reads no more. */
  async function decode(bytes: Uint8Array, at: number) {
    const { readable, writable } = createTarDecoder({ strict: true });
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const writing = writer.write(bytes).catch(() => {});
    try {
      const { value } = await reader.read();
      if (value === undefined) throw broken(`there is no entry at byte ${at}`);
      return value.header;
    } catch (error) {
      if (error instanceof Error && error.name === "RegistryError") throw error;
      throw broken(`at byte ${at}: ${error instanceof Error ? error.message : "it is no tar"}`);
    } finally {
      await writing;
      await reader.cancel().catch(() => {});
      await writer.abort().catch(() => {});
    }
  }

  function broken(reason: string): Error {
    return place.fail("protocol", printable(`it is no good tar: ${reason}`));
  }

  async function blocksOf(at: number): Promise<Uint8Array | undefined> {
    for (let length = 0;;) {
      const bytes = await readAt(at, length + BLOCK);
      const block = bytes.subarray(length);
      if (block.length < BLOCK) throw broken("it is cut short");
      if (length === 0 && isZero(block)) {
        if (isZero(await readAt(at + BLOCK, BLOCK))) return undefined;
        throw broken(`there is an empty block at byte ${at}`);
      }
      if (!ABOUT_NEXT.includes(block[156] ?? 0)) return bytes;
      const told = numberAt(block, 124, 12);
      if (told === undefined) throw broken(`the header at byte ${at} has no size`);
      length += BLOCK + padded(told);
      if (length > MOST_HEADER) {
        throw place.fail("blocked", `the header at byte ${at} has more than ${MOST_HEADER} bytes`);
      }
    }
  }

  for (let at = 0, count = 0;; count++) {
    if (count > MOST_ENTRIES) {
      throw place.fail("too_large", `it has more than ${MOST_ENTRIES} entries`);
    }
    const bytes = await blocksOf(at);
    if (bytes === undefined) return found;
    const block = bytes.subarray(-BLOCK);
    const header = await decode(bytes, at);
    const shown = `"${printable(header.name, 130)}"`;
    const type = block[156] ?? 0;
    const isFolder = type === FOLDER_TYPE || header.name.endsWith("/");
    if (!FILE_TYPES.includes(type) && type !== FOLDER_TYPE) {
      const told = TYPES.get(type) ?? "of a kind that no layout has";
      throw place.fail("blocked", `${shown} in it is ${told}`);
    }
    const name = plainName(header.name);
    if (name === undefined) throw place.fail("blocked", `${shown} in it leads out of it`);
    const attributes = Object.keys(header.pax ?? {});
    // Readers differ in what such an entry holds, and so in where the next one begins.
    const isOdd = attributes.some((key) => key.startsWith("GNU.sparse")) ||
      isFolder && (numberAt(block, 124, 12) !== 0 || attributes.includes("size"));
    if (isOdd) throw place.fail("blocked", `${shown} in it is of a kind that no layout has`);
    const from = at + bytes.length;
    const end = from + padded(isFolder ? 0 : header.size);
    if (!(end <= size)) throw broken(`${shown} is cut short`);
    if (!isFolder) {
      if (found.has(name)) throw place.fail("blocked", `${shown} is in it twice`);
      found.set(name, { from, size: header.size });
    }
    at = end;
  }
}

/** A name without `./`; undefined where it leads out of the archive. */
function plainName(name: string): string | undefined {
  if (name.startsWith("/") || name.includes("\\") || name.includes("\0")) return undefined;
  const parts = name.split("/").filter((part) => part !== "." && part !== "");
  return parts.includes("..") ? undefined : parts.join("/");
}

/** An octal number of a header; undefined for anything else. */
function numberAt(block: Uint8Array, from: number, length: number): number | undefined {
  const text = String.fromCharCode(...block.subarray(from, from + length));
  const [digits] = /^ *[0-7]*(?=[ \0]*$)/.exec(text) ?? [];
  return digits === undefined ? undefined : parseInt(digits.trim() || "0", 8);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.length === BLOCK && bytes.every((byte) => byte === 0);
}
