import type { FileHandle } from "node:fs/promises";
import { codeOf, type FileReading, readTextFile } from "./files.ts";
import { isPermitted } from "./permission.ts";

/** The new text for the old one, which is absent where there is no file; nothing leaves all as it is. */
export type Change = (text: string | undefined) => string | undefined;

/** Replaces a text file of at most `limit` bytes; tells whether it was changed. */
export type EditFile = (path: string, limit: number, change: Change) => Promise<boolean>;

/** A lock that is held for longer, in milliseconds, is somebody's remains: holding it takes a few. */
const PATIENCE = 5_000;
const PAUSE = 20;

/** How often the file may change under our hands before we give up. */
const ATTEMPTS = 10;

const MAX_LINKS = 40;

/**
 * Replaces a text file in one step: a reader sees the old text or the new one, and a failure leaves the
 * old one. The new file has mode 0600 and the owner of the old one, a missing directory is made with
 * 0700, and a symbolic link stays: what it points to is replaced.
 *
 * As in Git, the temporary file is the lock too: `FILE.lock`, created only where there is none, and the
 * file is read after that. So editors that take this lock never lose each other's changes. One that
 * does not, as Docker and Podman, is noticed if it wrote before the last look, right before the
 * renaming; then all is done again.
 *
 * @throws {Error} the system's, or one whose message says why; its words hold nothing of the content
 */
export async function editTextFile(path: string, limit: number, change: Change): Promise<boolean> {
  const { mkdir } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  const target = await followLinks(path);
  const directory = dirname(target);
  requirePermission("read", directory);
  requirePermission("write", directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await editOnce(target, limit, change);
    if (outcome !== "overtaken") return outcome === "changed";
  }
  throw new Error("another program keeps changing it");
}

async function editOnce(
  target: string,
  limit: number,
  change: Change,
): Promise<"changed" | "same" | "overtaken"> {
  const { rename, rm } = await import("node:fs/promises");
  const lock = `${target}.lock`;
  const handle = await takeLock(lock);
  let isOpen = true;
  let isRenamed = false;
  try {
    const before = textOf(await readTextFile(target, limit));
    const after = change(before);
    if (after === undefined || after === before) return "same";
    if (new TextEncoder().encode(after).length > limit) {
      throw new Error(`it would have more than ${limit} bytes, which nobody here reads again`);
    }
    await handle.writeFile(after);
    await keepOwner(handle, target);
    await handle.sync();
    await handle.close();
    isOpen = false;
    if (textOf(await readTextFile(target, limit)) !== before) return "overtaken";
    await rename(lock, target);
    isRenamed = true;
    return "changed";
  } finally {
    if (isOpen) await handle.close();
    if (!isRenamed) await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<FileHandle> {
  const { open } = await import("node:fs/promises");
  const end = performance.now() + PATIENCE;
  while (true) {
    try {
      return await open(lock, "wx", 0o600);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    if (performance.now() > end) {
      throw new Error(`another program is changing it; if none is, remove ${lock}`);
    }
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
}

function textOf(reading: FileReading): string | undefined {
  if (reading.kind === "text") return reading.text;
  if (reading.kind === "missing") return undefined;
  throw new Error(reading.reason);
}

/** Somebody who logs in as root for another user must not take that user's file away. */
async function keepOwner(handle: FileHandle, target: string): Promise<void> {
  const { lstat } = await import("node:fs/promises");
  try {
    const [old, own] = [await lstat(target), await handle.stat()];
    if (old.uid !== own.uid || old.gid !== own.gid) await handle.chown(old.uid, old.gid);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "EPERM") throw error;
  }
}

/** The file that a path stands for, whether it is there or not. */
async function followLinks(path: string): Promise<string> {
  const { readlink } = await import("node:fs/promises");
  const { dirname, resolve } = await import("node:path");
  let file = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    requirePermission("read", file);
    if (!await isLink(file)) return file;
    file = resolve(dirname(file), await readlink(file));
  }
  throw new Error("too many symbolic links");
}

/** Said before the runtime asks a person, or fails in words of its own. */
function requirePermission(name: "read" | "write", path: string): void {
  if (!isPermitted({ name, path })) throw new Error(`--allow-${name}=${path} is not given`);
}

async function isLink(file: string): Promise<boolean> {
  const { lstat } = await import("node:fs/promises");
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}
