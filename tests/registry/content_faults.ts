import { errorAnswer } from "./answer.ts";
import { brokenBody, endlessBody, flippedBody, stalledBody } from "./broken_bodies.ts";
import { parsePath } from "./registry_path.ts";
import type { Faults } from "./simulated_registry.ts";

/** What goes wrong with an answer about contents. The headers stay as the registry sent them, except where a line says otherwise. */
export type ContentTrouble =
  /** One bit of the body is another: the digest header is right and the content is not. */
  | { readonly kind: "flipped-bit"; readonly at?: number }
  /** Another body of another length, under the same digest header. */
  | { readonly kind: "other-body"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The body breaks off behind so many bytes; `closes` ends it as if that were all. */
  | { readonly kind: "cut"; readonly at: number; readonly how?: "breaks" | "closes" }
  /** The body stops behind so many bytes and goes on never. */
  | { readonly kind: "stalled"; readonly at: number }
  /** The body goes on for as long as it is read, without a length. */
  | { readonly kind: "endless" }
  /** Range is not looked at: the whole body, with 200. */
  | { readonly kind: "range-ignored" }
  /** A 206 whose bytes and Content-Range are elsewhere: so many bytes further. */
  | { readonly kind: "range-moved"; readonly by: number }
  /** A 206 whose bytes are elsewhere although Content-Range says what was asked for; the range must have an end. */
  | { readonly kind: "range-lies"; readonly by: number }
  /** The connection is lost when so many bytes of the request's body have come; what came is kept. */
  | { readonly kind: "request-cut"; readonly at: number }
  /** No more than so many bytes of the request's body are taken, and there is no answer. */
  | { readonly kind: "request-stalled"; readonly at: number }
  /** 416 to any Range. */
  | { readonly kind: "range-refused" }
  /** A header has this value; without one it is left out. */
  | { readonly kind: "header"; readonly name: string; readonly value?: string }
  /** The Location is this one, with `{path}` for the path and query of the right one. */
  | { readonly kind: "location"; readonly to: string }
  /** 404 BLOB_UPLOAD_UNKNOWN: the upload is gone. */
  | { readonly kind: "upload-lost" }
  /** An error of this status, in the registry's place. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** The connection is lost before the request is looked at, or when it was done and its answer is on the way. */
  | { readonly kind: "lost"; readonly done?: boolean }
  /** This very answer, in the registry's place. */
  | { readonly kind: "answer"; readonly answer: () => Response };

/** A fault about contents, as a value. */
export interface ContentFault {
  /** What is asked about; `storage` is what a redirect of a blob leads to. */
  readonly on: "manifest" | "blob" | "referrers" | "uploads" | "upload" | "storage";
  /**
   * In upper case.
   * @default any
   */
  readonly method?: string;
  /**
   * The tag or digest which is asked for.
   * @default any
   */
  readonly of?: string;
  /**
   * How many such requests pass before it begins.
   * @default 0
   */
  readonly after?: number;
  /**
   * How many such requests it happens to.
   * @default Infinity
   */
  readonly times?: number;
  /** What happens. */
  readonly does: ContentTrouble;
}

/**
 * Faults out of a list, of which the first that fits a request happens to it:
 * `distribution({ images, faults: contentFaults([{ on: "blob", method: "GET", times: 2, does: { kind: "cut", at: 1000 } }]) })`.
 */
export function contentFaults(list: readonly ContentFault[]): Faults {
  const seen = new Map<ContentFault, number>();
  return async (request, _count, answer) => {
    for (const fault of list) {
      if (!fits(fault, request)) continue;
      const count = (seen.get(fault) ?? 0) + 1;
      seen.set(fault, count);
      const { after = 0, times = Infinity } = fault;
      if (count > after && count <= after + times) return await happen(fault.does, request, answer);
    }
    return undefined;
  };
}

function fits({ on, method, of }: ContentFault, request: Request): boolean {
  if (method !== undefined && method !== request.method) return false;
  const { pathname } = new URL(request.url);
  if (on === "storage") {
    const hex = of?.slice(of.indexOf(":") + 1);
    return pathname.startsWith("/registry/blobs/") && (hex === undefined || pathname.includes(hex));
  }
  const path = parsePath(pathname);
  if (path?.kind !== on) return false;
  return of === undefined || "reference" in path && path.reference === of ||
    "digest" in path && path.digest === of;
}

type Answer = Parameters<Faults>[2];

async function happen(
  trouble: ContentTrouble,
  request: Request,
  answer: Answer,
): Promise<Response> {
  switch (trouble.kind) {
    case "status": {
      const { status, retryAfter } = trouble;
      const headers = new Headers(retryAfter === undefined ? {} : { "retry-after": retryAfter });
      return errorAnswer(status, { code: "UNKNOWN", message: "simulated" }, { headers });
    }
    case "answer":
      return trouble.answer();
    case "upload-lost": {
      const message = "blob upload unknown to registry";
      return errorAnswer(404, { code: "BLOB_UPLOAD_UNKNOWN", message });
    }
    case "lost":
      if (trouble.done === true) await (await answer()).body?.cancel();
      throw new Error("connection reset");
    case "range-refused":
      if (request.headers.has("range")) return new Response(null, { status: 416 });
      return await answer();
    case "range-ignored":
      return await answer(withRange(request, undefined));
    case "range-moved":
      return await answer(withRange(request, moved(request, trouble.by)));
    case "range-lies": {
      const lied = await answer(withRange(request, moved(request, trouble.by)));
      const headers = new Headers(lied.headers);
      const range = moved(request, 0)?.replace("=", " ");
      const total = headers.get("content-range")?.split("/")[1];
      if (range !== undefined) headers.set("content-range", `${range}/${total}`);
      return new Response(lied.body, { status: lied.status, headers });
    }
    case "request-cut":
      return await answer(withBody(request, (body) => brokenBody(body, trouble.at, "breaks")));
    case "request-stalled":
      return await answer(withBody(request, (body) => stalledBody(body, trouble.at)));
    default:
      return bend(trouble, request, await answer());
  }
}

function bend(trouble: ContentTrouble, request: Request, right: Response): Response {
  const { status, headers: told, body } = right;
  const headers = new Headers(told);
  const answered = (other: BodyInit | null): Response => new Response(other, { status, headers });
  switch (trouble.kind) {
    case "flipped-bit":
      return answered(body && flippedBody(body, trouble.at ?? 0));
    case "other-body":
      headers.set("content-length", String(trouble.bytes.length));
      return answered(request.method === "HEAD" ? null : trouble.bytes.slice());
    case "cut":
      if (trouble.how === "closes") headers.delete("content-length");
      return answered(body && brokenBody(body, trouble.at, trouble.how ?? "breaks"));
    case "stalled":
      return answered(body && stalledBody(body, trouble.at));
    case "endless":
      headers.delete("content-length");
      return answered(body && endlessBody(body));
    case "header":
      if (trouble.value === undefined) headers.delete(trouble.name);
      else headers.set(trouble.name, trouble.value);
      return answered(body);
    case "location": {
      const { pathname, search } = new URL(headers.get("location") ?? "/", request.url);
      headers.set("location", trouble.to.replace("{path}", pathname + search));
      return answered(body);
    }
    default:
      return right;
  }
}

/** The same request with another Range, or none. */
function withRange(request: Request, range: string | undefined): Request {
  const headers = new Headers(request.headers);
  if (range === undefined) headers.delete("range");
  else headers.set("range", range);
  return new Request(request, { headers });
}

/** A Range so many bytes further on; undefined where none was asked for. */
function moved(request: Request, by: number): string | undefined {
  const [, from, to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (from === undefined) return undefined;
  return `bytes=${Math.max(Number(from) + by, 0)}-${to === "" ? "" : Number(to) + by}`;
}

/** The same request with what is left of its body. */
function withBody(
  request: Request,
  change: (
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ) => ReadableStream<Uint8Array<ArrayBuffer>>,
): Request {
  return request.body === null ? request : new Request(request, { body: change(request.body) });
}
