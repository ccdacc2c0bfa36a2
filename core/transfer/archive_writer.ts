import type { Arrival } from "../endpoints/uploads.ts";
import type { Digest } from "../names/digest.ts";
import { printable } from "../names/printable.ts";
import { type Found, look, moveFile, requirePermission } from "../system/disk.ts";
import { createPartial, openSeen, type PartialFile } from "../system/disk_file.ts";
import type { Content } from "../wire/content.ts";
import { PARTIAL, verified } from "./layout_blob.ts";
import { type LayoutPart, pathOf } from "./layout_files.ts";
import { notPlain } from "./layout_folder.ts";
import { EMPTY_INDEX, type NewEntry, withEntry } from "./layout_index.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** The two empty blocks that end a tar. */
const END = 1024;
/** Bytes that are copied at once. */
const CHUNK = 1024 * 1024;
const MARKER = '{"imageLayoutVersion":"1.0.0"}';
/** The same time in all, so that equal archives are equal. */
const mtime: Date = new Date(0);

/** The archives that are being written, by path. */
export type Archives = Map<string, ArchiveWriter>;

/** A tar of a layout that several copies write, one file at a time. */
export interface ArchiveWriter {
  /** A copy begins to write: what is written is kept until all have ended. */
  begin(): Promise<void>;
  /** The index as it will be. */
  readonly index: Uint8Array;
  /** Bytes of a blob, if it is there. */
  sizeOf(digest: Digest): number | undefined;
  /** Writes a blob, unless it is there. */
  put(
    blob: { readonly digest: Digest; readonly size: number },
    content: () => Promise<Content>,
    signal?: AbortSignal,
  ): Promise<Arrival>;
  /** The manifests of copies that have arrived. */
  readonly arrived: Set<Digest>;
  /** Makes an entry of the index. */
  name(entry: NewEntry): void;
  /** A copy has ended. After the last one the archive gets its name, if anything in it has a name. */
  end(): Promise<void>;
}

/**
 * Opens the writer of an archive: blobs one behind the other, then `oci-layout` and `index.json`, in a file
 * beside it that takes its place when it is whole. What was there before is replaced.
 */
export function openWriter(place: LayoutPlace): ArchiveWriter {
  const { path } = place;
  const partial = `${path}${PARTIAL}`;
  const sizes = new Map<Digest, number>();
  let index = EMPTY_INDEX;
  let file: PartialFile | undefined;
  /** Where the next file goes. */
  let at = 0;
  /** What this writer has put there, when it had ended once. */
  let landed: Found | undefined;
  /** Why what it holds is not known any more. */
  let ruin: { readonly error: unknown } | undefined;
  let copies = 0;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const begun = turn.then(work);
    turn = begun.catch(() => {});
    return begun;
  }

  async function open(): Promise<PartialFile> {
    requirePermission(["read", "write"], path);
    requirePermission(["read", "write"], partial);
    const { kind } = await look(path);
    if (kind !== "missing" && kind !== "file") throw notPlain(place, path, kind, "file");
    const opened = await createPartial(partial);
    if (opened === undefined) {
      throw place.fail("unavailable", `another program is writing ${printable(partial, 300)}`);
    }
    if (landed === undefined) return opened;
    try {
      await takeOver(landed, opened);
      return opened;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Goes on with the archive that has its name already. */
  async function takeOver(seen: Found, opened: PartialFile): Promise<void> {
    await using old = await openSeen(path, seen);
    if (old === undefined) {
      throw place.fail("unavailable", "another program has replaced it meanwhile");
    }
    for (let done = 0; done < at;) {
      const bytes = new Uint8Array(Math.min(CHUNK, at - done));
      await old.readAt(done, bytes);
      await opened.writeAt(done, bytes);
      done += bytes.length;
    }
  }

  /** Writes one file at `at`, over the end of the archive. Where it breaks off, it is as if it had not begun. */
  async function append(
    part: LayoutPart,
    size: number,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const { createTarPacker } = await import("modern-tar");
    const opened = file ??= await place.onDisk(path, open);
    const { readable, controller } = createTarPacker();
    let to = at;

    async function drain(): Promise<void> {
      for await (const bytes of readable) {
        await place.onDisk(partial, () => opened.writeAt(to, bytes));
        to += bytes.length;
      }
    }

    async function feed(): Promise<void> {
      const body = controller.add({ name: pathOf(part), size, mtime, mode: 0o644 }).getWriter();
      body.closed.catch(() => {});
      try {
        for await (const chunk of chunks) await body.write(chunk);
        await body.close();
        controller.finalize();
      } catch (error) {
        controller.error(error);
        throw error;
      }
    }

    const all = [feed(), drain()];
    try {
      await Promise.all(all);
    } finally {
      // The first failure is the cause, and ends the other.
      await Promise.allSettled(all);
    }
    at = to - END;
  }

  async function land(whole: PartialFile): Promise<void> {
    const blobsEnd = at;
    const files = [["oci-layout", MARKER], ["index.json", index]] as const;
    for (const [part, text] of files) {
      const bytes = new TextEncoder().encode(text);
      await append(part, bytes.length, [bytes]);
    }
    await place.onDisk(path, async () => {
      await whole.truncate(at + END);
      await whole.sync();
      await moveFile(partial, path);
      landed = await whole.look();
    });
    whole.keep();
    at = blobsEnd;
  }

  async function end(): Promise<void> {
    if (file === undefined) return;
    const whole = file;
    try {
      if (index !== EMPTY_INDEX) return await land(whole);
      at = 0;
      sizes.clear();
    } catch (error) {
      ruin = { error };
      throw error;
    } finally {
      file = undefined;
      await place.onDisk(partial, async () => await whole[Symbol.asyncDispose]());
    }
  }

  return {
    async begin(): Promise<void> {
      copies++;
      await inTurn(async () => {
        if (ruin !== undefined) throw ruin.error;
        file ??= await place.onDisk(path, open);
      });
    },
    get index(): Uint8Array {
      return new TextEncoder().encode(index);
    },
    arrived: new Set<Digest>(),
    sizeOf: (digest: Digest) => sizes.get(digest),
    put: ({ digest, size }, content, signal) =>
      inTurn(async () => {
        signal?.throwIfAborted();
        if (sizes.get(digest) === size) return "present";
        await append(digest, size, verified({ digest, size }, await content(), { place, signal }));
        sizes.set(digest, size);
        return "sent";
      }),
    name(entry: NewEntry): void {
      index = withEntry(new TextEncoder().encode(index), entry);
    },
    async end(): Promise<void> {
      copies--;
      await inTurn(async () => {
        if (copies === 0) await end();
      });
    },
  };
}
