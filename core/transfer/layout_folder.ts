import { printable } from "../names/printable.ts";
import { look, lookThrough, requirePermission } from "../system/disk.ts";
import { openSeen } from "../system/disk_file.ts";
import { type LayoutFile, type LayoutFiles, type LayoutPart, pathOf } from "./layout_files.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** Bytes that are read at once. */
const CHUNK = 256 * 1024;

/**
 * The files of a layout in a folder. Whatever it holds came from somewhere: of symbolic links, pipes and
 * devices below the folder none is opened.
 */
export function openFolder(place: LayoutPlace): LayoutFiles {
  /** Refuses `blobs` and what is in it where that leads elsewhere; tells whether all of it is there. */
  async function hasFolders(path: string): Promise<boolean> {
    const steps = path.split("/").slice(0, -1);
    for (const count of steps.keys()) {
      const folder = `${place.path}/${steps.slice(0, count + 1).join("/")}`;
      const { kind } = await look(folder);
      if (kind === "missing") return false;
      if (kind !== "folder") throw notPlain(place, folder, kind, "folder");
    }
    return true;
  }

  async function find(part: LayoutPart): Promise<LayoutFile | undefined> {
    const inside = pathOf(part);
    const path = `${place.path}/${inside}`;
    return await place.onDisk(path, async () => {
      requirePermission(["read"], place.path);
      if (!await hasFolders(inside)) return undefined;
      const found = await look(path);
      const { kind, size, stamp } = found;
      if (kind === "missing") return undefined;
      if (kind !== "file") throw notPlain(place, path, kind, "file");
      return { path, size, stamp, chunks: () => readChunks(place, path, { found, from: 0, size }) };
    });
  }

  async function lacking(part: LayoutPart): Promise<Error> {
    const { kind } = await place.onDisk(place.path, () => lookThrough(place.path));
    if (kind === "missing") return place.fail("not_found", "there is no such folder");
    if (kind !== "folder") return notPlain(place, place.path, kind, "folder");
    return noLayout(place, part);
  }

  return { find, lacking };
}

/** The error for a folder or an archive of other things. */
export function noLayout(place: LayoutPlace, part: LayoutPart): Error {
  return place.foreign(`it is no OCI image layout: there is no ${part} in it`);
}

/** The error for what is no plain file or folder. */
export function notPlain(place: LayoutPlace, path: string, kind: string, wanted: string): Error {
  const words: Readonly<Record<string, string>> = {
    link: "a symbolic link, and none is followed",
    other: "a pipe or a device",
  };
  const reason = `${printable(path, 300)} is ${words[kind] ?? `a ${kind}`}`;
  return place.foreign(kind in words ? reason : `${reason}, not a ${wanted}`);
}

/** Reads a part of a file that was looked at before. */
export async function* readChunks(
  place: LayoutPlace,
  path: string,
  { found, from, size }: {
    readonly found: Parameters<typeof openSeen>[1];
    readonly from: number;
    readonly size: number;
  },
): AsyncGenerator<Uint8Array> {
  const changed = place.fail("unavailable", `${printable(path, 300)} was changed meanwhile`);
  await using file = await place.onDisk(path, () => openSeen(path, found));
  if (file === undefined) throw changed;
  for (let at = 0; at < size;) {
    const chunk = new Uint8Array(Math.min(CHUNK, size - at));
    const count = await place.onDisk(path, () => file.readAt(from + at, chunk));
    if (count < chunk.length) throw changed;
    at += count;
    yield chunk;
  }
}
