import type { Digest } from "../names/digest.ts";
import { moveFile } from "../system/disk.ts";
import { createPartial, type PartialFile } from "../system/disk_file.ts";
import type { Content } from "../wire/content.ts";
import { verified } from "./layout_files.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** What a file on its way is called, behind the name that it gets. */
export const PARTIAL = ".partial";

/** What is to be written, and to where. */
export interface Landing {
  /** The end that it is written for. */
  readonly place: LayoutPlace;
  /** Its path, in a folder that is there. */
  readonly path: string;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Asked last of all; otherwise the file is dropped. @default it may */
  readonly mayLand?: () => Promise<boolean>;
}

/**
 * Writes a file under a name of its own, and gives it the right one when all of it is there and on the
 * disk: what has the right name is whole, whenever the process ends.
 *
 * @returns whether it was allowed to land
 */
export async function landFile(
  { place, path, mayLand }: Landing,
  content: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<boolean> {
  await using file = await place.onDisk(path, () => createNamed(path));
  let at = 0;
  await content(async (bytes) => {
    await place.onDisk(path, () => file.writeAt(at, bytes));
    at += bytes.length;
  });
  await place.onDisk(path, () => file.sync());
  if (mayLand !== undefined && !await mayLand()) return false;
  await place.onDisk(path, () => moveFile(file.path, path));
  file.keep();
  return true;
}

/** A sweeper may hold a new file before we do, taking it for a dead one: then another has another name. */
async function createNamed(path: string): Promise<PartialFile> {
  for (;;) {
    const name = `${path}.${crypto.randomUUID().slice(0, 8)}${PARTIAL}`;
    const file = await createPartial(name);
    if (file !== undefined) return file;
  }
}

/** Writes a blob, whose bytes are hashed and counted on their way. */
export async function landBlob(
  blob: { readonly digest: Digest; readonly size: number },
  content: Content,
  landing: Landing,
): Promise<void> {
  await landFile(landing, async (write) => {
    for await (const chunk of verified(blob, content, landing)) await write(chunk);
  });
}
