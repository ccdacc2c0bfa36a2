import type { TestBlob, TestManifest } from "../registry/mod.ts";
import {
  type DockerRegistryOptions,
  type RealRegistry,
  startDockerRegistry,
} from "./docker_registry.ts";
import { type PlainAnswer, type PlainFetch, plainFetch } from "./plain_fetch.ts";
import type { User } from "./skopeo.ts";

/** Where images are pushed to: a real registry, or the origin of a served simulation. */
export interface PushTarget {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
}

/**
 * Puts a manifest with all its blobs and children into a repository, under a tag or, without one, by its digest. It takes no line
 * from the core: POST and PUT for a blob, PUT for a manifest, children first. A blob that is there is not sent again.
 */
export async function pushImage(
  registry: PushTarget,
  repository: string,
  tag: string | undefined,
  image: TestManifest,
  user?: User,
): Promise<void> {
  await push(registry, repository, tag, image, plainFetch(user));
}

/** Puts several images under their tags; those of the same name in order. */
export async function pushImages(
  registry: PushTarget,
  repository: string,
  images: Readonly<Record<string, TestManifest>>,
  user?: User,
): Promise<void> {
  const send: PlainFetch = plainFetch(user);
  for (const [tag, image] of Object.entries(images)) {
    await push(registry, repository, tag, image, send);
  }
}

/** Starts two registries, to carry something from the first to the second. */
export async function startTwoRegistries(
  options: DockerRegistryOptions = {},
): Promise<TwoRegistries> {
  const source: RealRegistry = await startDockerRegistry(options);
  try {
    const target: RealRegistry = await startDockerRegistry(options);
    return {
      source,
      target,
      async [Symbol.asyncDispose](): Promise<void> {
        await Promise.all([source[Symbol.asyncDispose](), target[Symbol.asyncDispose]()]);
      },
    };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

/** Two registries. Disposal ends both. */
export interface TwoRegistries extends AsyncDisposable {
  /** Where images are taken from. */
  readonly source: RealRegistry;
  /** Where they are carried to. */
  readonly target: RealRegistry;
}

async function push(
  registry: PushTarget,
  repository: string,
  tag: string | undefined,
  image: TestManifest,
  send: PlainFetch,
): Promise<void> {
  for (const child of image.children) await push(registry, repository, undefined, child, send);
  for (const blob of image.blobs) await pushBlob(registry, repository, blob, send);
  const url = `${registry.origin}/v2/${repository}/manifests/${tag ?? image.digest}`;
  const headers = { "content-type": image.mediaType };
  expect(201, url, await send(url, { method: "PUT", headers, body: image.bytes }));
}

async function pushBlob(
  registry: PushTarget,
  repository: string,
  blob: TestBlob,
  send: PlainFetch,
): Promise<void> {
  const base = `${registry.origin}/v2/${repository}/blobs/`;
  const there: PlainAnswer = await send(base + blob.digest, { method: "HEAD" });
  if (there.status === 200) return;
  const begun: PlainAnswer = await send(`${base}uploads/`, { method: "POST" });
  expect(202, `${base}uploads/`, begun);
  const url = new URL(begun.headers.get("location") ?? "", registry.origin);
  url.searchParams.set("digest", blob.digest);
  const headers = { "content-type": "application/octet-stream" };
  expect(201, url.href, await send(url.href, { method: "PUT", headers, stream: blob }));
}

function expect(status: number, url: string, answer: PlainAnswer): void {
  if (answer.status === status) return;
  const said: string = new TextDecoder().decode(answer.bytes);
  throw new Error(`Cannot push to ${url}: status ${answer.status}: ${said}`);
}
