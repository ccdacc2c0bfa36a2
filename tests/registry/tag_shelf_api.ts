import type { ContentStore, StoredRepository } from "./content_store.ts";

/** Something that happens to a repository while its pages are being read. */
export interface TagChange {
  /** Before which page of the web API is answered, counted from 1 over all repositories. */
  readonly before: number;
  /**
   * Tags that are pushed, or pushed anew.
   * @default []
   */
  readonly push?: readonly string[];
  /**
   * Tags that are deleted.
   * @default []
   */
  readonly delete?: readonly string[];
}

/** What every simulated web API can be told about its tags. */
export interface TagShelfOptions {
  /**
   * What happens to the repository that is read; V2 sees it too.
   * @default []
   */
  readonly changes?: readonly TagChange[];
  /**
   * Tags of which no more than the name is known.
   * @default []
   */
  readonly unknown?: readonly string[];
}

/** One image behind a tag. */
export interface ShelfImage {
  /** As in a manifest: `linux`, or `unknown` for an attestation. */
  readonly os: string;
  /** As in a manifest. */
  readonly architecture: string;
  /** As in a manifest. */
  readonly variant?: string;
  /** Its manifest's. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** What a registry's own API knows of a tag. */
export interface ShelfTag {
  /** Its name. */
  readonly name: string;
  /** Of the manifest, made up for a tag without one. */
  readonly digest: string;
  /** Bytes of all images. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly pushed: number;
  /** Of an index each child; of an image itself. */
  readonly images: readonly ShelfImage[];
  /** Whether it points to an index. */
  readonly isIndex: boolean;
  /** Whether the API shows no more than the name. */
  readonly isUnknown: boolean;
}

/** The tags of a registry as its own API sees them: those of V2, with dates. */
export interface TagShelf {
  /** The tags of a repository, the one that was pushed last first; undefined where there is no repository. */
  newestFirst(repository: string): readonly ShelfTag[] | undefined;
  /** A page of the repository is going to be answered. */
  turn(repository: string): void;
}

/** When the first tag was pushed: 2026-01-01. The others follow, a minute apart. */
const FIRST = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Opens a shelf over what V2 serves. */
export function openTagShelf(store: ContentStore, options: TagShelfOptions = {}): TagShelf {
  const unknown = new Set(options.unknown);
  const pushes = new Map<string, number>();
  const madeUp = new Map<string, Pick<ShelfTag, "digest" | "images">>();
  let pages = 0;

  function pushedAt(repository: string, tag: string): number {
    const key = `${repository}:${tag}`;
    const serial = pushes.get(key) ?? pushes.size;
    pushes.set(key, serial);
    return FIRST + serial * MINUTE;
  }

  /** Of a tag without a manifest. */
  function madeUpFor(key: string): Pick<ShelfTag, "digest" | "images"> {
    const known = madeUp.get(key) ?? { digest: madeUpDigest(key), images: [madeUpImage(key)] };
    madeUp.set(key, known);
    return known;
  }

  function apply(change: TagChange, repository: string): void {
    const found = store.find(repository);
    for (const tag of change.delete ?? []) found?.tags.delete(tag);
    for (const tag of change.push ?? []) {
      const digest = found?.tags.get(tag);
      found?.tags.delete(tag);
      found?.tags.set(tag, digest);
      pushes.set(`${repository}:${tag}`, pushes.size + pages);
    }
  }

  return {
    turn(repository: string): void {
      // The dates of what was there are fixed before anything happens.
      for (const tag of store.tags(repository)) pushedAt(repository, tag);
      pages++;
      for (const change of options.changes ?? []) {
        if (change.before === pages) apply(change, repository);
      }
    },
    newestFirst(repository: string): readonly ShelfTag[] | undefined {
      const found = store.find(repository);
      if (found === undefined || !store.has(repository)) return undefined;
      return [...found.tags].map(([name, digest]): ShelfTag => {
        const stored = digest === undefined ? [] : imagesOf(found, digest);
        const other = stored.length === 0 ? madeUpFor(`${repository}:${name}`) : undefined;
        const images = other?.images ?? stored;
        return {
          name,
          digest: digest ?? other?.digest ?? "",
          size: images.reduce((sum, { size }) => sum + size, 0),
          pushed: pushedAt(repository, name),
          images,
          isIndex: digest !== undefined && images.some((image) => image.digest !== digest),
          isUnknown: unknown.has(name),
        };
      }).reverse();
    },
  };
}

/** A page of a list, from 1, with how many entries there are. */
export function numberedPage<T>(
  entries: readonly T[],
  page: number,
  size: number,
): { readonly entries: readonly T[]; readonly hasMore: boolean } {
  const end = page * size;
  return { entries: entries.slice(end - size, end), hasMore: end < entries.length };
}

/** A digest that stands for nothing, the same for the same text. */
export function madeUpDigest(text: string): string {
  let state = 2166136261;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  let hex = "";
  while (hex.length < 64) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    hex += state.toString(16).padStart(8, "0");
  }
  return `sha256:${hex}`;
}

function madeUpImage(name: string): ShelfImage {
  return { os: "linux", architecture: "amd64", digest: madeUpDigest(`image ${name}`), size: 1024 };
}

interface Described {
  readonly digest: string;
  readonly size: number;
  readonly platform?: Pick<ShelfImage, "os" | "architecture" | "variant">;
}

function imagesOf(repository: StoredRepository, digest: string): readonly ShelfImage[] {
  const stored = repository.manifests.get(digest);
  if (stored === undefined) return [];
  const manifest: {
    readonly manifests?: readonly Described[];
    readonly layers?: readonly Described[];
    readonly config?: Described;
  } = JSON.parse(new TextDecoder().decode(stored.bytes));
  if (manifest.manifests === undefined) {
    const parts = [
      ...manifest.layers ?? [],
      ...manifest.config === undefined ? [] : [manifest.config],
    ];
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return [{ os: "linux", architecture: "amd64", digest, size }];
  }
  return manifest.manifests.map((child) => ({
    os: "unknown",
    architecture: "unknown",
    ...child.platform,
    digest: child.digest,
    size: imagesOf(repository, child.digest).reduce((sum, { size }) => sum + size, 0),
  }));
}
