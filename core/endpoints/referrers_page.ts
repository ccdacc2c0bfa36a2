import { RegistryError } from "../errors.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { readReferrers } from "../images/referrers.ts";
import type { Digest } from "../names/digest.ts";
import { essenceOf, OCI_INDEX } from "../names/media_type.ts";
import { algorithmOf, digestOf } from "../system/hash.ts";
import type { Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import { decodeJson, isHtml } from "../wire/json.ts";
import { nextQuery } from "../wire/link.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readBytes } from "../wire/reply.ts";
import { addressOf } from "../wire/trace.ts";
import type { Reply } from "../wire/transport.ts";
import { addressIn } from "./address.ts";

/** Bytes of one page, which is an index. Source: OCI distribution specification 1.1, "Pushing Manifests" */
const PAGE_LIMIT = 4 * 1024 * 1024;
/** What a registry says that knows no better. */
const JSON_TYPE = "application/json";

/** What asking for a page takes. */
export interface ReferrersPagePorts extends Pick<Wire, "ask" | "clean"> {
  /** On whose behalf. */
  readonly operation: Operation;
}

/** A page of the referrers API, or why what was answered is none. */
export interface ReferrersPage {
  /** What it lists. */
  readonly entries: readonly Descriptor[];
  /** Whether the registry has left out other types. */
  readonly isFiltered: boolean;
  /** The query of the next page. */
  readonly next?: string;
  /** Why this is no page. */
  readonly reason?: string;
  /** Whether there is no such address: a 404 that does not speak of this repository or subject. */
  readonly isAbsent?: boolean;
}

/**
 * Asks for a page. An index that says so itself is one under the type of any JSON, too.
 *
 * @throws {RegistryError} `unauthorized`, `rate_limited`, `unavailable`; `protocol` for a list that cannot be read
 */
export async function askReferrersPage(
  place: Place,
  subject: Digest,
  query: string,
  { ask, clean, operation }: ReferrersPagePorts,
): Promise<ReferrersPage> {
  const url = addressIn(place, `referrers/${subject}`);
  url.search = query;
  const headers = { accept: OCI_INDEX };
  const asked = await ask(place, { url, headers, read: readPage, redirects: "told" }, operation);
  const { value, status, headers: told, diagnostics } = asked.answer;
  // Who may read the image and not this is told so by a registry that does not offer it, or a wall in front.
  if (status === 401) throw refusedAnswer(place, asked, operation, "image");
  if (value === undefined) {
    const isAbout = diagnostics.some((said) => /^(?:NAME|MANIFEST|BLOB)_/.test(said));
    return { ...noPage(clean(reasonOf(asked), 300)), isAbsent: status === 404 && !isAbout };
  }
  if (isHtml(value)) return noPage("the answer is a web page");
  const digest = await digestOf(value, algorithmOf(subject));
  if (digest === subject) return noPage("the answer is the image itself");
  return operation.reading(() => pageOf(told, value));
}

/** Reads what can be a page, and has it sent again if it was cut; of anything else nothing is worth the time. */
async function readPage(reply: Reply): Promise<Uint8Array> {
  const type = essenceOf(reply.headers.get("content-type") ?? "");
  if (type !== OCI_INDEX && type !== JSON_TYPE) {
    for await (const _ of reply.body) break;
    return new Uint8Array();
  }
  const bytes = await readBytes(PAGE_LIMIT)(reply);
  if (type === OCI_INDEX && !isHtml(bytes)) decodeJson(bytes);
  return bytes;
}

function pageOf(headers: Headers, bytes: Uint8Array): ReferrersPage {
  const link = headers.get("link");
  const type = headers.get("content-type") ?? undefined;
  const document = documentOf(bytes);
  const isIndex = essenceOf(type ?? "") === JSON_TYPE && document?.mediaType === OCI_INDEX;
  try {
    const entries = readReferrers(bytes, isIndex ? OCI_INDEX : type);
    return {
      entries,
      isFiltered: isFiltered(headers),
      next: link === null ? undefined : nextQuery(link),
    };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (document !== undefined && Object.keys(document).length === 0 && error.code === "protocol") {
      return noPage("the answer is an empty object");
    }
    if (error.code !== "unsupported") throw error;
    return noPage(error.message.replace(/^Cannot read [a-z ]+: /, ""));
  }
}

function documentOf(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    return decodeJson(bytes);
  } catch {
    return undefined;
  }
}

function noPage(reason: string): ReferrersPage {
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

function isFiltered(headers: Headers): boolean {
  const applied = (headers.get("oci-filters-applied") ?? "").split(",");
  return applied.some((filter) => filter.trim().toLowerCase() === "artifacttype");
}
