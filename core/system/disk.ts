/*
 * Files and folders of a layout, by the runtime's own calls where it is Deno: its `node:fs` takes three times as
 * long to write.
 */
import { codeOf } from "./files.ts";
import { isPermitted } from "./permission.ts";

/** What is at a path, a symbolic link not followed. */
export interface Found {
  /** `other`: a pipe, a device. */
  readonly kind: "missing" | "file" | "folder" | "link" | "other";
  /** Bytes, of a file. */
  readonly size: number;
  /** When it was changed, in milliseconds since 1970. */
  readonly changed: number;
  /** Another one where the file is another one, or has been changed. */
  readonly stamp: string;
}

/** What both runtimes tell of a file. */
interface Stat {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  readonly size: number;
  readonly ino: number | null;
  readonly mtime: Date | null;
}

/** Says which flag is missing before the runtime asks a person, or fails in words of its own. */
export class NotPermitted extends Error {
  constructor(name: "read" | "write", path: string) {
    super(`--allow-${name}=${path} is not given`);
    this.name = "NotPermitted";
  }
}

/** @throws {NotPermitted} */
export function requirePermission(names: readonly ("read" | "write")[], path: string): void {
  for (const name of names) {
    if (!isPermitted({ name, path })) throw new NotPermitted(name, path);
  }
}

/** Looks at a path. Errors have the code of the system. */
export async function look(path: string): Promise<Found> {
  return await foundBy(() => statOf(path));
}

/** Looks at what a path leads to: it is never a link. */
export async function lookThrough(path: string): Promise<Found> {
  return await foundBy(async () => {
    if (typeof Deno !== "undefined") return await Deno.stat(path);
    const { stat } = await import("node:fs/promises");
    return plain(await stat(path));
  });
}

async function foundBy(stat: () => Promise<Stat>): Promise<Found> {
  try {
    return foundOf(await stat());
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    return { kind: "missing", size: 0, changed: 0, stamp: "" };
  }
}

/** What a stat tells. */
export function foundOf(stat: Stat): Found {
  const { size, ino, mtime } = stat;
  const changed = mtime?.getTime() ?? 0;
  return { kind: kindOf(stat), size, changed, stamp: `${ino} ${size} ${changed}` };
}

/** Makes a folder, with those above it, unless it is there. */
export async function makeFolder(path: string): Promise<void> {
  if (typeof Deno !== "undefined") return await Deno.mkdir(path, { recursive: true });
  const { mkdir } = await import("node:fs/promises");
  await mkdir(path, { recursive: true });
}

/** Gives a file another name, in one step; what had that name before is gone, link or file. */
export async function moveFile(from: string, to: string): Promise<void> {
  if (typeof Deno !== "undefined") return await Deno.rename(from, to);
  const { rename } = await import("node:fs/promises");
  await rename(from, to);
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  const { rm } = await import("node:fs/promises");
  await rm(path, { force: true });
}

async function statOf(path: string): Promise<Stat> {
  if (typeof Deno !== "undefined") return await Deno.lstat(path);
  const { lstat } = await import("node:fs/promises");
  return plain(await lstat(path));
}

/** Node's stat in Deno's shape. */
export function plain(stat: {
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
  readonly isSymbolicLink: () => boolean;
  readonly size: number;
  readonly ino: number;
  readonly mtime: Date;
}): Stat {
  const { size, ino, mtime } = stat;
  return {
    isFile: stat.isFile(),
    isDirectory: stat.isDirectory(),
    isSymlink: stat.isSymbolicLink(),
    size,
    ino,
    mtime,
  };
}

function kindOf({ isFile, isDirectory, isSymlink }: Stat): Found["kind"] {
  if (isSymlink) return "link";
  if (isFile) return "file";
  return isDirectory ? "folder" : "other";
}
