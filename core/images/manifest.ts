import { type ImageType, type IndexType, isIndexType } from "../names/media_type.ts";
import { type Descriptor, readDescriptor } from "./descriptor.ts";
import { parseDocument } from "./document.ts";
import { broken, readList, readTexts, readWord } from "./field.ts";
import { manifestTypeOf } from "./manifest_type.ts";

/** What images and indexes have in common. */
export interface ManifestFields {
  /** The manifest that this one is about: a signature's image. */
  readonly subject?: Descriptor;
  /** What kind of artifact this is, as it was told; see `artifactTypeOf`. */
  readonly artifactType?: string;
  /** Frozen, without a prototype; names and values are any text at all and not fit to be printed. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest for one platform, or of an artifact. */
export interface ImageManifest extends ManifestFields {
  /** Tells it from an {@linkcode ImageIndex}. */
  readonly kind: "image";
  /** What it is, by its own word and the registry's. */
  readonly mediaType: ImageType;
  /** The image's configuration; for an artifact anything, often the empty object. */
  readonly config: Descriptor;
  /** The layers, the lowest first. */
  readonly layers: readonly Descriptor[];
}

/** A manifest that lists others: one for each platform, attestations about them, or any. */
export interface ImageIndex extends ManifestFields {
  /** Tells it from an {@linkcode ImageManifest}. */
  readonly kind: "index";
  /** What it is, by its own word and the registry's. */
  readonly mediaType: IndexType;
  /** What it lists, in its order. */
  readonly manifests: readonly Descriptor[];
}

/** A manifest that is read. */
export type Manifest = ImageManifest | ImageIndex;

const MOST_CHILDREN = 1000;

/**
 * Reads a manifest, whose bytes must have been verified before.
 *
 * The registry's `Content-Type`, the document's `mediaType` and its fields have to agree, because
 * documents that are an image to one reader and an index to another were used for attacks
 * (CVE-2021-41190). What is known is read strictly, what is not is ignored.
 *
 * `layers: null` and `manifests: null` are empty lists: Go writes an empty list so, and old artifacts
 * without files have it. A list that is absent is refused, and so is a config: what is pushed today, with
 * the empty config and one layer (ORAS, Helm, cosign), has both.
 *
 * @param contentType the header's value, undefined where there was none
 * @throws RegistryError `protocol` if it is broken or could be taken for something else, `unsupported` for
 * a type that is not read, `too_large` for more than 1000 layers or entries
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): Manifest {
  const record = parseDocument(bytes, "the manifest");
  const mediaType = manifestTypeOf(record, contentType);
  return isIndexType(mediaType)
    ? { kind: "index", mediaType, manifests: children(record, "manifests"), ...common(record) }
    : {
      kind: "image",
      mediaType,
      config: readDescriptor(record.config, "config"),
      layers: children(record, "layers"),
      ...common(record),
    };
}

function common(record: Record<string, unknown>): ManifestFields {
  const subject = record.subject ?? undefined;
  const artifactType = readWord(record.artifactType, "artifactType");
  const annotations = readTexts(record.annotations, "annotations");
  return {
    ...(subject !== undefined && { subject: readDescriptor(subject, "subject") }),
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  };
}

function children(record: Record<string, unknown>, name: string): readonly Descriptor[] {
  if (!Object.hasOwn(record, name)) throw broken(name, "the list is missing");
  return readList(record[name], name, { most: MOST_CHILDREN, read: readDescriptor }) ?? [];
}
