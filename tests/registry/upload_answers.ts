import { createHash } from "node:crypto";
import {
  addressOf,
  bareAnswer,
  type ContentsOptions,
  type MayMount,
  refusal,
  wrongMethod,
} from "./contents.ts";
import type { ContentPath } from "./registry_path.ts";
import { concat } from "./tar.ts";
import { blobOf, type TestBlob } from "./test_blob.ts";
import { base64Url } from "./token_office.ts";

/** Answers requests about uploads, of which it keeps the state. */
export interface Uploads {
  /** `POST /v2/<name>/blobs/uploads/`: a new upload, a whole blob, a mount. */
  begin(request: Request, repository: string, mayMount: MayMount): Promise<Response>;
  /** GET, PATCH, PUT and DELETE of an upload. */
  continue(
    request: Request,
    path: Extract<ContentPath, { readonly kind: "upload" }>,
  ): Promise<Response>;
}

interface Upload {
  readonly id: string;
  readonly repository: string;
  readonly parts: Uint8Array[];
  size: number;
  /** How many PATCHes there were. */
  patches: number;
  /** Whether the last PATCH was smaller than a part may be, unless it is the last. */
  short: boolean;
}

/** Opens the uploads of a registry. Codes and headers: docker-registry 2.8.2, 2026-11-21, and distribution-spec 1.1. */
export function openUploads(options: ContentsOptions): Uploads {
  const { answers, habits, store } = options;
  const uploads = new Map<string, Upload>();
  let serial = 0;

  function location(upload: Upload): string {
    const { id, repository, size } = upload;
    // Opaque to clients; the offset in it makes an address good for one step only, as it is there.
    const state = base64Url(JSON.stringify({ Name: repository, UUID: id, Offset: size }));
    return addressOf(`/v2/${repository}/blobs/uploads/${id}?_state=${state}`, options);
  }

  function accepted(status: number, upload: Upload, range?: string): Response {
    const end = Math.max(upload.size - 1, 0);
    return bareAnswer(status, {
      location: location(upload),
      range: range ?? `0-${end}`,
      "docker-upload-uuid": upload.id,
    }, answers);
  }

  function created(repository: string, digest: string): Response {
    return bareAnswer(201, {
      location: addressOf(`/v2/${repository}/blobs/${digest}`, options),
      "docker-content-digest": digest,
    }, answers);
  }

  function open(repository: string): Upload {
    const id = `00000000-0000-4000-8000-${String(++serial).padStart(12, "0")}`;
    const upload = { id, repository, parts: [], size: 0, patches: 0, short: false };
    uploads.set(id, upload);
    return upload;
  }

  function mount(repository: string, query: URLSearchParams, mayMount: MayMount) {
    const digest = query.get("mount") ?? "";
    const from = query.get("from");
    const { mounts = "from", missingFrom = 202 } = habits;
    const held = store.holders(digest);
    if (mounts === "never" || digest === "") return undefined;
    if (from === null && mounts !== "anywhere") return undefined;
    if (from !== null && missingFrom === 401 && !store.hasProject(from)) {
      const message = `project ${from.split("/")[0]} not found`;
      return refusal(401, "UNAUTHORIZED", message, answers);
    }
    const source = mounts === "anywhere" ? held[0] : held.find((name) => name === from);
    if (source === undefined || !mayMount(source)) return undefined;
    const blob = store.find(source)?.blobs.get(digest);
    if (blob === undefined) return undefined;
    store.open(repository).blobs.set(digest, blob);
    return created(repository, digest);
  }

  /** Reads a body into an upload; what came before the connection was lost stays. */
  async function append(request: Request, upload: Upload): Promise<number> {
    const before = upload.size;
    for await (const part of request.body ?? []) {
      upload.parts.push(part);
      upload.size += part.length;
    }
    return upload.size - before;
  }

  async function finish(request: Request, upload: Upload, digest: string | null) {
    if (digest === null) return badDigest("digest missing");
    if (!/^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(digest)) {
      return badDigest("digest parsing failed");
    }
    const { repository } = upload;
    const expected = upload.size === 0 ? options.expects.get(digest) : undefined;
    if (expected !== undefined) {
      const right = await matches(request, expected);
      uploads.delete(upload.id);
      if (!right) return badDigest({ Digest: digest, Reason: {} });
      store.open(repository).blobs.set(digest, expected);
      return created(repository, digest);
    }
    const late = await append(request, upload);
    if (upload.short && late > 0) return tooSmall();
    const bytes = concat(upload.parts);
    const [algorithm = ""] = digest.split(":");
    const hex = createHash(algorithm).update(bytes).digest("hex");
    // The upload stays, with what it was sent: docker-registry 2.8.2, 2026-11-21.
    if (digest !== `${algorithm}:${hex}`) return badDigest({ Digest: digest, Reason: {} });
    uploads.delete(upload.id);
    store.open(repository).blobs.set(digest, { ...blobOf(bytes), digest });
    return created(repository, digest);
  }

  async function patch(request: Request, upload: Upload): Promise<Response> {
    const range = /^(?:bytes[ =])?(\d+)-(\d+)/.exec(request.headers.get("content-range") ?? "");
    const [from, to] = [Number(range?.[1]), Number(range?.[2])];
    if (range !== null && to - from + 1 > (habits.rangedMax ?? Infinity)) {
      // The words: ocx-sh/ocx PR 237, 2026-07-26.
      const message = "requested range not satisfiable: upload chunk size exceeds limit 4.00MiB";
      return refusal(416, "REQUESTED_RANGE_NOT_SATISFIABLE", message, answers);
    }
    if (range !== null && from !== upload.size && (habits.outOfOrder ?? 416) === 416) {
      // What is thrown away does not move an upload on, and whoever counts for himself is not told (ECR).
      if (!(habits.discardsLater === true && upload.patches > 0)) {
        return refusal(416, "RANGE_INVALID", "invalid content range", answers);
      }
    }
    if (upload.short) return tooSmall();
    const { size } = upload;
    const kept = upload.parts.length;
    const added = await append(request, upload);
    if (habits.discardsLater === true && upload.patches > 0) {
      upload.parts.length = kept;
      upload.size = size;
    }
    upload.patches++;
    upload.short = added < (habits.chunkMin ?? 0);
    return accepted(habits.patchStatus ?? 202, upload);
  }

  function badDigest(detail: unknown): Response {
    const message = "provided digest did not match uploaded content";
    return refusal(400, "DIGEST_INVALID", message, answers, detail);
  }

  /** sdk-container-builds PR 279, 2023, of ECR; the code is the name of AWS's exception. */
  function tooSmall(): Response {
    return refusal(400, "LayerPartTooSmallException", "a part but the last is too small", answers);
  }

  return {
    async begin(request, repository, mayMount) {
      if (request.method !== "POST") return wrongMethod(answers);
      const query = new URL(request.url).searchParams;
      const mounted = query.has("mount") ? mount(repository, query, mayMount) : undefined;
      if (mounted !== undefined) return mounted;
      const digest = query.get("digest");
      const upload = open(repository);
      if (digest !== null && habits.singlePost !== false) {
        return await finish(request, upload, digest);
      }
      const answer = accepted(202, upload, habits.postRange);
      if (habits.saysChunkMin === true) {
        answer.headers.set("oci-chunk-min-length", String(habits.chunkMin ?? 0));
      }
      return answer;
    },
    async continue(request, { repository, session }) {
      const upload = uploads.get(session);
      const query = new URL(request.url).searchParams;
      if (upload === undefined || upload.repository !== repository) {
        const message = "blob upload unknown to registry";
        return refusal(404, "BLOB_UPLOAD_UNKNOWN", message, answers, {});
      }
      if (!location(upload).includes(`_state=${query.get("_state")}`)) {
        return refusal(404, "BLOB_UPLOAD_INVALID", "blob upload invalid", answers);
      }
      switch (request.method) {
        case "GET": {
          const end = Math.max(upload.size - 1, 0) + (habits.statusOff ?? 0);
          const answer = accepted(204, upload, `0-${end}`);
          if (habits.statusLocation === false) answer.headers.delete("location");
          return answer;
        }
        case "PATCH":
          return await patch(request, upload);
        case "PUT":
          return await finish(request, upload, query.get("digest"));
        case "DELETE":
          uploads.delete(session);
          return bareAnswer(204, { "docker-upload-uuid": session }, answers);
        default:
          return wrongMethod(answers);
      }
    },
  };
}

/** Goes through a body without keeping it. */
async function matches(request: Request, { digest }: TestBlob): Promise<boolean> {
  const hash = createHash("sha256");
  for await (const part of request.body ?? []) hash.update(part);
  return digest === `sha256:${hash.digest("hex")}`;
}
