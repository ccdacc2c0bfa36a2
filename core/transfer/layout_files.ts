import { type Digest, isDigest } from "../names/digest.ts";
import { printable } from "../names/printable.ts";
import { algorithmOf, digestOf, startHash } from "../system/hash.ts";
import type { LayoutPlace } from "./layout_place.ts";

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

/** The files of a layout: in a folder, or in an archive. */
export interface LayoutFiles {
  /** Finds a file; a symbolic link is none and an error. */
  find(part: LayoutPart): Promise<LayoutFile | undefined>;
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
 * Reads a blob of at most `limit` bytes, verified.
 *
 * @throws {RegistryError} `digest_mismatch`, `too_large`
 */
export async function readVerified(
  file: LayoutFile,
  digest: Digest,
  { place, limit }: { readonly place: LayoutPlace; readonly limit: number },
): Promise<Uint8Array> {
  const bytes = await readWhole(file, limit, place);
  const found = await digestOf(bytes, algorithmOf(digest));
  if (found !== digest) throw mismatch(file, found, place);
  return bytes;
}

/** Streams a blob, verified at its end. */
export async function* streamVerified(
  file: LayoutFile,
  { digest, size }: { readonly digest: Digest; readonly size: number },
  { place, signal }: { readonly place: LayoutPlace; readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  if (file.size !== size) {
    const reason = `${printable(file.path, 300)} has ${file.size} bytes instead of ${size}`;
    throw place.fail("digest_mismatch", reason);
  }
  const hash = await startHash(algorithmOf(digest));
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest();
  if (found !== digest) throw mismatch(file, found, place);
}

function mismatch({ path }: LayoutFile, found: Digest, place: LayoutPlace): Error {
  return place.fail("digest_mismatch", `${printable(path, 300)} has the digest ${found}`);
}
