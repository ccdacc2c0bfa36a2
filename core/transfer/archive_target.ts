import type { SentManifest } from "../endpoints/manifest_writes.ts";
import type { Arrival } from "../endpoints/uploads.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { parseManifest } from "../images/manifest.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { Content } from "../wire/content.ts";
import { type Archives, type ArchiveWriter, openWriter } from "./archive_writer.ts";
import type { CopyTarget } from "./ends.ts";
import { entryNamed, parseLayoutIndex } from "./layout_index.ts";
import type { LayoutPlace } from "./layout_place.ts";
import { entryOf, newEntry } from "./layout_target.ts";

/**
 * A tar of a layout to be copied to. What is there of that name is replaced when the copy has arrived; copies
 * that share `archives` write one archive together. A copy that breaks off leaves nothing, and begins
 * anew: what shall be resumed goes to a layout in a folder.
 */
export function archiveTarget(
  place: LayoutPlace,
  archives: Archives,
  signal?: AbortSignal,
): CopyTarget {
  const writer: ArchiveWriter = archives.get(place.path) ?? openWriter(place);
  archives.set(place.path, writer);

  return {
    name: place.name,
    what: place.what,
    life: writer.begin(),
    digestOf(name: Tag | Digest): Promise<Digest | undefined> {
      const digest = isDigest(name)
        ? name
        : entryNamed(parseLayoutIndex(writer.index), name)?.digest;
      const isThere = digest !== undefined && writer.manifests.has(digest);
      return Promise.resolve(isThere ? digest : undefined);
    },
    hasBlob: ({ digest, size }: Descriptor) => Promise.resolve(writer.sizeOf(digest) === size),
    putBlob: (blob: Descriptor, content: () => Promise<Content>): Promise<Arrival> =>
      writer.put(blob, content, signal),
    async putManifest(name: Tag | Digest, sent: SentManifest): Promise<void> {
      const { digest, mediaType, bytes } = sent;
      await writer.put({ digest, size: bytes.length }, () => Promise.resolve(bytes), signal);
      writer.manifests.set(digest, newEntry(sent, parseManifest(bytes, mediaType)));
      const entry = entryOf(name, sent);
      if (entry !== undefined) writer.name(entry);
    },
    // Whoever reads a layout finds subjects in the manifests of its index.
    listedReferrers: () => Promise.resolve(undefined),
    async finish(arrived: Digest | undefined): Promise<void> {
      const entry = arrived && writer.manifests.get(arrived);
      if (entry !== undefined) writer.name(entry);
      await writer.end(arrived === undefined ? "failed" : "arrived");
    },
  };
}
