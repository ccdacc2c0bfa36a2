import type { SentManifest } from "../endpoints/manifest_writes.ts";
import type { Arrival } from "../endpoints/uploads.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { parseManifest } from "../images/manifest.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { Content } from "../wire/content.ts";
import { type Archives, type ArchiveWriter, openWriter } from "./archive_writer.ts";
import type { CopyTarget } from "./ends.ts";
import { entryNamed, type NewEntry, parseLayoutIndex } from "./layout_index.ts";
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
  const manifests = new Map<Digest, NewEntry>();
  let begun: Promise<void> | undefined;
  const begin = () => begun ??= writer.begin();
  /** What gets into the index once the copy has arrived. */
  const entries: NewEntry[] = [];

  return {
    name: place.name,
    what: place.what,
    digestOf(name: Tag | Digest): Promise<Digest | undefined> {
      if (!isDigest(name)) {
        const own = entries.findLast((entry) => entry.name === name);
        const entry = own ?? entryNamed(parseLayoutIndex(writer.index), name);
        return Promise.resolve(entry?.digest);
      }
      // What a copy that failed has left may not be in the index yet.
      const isThere = manifests.has(name) || writer.arrived.has(name);
      return Promise.resolve(isThere ? name : undefined);
    },
    hasBlob: ({ digest, size }: Descriptor) => Promise.resolve(writer.sizeOf(digest) === size),
    async putBlob(blob: Descriptor, content: () => Promise<Content>): Promise<Arrival> {
      await begin();
      return await writer.put(blob, content, signal);
    },
    async putManifest(name: Tag | Digest, sent: SentManifest): Promise<void> {
      await begin();
      const { digest, bytes } = sent;
      await writer.put({ digest, size: bytes.length }, () => Promise.resolve(bytes), signal);
      manifests.set(digest, newEntry(sent, parseManifest(bytes, sent.mediaType)));
      const entry = entryOf(name, sent);
      if (entry !== undefined) entries.push(entry);
    },
    // Whoever reads a layout finds subjects in the manifests of its index.
    listedReferrers: () => Promise.resolve(undefined),
    async finish(arrived: Digest | undefined): Promise<void> {
      if (begun === undefined) return;
      if (arrived !== undefined) {
        for (const entry of entries) writer.name(entry);
        const entry = manifests.get(arrived);
        if (entry !== undefined) writer.name(entry);
        for (const digest of manifests.keys()) writer.arrived.add(digest);
      }
      await writer.end();
    },
  };
}
