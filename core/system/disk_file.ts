import { type Found, foundOf, look, plain, removeFile } from "./disk.ts";
import { codeOf } from "./files.ts";

/** Milliseconds after which a partial file is somebody's remains, where the runtime cannot ask. */
const STALE = 3_600_000;

/** A file that is open. */
export interface DiskFile extends AsyncDisposable {
  /** Fills the bytes from a place of the file, and says how many there were; fewer only at the end. */
  readAt(position: number, bytes: Uint8Array): Promise<number>;
  /** Writes all of the bytes at a place. */
  writeAt(position: number, bytes: Uint8Array): Promise<void>;
  /** Cuts the file. */
  truncate(length: number): Promise<void>;
  /** Waits until it is on the disk. */
  sync(): Promise<void>;
  /** What it is now. */
  look(): Promise<Found>;
  /** Locks others out, until it is closed, where the system can; tells whether nobody else did. */
  lock(): Promise<boolean>;
}

/** A file that is being written; it is removed when it is left before it was done. */
export interface PartialFile extends DiskFile {
  /** Its path. */
  readonly path: string;
  /** Keeps it: it has its own name now. */
  keep(): void;
}

/** Opens a file for reading that was looked at before; undefined if it is no longer that one. Errors are the system's. */
export async function openSeen(path: string, seen: Found): Promise<DiskFile | undefined> {
  const file = await openAs(path, "read");
  if ((await file.look()).stamp === seen.stamp) return file;
  await file[Symbol.asyncDispose]();
  return undefined;
}

/**
 * Makes a file that only this process writes: a lock of the system tells others, as long as the process
 * lives. Left-over files of that name are replaced.
 *
 * @returns undefined while another process writes it
 */
export async function createPartial(path: string): Promise<PartialFile | undefined> {
  for (;;) {
    if (!await removeDead(path)) return undefined;
    try {
      const file = await openAs(path, "create");
      // A sweeper may have taken it for dead before the lock was ours.
      const isOurs = await file.lock() && (await look(path)).stamp === (await file.look()).stamp;
      if (isOurs) return partial(path, file);
      await file[Symbol.asyncDispose]();
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** Removes a partial file, unless a living process writes it; tells whether there is none now. */
export async function removeDead(path: string): Promise<boolean> {
  const { kind } = await look(path);
  if (kind === "missing") return true;
  if (kind === "folder") return false;
  if (kind !== "file" || typeof Deno === "undefined") return await removeStale(path, kind);
  try {
    using file = await Deno.open(path, { write: true });
    // Removed while the lock is ours: nobody can take it for his own meanwhile.
    if (!await file.tryLock(true)) return false;
    await removeFile(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  return true;
}

/** Without locks of the system only the time tells. */
async function removeStale(path: string, kind: Found["kind"]): Promise<boolean> {
  if (kind === "file" && Date.now() - (await look(path)).changed < STALE) return false;
  await removeFile(path);
  return true;
}

function partial(path: string, file: DiskFile): PartialFile {
  let isKept = false;
  return {
    ...file,
    path,
    keep(): void {
      isKept = true;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      if (!isKept) await removeFile(path);
      await file[Symbol.asyncDispose]();
    },
  };
}

async function openAs(path: string, how: "read" | "create"): Promise<DiskFile> {
  if (typeof Deno === "undefined") return await openInNode(path, how);
  const options = how === "read" ? { read: true } : { read: true, write: true, createNew: true };
  const file = await Deno.open(path, options);
  let at = 0;

  async function seek(position: number): Promise<void> {
    if (position !== at) await file.seek(position, Deno.SeekMode.Start);
    at = position;
  }

  return {
    async readAt(position: number, bytes: Uint8Array): Promise<number> {
      await seek(position);
      return await fill(bytes, async (rest) => {
        const count = await file.read(rest) ?? 0;
        at += count;
        return count;
      });
    },
    async writeAt(position: number, bytes: Uint8Array): Promise<void> {
      await seek(position);
      for (let done = 0; done < bytes.length;) {
        const count = await file.write(done === 0 ? bytes : bytes.subarray(done));
        done += count;
        at += count;
      }
    },
    truncate: (length) => file.truncate(length),
    sync: () => file.syncData(),
    look: async () => foundOf(await file.stat()),
    lock: () => file.tryLock(true),
    [Symbol.asyncDispose]: () => Promise.resolve(file.close()),
  };
}

async function openInNode(path: string, how: "read" | "create"): Promise<DiskFile> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, how === "read" ? "r" : "wx+");
  return {
    readAt: (position, bytes) =>
      fill(bytes, async (rest, done) => {
        return (await file.read(rest, 0, rest.length, position + done)).bytesRead;
      }),
    async writeAt(position: number, bytes: Uint8Array): Promise<void> {
      for (let done = 0; done < bytes.length;) {
        const rest = bytes.length - done;
        done += (await file.write(bytes, done, rest, position + done)).bytesWritten;
      }
    },
    truncate: (length) => file.truncate(length),
    sync: () => file.datasync(),
    look: async () => foundOf(plain(await file.stat())),
    lock: () => Promise.resolve(true),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function fill(
  bytes: Uint8Array,
  read: (rest: Uint8Array, done: number) => Promise<number>,
): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const count = await read(bytes.subarray(done), done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
