/** The names which a family of manifests goes by. */
export interface MediaTypes {
  /** Of an image's manifest. */
  readonly manifest: string;
  /** Of an index, or list, of manifests. */
  readonly index: string;
  /** Of an image's config. */
  readonly config: string;
  /** Of a layer: a tar in gzip. */
  readonly layer: string;
}

/** OCI image-spec 1.1. */
export const ociTypes: MediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

/** Docker image manifest version 2, schema 2. */
export const dockerTypes: MediaTypes = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  index: "application/vnd.docker.distribution.manifest.list.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

/** The config of an artifact which has none: image-spec 1.1, "Guidance for an Empty Descriptor". */
export const emptyType = "application/vnd.oci.empty.v1+json";

/** Whether a type is one of the four of manifests and indexes. */
export function isKnownManifest(type: string): boolean {
  return [ociTypes, dockerTypes].some(({ manifest, index }) => type === manifest || type === index);
}

/** Whether a type is one of an index. */
export function isIndex(type: string): boolean {
  return type === ociTypes.index || type === dockerTypes.index;
}
