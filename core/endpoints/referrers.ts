import { isMissing } from "../errors.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { referrersTag } from "../images/referrers_tag.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { algorithmOf, digestOf } from "../system/hash.ts";
import type { Place } from "../wire/grant.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";
import type { Fetched, Manifests } from "./manifests.ts";
import { MOST_IDLE_PAGES } from "./roll.ts";
import { askReferrersPage, type ReferrersPage } from "./referrers_page.ts";

const MOST_PAGES = 1000;
const MOST_REFERRERS = 10_000;

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
  | {
    readonly api: "unsupported";
    readonly reason: string;
    /** Whether there is no such address, for no subject. */
    readonly isAbsent: boolean;
  };

/** How the referrers API is asked. */
export interface ReferrerWishes {
  /** The one type that is wanted. @default any */
  readonly artifactType?: string;
  /** Told of each referrer as it comes: what there is of a list that breaks off. */
  readonly onEntry?: (entry: Descriptor) => void;
}

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
 * A registry without it answers as it likes: 403, 404, 405, a login page, a redirect to its web site, the
 * manifest itself. All of that is `unsupported`, with a reason fit to be printed. With `artifactType` the
 * registry may filter; an entry that it let pass without naming a type is of that type.
 *
 * Source: OCI distribution specification 1.1, "Listing Referrers"
 *
 * @throws {RegistryError} `unauthorized`, `rate_limited`, `unavailable`; `protocol` for a list that
 *   cannot be read, `incomplete` for one that breaks off
 */
export async function listReferrers(
  place: Place,
  subject: Digest,
  options: ReferrerWishes,
  ports: ReferrerPorts,
): Promise<ApiAnswer> {
  const { operation } = ports;
  const { artifactType, onEntry } = options;
  const wish = artifactType === undefined ? "" : `artifactType=${encodeURIComponent(artifactType)}`;
  const entries = new Map<Digest, Descriptor>();
  const queries = new Set<string>();
  try {
    let page = await askReferrersPage(place, subject, wish, ports);
    if (page.reason !== undefined) {
      const { reason, isAbsent = false } = page;
      return { api: "unsupported", reason, isAbsent };
    }
    for (let pages = 1, idle = 0;; pages++) {
      const before = entries.size;
      for (const entry of typed(page, artifactType)) {
        if (entries.has(entry.digest)) continue;
        entries.set(entry.digest, entry);
        onEntry?.(entry);
      }
      idle = entries.size === before ? idle + 1 : 0;
      if (page.next === undefined) break;
      const stop = whyStop({ pages, idle, count: entries.size, isAsked: queries.has(page.next) });
      if (stop !== undefined) throw operation.fail("protocol", stop);
      queries.add(page.next);
      page = await askReferrersPage(place, subject, page.next, ports);
      if (page.reason !== undefined) {
        throw operation.fail("protocol", `page ${pages + 1} is none: ${page.reason}`);
      }
    }
  } catch (error) {
    throw operation.brokenOff(error, entries.size, "referrers");
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
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The entries of a page; one that passed the registry's own filter has the type, told or not. */
function typed(
  { entries, isFiltered }: ReferrersPage,
  artifactType?: string,
): readonly Descriptor[] {
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
