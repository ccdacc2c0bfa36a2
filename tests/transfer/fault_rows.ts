import type { ContentFault, ContentTrouble } from "../registry/mod.ts";
import { amd64, sbom } from "./fault_world.ts";

/** A step of a copy that something can happen to. */
export interface Step extends Omit<ContentFault, "does" | "times" | "after"> {
  /** For the name of the test. */
  readonly name: string;
}

/** A trouble by a name, and whether a copy must get over one of it. */
export interface Trouble {
  /** For the name of the test. */
  readonly name: string;
  /** What happens. */
  readonly does: ContentTrouble;
  /** Whether another try does better. */
  readonly passes?: boolean;
  /** Of which steps it can be told: by method. @default all */
  readonly methods?: readonly string[];
}

const streamed = amd64.blobs[2]?.digest ?? "";

/** What a copy asks the target. */
export const targetSteps: readonly Step[] = [
  { name: "HEAD of the tag", on: "manifest", method: "HEAD", of: "1" },
  { name: "HEAD of a child", on: "manifest", method: "HEAD", of: amd64.digest },
  { name: "HEAD of blobs", on: "blob", method: "HEAD" },
  { name: "POST", on: "uploads", method: "POST" },
  { name: "PUT of blobs", on: "upload", method: "PUT" },
  { name: "PUT of a child", on: "manifest", method: "PUT", of: amd64.digest },
  { name: "PUT of a referrer", on: "manifest", method: "PUT", of: sbom.digest },
  { name: "PUT of the tag", on: "manifest", method: "PUT", of: "1" },
  { name: "referrers", on: "referrers", method: "GET" },
];

/** What a copy asks the source. */
export const sourceSteps: readonly Step[] = [
  { name: "HEAD of the tag", on: "manifest", method: "HEAD", of: "1" },
  { name: "GET of the index", on: "manifest", method: "GET" },
  { name: "GET of a child", on: "manifest", method: "GET", of: amd64.digest },
  { name: "GET of a blob that is held", on: "blob", method: "GET", of: amd64.blobs[1]?.digest },
  { name: "GET of a blob that streams", on: "blob", method: "GET", of: streamed },
  { name: "referrers", on: "referrers", method: "GET" },
];

/** What an answer can be instead, wherever. */
export const statusTroubles: readonly Trouble[] = [
  ...[400, 401, 403, 404, 405, 413, 418].map((status): Trouble => ({
    name: `status ${status}`,
    does: { kind: "status", status },
  })),
  ...[408, 429, 500, 503].map((status): Trouble => ({
    name: `status ${status}`,
    does: { kind: "status", status },
    passes: true,
  })),
  {
    name: "status 429 with Retry-After",
    does: { kind: "status", status: 429, retryAfter: "7" },
    passes: true,
  },
  {
    name: "status 429 with an hour to wait",
    does: { kind: "status", status: 429, retryAfter: "3600" },
  },
  { name: "status 507", does: { kind: "status", status: 507 } },
  { name: "a lost connection", does: { kind: "lost" }, passes: true },
  { name: "a lost answer", does: { kind: "lost", done: true }, passes: true },
  {
    name: "a page in HTML",
    does: {
      kind: "answer",
      answer: () =>
        new Response("<html>sign in</html>", { headers: { "content-type": "text/html" } }),
    },
  },
  {
    name: "an empty 204",
    does: { kind: "answer", answer: () => new Response(null, { status: 204 }) },
  },
  {
    name: "a wrong digest told",
    does: { kind: "header", name: "docker-content-digest", value: `sha256:${"0".repeat(64)}` },
  },
  {
    name: "a redirect elsewhere",
    does: {
      kind: "answer",
      answer: () =>
        new Response(null, { status: 307, headers: { location: "https://evil.example/x" } }),
    },
  },
];

/** What can happen to a body on its way in. */
export const uploadTroubles: readonly Trouble[] = [
  { name: "a body cut at once", does: { kind: "request-cut", at: 0 }, passes: true },
  { name: "a body cut", does: { kind: "request-cut", at: 1000 }, passes: true },
  { name: "a body cut late", does: { kind: "request-cut", at: 1_000_000 }, passes: true },
  { name: "a body that is not taken", does: { kind: "request-stalled", at: 1000 }, passes: true },
  { name: "an upload lost", does: { kind: "upload-lost" }, passes: true },
];

/** What can happen to a body on its way out. */
export const downloadTroubles: readonly Trouble[] = [
  { name: "a body cut at once", does: { kind: "cut", at: 0 }, passes: true },
  { name: "a body cut", does: { kind: "cut", at: 100 }, passes: true },
  { name: "a body cut that looks whole", does: { kind: "cut", at: 100, how: "closes" } },
  { name: "a body that stalls", does: { kind: "stalled", at: 100 }, passes: true },
  { name: "an endless body", does: { kind: "endless" } },
  { name: "a bit that flipped", does: { kind: "flipped-bit", at: 50 } },
  { name: "another body", does: { kind: "other-body", bytes: new TextEncoder().encode("{}") } },
  { name: "no digest told", does: { kind: "header", name: "docker-content-digest" }, passes: true },
];
