import type { Arrival } from "../endpoints/uploads.ts";
import type { Digest } from "../names/digest.ts";
import type { Content } from "../wire/content.ts";
import { openTar } from "./archive_tar.ts";
import { verified } from "./layout_files.ts";
import { EMPTY_INDEX, type NewEntry, withEntry } from "./layout_index.ts";
import type { LayoutPlace } from "./layout_place.ts";

const MARKER = '{"imageLayoutVersion":"1.0.0"}';

/** The archives that are being written, by path. */
export type Archives = Map<string, ArchiveWriter>;

/** A tar of a layout that several copies write, one file at a time. */
export interface ArchiveWriter {
  /**
   * A copy begins: what is there, or is written, is kept until all have ended.
   *
   * @returns how often it was all dropped before
   */
  begin(): number;
  /** The index as it will be. */
  readonly index: Uint8Array;
  /** Bytes of a blob, if it is there. */
  sizeOf(digest: Digest): number | undefined;
  /** Writes a blob, unless it is there. */
  put(
    blob: { readonly digest: Digest; readonly size: number },
    content: () => Promise<Content>,
    signal?: AbortSignal,
  ): Promise<Arrival>;
  /** The manifests that are there with all that they lead to, and what the index may say of each. */
  readonly manifests: Map<Digest, NewEntry>;
  /** Makes an entry of the index. */
  name(entry: NewEntry): void;
  /** A copy has ended. After the last one the archive gets its name, if any of them has arrived. */
  end(end: "arrived" | "failed"): Promise<void>;
}

/**
 * Opens the writer of an archive: blobs one behind the other, then `oci-layout` and `index.json`, in a file
 * beside it that takes its place when it is whole. What was there before is replaced.
 */
export function openWriter(place: LayoutPlace): ArchiveWriter {
  const tar = openTar(place);
  const sizes = new Map<Digest, number>();
  const manifests = new Map<Digest, NewEntry>();
  let index = EMPTY_INDEX;
  let hasArrived = false;
  /** Why what it holds is not known any more. */
  let ruin: { readonly error: unknown } | undefined;
  let copies = 0;
  let drops = 0;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const begun = turn.then(work);
    turn = begun.catch(() => {});
    return begun;
  }

  async function finish(): Promise<void> {
    if (!hasArrived) {
      index = EMPTY_INDEX;
      sizes.clear();
      manifests.clear();
      drops++;
      return await tar.drop();
    }
    try {
      await tar.land([["oci-layout", MARKER], ["index.json", index]]);
    } catch (error) {
      ruin = { error };
      throw error;
    }
  }

  return {
    begin(): number {
      copies++;
      return drops;
    },
    get index(): Uint8Array {
      return new TextEncoder().encode(index);
    },
    manifests,
    sizeOf: (digest: Digest) => sizes.get(digest),
    put: ({ digest, size }, content, signal) =>
      inTurn(async () => {
        signal?.throwIfAborted();
        if (ruin !== undefined) throw ruin.error;
        await tar.open();
        if (sizes.get(digest) === size) return "present";
        const chunks = verified({ digest, size }, await content(), { place, signal });
        await tar.append(digest, size, chunks);
        sizes.set(digest, size);
        return "sent";
      }),
    name(entry: NewEntry): void {
      index = withEntry(new TextEncoder().encode(index), entry);
    },
    async end(end: "arrived" | "failed"): Promise<void> {
      copies--;
      hasArrived ||= end === "arrived";
      await inTurn(async () => {
        if (copies === 0) await finish();
      });
    },
  };
}
