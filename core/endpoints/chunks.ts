import type { Ask, Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import type { Operation } from "../wire/operation.ts";
import { readAway } from "../wire/reply.ts";
import type { Content } from "../wire/content.ts";

/**
 * Sends content in chunks of `chunk` bytes, within what the registry's adapter takes. How far the registry
 * says it has come is not believed: some count wrongly. The digest, at the end, tells.
 *
 * Source: OCI distribution specification 1.1, "Pushing a blob in chunks"
 *
 * @returns where the upload is finished
 */
export async function sendChunks(
  place: Place,
  begun: URL,
  { content, chunk }: { readonly content: Content; readonly chunk: number },
  ports: {
    readonly ask: Ask;
    readonly operation: Operation;
    /** Where the upload goes on after an answer; throws where that is a refusal. */
    readonly next: (asked: Asked) => URL;
  },
): Promise<URL> {
  const { ask, operation, next } = ports;
  const { chunkMin = 1, chunkMax = Infinity } = place.adapter.uploads ?? {};
  const before = operation.left();
  let url = begun;
  let at = 0;
  for await (const bytes of cut(content, Math.min(Math.max(chunk, chunkMin), chunkMax))) {
    // While bytes come and go, the operation's time stands still.
    operation.extend(before - operation.left());
    const asked = await ask(place, {
      url,
      method: "PATCH",
      headers: {
        "content-type": "application/octet-stream",
        "content-range": `${at}-${at + bytes.length - 1}`,
      },
      content: bytes,
      once: true,
      read: readAway(),
    }, operation);
    at += bytes.length;
    url = next(asked);
  }
  return url;
}

/** Content in pieces of `size` bytes; the last one may be shorter. */
async function* cut(content: Content, size: number): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content()) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
