/** The type of a manifest for one platform, or of an artifact. */
export type ImageType =
  | "application/vnd.oci.image.manifest.v1+json"
  | "application/vnd.docker.distribution.manifest.v2+json";

/** The type of a manifest that lists others: OCI calls it an index, Docker a manifest list. */
export type IndexType =
  | "application/vnd.oci.image.index.v1+json"
  | "application/vnd.docker.distribution.manifest.list.v2+json";

/** A type of manifest that is read. */
export type ManifestType = ImageType | IndexType;

/** https://github.com/opencontainers/image-spec/blob/main/media-types.md */
export const OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
/** https://github.com/opencontainers/image-spec/blob/main/media-types.md */
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
/** https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md */
export const DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json";
/** https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md */
export const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";

/**
 * The value of `Accept` that asks for any manifest that is read. Without a type of index, a registry
 * answers with one platform of its own choice; without those of Docker, some convert or answer 404.
 */
export const ACCEPTED_MANIFESTS: string = [OCI_INDEX, DOCKER_INDEX, OCI_IMAGE, DOCKER_IMAGE]
  .join(", ");

const SCHEMA_1: readonly string[] = [
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
];
const IMAGE_CONFIGS: readonly string[] = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
];
const FOREIGN_LAYERS: readonly string[] = [
  "application/vnd.docker.image.rootfs.foreign.diff.tar",
  "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  "application/vnd.oci.image.layer.nondistributable.v1.tar",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
];

/** https://www.rfc-editor.org/rfc/rfc6838#section-4.2 in lower case; `*` is no type. */
const ESSENCE = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/;
const LONGEST = 255;

/**
 * The type of a `Content-Type` in lower case, without its parameters; undefined if there is none that can
 * be read, as when several headers were joined.
 */
export function essenceOf(contentType: string): string | undefined {
  const semicolon = contentType.indexOf(";");
  const essence = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim();
  if (essence.length > LONGEST) return undefined;
  const lower = essence.toLowerCase();
  return ESSENCE.test(lower) ? lower : undefined;
}

/** Whether a type is that of a manifest for one platform, or of an artifact. To the letter: no case is folded. */
export function isImageType(mediaType: string): mediaType is ImageType {
  return mediaType === OCI_IMAGE || mediaType === DOCKER_IMAGE;
}

/** Whether a type is that of a manifest that lists others. */
export function isIndexType(mediaType: string): mediaType is IndexType {
  return mediaType === OCI_INDEX || mediaType === DOCKER_INDEX;
}

/** Whether a type is that of Docker's first manifests, signed or not, which are told apart but not read. */
export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA_1.includes(mediaType);
}

/** Whether a type is that of an image's config; any other config makes its manifest an artifact. */
export function isImageConfigType(mediaType: string): boolean {
  return IMAGE_CONFIGS.includes(mediaType);
}

/**
 * Whether a type is that of a layer which may not be passed on (Windows base layers): a registry need not
 * have it, and its descriptor says in `urls` where it is.
 */
export function isForeignLayerType(mediaType: string): boolean {
  return FOREIGN_LAYERS.includes(mediaType);
}
