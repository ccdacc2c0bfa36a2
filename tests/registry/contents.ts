import { type AnswerOptions, errorAnswer, jsonAnswer, textAnswer } from "./answer.ts";
import { answerBlob, openStorage } from "./blob_answers.ts";
import type { ContentHabits } from "./content_habits.ts";
import type { ContentStore } from "./content_store.ts";
import { answerManifest } from "./manifest_answers.ts";
import { answerReferrers, referrersHost } from "./referrer_answers.ts";
import type { ContentPath } from "./registry_path.ts";
import type { SimulatedHost } from "./simulated_registry.ts";
import type { TestBlob } from "./test_blob.ts";
import type { TestManifest } from "./test_manifest.ts";
import { openUploads } from "./upload_answers.ts";

/** What the answers about manifests and blobs are made of. */
export interface ContentsOptions {
  /** The registry's own host. */
  readonly host: string;
  /** What it holds. */
  readonly store: ContentStore;
  /** What bends it. */
  readonly habits: ContentHabits;
  /** The headers of every answer, and how JSON is written. */
  readonly answers: AnswerOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Blobs by digest which need not be kept when they are pushed. */
  readonly expects: ReadonlyMap<string, TestBlob>;
}

/** Whether blobs may be taken from a repository, where the door did not ask that. */
export type MayMount = (from: string) => boolean;

/** The part of a registry that holds manifests and blobs. */
export interface Contents {
  /** Answers a request which the door has let in. */
  answer(request: Request, path: ContentPath, mayMount?: MayMount): Promise<Response>;
  /** The storage behind it, and where it sends people. */
  readonly hosts: readonly SimulatedHost[];
}

/** Opens the contents of a registry, after distribution-spec 1.1. */
export function openContents(
  told: Omit<ContentsOptions, "expects">,
  expected: readonly TestManifest[] = [],
): Contents {
  const options: ContentsOptions = { ...told, expects: new Map(blobsOf(expected)) };
  const { store, habits, now } = options;
  const storage = habits.redirect && openStorage(habits.redirect, store, now);
  const uploads = openUploads(options);
  const landing = referrersHost(habits);
  return {
    hosts: [storage?.host, landing].filter((host) => host !== undefined),
    async answer(
      request: Request,
      path: ContentPath,
      mayMount: MayMount = () => true,
    ): Promise<Response> {
      switch (path.kind) {
        case "manifest":
          return await answerManifest(request, path, options);
        case "blob":
          return answerBlob(request, path, options, storage);
        case "referrers":
          return answerReferrers(request, path, options);
        case "uploads":
          return await uploads.begin(request, path.repository, mayMount);
        case "upload":
          return await uploads.continue(request, path);
      }
    },
  };
}

function blobsOf(manifests: readonly TestManifest[]): [string, TestBlob][] {
  return manifests.flatMap(({ blobs, children }) => [
    ...blobs.map((blob): [string, TestBlob] => [blob.digest, blob]),
    ...blobsOf(children),
  ]);
}

/** A path as Location says it: relative or, under the registry's own host, absolute. */
export function addressOf(path: string, { host, habits }: ContentsOptions): string {
  return habits.location === "absolute" ? `https://${host}${path}` : path;
}

/** Status 405, as CNCF distribution 2.8 answers it (Debian's docker-registry 2.8.2, 2026-11-21). */
export function wrongMethod(answers: AnswerOptions): Response {
  return textAnswer(405, "Method not allowed\n", { headers: answers.headers });
}

/** An error in the registry's own way of writing. */
export function refusal(
  status: number,
  code: string,
  message: string,
  answers: AnswerOptions,
  detail?: unknown,
): Response {
  return errorAnswer(status, { code, message, detail }, answers);
}

/** An answer without a body. */
export function bareAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  answers: AnswerOptions,
): Response {
  const merged = new Headers(answers.headers);
  for (const [name, value] of Object.entries(headers)) merged.set(name, value);
  if (status !== 204) merged.set("content-length", "0");
  return new Response(null, { status, headers: merged });
}

/** JSON with a content-type of its own. */
export function typedAnswer(value: unknown, type: string, headers: Headers): Response {
  return jsonAnswer(200, value, { type, headers, end: "" });
}
