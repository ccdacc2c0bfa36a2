import type { Digest } from "../names/digest.ts";
import { algorithmOf, digestOf, type Hash, startHash } from "../system/hash.ts";
import type { Asked } from "../wire/ask.ts";
import { parseContentRange } from "../wire/content_range.ts";
import type { Place } from "../wire/grant.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readBytes, type Reader, readLater } from "../wire/reply.ts";
import { Setback } from "../wire/setback.ts";
import type { Reply } from "../wire/transport.ts";
import { addressIn } from "./address.ts";

/** Breaks in a row that brought less than {@linkcode PROGRESS}, after which a stream is given up. */
const MOST_STALLS = 5;
/** Bytes after which a break is not held against the server. */
const PROGRESS = 1024 * 1024;
/** Bytes beyond its size of which a blob is still read whole, so that the error can name its digest. */
const OVERRUN = 64 * 1024;
/** Bytes are hashed as they lie there: a content coding would be another blob. */
const AS_IT_IS = { accept: "*/*", "accept-encoding": "identity" };

/** A blob to be read. */
export interface Wanted {
  /** What its bytes must hash to. */
  readonly digest: Digest;
  /** Bytes that it must have, where a descriptor tells. */
  readonly size?: number;
}

/** What reading a blob takes. */
export interface BlobPorts extends Pick<Wire, "ask" | "pause"> {
  /** On whose behalf. */
  readonly operation: Operation;
}

/**
 * Reads a whole blob of at most `limit` bytes; of one that is longer than its descriptor tells little more
 * than that.
 *
 * @throws {RegistryError} `not_found`, `too_large`, `digest_mismatch`
 */
export async function fetchBlob(
  place: Place,
  wanted: Wanted,
  { ask, operation, limit }: BlobPorts & { readonly limit: number },
): Promise<Uint8Array> {
  if (wanted.size !== undefined && wanted.size > limit) {
    throw operation.fail("too_large", `${wanted.digest} is larger than ${limit} bytes`);
  }
  const asked = await ask(place, {
    url: addressIn(place, `blobs/${wanted.digest}`),
    headers: AS_IT_IS,
    read: readVerified(wanted, limit),
    redirects: "storage",
  }, operation);
  const { value } = asked.answer;
  if (value === undefined) throw refused(place, asked, { digest: wanted.digest, operation });
  return value;
}

/**
 * Streams a blob. Its bytes are handed out before all of them are verified: what they were used for counts
 * only once the iteration has ended without an error. A stream that breaks off is taken up where it broke.
 *
 * Source: OCI distribution specification 1.1, "Pulling blobs"
 *
 * @throws {RegistryError} `not_found`, `unavailable`, `digest_mismatch`
 */
export async function* streamBlob(
  place: Place,
  wanted: Wanted,
  ports: BlobPorts,
): AsyncGenerator<Uint8Array> {
  const { operation, pause } = ports;
  const hash = await startHash(algorithmOf(wanted.digest));
  let { size } = wanted;
  let at = 0;
  for (let stalls = 0; size === undefined || at < size || at === 0;) {
    const start = at;
    try {
      const part = await openPart(place, { ...wanted, size, at }, ports);
      size ??= part.size;
      for await (const chunk of passing(part.body, at - part.from, operation)) {
        at += chunk.length;
        if (size !== undefined && at > size) throw tooLong(wanted, size, operation);
        hash.update(chunk);
        yield chunk;
      }
      if (size === undefined || at === size) break;
      throw new Setback("connection", `it ended after ${at} of ${size} bytes`);
    } catch (error) {
      if (!(error instanceof Setback)) throw error;
      stalls = at - start >= PROGRESS ? 1 : stalls + 1;
      if (stalls >= MOST_STALLS) throw brokenOff(error, at, operation);
      await pause(stalls, operation.signal);
    }
  }
  verify(hash, wanted, operation);
}

/** A part of a blob: from some byte to the end. */
interface Part {
  readonly from: number;
  /** Bytes of the whole blob. */
  readonly size?: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Asks for what is missing. Where that is not what comes, the whole comes, and its beginning is skipped. */
async function openPart(
  place: Place,
  { digest, size, at }: Wanted & { readonly at: number },
  { ask, operation }: BlobPorts,
): Promise<Part> {
  async function askFor(headers: Readonly<Record<string, string>>) {
    const url = addressIn(place, `blobs/${digest}`);
    const matter = { url, headers, read: readLater, redirects: "storage", streams: true } as const;
    const asked = await ask(place, matter, operation);
    return { asked, ...asked.answer };
  }

  if (at > 0) {
    // Closed: an open range is answered with 416 by some. Without a size the end is nobody's.
    const range = `bytes=${at}-${size === undefined ? "" : size - 1}`;
    const { asked, status, headers, value } = await askFor({ ...AS_IT_IS, range });
    const told = parseContentRange(headers.get("content-range"));
    const fits = status === 206 && told?.from === at &&
      (size === undefined || told.to === size - 1) && (told.size ?? size) === (size ?? told.size);
    if (value !== undefined && fits) return { from: at, size: told?.size ?? size, body: value };
    if (value !== undefined && status === 200) return { from: 0, size, body: value };
    if (value !== undefined) await drop(value);
    // 416, 400 and the like are about the range; what is refused for good is refused without it too.
    else if (status === 401 || status === 404) throw refused(place, asked, { digest, operation });
  }
  const { asked, headers, value } = await askFor(AS_IT_IS);
  if (value === undefined) throw refused(place, asked, { digest, operation });
  return { from: 0, size: size ?? lengthOf(headers), body: value };
}

/** What comes behind the first `skipped` bytes. While bytes come, the operation's time stands still. */
async function* passing(
  body: AsyncIterable<Uint8Array>,
  skipped: number,
  operation: Operation,
): AsyncGenerator<Uint8Array> {
  const before = operation.left();
  let left = skipped;
  try {
    for await (const chunk of body) {
      if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
      left = Math.max(0, left - chunk.length);
    }
  } finally {
    operation.extend(before - operation.left());
  }
}

/** Lets go of what is not wanted; how it would have ended is no matter. */
async function drop(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of body) break;
  } catch (error) {
    if (!(error instanceof Setback)) throw error;
  }
}

function readVerified({ digest, size }: Wanted, limit: number): Reader<Uint8Array> {
  const read = readBytes(Math.min((size ?? limit) + OVERRUN, limit));
  async function readAll(reply: Reply): Promise<Uint8Array> {
    try {
      return await read(reply);
    } catch (error) {
      if (!(error instanceof Setback) || error.kind !== "large" || size === undefined) throw error;
      const reason = `the blob ${digest} has more than the ${size} bytes that its descriptor tells`;
      throw new Setback("large", reason);
    }
  }
  return async (reply: Reply): Promise<Uint8Array> => {
    const bytes = await readAll(reply);
    const found = await digestOf(bytes, algorithmOf(digest));
    if (found !== digest) throw new Setback("forged", mismatch(found, digest));
    if (size === undefined || size === bytes.length) return bytes;
    const reason = `the blob ${digest} has ${bytes.length} bytes instead of ${size}`;
    throw new Setback("forged", reason);
  };
}

function verify(hash: Hash, { digest }: Wanted, operation: Operation): void {
  const found = hash.digest();
  if (found !== digest) throw operation.fail("digest_mismatch", mismatch(found, digest));
}

function mismatch(found: Digest, wanted: Digest): string {
  return `the blob has the digest ${found} instead of ${wanted}`;
}

function tooLong({ digest }: Wanted, size: number, operation: Operation): Error {
  return operation.fail("digest_mismatch", `the blob ${digest} has more than ${size} bytes`);
}

function brokenOff(error: Setback, at: number, operation: Operation): Error {
  const reason =
    `the stream broke off ${MOST_STALLS} times, at last after ${at} bytes: ${error.message}`;
  return operation.fail("unavailable", reason, {}, error);
}

/** Bytes that an answer announces; its body was not decoded. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length") ?? "";
  return /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
}

function refused(
  place: Place,
  asked: Asked,
  { digest, operation }: Pick<Wanted, "digest"> & Pick<BlobPorts, "operation">,
): Error {
  const { url, status, html, diagnostics, request } = asked.answer;
  if (url.origin !== place.origin) {
    const reason = `${url.host}, where the registry keeps it, answers with status ${status}`;
    return operation.fail("unavailable", reason, { status });
  }
  if (status !== 404 || html) return refusedAnswer(place, asked, operation, "blob");
  const hint = "If its manifest could be read, the registry has lost it; if not, it may be private";
  const facts = { status, diagnostics, request, hint };
  return operation.fail("not_found", `there is no blob ${digest}: status 404`, facts);
}
