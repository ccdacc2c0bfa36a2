import { textAnswer } from "./answer.ts";
import type { ContentHabits } from "./content_habits.ts";
import { bareAnswer, type ContentsOptions, refusal, typedAnswer, wrongMethod } from "./contents.ts";
import type { StoredManifest } from "./content_store.ts";
import { htmlAnswer } from "./hostile.ts";
import { isDigest } from "./manifest_answers.ts";
import { ociTypes } from "./media_types.ts";
import type { SimulatedHost } from "./simulated_registry.ts";
import { defined } from "./test_manifest.ts";

/** Answers `GET /v2/<name>/referrers/<digest>`: distribution-spec 1.1, "Listing Referrers". */
export function answerReferrers(
  request: Request,
  path: { readonly repository: string; readonly digest: string },
  options: ContentsOptions,
): Response {
  const { answers, habits, store } = options;
  const { referrers = "api", referrersPage = Infinity, referrersFilter = true } = habits;
  if (referrers === "missing") return textAnswer(404, "404 page not found\n", answers);
  if (typeof referrers === "object") {
    return bareAnswer(referrers.status, { location: referrers.location }, answers);
  }
  if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod(answers);
  if (!isDigest(path.digest)) {
    return refusal(400, "DIGEST_INVALID", "invalid digest", answers, {});
  }
  const held = store.find(path.repository)?.manifests ?? new Map<string, StoredManifest>();
  if (habits.unknownSubject === 400 && !held.has(path.digest)) {
    return refusal(400, "MANIFEST_INVALID", "manifest invalid", answers, {});
  }
  const query = new URL(request.url).searchParams;
  const wanted = referrersFilter ? query.get("artifactType") : null;
  const all = [...held.values()].map((stored) => referrerOf(stored, path.digest))
    .filter((descriptor) => descriptor !== undefined)
    .filter(({ artifactType }) => wanted === null || artifactType === wanted);
  const from = all.findIndex(({ digest }) => digest === query.get("last")) + 1;
  const page = all.slice(from, from + referrersPage);
  const headers = new Headers(answers.headers);
  if (wanted !== null) headers.set("oci-filters-applied", "artifactType");
  const last = page.at(-1);
  if (last !== undefined && from + page.length < all.length) {
    const next = new URLSearchParams(wanted === null ? {} : { artifactType: wanted });
    next.set("n", String(referrersPage));
    next.set("last", last.digest);
    headers.set("link", `</v2/${path.repository}/referrers/${path.digest}?${next}>; rel="next"`);
  }
  const index = { schemaVersion: 2, mediaType: ociTypes.index, manifests: page };
  return typedAnswer(index, ociTypes.index, headers);
}

/** Where a redirect of the referrers API leads. */
export function referrersHost({ referrers }: ContentHabits): SimulatedHost | undefined {
  if (typeof referrers !== "object") return undefined;
  const { location, there } = referrers;
  return {
    host: new URL(location).host,
    handle: () => there === "html" ? htmlAnswer() : textAnswer(429, "Too many requests\n"),
  };
}

/** The digest which a manifest is about, if it is about any. */
export function subjectOf(bytes: Uint8Array): string | undefined {
  const digest = members(bytes).subject?.digest;
  return typeof digest === "string" ? digest : undefined;
}

function referrerOf({ bytes, mediaType, digest }: StoredManifest, subject: string) {
  if (subjectOf(bytes) !== subject) return undefined;
  const { artifactType, config, annotations } = members(bytes);
  return defined({
    mediaType,
    digest,
    size: bytes.length,
    // An index has no config, and no type where it says none.
    artifactType: artifactType ?? config?.mediaType,
    annotations,
  });
}

interface Members {
  readonly subject?: { readonly digest?: unknown };
  readonly artifactType?: string;
  readonly config?: { readonly mediaType?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Nothing for what is no JSON object: the store holds whatever a test put there. */
function members(bytes: Uint8Array): Members {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    return {};
  }
}
