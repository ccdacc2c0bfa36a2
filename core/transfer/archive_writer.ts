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
  /** A copy begins to write: what is written is kept until all have ended. */
  begin(): Promise<void>;
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
  /** The manifests of copies that have arrived. */
  readonly arrived: Set<Digest>;
  /** Makes an entry of the index. */
  name(entry: NewEntry): void;
  /** A copy has ended. After the last one the archive gets its name, if anything in it has a name. */
  end(): Promise<void>;
}

/**
 * Opens the writer of an archive: blobs one behind the other, then `oci-layout` and `index.json`, in a file
 * beside it that takes its place when it is whole. What was there before is replaced.
 */
export function openWriter(place: LayoutPlace): ArchiveWriter {
  const tar = openTar(place);
  const sizes = new Map<Digest, number>();
  let index = EMPTY_INDEX;
  /** Why what it holds is not known any more. */
  let ruin: { readonly error: unknown } | undefined;
  let copies = 0;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const begun = turn.then(work);
    turn = begun.catch(() => {});
    return begun;
  }

  async function finish(): Promise<void> {
    if (index === EMPTY_INDEX) {
      sizes.clear();
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
    async begin(): Promise<void> {
      copies++;
      await inTurn(async () => {
        if (ruin !== undefined) throw ruin.error;
        await tar.open();
      });
    },
    get index(): Uint8Array {
      return new TextEncoder().encode(index);
    },
    arrived: new Set<Digest>(),
    sizeOf: (digest: Digest) => sizes.get(digest),
    put: ({ digest, size }, content, signal) =>
      inTurn(async () => {
        signal?.throwIfAborted();
        if (sizes.get(digest) === size) return "present";
        const chunks = verified({ digest, size }, await content(), { place, signal });
        await tar.append(digest, size, chunks);
        sizes.set(digest, size);
        return "sent";
      }),
    name(entry: NewEntry): void {
      index = withEntry(new TextEncoder().encode(index), entry);
    },
    async end(): Promise<void> {
      copies--;
      await inTurn(async () => {
        if (copies === 0) await finish();
      });
    },
  };
}
