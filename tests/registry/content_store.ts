import type { Content, Images } from "./simulated_registry.ts";
import type { TestBlob } from "./test_blob.ts";
import type { TestManifest } from "./test_manifest.ts";

/** A manifest in a registry. */
export interface StoredManifest {
  /** As they were pushed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As it was pushed with. */
  readonly mediaType: string;
  /** Of the bytes. */
  readonly digest: string;
}

/** What one repository holds now. */
export interface StoredRepository {
  /** By tag, in the order of the first push; undefined for a tag that stands for no manifest. */
  readonly tags: Map<string, string | undefined>;
  /** By digest. */
  readonly manifests: Map<string, StoredManifest>;
  /** By digest. */
  readonly blobs: Map<string, TestBlob>;
  /** Whether it was ever tagged: a listing tells it from one that does not exist. */
  listed: boolean;
}

/** What a registry holds now. */
export interface ContentStore {
  /** Undefined where there is nothing. */
  find(repository: string): StoredRepository | undefined;
  /** Makes it where it is missing. */
  open(repository: string): StoredRepository;
  /** Whether its tags can be listed. */
  has(repository: string): boolean;
  /** The repositories whose tags can be listed. */
  names(): readonly string[];
  /** In the order in which they were first pushed. */
  tags(repository: string): readonly string[];
  /** The repositories which have a blob of that digest. */
  holders(digest: string): readonly string[];
  /** Whether there is any repository with the same first part. */
  hasProject(repository: string): boolean;
}

/** Fills a store with the tags of `content`, then with the images. */
export function openContentStore(content: Content, images: Images = {}): ContentStore {
  const repositories = new Map<string, StoredRepository>();

  function open(name: string): StoredRepository {
    const found = repositories.get(name) ??
      { tags: new Map(), manifests: new Map(), blobs: new Map(), listed: false };
    repositories.set(name, found);
    return found;
  }

  for (const [name, tags] of Object.entries(content)) {
    const repository = open(name);
    repository.listed = true;
    for (const tag of tags) repository.tags.set(tag, undefined);
  }
  for (const [name, held] of Object.entries(images)) {
    const repository = open(name);
    repository.listed = true;
    const absent = new Set(held.absent);
    for (const manifest of held.untagged ?? []) keep(repository, manifest, absent);
    for (const [tag, manifest] of Object.entries(held.tags)) {
      keep(repository, manifest, absent);
      repository.tags.set(tag, manifest.digest);
    }
  }
  return {
    open,
    find: (name) => repositories.get(name),
    has: (name) => repositories.get(name)?.listed === true,
    names: () => [...repositories].filter(([, { listed }]) => listed).map(([name]) => name),
    hasProject: (name) =>
      [...repositories.keys()].some((other) => other.split("/")[0] === name.split("/")[0]),
    tags: (name) => [...repositories.get(name)?.tags.keys() ?? []],
    holders: (digest) =>
      [...repositories].filter(([, { blobs }]) => blobs.has(digest)).map(([name]) => name),
  };
}

/** A manifest, what it refers to, and no blob or child that shall be absent. */
function keep(
  repository: StoredRepository,
  manifest: TestManifest,
  absent: ReadonlySet<string>,
): void {
  const { bytes, mediaType, digest } = manifest;
  if (absent.has(digest)) return;
  repository.manifests.set(digest, { bytes, mediaType, digest });
  for (const blob of manifest.blobs) {
    if (!absent.has(blob.digest)) repository.blobs.set(blob.digest, blob);
  }
  for (const child of manifest.children) keep(repository, child, absent);
}
