import type { Watch } from "./watch.ts";

/** Milliseconds in which what was made ready has to be taken. */
const SILENCE = 30_000;
/** Milliseconds that a server may take to store what it was sent: it hashes, and moves it elsewhere. */
const STORING = 600_000;

/** What is sent as it is. A stream has no length of its own, so it goes out in chunks. */
export type Content = Uint8Array | (() => AsyncIterable<Uint8Array>);

/** A body on its way out. */
export interface Outgoing {
  /** What fetch takes. */
  readonly body: BodyInit;
  /** Why the content itself broke off, if it did. */
  failure(): unknown;
  /** Ends the content, taken or not: an answer can come before all was sent. */
  end(): void;
  /** Lets go of a connection that still waits for the rest. Not before the answer is read: it goes too. */
  drop(): void;
}

/** Makes content ready to be sent; `watch` tells a server that takes nothing from a slow source. */
export function openContent(content: Content | undefined, watch: Watch): Outgoing | undefined {
  if (content === undefined) return undefined;
  if (content instanceof Uint8Array) {
    return {
      body: content as Uint8Array<ArrayBuffer>,
      failure: () => undefined,
      end: () => {},
      drop: () => {},
    };
  }
  const chunks = content()[Symbol.asyncIterator]();
  let failure: unknown;
  let ended = false;
  let open: ReadableByteStreamController | undefined;

  async function pull(controller: ReadableByteStreamController): Promise<void> {
    watch.rest();
    try {
      const { done, value } = await chunks.next();
      if (ended) return;
      if (done) {
        ended = true;
        open = undefined;
        watch.expect(STORING, Infinity, "no answer");
        controller.close();
        return;
      }
      watch.expect(SILENCE, Infinity, "nothing was taken");
      controller.enqueue(value as Uint8Array<ArrayBuffer>);
    } catch (error) {
      failure = error;
      open = undefined;
      throw error;
    }
  }

  function end(): void {
    if (ended) return;
    ended = true;
    // Not waited for: what the source is waiting for may take its time.
    chunks.return?.().catch(() => {});
  }

  // Of bytes, because other streams take a fifth longer.
  const body = new ReadableStream({
    type: "bytes",
    start: (controller: ReadableByteStreamController) => void (open = controller),
    pull,
    cancel(): void {
      open = undefined;
      end();
    },
  });

  function drop(): void {
    end();
    open?.error(new Error("answered before all was sent"));
    open = undefined;
  }

  return { body, failure: () => failure, end, drop };
}
