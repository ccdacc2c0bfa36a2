import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { RealRegistry } from "./docker_registry.ts";
import { type PlainAnswer, type PlainFetch, plainFetch } from "./plain_fetch.ts";
import { runSkopeo, type User } from "./skopeo.ts";
import type { RunResult } from "./run_command.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** The tag inside the layout. */
const LAYOUT_TAG = "image";

/** How an image is made. */
export interface ImageOptions {
  /** Goes into the image's labels: another name, another digest. @default "portolan" */
  readonly label?: string;
}

/** An image on disk. */
export interface ImageLayout {
  /** As skopeo takes it: `oci:DIRECTORY:TAG`. */
  readonly source: string;
  /** The manifest's digest. */
  readonly digest: string;
  /** The manifest's bytes. */
  readonly manifest: Uint8Array<ArrayBuffer>;
}

/** What a blob is, as a manifest says it. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes the smallest OCI image layout that is one: an empty tar as its only layer. */
export async function writeImageLayout(
  directory: string,
  options: ImageOptions = {},
): Promise<ImageLayout> {
  const blobs: string = join(directory, "blobs", "sha256");
  await Deno.mkdir(blobs, { recursive: true });
  const write = async (mediaType: string, bytes: Uint8Array): Promise<Descriptor> => {
    const hex: string = sha256(bytes);
    await Deno.writeFile(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const tar = new Uint8Array(1024);
  const layer: Descriptor = await write(
    "application/vnd.oci.image.layer.v1.tar+gzip",
    gzipSync(tar),
  );
  const config: Descriptor = await write(
    "application/vnd.oci.image.config.v1+json",
    json({
      architecture: "amd64",
      os: "linux",
      config: { Labels: { name: options.label ?? "portolan" } },
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(tar)}`] },
    }),
  );
  const manifest: Uint8Array<ArrayBuffer> = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers: [layer],
  });
  const described: Descriptor = await write(MANIFEST_TYPE, manifest);
  const annotations: Record<string, string> = { "org.opencontainers.image.ref.name": LAYOUT_TAG };
  await Deno.writeFile(
    join(directory, "index.json"),
    json({ schemaVersion: 2, manifests: [{ ...described, annotations }] }),
  );
  await Deno.writeFile(join(directory, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  return { source: `oci:${directory}:${LAYOUT_TAG}`, digest: described.digest, manifest };
}

/**
 * Fills a repository with one image under all `tags`: the first by skopeo, as a person would, the others
 * by putting the same manifest. Answers the image's digest.
 */
export async function pushTags(
  registry: RealRegistry,
  repository: string,
  tags: readonly string[],
  user?: User,
): Promise<string> {
  const [first, ...others]: readonly string[] = tags;
  if (first === undefined) throw new RangeError("Cannot push an image without a tag");
  const directory: string = await Deno.makeTempDir({ dir: registry.directory, prefix: "image-" });
  const image: ImageLayout = await writeImageLayout(directory, { label: repository });
  const result: RunResult = await runSkopeo(registry, [
    "copy",
    "--quiet",
    "--dest-tls-verify=false",
    ...(user === undefined
      ? ["--dest-no-creds"]
      : ["--dest-creds", `${user.username}:${user.password}`]),
    image.source,
    `docker://${registry.host}/${repository}:${first}`,
  ]);
  if (result.code !== 0) throw new Error(`skopeo did not push: ${result.stderr}`);
  const send: PlainFetch = plainFetch(user);
  for (const tag of others) {
    await expectStatus(
      201,
      `put tag ${tag}`,
      () =>
        send(`${registry.origin}/v2/${repository}/manifests/${tag}`, {
          method: "PUT",
          headers: { "content-type": MANIFEST_TYPE },
          body: image.manifest,
        }),
    );
  }
  return image.digest;
}

/** Deletes an image and with it every tag that points to it. The repository stays, and is empty. */
export async function deleteImage(
  registry: RealRegistry,
  repository: string,
  digest: string,
  user?: User,
): Promise<void> {
  const url = `${registry.origin}/v2/${repository}/manifests/${digest}`;
  await expectStatus(202, `delete ${digest}`, () => plainFetch(user)(url, { method: "DELETE" }));
}

async function expectStatus(
  status: number,
  what: string,
  send: () => Promise<PlainAnswer>,
): Promise<void> {
  const answer: PlainAnswer = await send();
  if (answer.status === status) return;
  throw new Error(
    `Cannot ${what}: status ${answer.status}: ${new TextDecoder().decode(answer.bytes)}`,
  );
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
