import { look, removeFile } from "./disk.ts";
import { codeOf } from "./files.ts";

/** Milliseconds that a lock may be held by others; holding it takes a few. */
const PATIENCE = 60_000;
const PAUSE = 10;
/** Milliseconds after which a lock file is somebody's remains, where the runtime has no locks of the system. */
const STALE = 10_000;

/** Why a lock is not to be had. */
export class LockHeld extends Error {
  override name = "LockHeld";
}

/**
 * Takes a lock that processes share: `path` is a file that is there while it is held. In Deno it is the
 * system that locks, so that a process which was killed leaves no lock behind.
 *
 * @throws {LockHeld} after a minute, or the reason of `signal`
 */
export async function takeLock(path: string, signal?: AbortSignal): Promise<AsyncDisposable> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    signal?.throwIfAborted();
    const lock = typeof Deno === "undefined" ? await tryInNode(path) : await tryInDeno(path);
    if (lock !== undefined) return lock;
    if (performance.now() > end) throw new LockHeld(`another program holds ${path}`);
    await new Promise((resume) => setTimeout(resume, PAUSE * (1 + Math.random())));
  }
}

async function tryInDeno(path: string): Promise<AsyncDisposable | undefined> {
  const { kind } = await look(path);
  if (kind !== "missing" && kind !== "file") throw new LockHeld(`${path} is no file`);
  const file = await Deno.open(path, { write: true, create: true });
  // Whoever held it before has removed it: then this is a file without a name, which locks nobody out.
  const isOurs = await file.tryLock(true) && await isSame(path, file);
  if (!isOurs) {
    file.close();
    return undefined;
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await removeFile(path);
      file.close();
    },
  };
}

async function isSame(path: string, file: Deno.FsFile): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).ino === (await file.stat()).ino;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function tryInNode(path: string): Promise<AsyncDisposable | undefined> {
  const { open, lstat } = await import("node:fs/promises");
  try {
    await (await open(path, "wx")).close();
    return { [Symbol.asyncDispose]: () => removeFile(path) };
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  try {
    if (Date.now() - (await lstat(path)).mtimeMs > STALE) await removeFile(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  return undefined;
}
