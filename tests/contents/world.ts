import {
  buildImage,
  buildIndex,
  bytesOf,
  digestOf,
  type TestImage,
  type TestManifest,
} from "../registry/mod.ts";
import { type Answers, challenged, json } from "../flow/internet.ts";

/** The registry that every case is about. */
export const ORIGIN = "https://registry.example";
/** The repository that every case is about. */
export const REPOSITORY = "registry.example/team/app";
/** The token that the registry gives to whoever comes with a password, or without. */
const TOKEN = "minted-by-the-registry-t0k3n/C4n4ry";

export const amd64: TestImage = buildImage({ layers: [{ "etc/motd": "amd64\n" }, 3000] });
export const arm64: TestImage = buildImage({
  platform: "linux/arm64/v8",
  layers: [{ "etc/motd": "arm64\n" }],
});
export const index: TestManifest = buildIndex([amd64, arm64], { attestations: true });
export const layer: string = amd64.layers[1]?.digest ?? "";

/** A request for a manifest or a blob, by whoever has a token. */
export interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly kind: "manifest" | "blob" | "other";
  /** The tag or digest. */
  readonly name: string;
  /** How often the same was asked, this time included. */
  readonly count: number;
}

/** Answers in the registry's place; undefined leaves it to the registry. */
export type Twist = (asked: Asked) => Response | Promise<Response> | undefined;

/** What a registry holds, besides the images above. */
export interface Holdings {
  /** Under these tags, and under their digests with all their parts. @default "1" is the index, "one" the image for amd64 */
  readonly tags?: Readonly<Record<string, TestManifest>>;
  /** Parts that it lost. */
  readonly lost?: readonly string[];
}

interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly digest: string;
}

/** What is held under a name. */
export interface Store {
  readonly manifests: ReadonlyMap<string, Stored>;
  readonly blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Fills a store. */
export async function fill({ tags = {}, lost = [] }: Holdings = {}): Promise<Store> {
  const manifests = new Map<string, Stored>();
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();

  async function put(image: TestManifest, tag?: string): Promise<void> {
    const { bytes, digest, mediaType: type } = image;
    for (const name of tag === undefined ? [digest] : [digest, tag]) {
      if (!lost.includes(name)) manifests.set(name, { bytes, digest, type });
    }
    for (const blob of image.blobs) {
      if (!blobs.has(blob.digest)) blobs.set(blob.digest, await bytesOf(blob));
    }
    for (const child of image.children) await put(child);
  }

  for (const [tag, image] of Object.entries({ "1": index, one: amd64, ...tags })) {
    await put(image, tag);
  }
  for (const name of lost) blobs.delete(name);
  return { manifests, blobs };
}

/** What the registry, and the whole internet around it, answers. Every other host plays along, and asks for a login. */
export function worldOf(store: Store, twist: Twist = () => undefined): Answers {
  const counts = new Map<string, number>();
  return async (url, request) => {
    if (url.origin === ORIGIN && url.pathname === "/auth") return json({ token: TOKEN });
    const hasToken = request.headers.get("authorization") === `Bearer ${TOKEN}`;
    if (url.origin === ORIGIN && !hasToken) {
      return challenged(`Bearer realm="${ORIGIN}/auth",service="s"`);
    }
    const [, place, name = ""] = /^\/v2\/team\/app\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ??
      [];
    const kind = place === undefined ? "other" : place === "blobs" ? "blob" : "manifest";
    const key = `${request.method} ${url.href}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const { method, headers } = request;
    const asked: Asked = { url, method, headers, kind, name, count };
    const response = await (twist(asked) ?? usual(store, asked));
    return await asReceived(response, asked);
  };
}

/** What a registry that follows the specification answers. */
export function usual({ manifests, blobs }: Store, { kind, name }: Asked): Response {
  const manifest = manifests.get(name);
  if (kind === "manifest" && manifest !== undefined) return manifestAnswer(manifest);
  const blob = blobs.get(name);
  if (kind === "blob" && blob !== undefined) return blobAnswer(blob);
  return refusal(404, "NOT_FOUND");
}

/** A manifest with its headers; `header` stands for its digest, and null for none. */
export function manifestAnswer(
  { bytes, type, digest }: Omit<Stored, "digest"> & { readonly digest: string | null },
): Response {
  const headers = new Headers({ "content-type": type, "content-length": String(bytes.length) });
  if (digest !== null) headers.set("docker-content-digest", digest);
  return new Response(bytes.slice(), { headers });
}

/** A blob. */
export function blobAnswer(bytes: Uint8Array<ArrayBuffer>): Response {
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": `${bytes.length}`,
  };
  return new Response(bytes.slice(), { headers });
}

/** An error in the shape of the distribution specification, whose words are not to be printed as they are. */
export function refusal(status: number, code: string, headers: HeadersInit = {}): Response {
  const message = "no\u001b[2J\u202e\nCannot do that";
  return new Response(JSON.stringify({ errors: [{ code, message }] }), { status, headers });
}

/** Text or bytes as a manifest of OCI, or of the type given, with its true digest or none. */
export function stored(
  content: string | Uint8Array<ArrayBuffer>,
  type: string = amd64.mediaType,
): Stored {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { bytes, type, digest: digestOf(bytes) };
}

/** As fetch hands it on: nothing under HEAD, and decoded unless the request said not to. */
async function asReceived(response: Response, { method, headers }: Asked): Promise<Response> {
  if (response.body === null) return response;
  if (method === "HEAD") {
    await response.body.cancel();
    return new Response(null, response);
  }
  const isPacked = response.headers.get("content-encoding") === "gzip" &&
    headers.get("accept-encoding") !== "identity";
  if (!isPacked) return response;
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")), response);
}

/** Bytes that never end. */
export function endless(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x20)),
  }, { highWaterMark: 0 });
}

/** Bytes, and then a broken connection, silence, or an end in order. */
export function breaking(
  bytes: Uint8Array<ArrayBuffer>,
  end: "fails" | "stalls" | "ends",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let given = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void | Promise<void> {
      if (!given && bytes.length > 0) {
        given = true;
        return controller.enqueue(bytes.slice());
      }
      if (end === "ends") return controller.close();
      if (end === "stalls") return new Promise(() => {});
      controller.error(new TypeError("error reading a body from connection"));
    },
  }, { highWaterMark: 0 });
}
