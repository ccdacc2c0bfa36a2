import { streamBlob } from "../endpoints/blobs.ts";
import type { Fetched, Resolved } from "../endpoints/manifests.ts";
import { RegistryError } from "../errors.ts";
import type { ImageConfig } from "../images/config.ts";
import type { Digest } from "../names/digest.ts";
import type { Target } from "../target.ts";
import type { Operation } from "../wire/operation.ts";
import type { Chartroom } from "./chartroom.ts";
import { fullNameOf, type ImageOptions, nameOf, platformOf } from "./image_target.ts";
import { detailsOf, type Inspection } from "./inspection.ts";
import {
  type FetchedImage,
  type ImagePorts,
  isImage,
  platformEntry,
  platformImage,
  readConfig,
  readConfigBytes,
  severalPlatforms,
  type StoredConfig,
} from "./platform_image.ts";
import { stopOf } from "../together.ts";

/** A digest, and whose it is. */
export interface FoundDigest extends Resolved {
  /** What was asked for. */
  readonly target: Target;
}

/** A manifest, and whose it is. */
export interface FoundManifest extends Fetched {
  /** What was asked for. */
  readonly target: Target;
}

/** A config, and whose it is. */
export interface FoundConfig extends Pick<StoredConfig, "bytes"> {
  /** What was asked for. */
  readonly target: Target;
  /** The config's digest. */
  readonly digest: Digest;
  /** The config's type; an artifact's can be any. */
  readonly mediaType: string;
  /** What it says; absent for an artifact. */
  readonly config?: ImageConfig;
}

/** What can be asked about one image. A reference without tag and digest means the tag `latest`. */
export interface ImageVerbs {
  /**
   * What a tag points to now, or whether a digest exists: one HEAD, unless a platform is asked for.
   *
   * @throws {RegistryError} `reference_invalid`, `not_found`, `digest_mismatch`, and what the wire meets
   */
  digest(reference: string, options?: ImageOptions): Promise<FoundDigest>;
  /**
   * Reads a manifest, verified, with its bytes as they came.
   *
   * @throws {RegistryError} as `digest`; `protocol` for one that could be taken for something else,
   *   `unsupported` for Docker's schema 1 and types that are not read, `too_large` past 4 MiB
   */
  manifest(reference: string, options?: ImageOptions): Promise<FoundManifest>;
  /**
   * Reads the config of one image, or the bytes of an artifact's; an index needs `platform`.
   *
   * @throws {RegistryError} as `manifest`; `reference_invalid` for an index without `platform`
   */
  config(reference: string, options?: ImageOptions): Promise<FoundConfig>;
  /**
   * Looks into an image: every platform's manifest and config, as many at once as the host is asked. An
   * index of n platforms takes 1 + n + n requests.
   *
   * @throws {RegistryError} as `manifest`
   */
  inspect(reference: string, options?: ImageOptions): Promise<Inspection>;
  /**
   * Streams a blob, `repository@sha256:...`, verified: the stream fails at its end if the digest is another.
   * Nothing is sent before it is read.
   *
   * @throws {RegistryError} `reference_invalid` for a reference without a digest
   */
  blob(reference: string, options?: Pick<ImageOptions, "signal">): ReadableStream<Uint8Array>;
}

/** Makes the verbs. */
export function imageVerbs(chartroom: Chartroom): ImageVerbs {
  const { locate, ask, begin, pause, manifests } = chartroom;

  function start(verb: string, reference: string, options: ImageOptions): {
    readonly target: Target;
    readonly operation: Operation;
    readonly ports: ImagePorts & { readonly stop: AbortController };
  } {
    const target = locate(reference);
    const { stop, signal } = stopOf(options.signal);
    const { maxRequests } = options;
    const operation = begin(`${verb} "${fullNameOf(target)}"`, target, { signal, maxRequests });
    return {
      target,
      operation,
      ports: { ask, pause, manifests, operation, stop, configs: new Map() },
    };
  }

  async function digest(reference: string, options: ImageOptions = {}): Promise<FoundDigest> {
    const platform = platformOf(options);
    const { target, operation, ports } = start("tell the digest of", reference, options);
    if (platform === undefined) {
      const { digest, mediaType, quota } = await manifests.resolve(
        target,
        nameOf(target),
        operation,
      );
      return { target, digest, mediaType, quota };
    }
    const fetched = await manifests.read(target, nameOf(target), operation);
    const { quota } = fetched;
    if (fetched.manifest.kind === "index") {
      const entry = await platformEntry(target, fetched.manifest, platform, ports);
      return { target, digest: entry.digest, mediaType: entry.mediaType, quota };
    }
    const { digest, mediaType } = await platformImage(target, fetched, platform, ports);
    return { target, digest, mediaType, quota };
  }

  async function manifest(reference: string, options: ImageOptions = {}): Promise<FoundManifest> {
    const platform = platformOf(options);
    const { target, operation, ports } = start("read the manifest of", reference, options);
    const fetched = await manifests.read(target, nameOf(target), operation);
    if (platform === undefined) return { target, ...fetched };
    return { target, ...await platformImage(target, fetched, platform, ports) };
  }

  async function config(reference: string, options: ImageOptions = {}): Promise<FoundConfig> {
    const platform = platformOf(options);
    const { target, operation, ports } = start("read the config of", reference, options);
    const fetched = await manifests.read(target, nameOf(target), operation);
    const image = platform === undefined
      ? onlyImage(fetched, operation)
      : await platformImage(target, fetched, platform, ports);
    const { digest, mediaType } = image.manifest.config;
    const found = await readConfig(target, image.manifest, ports) ??
      { bytes: await readConfigBytes(target, image.manifest, ports) };
    return { target, digest, mediaType, ...found };
  }

  async function inspect(reference: string, options: ImageOptions = {}): Promise<Inspection> {
    const platform = platformOf(options);
    const { target, operation, ports } = start("inspect", reference, options);
    const found = await manifests.read(target, nameOf(target), operation);
    const chosen = platform === undefined
      ? found
      : await platformImage(target, found, platform, ports);
    const images = await detailsOf(target, chosen, ports);
    const { artifactType, annotations } = found.manifest.kind === "index" ? found.manifest : {};
    const { digest, mediaType, bytes, quota } = found;
    const told = { artifactType, annotations, quota };
    return { target, digest, mediaType, size: bytes.length, images, ...told };
  }

  function blob(
    reference: string,
    { signal }: Pick<ImageOptions, "signal"> = {},
  ): ReadableStream<Uint8Array> {
    const target = locate(reference);
    const { digest } = target;
    if (digest === undefined) {
      const message = `Cannot read the blob "${reference}": it names no digest`;
      throw new RegistryError("reference_invalid", message, { hint: "Write REPOSITORY@DIGEST" });
    }
    const stopped = stopOf(signal);

    /** Begun by the first read, so that the time before it does not count. */
    async function* read(wanted: Digest): AsyncGenerator<Uint8Array> {
      const what = `read the blob "${fullNameOf(target)}"`;
      const operation = begin(what, target, { signal: stopped.signal });
      yield* streamBlob(target, { digest: wanted }, { ask, pause, operation });
    }

    return streamOf(read(digest), stopped.stop);
  }

  return { digest, manifest, config, inspect, blob };
}

/** A stream of chunks. Whoever cancels it does not wait for the next one, as `ReadableStream.from` would. */
function streamOf(
  chunks: AsyncGenerator<Uint8Array>,
  stop: AbortController,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason?: unknown): Promise<void> {
      stop.abort(reason);
      // It fails by the very reason that was given.
      await chunks.return(undefined).catch(() => {});
    },
  }, { highWaterMark: 0 });
}

function onlyImage(fetched: Fetched, operation: Operation): FetchedImage {
  if (isImage(fetched)) return fetched;
  const { manifest } = fetched;
  if (manifest.kind === "index") throw severalPlatforms(manifest, operation);
  throw operation.fail("protocol", "it is no image");
}
