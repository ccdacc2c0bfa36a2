import { gzipSync } from "node:zlib";
import { dockerTypes, emptyType, ociTypes } from "./media_types.ts";
import { writeTar } from "./tar.ts";
import { blobOf, digestOf, randomBlob, type TestBlob } from "./test_blob.ts";
import {
  buildManifest,
  defined,
  describe,
  jsonBlob,
  type TestDescriptor,
  type TestManifest,
  type TestPlatform,
} from "./test_manifest.ts";

/** What a layer is made of, and what its manifest says of it. */
export interface LayerOptions {
  /** The bytes: files by name, packed as a tar in gzip; text or bytes as they are; so many random bytes; or a blob. */
  readonly of:
    | Readonly<Record<string, string>>
    | string
    | Uint8Array<ArrayBuffer>
    | number
    | TestBlob;
  /**
   * Its media type.
   * @default a tar in gzip, of the image's family
   */
  readonly mediaType?: string;
  /** What else is said of it. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where else it is had. */
  readonly urls?: readonly string[];
  /** The size which is said of it, where that shall be a lie. */
  readonly size?: number;
}

/** How an image is made. Equal options make equal bytes. */
export interface ImageOptions {
  /**
   * As `os/architecture[/variant]`.
   * @default "linux/amd64"
   */
  readonly platform?: string;
  /**
   * From the lowest: files by name, so many random bytes, a blob, or all that `LayerOptions` can say.
   * @default [{ "hello.txt": "hello\n" }]
   */
  readonly layers?:
    readonly (Readonly<Record<string, string>> | number | TestBlob | LayerOptions)[];
  /**
   * Members of the config document, over those which it has by itself: `{ created, config: { Cmd: ["sh"] } }`. Null is none at
   * all: the empty descriptor, as artifacts have it.
   * @default {}
   */
  readonly config?: Readonly<Record<string, unknown>> | null;
  /** The config's media type. */
  readonly configType?: string;
  /** The manifest's annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * The family of media types.
   * @default "oci"
   */
  readonly types?: "oci" | "docker";
  /** The manifest which this one is about. */
  readonly subject?: TestManifest | TestDescriptor;
  /** Makes it an artifact of this kind, without a config unless there is one in the options. */
  readonly artifactType?: string;
  /**
   * Whether the manifest says its own media type. An OCI one need not.
   * @default true
   */
  readonly saysType?: boolean;
}

/** An image: a manifest with its config and its layers. */
export interface TestImage extends TestManifest {
  /** The config. */
  readonly config: TestBlob;
  /** The layers, from the lowest. */
  readonly layers: readonly TestBlob[];
}

/**
 * Builds an image which is in no registry yet.
 *
 * ```ts
 * import { buildImage } from "@portolan/portolan/testing";
 *
 * const image = buildImage({ platform: "linux/arm64/v8", layers: [{ "etc/motd": "hi\n" }, 64 * 2 ** 20] });
 * if (image.layers[1]?.size !== 67_108_864) throw new Error("unexpected");
 * ```
 */
export function buildImage(options: ImageOptions = {}): TestImage {
  const { layers = [{ "hello.txt": "hello\n" }], subject, annotations, artifactType } = options;
  const types = options.types === "docker" ? dockerTypes : ociTypes;
  const platform = parsePlatform(options.platform ?? "linux/amd64");
  const built = layers.map((layer) => buildLayer(layer, types.layer));
  const bare = options.config === null ||
    options.config === undefined && artifactType !== undefined;
  const config = jsonBlob(bare ? {} : configOf(platform, built, options.config ?? {}));
  const manifest = {
    schemaVersion: 2,
    mediaType: options.saysType === false ? undefined : types.manifest,
    artifactType,
    config: describe(config, options.configType ?? (bare ? emptyType : types.config)),
    layers: built.map(({ descriptor }) => descriptor),
    subject: subject && descriptorOf(subject),
    annotations,
  };
  const blobs = built.map(({ blob }) => blob);
  const made = buildManifest(defined(manifest), types.manifest, {
    blobs: [config, ...blobs],
    platform: bare ? undefined : platform,
    artifactType,
  });
  return { ...made, config, layers: blobs };
}

/** Takes `os/architecture[/variant]` apart. */
export function parsePlatform(text: string): TestPlatform {
  const [os = "", architecture = "", variant] = text.split("/");
  return defined({ os, architecture, variant });
}

/** The descriptor of a manifest, without what only an index says of it. */
export function descriptorOf(manifest: TestManifest | TestDescriptor): TestDescriptor {
  const { mediaType, digest } = manifest;
  const size = "bytes" in manifest ? manifest.bytes.length : manifest.size;
  return { mediaType, digest, size };
}

interface BuiltLayer {
  readonly blob: TestBlob;
  readonly descriptor: TestDescriptor;
  readonly diffId: string;
}

type LayerContent = LayerOptions["of"];

function buildLayer(
  layer: Readonly<Record<string, string>> | number | TestBlob | LayerOptions,
  type: string,
): BuiltLayer {
  const { of, mediaType = type, size, ...more }: LayerOptions = isLayerOptions(layer)
    ? layer
    : { of: layer };
  const { blob, diffId } = layerBlob(of);
  const told = describe(blob, mediaType, more);
  return { blob, diffId, descriptor: size === undefined ? told : { ...told, size } };
}

function isLayerOptions(
  layer: Readonly<Record<string, string>> | number | TestBlob | LayerOptions,
): layer is LayerOptions {
  return typeof layer === "object" && Object.hasOwn(layer, "of");
}

function layerBlob(of: LayerContent): { readonly blob: TestBlob; readonly diffId: string } {
  if (typeof of === "number") return undivided(randomBlob(of));
  if (typeof of === "string") return undivided(blobOf(new TextEncoder().encode(of)));
  if (of instanceof Uint8Array) return undivided(blobOf(of));
  if (isBlob(of)) return undivided(of);
  const tar = writeTar(of);
  return { blob: blobOf(new Uint8Array(gzipSync(tar))), diffId: digestOf(tar) };
}

/** What is not compressed has its own digest as its diff id. */
function undivided(blob: TestBlob): { readonly blob: TestBlob; readonly diffId: string } {
  return { blob, diffId: blob.digest };
}

function isBlob(value: Readonly<Record<string, string>> | TestBlob): value is TestBlob {
  return typeof value.open === "function";
}

function configOf(
  platform: TestPlatform,
  layers: readonly BuiltLayer[],
  more: Readonly<Record<string, unknown>>,
): object {
  const created = "2024-02-29T12:00:00Z";
  return {
    created,
    ...platform,
    config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: ["sh"], WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created, created_by: `LAYER ${index}` })),
    ...more,
  };
}
