import { decodeJson } from "./json.ts";
import { Setback } from "./setback.ts";
import type { Reply } from "./transport.ts";

/** Bytes kept of an answer that is an error. */
const ERROR_BODY = 64 * 1024;

/**
 * Makes something of a good answer. What it throws as a {@linkcode Setback} or `NotJson` is tried again. It may
 * call `free` once all has come, where it then has much to do: others need not wait for that.
 */
export type Reader<T> = (reply: Reply, free?: () => void) => Promise<T>;

/** Reads the whole body, of at most `limit` bytes after decoding; `hint` helps where it has more. */
export function readBytes(limit: number, hint?: string): Reader<Uint8Array> {
  return async (reply: Reply): Promise<Uint8Array> => {
    // Counted while it comes: a compressed answer's Content-Length is the compressed length.
    const { body, isCut } = await collect(reply, limit);
    if (!isCut) return body;
    throw new Setback("large", `the answer is larger than ${limit} bytes`, hint);
  };
}

/** Reads a JSON object of at most `limit` bytes. */
export function readJson(limit: number, hint?: string): Reader<Record<string, unknown>> {
  const read = readBytes(limit, hint);
  return async (reply: Reply): Promise<Record<string, unknown>> => decodeJson(await read(reply));
}

/** Bytes that an answer may have which does not matter. */
const NO_MATTER = 64 * 1024;

/** Reads a body of at most `limit` bytes that does not matter: where only the status counts. */
export function readAway(limit: number = NO_MATTER): Reader<true> {
  const read = readBytes(limit);
  return async (reply: Reply): Promise<true> => {
    await read(reply);
    return true;
  };
}

/** Reads nothing: the body is for whoever asked, in its own time. */
export function readLater(reply: Reply): Promise<AsyncIterable<Uint8Array>> {
  return Promise.resolve(reply.body);
}

/** The beginning of an error's body. */
export async function readError(reply: Reply): Promise<Uint8Array> {
  return (await collect(reply, ERROR_BODY)).body;
}

/** The body as far as `limit`; what comes after that is not waited for. */
async function collect(
  { body: source }: Reply,
  limit: number,
): Promise<{ readonly body: Uint8Array; readonly isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    chunks.push(chunk);
    if (size > limit) break;
  }
  return { body: join(chunks, Math.min(size, limit)), isCut: size > limit };
}

/** The first `size` bytes of what came in pieces. */
export function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, size - at);
    body.set(part, at);
    at += part.length;
  }
  return body;
}
