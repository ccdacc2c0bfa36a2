import { gzipSync } from "node:zlib";
import { type ContentsOptions, refusal, wrongMethod } from "./contents.ts";
import type { StoredManifest, StoredRepository } from "./content_store.ts";
import { dockerTypes, isIndex, ociTypes } from "./media_types.ts";
import { deleteManifest, putManifest } from "./manifest_writes.ts";

/** A manifest that is asked for. */
export interface ManifestPath {
  /** The repository. */
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** Answers whatever is asked of a manifest. */
export async function answerManifest(
  request: Request,
  path: ManifestPath,
  options: ContentsOptions,
): Promise<Response> {
  const { answers, habits } = options;
  switch (request.method) {
    case "PUT":
      return await putManifest(request, path, options);
    case "DELETE":
      return deleteManifest(path, options);
    case "HEAD":
    case "GET":
      break;
    default:
      return wrongMethod(answers);
  }
  const head = habits.manifestHead ?? "answers";
  if (request.method === "HEAD" && head !== "answers") {
    return refusal(head, "UNSUPPORTED", "The operation is unsupported.", answers);
  }
  const repository = options.store.find(path.repository);
  const found = repository && resolve(repository, path, options);
  if (repository === undefined || found === undefined) return unknownManifest(path, options);
  const given = negotiate(request, path, repository, found, options);
  return given instanceof Response ? given : manifestAnswer(request, given, options);
}

/** Whether a reference is a digest. */
export function isDigest(reference: string): boolean {
  return reference.includes(":");
}

/** What a reference stands for. */
function resolve(
  repository: StoredRepository,
  { repository: name, reference }: ManifestPath,
  { habits }: ContentsOptions,
): StoredManifest | undefined {
  if (isDigest(reference)) return repository.manifests.get(reference);
  if (habits.expiredTags?.includes(`${name}:${reference}`)) return undefined;
  const digest = repository.tags.get(reference);
  if (digest !== undefined) return repository.manifests.get(digest);
  // oras-go #1396, 2026-09-05.
  const named = habits.digestTags === true && /^sha256-[0-9a-f]{64}$/.test(reference);
  return named ? repository.manifests.get(reference.replace("-", ":")) : undefined;
}

/** Code and detail: Debian's docker-registry 2.8.2, 2026-11-21. TAG_EXPIRED: Quay errors.py, 2026-08-21. */
export function unknownManifest(path: ManifestPath, options: ContentsOptions): Response {
  const { repository, reference } = path;
  const { answers, habits } = options;
  if (habits.expiredTags?.includes(`${repository}:${reference}`)) {
    return refusal(404, "TAG_EXPIRED", `Tag ${reference} has expired`, answers, {});
  }
  const { code, message } = habits.unknownManifest ??
    { code: "MANIFEST_UNKNOWN", message: "manifest unknown" };
  const detail = isDigest(reference)
    ? { Name: repository, Revision: reference }
    : { Tag: reference };
  return refusal(404, code, message, answers, detail);
}

function negotiate(
  request: Request,
  path: ManifestPath,
  repository: StoredRepository,
  found: StoredManifest,
  { habits, answers }: ContentsOptions,
): StoredManifest | Response {
  const rule = habits.accept ?? "ignored";
  const byDigest = isDigest(path.reference);
  const accepted = acceptedTypes(request);
  if (rule === "ignored" || accepted.includes(found.mediaType)) return found;
  if (rule === "needed-by-tag" && byDigest) return found;
  const oci = found.mediaType === ociTypes.manifest || found.mediaType === ociTypes.index;
  if (rule !== "converts" || oci) {
    // The words: Azure/acr PR 764, 2024, and docker-registry 2.8.2, 2026-11-21.
    const [what, whats] = isIndex(found.mediaType)
      ? ["index", "indexes"]
      : ["manifest", "manifests"];
    const message = `OCI ${what} found, but accept header does not support OCI ${whats}`;
    return refusal(404, "MANIFEST_UNKNOWN", message, answers);
  }
  if (byDigest) return found;
  const child = found.mediaType === dockerTypes.index
    ? childFor(repository, found, "linux", "amd64")
    : undefined;
  return child !== undefined && accepted.includes(child.mediaType)
    ? child
    : refusal(400, "MANIFEST_INVALID", "manifest invalid", answers, {});
}

function acceptedTypes(request: Request): readonly string[] {
  return (request.headers.get("accept") ?? "").split(",")
    .map((entry) => (entry.split(";")[0] ?? "").trim());
}

function childFor(
  repository: StoredRepository,
  index: StoredManifest,
  os: string,
  architecture: string,
): StoredManifest | undefined {
  const { manifests = [] } = JSON.parse(new TextDecoder().decode(index.bytes));
  for (const { digest, platform } of manifests) {
    if (platform?.os === os && platform?.architecture === architecture) {
      return repository.manifests.get(digest);
    }
  }
  return undefined;
}

/** Headers: distribution-spec 1.1; ETag and 304: docker-registry 2.8.2, 2026-11-21. */
function manifestAnswer(
  request: Request,
  { bytes, mediaType, digest }: StoredManifest,
  { habits, answers }: ContentsOptions,
): Response {
  const head = request.method === "HEAD";
  const headers = new Headers(answers.headers);
  const etag = `"${digest}"`;
  if (request.headers.get("if-none-match") === etag) {
    return new Response(null, { status: 304, headers });
  }
  headers.set("content-type", mediaType);
  headers.set("etag", etag);
  const told = habits.digestHeader ?? "always";
  if (told === "always" || told === "get-only" && !head) {
    headers.set("docker-content-digest", digest);
  }
  const zipped = habits.compressed === true && !head &&
    /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const body = zipped ? new Uint8Array(gzipSync(bytes)) : bytes;
  if (zipped) headers.set("content-encoding", "gzip");
  headers.set("content-length", String(body.length));
  return new Response(head ? null : body.slice(), { headers });
}
