import { RegistryError } from "../errors.ts";
import { printable } from "../names/printable.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** Bytes that the headers of one entry may have; names of a layout need no more than one block. */
const MOST_HEADER = 64 * 1024;
const MOST_ENTRIES = 200_000;
const BLOCK = 512;
const FILE_TYPES: readonly number[] = [0, 0x30];
const FOLDER_TYPE = 0x35;
/** Headers about the next entry: of PAX, and GNU's long names. */
const PAX = 0x78;
const ABOUT_NEXT: readonly number[] = [PAX, 0x4c];
/** Headers about all entries that follow, and names of links. */
const ABOUT_ALL: readonly number[] = [0x67, 0x4b];
const ODD = "of a kind that no layout has";
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
 * @throws {RegistryError} `protocol`, `too_large`
 */
export async function findEntries(
  readAt: ReadAt,
  size: number,
  place: LayoutPlace,
): Promise<ReadonlyMap<string, Extent>> {
  const found = new Map<string, Extent>();
  if (!isHeader(await readAt(0, BLOCK))) throw place.foreign("it is no tar");
  for (let at = 0, count = 0;; count++) {
    if (count > MOST_ENTRIES) {
      throw place.fail("too_large", `it has more than ${MOST_ENTRIES} entries`);
    }
    const bytes = await blocksOf(readAt, at, place);
    if (bytes === undefined) return found;
    const block = bytes.subarray(-BLOCK);
    // The library would take what follows for its content, and wait for it.
    if (ABOUT_ALL.includes(block[156] ?? 0)) {
      throw place.foreign(`the header at byte ${at} is ${ODD}`);
    }
    const header = await decode(bytes, at, place);
    const shown = `"${printable(header.name, 130)}"`;
    const problem = problemOf(header, block);
    if (problem !== undefined && isLayer(header.name)) throw dockerArchive(place);
    if (problem !== undefined) throw place.foreign(`${shown} in it ${problem}`);
    const isFolder = isFolderOf(header, block);
    const extent = { from: at + bytes.length, size: isFolder ? 0 : header.size };
    at = extent.from + padded(extent.size);
    if (!(at <= size)) throw broken(place, `${shown} is cut short`);
    if (isFolder) continue;
    const name = plainName(header.name);
    if (found.has(name)) throw place.foreign(`${shown} is in it twice`);
    found.set(name, extent);
  }
}

/** What the library makes of the headers of one entry: it gets these bytes alone, so that it reads no more. */
async function decode(bytes: Uint8Array, at: number, place: LayoutPlace): Promise<Header> {
  const { createTarDecoder } = await import("modern-tar");
  const { readable, writable } = createTarDecoder({ strict: true });
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const reading = reader.read();
  // The end after it comes too soon for the content, which is nobody's matter: it ends the waiting.
  const writing = writer.write(bytes).then(() => writer.close()).catch(() => {});
  try {
    const { value } = await reading;
    if (value === undefined) throw broken(place, `there is no entry at byte ${at}`);
    return value.header;
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    const reason = error instanceof Error ? error.message : "it is no tar";
    throw broken(place, `at byte ${at}: ${reason}`);
  } finally {
    await writing;
    await reader.cancel().catch(() => {});
  }
}

/** The blocks of an entry's headers: those about it, and its own. None at the end of the archive. */
async function blocksOf(
  readAt: ReadAt,
  at: number,
  place: LayoutPlace,
): Promise<Uint8Array | undefined> {
  for (let length = 0;;) {
    const bytes = await readAt(at, length + BLOCK);
    const block = bytes.subarray(length);
    if (block.length < BLOCK) throw broken(place, "it is cut short");
    if (length === 0 && isZero(block)) {
      if (isZero(await readAt(at + BLOCK, BLOCK))) return undefined;
      throw broken(place, `there is an empty block at byte ${at}`);
    }
    if (isZero(block)) throw broken(place, `the header at byte ${at} is about nothing`);
    if (!ABOUT_NEXT.includes(block[156] ?? 0)) return bytes;
    const told = numberAt(block, 124, 12);
    if (told === undefined) throw broken(place, `the header at byte ${at} has no size`);
    const start = at + length + BLOCK;
    length += BLOCK + padded(told);
    if (length > MOST_HEADER) {
      throw place.foreign(`the header at byte ${at} has more than ${MOST_HEADER} bytes`);
    }
    if (block[156] === PAX && !isPax(await readAt(start, told))) {
      throw broken(place, `the header at byte ${at} is no list of records`);
    }
  }
}

function broken(place: LayoutPlace, reason: string): Error {
  return place.foreign(printable(`it is no good tar: ${reason}`));
}

/** The error for what `docker save` and `skopeo copy docker-archive:` write, often with links to layers. */
export function dockerArchive(place: LayoutPlace): Error {
  const [from, to] = [place.path, "NEW.tar"].map((path) => printable(path, 200));
  const hint = `skopeo copy docker-archive:${from} oci-archive:${to} makes one of it`;
  return place.foreign("it is an archive of Docker, no OCI image layout", { hint });
}

function isLayer(name: string): boolean {
  return name.endsWith("/layer.tar");
}

/** What is told of an entry by the library. */
interface Header {
  readonly name: string;
  readonly size: number;
  readonly pax?: Readonly<Record<string, string>>;
}

/** Why an entry is refused, to follow its name. */
function problemOf(header: Header, block: Uint8Array): string | undefined {
  const type = block[156] ?? 0;
  if (!FILE_TYPES.includes(type) && type !== FOLDER_TYPE) return `is ${TYPES.get(type) ?? ODD}`;
  if (leadsOut(header.name)) return "leads out of it";
  const attributes = Object.keys(header.pax ?? {});
  // Readers differ in what such an entry holds, and so in where the next one begins.
  const isSparse = attributes.some((key) => key.startsWith("GNU.sparse"));
  const isFilled = numberAt(block, 124, 12) !== 0 || attributes.includes("size");
  return isSparse || isFolderOf(header, block) && isFilled ? `is ${ODD}` : undefined;
}

function isFolderOf({ name }: Header, block: Uint8Array): boolean {
  return block[156] === FOLDER_TYPE || name.endsWith("/");
}

function leadsOut(name: string): boolean {
  return name.startsWith("/") || /[\\\0]/.test(name) || name.split("/").includes("..");
}

/** A name without `./`. */
function plainName(name: string): string {
  return name.split("/").filter((part) => part !== "." && part !== "").join("/");
}

/** Whether records of PAX, `LENGTH KEY=VALUE` and a line feed, follow each other to the end. */
function isPax(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const start = String.fromCharCode(...bytes.subarray(at, at + 7));
    const [, told = ""] = /^([1-9][0-9]{0,5}) /.exec(start) ?? [];
    at += Number(told);
    if (told === "" || bytes[at - 1] !== 0x0a) return false;
  }
  return true;
}

/** An octal number of a header; undefined for anything else. */
function numberAt(block: Uint8Array, from: number, length: number): number | undefined {
  const text = String.fromCharCode(...block.subarray(from, from + length));
  const [digits] = /^ *[0-7]*(?=[ \0]*$)/.exec(text) ?? [];
  return digits === undefined ? undefined : parseInt(digits.trim() || "0", 8);
}

/** Whether a tar may begin so: with the sum of its bytes, or with its end. Source: POSIX.1-2017, pax, "ustar" */
function isHeader(block: Uint8Array): boolean {
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return block.length === BLOCK && (isZero(block) || numberAt(block, 148, 8) === sum);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.length === BLOCK && bytes.every((byte) => byte === 0);
}
