import { blobOf, digestOf, type TestBlob } from "./test_blob.ts";

/** What a manifest says of a thing which it refers to: image-spec 1.1, descriptor. */
export interface TestDescriptor {
  /** Its media type. */
  readonly mediaType: string;
  /** Its digest. */
  readonly digest: string;
  /** Its size in bytes. */
  readonly size: number;
  /** In an index, what it runs on. */
  readonly platform?: TestPlatform;
  /** What else is said of it. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Which kind of artifact it is. */
  readonly artifactType?: string;
  /** Where else it is had. */
  readonly urls?: readonly string[];
}

/** The machine and system which an image runs on. */
export interface TestPlatform {
  /** `linux`. */
  readonly os: string;
  /** As Go calls it: `amd64`. */
  readonly architecture: string;
  /** `v8`. */
  readonly variant?: string;
  /** Windows has one. */
  readonly "os.version"?: string;
}

/** A manifest with all that it refers to, ready to be put into a registry. */
export interface TestManifest {
  /** The bytes, which the digest is of. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `sha256:<hex>`. */
  readonly digest: string;
  /** The Content-Type. */
  readonly mediaType: string;
  /** What an index says of it, the platform included. */
  readonly descriptor: TestDescriptor;
  /** The blobs which it refers to: an image's config, then its layers. */
  readonly blobs: readonly TestBlob[];
  /** The manifests which it refers to: an index's children. */
  readonly children: readonly TestManifest[];
}

/** How a manifest of one's own making is told. */
export interface ManifestOptions {
  /**
   * The blobs which it refers to.
   * @default []
   */
  readonly blobs?: readonly TestBlob[];
  /**
   * The manifests which it refers to.
   * @default []
   */
  readonly children?: readonly TestManifest[];
  /** What it runs on, for an index. */
  readonly platform?: TestPlatform;
  /** Which kind of artifact it is, for an index. */
  readonly artifactType?: string;
}

/** A manifest of any content, true or not: bytes as they are, or a value that is written as JSON. */
export function buildManifest(
  content: Uint8Array<ArrayBuffer> | object,
  mediaType: string,
  options: ManifestOptions = {},
): TestManifest {
  const { blobs = [], children = [], platform, artifactType } = options;
  const bytes = content instanceof Uint8Array ? content : jsonBytes(content);
  const digest = digestOf(bytes);
  const said = { mediaType, digest, size: bytes.length };
  return {
    bytes,
    digest,
    mediaType,
    descriptor: { ...said, ...defined({ platform, artifactType }) },
    blobs,
    children,
  };
}

/** What a manifest says of a blob. */
export function describe(blob: TestBlob, mediaType: string, more: object = {}): TestDescriptor {
  return { mediaType, digest: blob.digest, size: blob.size, ...defined(more) };
}

/** A value as JSON, without spaces. */
export function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A blob of JSON. */
export function jsonBlob(value: unknown): TestBlob {
  return blobOf(jsonBytes(value));
}

/** The members which are not undefined. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as T;
}
