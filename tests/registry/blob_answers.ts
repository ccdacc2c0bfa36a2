import { textAnswer } from "./answer.ts";
import type { BlobRedirect } from "./content_habits.ts";
import type { ContentStore } from "./content_store.ts";
import { bareAnswer, type ContentsOptions, refusal, wrongMethod } from "./contents.ts";
import type { SimulatedHost } from "./simulated_registry.ts";
import type { TestBlob } from "./test_blob.ts";

/** The host which hands out blobs in the registry's place. */
export interface Storage {
  /** To be put on the network. */
  readonly host: SimulatedHost;
  /** A signed address of a blob. */
  address(repository: string, digest: string): string;
}

/** Answers whatever is asked of a blob. Headers and errors: docker-registry 2.8.2, 2026-11-21. */
export function answerBlob(
  request: Request,
  path: { readonly repository: string; readonly digest: string },
  options: ContentsOptions,
  storage: Storage | undefined,
): Response {
  const { answers, habits } = options;
  const { repository, digest } = path;
  if (!/^[a-z0-9+._-]+:[0-9a-zA-Z=_-]{32,}$/.test(digest)) {
    const message = "provided digest did not match uploaded content";
    return refusal(400, "DIGEST_INVALID", message, answers, {});
  }
  const held = options.store.find(repository);
  const blob = held?.blobs.get(digest);
  if (blob === undefined) {
    return refusal(404, "BLOB_UNKNOWN", "blob unknown to registry", answers, digest);
  }
  if (request.method === "DELETE") {
    const status = habits.blobDelete ?? 202;
    if (status === 405) return unsupported(options);
    held?.blobs.delete(digest);
    return bareAnswer(202, {}, answers);
  }
  if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod(answers);
  if (storage !== undefined && request.method === "GET") {
    const location = storage.address(repository, digest);
    return bareAnswer(habits.redirect?.status ?? 307, { location }, answers);
  }
  const headers = new Headers(answers.headers);
  headers.set("content-type", "application/octet-stream");
  headers.set("docker-content-digest", digest);
  headers.set("cache-control", "max-age=31536000");
  headers.set("etag", `"${digest}"`);
  return rangeAnswer(request, blob, headers, habits.ranges ?? "answers");
}

/** Status 405, as the spec's UNSUPPORTED. */
export function unsupported({ answers }: ContentsOptions): Response {
  return refusal(405, "UNSUPPORTED", "The operation is unsupported.", answers);
}

/** The bytes which a Range names: one range, in all three forms of RFC 9110, 14.1.2. */
export function rangeAnswer(
  request: Request,
  blob: TestBlob,
  headers: Headers,
  rule: "answers" | "ignored" | "closed-only",
): Response {
  const { size } = blob;
  const head = request.method === "HEAD";
  const text = request.headers.get("range");
  if (text === null || rule === "ignored") {
    if (rule !== "ignored") headers.set("accept-ranges", "bytes");
    headers.set("content-length", String(size));
    return new Response(head ? null : blob.open(), { headers });
  }
  const range = readRange(text, size);
  if (
    range === undefined || range.from >= range.to || rule === "closed-only" && !/\d$/.test(text)
  ) {
    // Without it where the range is no range at all, as Go's ServeContent: docker-registry 2.8.2, 2026-11-21.
    if (range !== undefined) headers.set("content-range", `bytes */${size}`);
    headers.set("content-length", "0");
    return new Response(null, { status: 416, headers });
  }
  headers.set("accept-ranges", "bytes");
  headers.set("content-range", `bytes ${range.from}-${range.to - 1}/${size}`);
  headers.set("content-length", String(range.to - range.from));
  return new Response(head ? null : blob.open(range.from, range.to), { status: 206, headers });
}

function readRange(
  text: string,
  size: number,
): { readonly from: number; readonly to: number } | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(first) > Number(last)) return undefined;
  const from = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  return { from, to: first === "" || last === "" ? size : Math.min(Number(last) + 1, size) };
}

/**
 * A storage host. It refuses any Authorization beside the signature in the address, as S3 does with 400 (Azure/acr #217, 2019;
 * renovate PR 6641, 2020), and an address that has run out, with 403.
 */
export function openStorage(
  redirect: BlobRedirect,
  store: ContentStore,
  now: () => number,
): Storage {
  const { host, lifetime = 1200 } = redirect;
  let serial = 0;

  function address(repository: string, digest: string): string {
    const hex = digest.slice(digest.indexOf(":") + 1);
    const query = new URLSearchParams({
      "X-Repository": repository,
      "X-Amz-Expires": String(now() + lifetime * 1000),
      "X-Amz-Signature": `simulated${++serial}`,
    });
    return `https://${host}/registry/blobs/sha256/${hex.slice(0, 2)}/${hex}/data?${query}`;
  }

  function handle(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.has("authorization")) {
      return storageError(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    const expires = Number(searchParams.get("X-Amz-Expires") ?? 0);
    if (!searchParams.get("X-Amz-Signature")?.startsWith("simulated") || expires <= now()) {
      return storageError(403, "AccessDenied", "Request has expired");
    }
    const digest = `sha256:${pathname.split("/").at(-2)}`;
    const blob = store.find(searchParams.get("X-Repository") ?? "")?.blobs.get(digest);
    if (blob === undefined) return storageError(404, "NoSuchKey", "The specified key is absent");
    const headers = new Headers({ "content-type": "application/octet-stream", server: "AmazonS3" });
    return rangeAnswer(request, blob, headers, "answers");
  }

  return { address, host: { host, handle } };
}

function storageError(status: number, code: string, message: string): Response {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>` +
    `<Message>${message}</Message></Error>`;
  return textAnswer(status, text, { type: "application/xml" });
}
