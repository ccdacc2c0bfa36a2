import { printable } from "../names/printable.ts";
import { type Found, lookThrough, requirePermission } from "../system/disk.ts";
import { openSeen } from "../system/disk_file.ts";
import { dockerArchive, type Extent, findEntries } from "./archive_entries.ts";
import { type LayoutFile, type LayoutFiles, type LayoutPart, pathOf } from "./layout_files.ts";
import { noLayout, notPlain, readChunks } from "./layout_folder.ts";
import type { LayoutPlace } from "./layout_place.ts";

/** How what is no tar begins. */
const MAGICS: readonly (readonly [kind: string, bytes: readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["bzip2", [0x42, 0x5a, 0x68]],
];

/** An archive as it was seen first. */
interface Catalogue {
  readonly found: Found;
  readonly extents: ReadonlyMap<string, Extent>;
}

/** The files of a layout in a tar, read where they lie: nothing is unpacked. */
export function openArchive(place: LayoutPlace): LayoutFiles {
  const { path } = place;
  let catalogue: Promise<Catalogue> | undefined;

  async function open(): Promise<Catalogue> {
    requirePermission(["read"], path);
    // A link is the caller's word.
    const found = await follow(path, place);
    await using file = await openSeen(path, found);
    if (file === undefined) {
      throw place.fail("unavailable", `${printable(path, 300)} was changed meanwhile`);
    }
    const readAt = async (position: number, length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, await file.readAt(position, bytes));
    };
    refuseCompressed(await readAt(0, 6));
    return { found, extents: await findEntries(readAt, found.size, place) };
  }

  function refuseCompressed(start: Uint8Array): void {
    const [kind] = MAGICS.find(([, magic]) => magic.every((byte, at) => start[at] === byte)) ?? [];
    if (kind === undefined) return;
    const hint = "Unpack it once: what is compressed cannot be read where it lies";
    throw place.fail("unsupported", `it is compressed with ${kind}`, { hint });
  }

  async function find(part: LayoutPart): Promise<LayoutFile | undefined> {
    const { found, extents } = await (catalogue ??= place.onDisk(path, open));
    const inside = pathOf(part);
    const extent = extents.get(inside);
    if (extent === undefined) return undefined;
    return {
      path: `${path}!${inside}`,
      size: extent.size,
      stamp: found.stamp,
      chunks: () => readChunks(place, path, { found, ...extent }),
    };
  }

  async function lacking(part: LayoutPart): Promise<Error> {
    const { extents } = await (catalogue ??= place.onDisk(path, open));
    return extents.has("manifest.json") ? dockerArchive(place) : noLayout(place, part);
  }

  return { find, lacking };
}

async function follow(path: string, place: LayoutPlace): Promise<Found> {
  const found = await lookThrough(path);
  if (found.kind === "missing") throw place.fail("not_found", "there is no such file");
  if (found.kind !== "file") throw notPlain(place, path, found.kind, "file");
  return found;
}
