import { type Digest, isDigest } from "../names/digest.ts";
import { printable } from "../names/printable.ts";
import { algorithmOf, digestOf, startHash } from "../system/hash.ts";
import type { Content } from "../wire/content.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** How often a file may be replaced between looking and reading before we give up. */
const ATTEMPTS = 100;

/** A file of a layout that has a place there. */
export type LayoutPart = "oci-layout" | "index.json" | Digest;

/** A file that is there. */
export interface LayoutFile {
  /** Its path, to be told. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Another one when it was changed. */
  readonly stamp: string;
  /** Its bytes, each chunk in a buffer of its own. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

/** A file that was read. */
export interface ReadFile {
  /** What it was when it was read. */
  readonly file: LayoutFile;
  /** All of its bytes. */
  readonly bytes: Uint8Array;
}

/** The files of a layout: in a folder, or in an archive. */
export interface LayoutFiles {
  /** Finds a file; a symbolic link is none and an error. */
  find(part: LayoutPart): Promise<LayoutFile | undefined>;
  /** Why a source in which a file was not found is no layout. */
  lacking(part: LayoutPart): Promise<Error>;
}

/** Where a part lies in a layout: made of nothing but a checked digest. */
export function pathOf(part: LayoutPart): string {
  return isDigest(part) ? `blobs/${part.replace(":", "/")}` : part;
}

/** Reads a file of at most `limit` bytes. */
export async function readWhole(
  file: LayoutFile,
  limit: number,
  place: LayoutPlace,
): Promise<Uint8Array> {
  const { size } = file;
  const shown = printable(file.path, 300);
  if (size > limit) {
    throw place.fail("too_large", `${shown} has ${size} bytes, at most ${limit} are read`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of file.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Finds a file of at most `limit` bytes and reads it. Where another process puts a new one in its place in
 * between, which takes one step, that one is read.
 */
export async function readCurrent(
  files: LayoutFiles,
  part: LayoutPart,
  { place, limit }: { readonly place: LayoutPlace; readonly limit: number },
): Promise<ReadFile | undefined> {
  for (let attempt = 1;; attempt++) {
    const file = await files.find(part);
    if (file === undefined) return undefined;
    try {
      return { file, bytes: await readWhole(file, limit, place) };
    } catch (error) {
      const isReplaced = (await files.find(part))?.stamp !== file.stamp;
      if (attempt === ATTEMPTS || !isReplaced) throw error;
    }
  }
}

/**
 * Reads a blob of at most `limit` bytes, verified.
 *
 * @throws {RegistryError} `digest_mismatch`, `too_large`
 */
export async function readVerified(
  file: LayoutFile,
  digest: Digest,
  { place, limit }: { readonly place: LayoutPlace; readonly limit: number },
): Promise<Uint8Array> {
  return await verify({ file, bytes: await readWhole(file, limit, place) }, digest, place);
}

/**
 * The bytes of a blob, if they hash to its digest.
 *
 * @throws {RegistryError} `digest_mismatch`
 */
export async function verify(
  { file, bytes }: ReadFile,
  digest: Digest,
  place: LayoutPlace,
): Promise<Uint8Array> {
  const found = await digestOf(bytes, algorithmOf(digest));
  if (found !== digest) throw mismatch(printable(file.path, 300), found, place);
  return bytes;
}

/** Streams a blob, verified at its end. */
export async function* streamVerified(
  file: LayoutFile,
  blob: { readonly digest: Digest; readonly size: number },
  { place, signal }: { readonly place: LayoutPlace; readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const what = printable(file.path, 300);
  if (file.size !== blob.size) {
    const reason = `${what} has ${file.size} bytes instead of ${blob.size}`;
    throw place.fail("digest_mismatch", reason);
  }
  yield* verified(blob, file.chunks, { place, signal, what });
}

/**
 * The bytes of a blob, in pieces of which each is taken before the next is asked for.
 *
 * @param options.what how messages call it
 * @throws {RegistryError} `digest_mismatch` at the end, or as soon as there are too many
 */
export async function* verified(
  { digest, size }: { readonly digest: Digest; readonly size: number },
  content: Content,
  { place, signal, what = `what came as ${digest}` }: {
    readonly place: LayoutPlace;
    readonly signal?: AbortSignal;
    readonly what?: string;
  },
): AsyncGenerator<Uint8Array> {
  const hash = await startHash(algorithmOf(digest));
  let count = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content()) {
    signal?.throwIfAborted();
    count += chunk.length;
    if (count > size) {
      throw place.fail("digest_mismatch", `${what} has more than ${size} bytes`);
    }
    hash.update(chunk);
    yield chunk;
  }
  if (count < size) {
    throw place.fail("digest_mismatch", `${what} has ${count} bytes instead of ${size}`);
  }
  const found = hash.digest();
  if (found !== digest) throw mismatch(what, found, place);
}

function mismatch(what: string, found: Digest, place: LayoutPlace): Error {
  return place.fail("digest_mismatch", `${what} has the digest ${found}`);
}
