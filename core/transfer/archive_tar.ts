import { printable } from "../names/printable.ts";
import { type Found, look, moveFile, requirePermission } from "../system/disk.ts";
import { createPartial, type DiskFile, openSeen, type PartialFile } from "../system/disk_file.ts";
import { PARTIAL } from "./layout_blob.ts";
import { type LayoutPart, pathOf } from "./layout_files.ts";
import { notPlain } from "./layout_folder.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** The two empty blocks that end a tar. */
const END = 1024;
/** Bytes that are copied at once. */
const CHUNK = 1024 * 1024;
/** The same time in all, so that equal archives are equal. */
const mtime: Date = new Date(0);

/** Bytes of a file, as they come. */
type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A tar in a file beside the name that it gets when it is whole. One thing is done at a time. */
export interface ArchiveTar {
  /** Begins the file, unless it is open: with what is there already, where it has landed once. */
  open(): Promise<void>;
  /** Writes one file behind the others. Where it breaks off, it is as if it had not begun. */
  append(part: LayoutPart, size: number, chunks: Chunks): Promise<void>;
  /** Gives the tar its name, with these files at its end, which do not stay when it is gone on with. */
  land(last: readonly (readonly [part: LayoutPart, text: string])[]): Promise<void>;
  /** Removes the file, and forgets what it held. */
  drop(): Promise<void>;
}

/** Opens the writer of a tar. Nothing is made before it is begun. */
export function openTar(place: LayoutPlace): ArchiveTar {
  const { path } = place;
  const partial = `${path}${PARTIAL}`;
  let file: PartialFile | undefined;
  /** Where the next file goes. */
  let at = 0;
  /** What was put in place, if it was. */
  let landed: Found | undefined;

  async function open(): Promise<PartialFile> {
    return file ??= await place.onDisk(path, () => begin(place, partial, { landed, size: at }));
  }

  async function append(part: LayoutPart, size: number, chunks: Chunks): Promise<void> {
    const opened = await open();
    let to = at;
    for await (const bytes of packed(part, size, chunks)) {
      await place.onDisk(partial, () => opened.writeAt(to, bytes));
      to += bytes.length;
    }
    at = to - END;
  }

  async function close(opened: PartialFile): Promise<void> {
    file = undefined;
    await place.onDisk(partial, async () => await opened[Symbol.asyncDispose]());
  }

  return {
    open: async () => void await open(),
    append,
    async land(last: readonly (readonly [part: LayoutPart, text: string])[]): Promise<void> {
      if (file === undefined) return;
      const whole = file;
      const blobsEnd = at;
      try {
        for (const [part, text] of last) {
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
      } finally {
        await close(whole);
      }
    },
    async drop(): Promise<void> {
      if (file === undefined) return;
      at = 0;
      await close(file);
    },
  };
}

/** @param known what has the name of the archive already, and where its blobs end */
async function begin(
  place: LayoutPlace,
  partial: string,
  { landed, size }: { readonly landed?: Found; readonly size: number },
): Promise<PartialFile> {
  const { path } = place;
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
    await using old = await openSeen(path, landed);
    if (old === undefined) {
      throw place.fail("unavailable", "another program has replaced it meanwhile");
    }
    await copyStart(old, opened, size);
    return opened;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

async function copyStart(from: DiskFile, to: PartialFile, size: number): Promise<void> {
  for (let done = 0; done < size;) {
    const bytes = new Uint8Array(Math.min(CHUNK, size - done));
    await from.readAt(done, bytes);
    await to.writeAt(done, bytes);
    done += bytes.length;
  }
}

/** A tar of one file. */
async function* packed(
  part: LayoutPart,
  size: number,
  chunks: Chunks,
): AsyncGenerator<Uint8Array> {
  const { createTarPacker } = await import("modern-tar");
  const { readable, controller } = createTarPacker();

  async function feed(): Promise<void> {
    const body = controller.add({ name: pathOf(part), size, mtime, mode: 0o644 }).getWriter();
    body.closed.catch(() => {});
    try {
      for await (const chunk of chunks) await body.write(chunk);
      await body.close();
      controller.finalize();
    } catch (error) {
      // Whoever reads the tar gets it.
      controller.error(error);
    }
  }

  const fed = feed();
  try {
    yield* readable;
  } finally {
    await fed;
  }
}
