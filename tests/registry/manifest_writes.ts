import { errorAnswer, type ErrorEntry, textAnswer } from "./answer.ts";
import { unsupported } from "./blob_answers.ts";
import type { StoredRepository } from "./content_store.ts";
import { addressOf, bareAnswer, type ContentsOptions, refusal } from "./contents.ts";
import { isDigest, type ManifestPath, unknownManifest } from "./manifest_answers.ts";
import { isIndex, isKnownManifest, ociTypes } from "./media_types.ts";
import { digestOf } from "./test_blob.ts";

/** Answers PUT of a manifest. Codes, and the order of the questions: docker-registry 2.8.2, 2026-11-21. */
export async function putManifest(
  request: Request,
  path: ManifestPath,
  options: ContentsOptions,
): Promise<Response> {
  const { answers, habits, store } = options;
  const { reference } = path;
  if (!isDigest(reference) && !/^\w[\w.-]{0,127}$/.test(reference)) {
    return textAnswer(404, "404 page not found\n", { headers: answers.headers });
  }
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > (habits.manifestMax ?? 4 * 2 ** 20)) {
    return refusal(413, "MANIFEST_INVALID", "manifest too large", answers);
  }
  const mediaType = (request.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  const read = readManifest(bytes, mediaType, options);
  if (read instanceof Response) return read;
  const digest = digestOf(bytes);
  if (isDigest(reference) && reference !== digest) return badDigest(options);
  const repository = store.open(path.repository);
  const missing = missingParts(read, mediaType, repository, options);
  if (missing.length > 0) {
    const errors = missing.map((detail): ErrorEntry => (
      { code: "MANIFEST_BLOB_UNKNOWN", message: "blob unknown to registry", detail }
    ));
    return errorAnswer(habits.missingParts === 400 ? 400 : 404, errors, answers);
  }
  repository.manifests.set(digest, { bytes, mediaType, digest });
  if (!isDigest(reference)) {
    repository.tags.set(reference, digest);
    repository.listed = true;
  }
  const subject = read.subject?.digest;
  const { referrers = "api" } = habits;
  const told = (habits.subjectHeader ?? referrers === "api") && subject !== undefined;
  return bareAnswer(201, {
    location: addressOf(`/v2/${path.repository}/manifests/${digest}`, options),
    "docker-content-digest": digest,
    ...told ? { "oci-subject": subject } : {},
  }, answers);
}

/** Answers DELETE of a tag, or of a manifest with every tag that stands for it. */
export function deleteManifest(path: ManifestPath, options: ContentsOptions): Response {
  const { answers, habits, store } = options;
  const { tagDelete = 202, manifestDelete = 202 } = habits;
  const repository = store.find(path.repository);
  const { reference } = path;
  if (!isDigest(reference)) {
    if (tagDelete === 400) return badDigest(options);
    if (tagDelete === 405) return unsupported(options);
    if (repository?.tags.delete(reference) !== true) return unknownManifest(path, options);
    return bareAnswer(202, {}, answers);
  }
  if (manifestDelete === 405) return unsupported(options);
  if (repository?.manifests.delete(reference) !== true) return unknownManifest(path, options);
  for (const [tag, digest] of [...repository.tags]) {
    if (digest === reference) repository.tags.delete(tag);
  }
  return bareAnswer(202, {}, answers);
}

function badDigest({ answers }: ContentsOptions): Response {
  const message = "provided digest did not match uploaded content";
  return refusal(400, "DIGEST_INVALID", message, answers);
}

interface ReadManifest {
  readonly mediaType?: string;
  readonly config?: Part;
  readonly layers?: readonly Part[];
  readonly manifests?: readonly Part[];
  readonly subject?: Part;
}

interface Part {
  readonly digest: string;
  readonly urls?: readonly string[];
}

function readManifest(
  bytes: Uint8Array,
  mediaType: string,
  { answers, habits }: ContentsOptions,
): ReadManifest | Response {
  const { unknownType = "accepted", needsOwnType = false } = habits;
  if (!isKnownManifest(mediaType) && unknownType !== "accepted") {
    return refusal(unknownType, "MANIFEST_INVALID", "manifest invalid", answers, {});
  }
  const read = parse(bytes);
  const said = read?.mediaType;
  if (read === undefined || said !== undefined && said !== mediaType) {
    return refusal(400, "MANIFEST_INVALID", "manifest invalid", answers, {});
  }
  const oci = mediaType === ociTypes.manifest || mediaType === ociTypes.index;
  if (needsOwnType && oci && said === undefined) {
    // containers/image, of ECR; the status is not established.
    return refusal(405, "UNSUPPORTED", "Invalid JSON syntax", answers);
  }
  return read;
}

function parse(bytes: Uint8Array): ReadManifest | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Blobs that are had elsewhere need not be here. A child may also be a blob: docker-registry 2.8.2, 2026-11-21. */
function missingParts(
  read: ReadManifest,
  mediaType: string,
  repository: StoredRepository,
  { habits }: ContentsOptions,
): string[] {
  if (isIndex(mediaType)) {
    if (habits.missingParts === "accepted") return [];
    return (read.manifests ?? []).map(({ digest }) => digest)
      .filter((digest) => !repository.manifests.has(digest) && !repository.blobs.has(digest));
  }
  return [read.config, ...read.layers ?? []].filter((part) => part !== undefined)
    .filter(({ urls, digest }) => urls === undefined && !repository.blobs.has(digest))
    .map(({ digest }) => digest);
}
