import { RegistryError } from "../errors.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { readReferrers } from "../images/referrers.ts";
import { referrersTag } from "../images/referrers_tag.ts";
import type { Digest } from "../names/digest.ts";
import { essenceOf, OCI_INDEX } from "../names/media_type.ts";
import type { Tag } from "../names/tag.ts";
import { algorithmOf, digestOf } from "../system/hash.ts";
import type { Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import { decodeJson, isHtml } from "../wire/json.ts";
import { nextQuery } from "../wire/link.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readBytes } from "../wire/reply.ts";
import { addressOf, type Reply } from "../wire/transport.ts";
import { addressIn } from "./address.ts";
import type { Fetched, Manifests } from "./manifests.ts";

/** Bytes of one page, which is an index. Source: OCI distribution specification 1.1, "Pushing Manifests" */
const PAGE_LIMIT = 4 * 1024 * 1024;
const MOST_PAGES = 1000;
const MOST_REFERRERS = 10_000;
/** Pages in a row that may bring nothing new, as in a listing of tags. */
const MOST_IDLE_PAGES = 3;

/** What asking for referrers takes. */
export interface ReferrerPorts extends Pick<Wire, "ask" | "clean"> {
  /** The manifests. */
  readonly manifests: Manifests;
  /** On whose behalf. */
  readonly operation: Operation;
}

/** What the referrers API answers: a list as the registry tells it, or nothing that could be one. */
export type ApiAnswer =
  | { readonly api: "supported"; readonly entries: readonly Descriptor[] }
  | { readonly api: "unsupported"; readonly reason: string };

/** What lies under the referrers tag. */
export interface TagAnswer {
  /** Where a registry without the API keeps the list. */
  readonly name: Tag;
  /** What the list names. */
  readonly entries: readonly Descriptor[];
  /** Why there is no list. */
  readonly reason?: string;
}

/**
 * Asks the referrers API, page by page; each referrer comes once.
 *
 * A registry without it answers as it likes: 404, 405, a login page, a redirect to its web site, the
 * manifest itself. All of that is `unsupported`, with a reason fit to be printed. With `artifactType` the
 * registry may filter; an entry that it let pass without naming a type is of that type.
 *
 * Source: OCI distribution specification 1.1, "Listing Referrers"
 *
 * @throws {RegistryError} `unauthorized`, `denied`, `rate_limited`, `unavailable`; `protocol` for a list that
 *   cannot be read, `incomplete` for one that breaks off
 */
export async function listReferrers(
  place: Place,
  subject: Digest,
  options: { readonly artifactType?: string },
  ports: ReferrerPorts,
): Promise<ApiAnswer> {
  const { operation } = ports;
  const { artifactType } = options;
  const wish = artifactType === undefined ? "" : `artifactType=${encodeURIComponent(artifactType)}`;
  const entries = new Map<Digest, Descriptor>();
  const queries = new Set<string>();
  try {
    let page = await askPage(place, subject, wish, ports);
    if (page.reason !== undefined) return { api: "unsupported", reason: page.reason };
    for (let pages = 1, idle = 0;; pages++) {
      const before = entries.size;
      for (const entry of typed(page, artifactType)) {
        if (!entries.has(entry.digest)) entries.set(entry.digest, entry);
      }
      idle = entries.size === before ? idle + 1 : 0;
      if (page.next === undefined) break;
      const stop = whyStop({ pages, idle, count: entries.size, isAsked: queries.has(page.next) });
      if (stop !== undefined) throw operation.fail("protocol", stop);
      queries.add(page.next);
      page = await askPage(place, subject, page.next, ports);
      if (page.reason !== undefined) {
        throw operation.fail("protocol", `page ${pages + 1} is none: ${page.reason}`);
      }
    }
  } catch (error) {
    throw entries.size > 0 ? incomplete(error, entries.size, operation) : error;
  }
  return { api: "supported", entries: [...entries.values()] };
}

/** Reads the list that clients keep under a tag where a registry has no referrers API. */
export async function readReferrersTag(
  place: Place,
  subject: Digest,
  ports: ReferrerPorts,
): Promise<TagAnswer> {
  const name = referrersTag(subject);
  const found = await findTag(place, name, ports);
  if (found === undefined) return { name, entries: [], reason: "there is no such tag" };
  // Some registries resolve the tag to the manifest with that digest.
  const digest = await digestOf(found.bytes, algorithmOf(subject));
  if (digest === subject) return { name, entries: [], reason: "it is the image itself" };
  const { manifest } = found;
  if (manifest.kind !== "index") return { name, entries: [], reason: "it is no index" };
  return { name, entries: manifest.manifests };
}

/**
 * Reads what a tag points to, if there is one. One GET: a HEAD would tell less of what is there, and a
 * 404 to it is not to be trusted everywhere.
 */
export async function findTag(
  place: Place,
  tag: Tag,
  { manifests, operation }: Pick<ReferrerPorts, "manifests" | "operation">,
): Promise<Fetched | undefined> {
  try {
    return await manifests.read(place, tag, operation);
  } catch (error) {
    if (error instanceof RegistryError && error.facts.status === 404) return undefined;
    throw error;
  }
}

interface Page {
  readonly entries: readonly Descriptor[];
  /** Whether the registry has left out other types. */
  readonly isFiltered: boolean;
  /** The query of the next page. */
  readonly next?: string;
  /** Why this is no page. */
  readonly reason?: string;
}

async function askPage(
  place: Place,
  subject: Digest,
  query: string,
  { ask, clean, operation }: ReferrerPorts,
): Promise<Page> {
  const url = addressIn(place, `referrers/${subject}`);
  url.search = query;
  const headers = { accept: OCI_INDEX };
  const asked = await ask(place, { url, headers, read: readPage, redirects: "told" }, operation);
  const { value, status, headers: told } = asked.answer;
  if (status === 401 || status === 403) throw refusedAnswer(place, asked, operation, "image");
  if (value === undefined) return noPage(clean(reasonOf(asked), 300));
  if (isHtml(value)) return noPage("the answer is a web page");
  const digest = await digestOf(value, algorithmOf(subject));
  if (digest === subject) return noPage("the answer is the image itself");
  return operation.reading(() => pageOf(told, value));
}

/** Reads what can be a page, and has it sent again if it was cut; of anything else nothing is worth the time. */
async function readPage(reply: Reply): Promise<Uint8Array> {
  if (!isIndex(reply.headers)) {
    for await (const _ of reply.body) break;
    return new Uint8Array();
  }
  const bytes = await readBytes(PAGE_LIMIT)(reply);
  if (!isHtml(bytes)) decodeJson(bytes);
  return bytes;
}

function pageOf(headers: Headers, bytes: Uint8Array): Page {
  const link = headers.get("link");
  try {
    return {
      entries: readReferrers(bytes, headers.get("content-type") ?? undefined),
      isFiltered: isFiltered(headers),
      next: link === null ? undefined : nextQuery(link),
    };
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== "unsupported") throw error;
    return noPage(error.message.replace(/^Cannot read [a-z ]+: /, ""));
  }
}

function noPage(reason: string): Page {
  return { entries: [], isFiltered: false, reason };
}

/** Why an answer that is not 2xx means that there is no API. */
function reasonOf({ answer }: Asked): string {
  const { status, url, headers, html, diagnostics: [said] } = answer;
  if (status >= 300 && status < 400) {
    const location = headers.get("location");
    return `status ${status} redirects to ${location ? addressOf(location, url) : "nowhere"}`;
  }
  if (html) return `status ${status} with a web page`;
  return said === undefined ? `status ${status}` : `status ${status}, ${said}`;
}

function isIndex(headers: Headers): boolean {
  return essenceOf(headers.get("content-type") ?? "") === OCI_INDEX;
}

function isFiltered(headers: Headers): boolean {
  const applied = (headers.get("oci-filters-applied") ?? "").split(",");
  return applied.some((filter) => filter.trim().toLowerCase() === "artifacttype");
}

/** The entries of a page; one that passed the registry's own filter has the type, told or not. */
function typed({ entries, isFiltered }: Page, artifactType?: string): readonly Descriptor[] {
  if (!isFiltered || artifactType === undefined) return entries;
  return entries.map((entry) =>
    entry.artifactType === undefined ? { ...entry, artifactType } : entry
  );
}

function whyStop(
  { pages, idle, count, isAsked }: {
    readonly pages: number;
    readonly idle: number;
    readonly count: number;
    readonly isAsked: boolean;
  },
): string | undefined {
  if (isAsked) return "the registry's pages go in circles";
  if (idle >= MOST_IDLE_PAGES) return `${idle} pages in a row brought no new referrer`;
  if (pages >= MOST_PAGES) return `the registry sends more than ${MOST_PAGES} pages`;
  if (count > MOST_REFERRERS) return `the registry lists more than ${MOST_REFERRERS} referrers`;
  return undefined;
}

function incomplete(error: unknown, count: number, operation: Operation): unknown {
  if (!(error instanceof RegistryError)) return error;
  const reason = error.message.replace(`Cannot ${operation.what}: `, "");
  return operation.fail(
    "incomplete",
    `stopped after ${count} referrers: ${reason}`,
    error.facts,
    error,
  );
}
