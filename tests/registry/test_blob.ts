import { createHash } from "node:crypto";

/** Bytes under their digest, which need not be in memory. */
export interface TestBlob {
  /** `sha256:<hex>`. */
  readonly digest: string;
  /** How many bytes there are. */
  readonly size: number;
  /** The bytes from `from` up to, not including, `to`, as they are asked for; all of them by default. */
  open(from?: number, to?: number): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How much is handed out at once. */
const piece = 65_536;

/** How a gzip stream begins: clients which look at the first bytes to tell whether a layer is compressed leave it alone. */
const gzipStart: Uint8Array = new Uint8Array([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff]);

/** The digest of bytes: `sha256:<hex>`. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A blob of these bytes. */
export function blobOf(bytes: Uint8Array<ArrayBuffer>): TestBlob {
  return {
    digest: digestOf(bytes),
    size: bytes.length,
    open: (from, to) => streamOf((at, end) => bytes.slice(at, end), from ?? 0, to ?? bytes.length),
  };
}

/**
 * A blob of bytes that look random and depend on size and seed alone. They are made when they are read, so that a gigabyte costs
 * no memory; its digest is computed by going through them once. It begins as gzip does, and is none.
 */
export function randomBlob(size: number, seed = 1): TestBlob {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`Cannot make ${size} bytes`);
  const base = randomBytes(seed);

  function read(from: number, to: number): Uint8Array<ArrayBuffer> {
    const block = Math.floor(from / piece);
    const bytes = base.slice();
    // Every block says which one it is: no two are equal.
    new DataView(bytes.buffer).setFloat64(piece - 8, block);
    if (block === 0) bytes.set(gzipStart);
    return bytes.subarray(from - block * piece, Math.min(to - block * piece, piece));
  }

  const hash = createHash("sha256");
  for (let at = 0; at < size; at += piece) hash.update(read(at, Math.min(at + piece, size)));
  return {
    digest: `sha256:${hash.digest("hex")}`,
    size,
    open: (from, to) => streamOf(read, from ?? 0, Math.min(to ?? size, size)),
  };
}

/** All bytes of a blob, in memory. */
export async function bytesOf(blob: TestBlob): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(blob.open()).bytes();
}

/** Hands out pieces of at most 64 KiB, each made when it is asked for. */
function streamOf(
  read: (from: number, to: number) => Uint8Array<ArrayBuffer>,
  from: number,
  to: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = from;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      if (at >= to) return controller.close();
      const end = Math.min(to, (Math.floor(at / piece) + 1) * piece);
      controller.enqueue(read(at, end));
      at = end;
    },
  }, { highWaterMark: 0 });
}

function randomBytes(seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(piece / 4);
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state >>> 0;
  }
  return new Uint8Array(words.buffer);
}
