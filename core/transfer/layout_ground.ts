import { printable } from "../names/printable.ts";
import { look, lookThrough, makeFolder, requirePermission } from "../system/disk.ts";
import { removeDead } from "../system/disk_file.ts";
import { takeLock } from "../system/file_lock.ts";
import { listFolder } from "../system/runtime.ts";
import { landFile, PARTIAL } from "./layout_blob.ts";
import { type LayoutFiles, readCurrent, readWhole } from "./layout_files.ts";
import { notPlain } from "./layout_folder.ts";
import { EMPTY_INDEX } from "./layout_index.ts";
import type { LayoutPlace } from "./layout_place.ts";
import { checkMarker, INDEX_LIMIT } from "./layout_source.ts";

/** How often the index may be changed by a program that takes no lock before we give up. */
const ATTEMPTS = 10;
const FOLDERS: readonly string[] = ["blobs", "blobs/sha256", "blobs/sha512"];

/** A folder with a layout that is written to. */
export interface LayoutGround {
  /** Makes it a layout, if it is none, and clears away what processes that were killed have left. */
  prepare(): Promise<void>;
  /** Replaces the index in one step, with other writers locked out: first `change`, then what it returns. */
  editIndex(change: (bytes: Uint8Array) => string): Promise<void>;
}

/** Opens the folder of a layout for writing. Nothing is made before it is prepared. */
export function openGround(
  files: LayoutFiles,
  place: LayoutPlace,
  signal?: AbortSignal,
): LayoutGround {
  const { path } = place;
  const lock = `${path}/index.json.lock`;

  async function prepare(): Promise<void> {
    await place.onDisk(path, async () => {
      requirePermission(["read", "write"], path);
      // The path itself may be a link: it is the caller's word.
      const { kind } = await lookThrough(path);
      if (kind !== "missing" && kind !== "folder") throw notPlain(place, path, kind, "folder");
      await makeFolder(path);
    });
    await refuseForeign();
    await place.onDisk(path, async () => {
      await using _ = await takeLock(lock, signal);
      await writeMarker();
      for (const folder of FOLDERS) await makePlain(`${path}/${folder}`);
      if (await files.find("index.json") === undefined) await write("index.json", EMPTY_INDEX);
    });
    for (const folder of [path, ...FOLDERS.map((name) => `${path}/${name}`)]) await sweep(folder);
  }

  /** A folder with other things in it was hardly meant. */
  async function refuseForeign(): Promise<void> {
    if (await files.find("oci-layout") !== undefined) return;
    const names = await place.onDisk(path, () => listFolder(path));
    const foreign = names.find((name) => !name.endsWith(PARTIAL) && name !== "index.json.lock");
    // Another process may have made it one by now.
    if (foreign === undefined || await files.find("oci-layout") !== undefined) return;
    const reason = `it has "${printable(foreign, 80)}" in it, and no oci-layout`;
    throw place.foreign(reason, { hint: "Name an empty folder, or one that is a layout" });
  }

  async function writeMarker(): Promise<void> {
    const marker = await files.find("oci-layout");
    if (marker === undefined) return await write("oci-layout", '{"imageLayoutVersion":"1.0.0"}');
    checkMarker(await readWhole(marker, INDEX_LIMIT, place), marker.path, place);
  }

  async function makePlain(folder: string): Promise<void> {
    const { kind } = await look(folder);
    if (kind === "missing") return await makeFolder(folder);
    if (kind !== "folder") throw notPlain(place, folder, kind, "folder");
  }

  async function sweep(folder: string): Promise<void> {
    await place.onDisk(folder, async () => {
      for (const name of await listFolder(folder)) {
        if (name.endsWith(PARTIAL)) await removeDead(`${folder}/${name}`);
      }
    });
  }

  async function write(name: string, text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await landFile({ place, path: `${path}/${name}` }, (write) => write(bytes));
  }

  async function editIndex(change: (bytes: Uint8Array) => string): Promise<void> {
    await place.onDisk(lock, async () => {
      await using _ = await takeLock(lock, signal);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await editOnce(change)) return;
      }
      throw place.fail("unavailable", "another program keeps changing its index");
    });
  }

  /** Whether no program without the lock came in between. */
  async function editOnce(change: (bytes: Uint8Array) => string): Promise<boolean> {
    const old = await readCurrent(files, "index.json", { place, limit: INDEX_LIMIT });
    const before = old === undefined ? EMPTY_INDEX : new TextDecoder().decode(old.bytes);
    const bytes = new TextEncoder().encode(before);
    const after = place.reading(`${path}/index.json`, () => change(bytes));
    if (after === before && old !== undefined) return true;
    const edited = new TextEncoder().encode(after);
    if (edited.length > INDEX_LIMIT) {
      throw place.fail("too_large", `its index would have more than ${INDEX_LIMIT} bytes`);
    }
    const isUnchanged = async () => (await files.find("index.json"))?.stamp === old?.file.stamp;
    const landing = { place, path: `${path}/index.json`, mayLand: isUnchanged };
    return await landFile(landing, (write) => write(edited));
  }

  return { prepare, editIndex };
}
