import { type ErrorCode, RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Repository } from "../names/reference.ts";
import type { Asked, Matter } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer, refusedWrite } from "../wire/refusal.ts";
import { readAway } from "../wire/reply.ts";
import type { Content } from "../wire/content.ts";
import { isVerdict } from "../wire/tokens.ts";
import { addressIn } from "./address.ts";
import { sendChunks } from "./chunks.ts";
import { tooLarge } from "./too_large.ts";
import { checkTaken } from "./taken.ts";

/** How often a blob is sent from its beginning. */
const MOST_TRIES = 3;
/** What another try may get over; before it the gate keeps the time that a registry asked for. */
const PASSING: readonly ErrorCode[] = ["unavailable", "rate_limited"];

/** What an upload takes. */
export interface UploadPorts extends Pick<Wire, "ask" | "pause" | "route"> {
  /** On whose behalf. */
  readonly operation: Operation;
}

/** A blob to be sent. */
export interface Outbound {
  /** What its bytes hash to: the registry checks. */
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Gets the bytes, or their stream, anew for each try, and not before they are needed. */
  readonly content: () => Content | Promise<Content>;
  /** Bytes of a chunk. @default sent whole */
  readonly chunk?: number;
}

/** Another repository of the registry that has a blob. */
export interface Mount {
  /** Its name. */
  readonly from: Repository;
  /** The place that blobs are put to, with a scope that reaches both. */
  readonly place: Place;
}

/** Where a blob came from, when it is there. */
export type Arrival = "present" | "mounted" | "sent";

/** Whether a registry holds a blob. */
export async function hasBlob(
  place: Place,
  digest: Digest,
  { ask, operation }: Pick<UploadPorts, "ask" | "operation">,
): Promise<boolean> {
  const asked = await ask(place, {
    url: addressIn(place, `blobs/${digest}`),
    method: "HEAD",
    headers: { accept: "*/*" },
    read: readAway(0),
    redirects: "storage",
  }, operation);
  const { status, value } = asked.answer;
  if (value !== undefined) return true;
  // A storage may refuse a HEAD to an address that was signed for GET.
  const isOwn = asked.answer.url.origin === place.origin;
  if (isOwn && (status === 401 || status === 403)) throw refusedAnswer(place, asked, operation);
  return false;
}

/**
 * Sends a blob, after asking for it to be mounted from another repository of the registry where that is
 * possible. An upload that breaks off begins anew: what of it has arrived nobody can know.
 *
 * Source: OCI distribution specification 1.1, "Pushing blobs"
 *
 * @throws {RegistryError} what the registry answers, or what reading the content throws
 */
export async function sendBlob(
  place: Place,
  blob: Outbound,
  ports: UploadPorts & { readonly mount?: Mount },
): Promise<Arrival> {
  const { operation, pause, mount } = ports;
  for (let tries = 1;; tries++) {
    try {
      const begun = await begin(place, blob.digest, mount, ports);
      if (begun === "mounted") return begun;
      await upload(place, begun, blob, ports);
      return "sent";
    } catch (error) {
      if (tries === MOST_TRIES || !mayPass(error, operation)) throw error;
      await pause(tries, operation.signal);
      // The answer may have been lost after all had arrived.
      if (await hasBlob(place, blob.digest, ports)) return "sent";
    }
  }
}

/** Whether another try may do better: not where the content itself could not be had. */
function mayPass(error: unknown, operation: Operation): boolean {
  return error instanceof RegistryError && PASSING.includes(error.code) &&
    error.facts.side !== "source" && !operation.signal?.aborted;
}

/** An upload that was begun. */
interface Begun {
  /** Where it goes on. */
  readonly url: URL;
  /** Bytes that a chunk must have, unless it is the last. */
  readonly least: number;
}

/** Begins an upload; where it would only copy within the registry, that is all. */
async function begin(
  place: Place,
  digest: Digest,
  mount: Mount | undefined,
  ports: UploadPorts,
): Promise<Begun | "mounted"> {
  const { ask, operation } = ports;
  const url = addressIn(place, "blobs/uploads/");
  const mounting = mount && await askToMount(url, digest, mount, ports);
  if (mounting?.answer.status === 201) return "mounted";
  const asked = mounting?.answer.status === 202 ? mounting : await ask(place, post(url), operation);
  const { status, headers } = asked.answer;
  if (status === 202) return { url: nextAddress(place, asked, ports), least: leastChunk(headers) };
  throw refusedWrite(place, asked, operation);
}

/** Asks for a mount; undefined where not even a token for both repositories is to be had. */
async function askToMount(
  url: URL,
  digest: Digest,
  { from, place }: Mount,
  { ask, operation }: UploadPorts,
): Promise<Asked | undefined> {
  const address = new URL(url);
  address.search = `mount=${digest}&from=${encodeURIComponent(from)}`;
  try {
    return await ask(place, post(address), operation);
  } catch (error) {
    // Some refuse any token where the other repository is not to be seen.
    if (isVerdict(error)) return undefined;
    throw error;
  }
}

function post(url: URL): Matter<true> {
  return { url, method: "POST", content: new Uint8Array(), read: readAway() };
}

async function upload(
  place: Place,
  begun: Begun,
  { digest, size, content, chunk: wish = Infinity }: Outbound,
  ports: UploadPorts,
): Promise<void> {
  const { operation } = ports;
  const before = operation.left();
  let { url } = begun;
  const chunk = Math.max(wish, begun.least);
  let rest = await content();
  let sent = place.adapter.uploads?.whole ? 0 : size;
  if (size > chunk && !place.adapter.uploads?.whole) {
    url = await sendChunks(place, url, { content: rest, chunk }, {
      ...ports,
      next(asked: Asked): URL {
        if (asked.answer.status === 404) throw lostUpload(asked, operation);
        if (asked.answer.status === 413) throw tooLarge(asked, chunk, operation);
        if (asked.answer.value === undefined) throw refusedWrite(place, asked, operation);
        return nextAddress(place, asked, ports);
      },
    });
    rest = new Uint8Array();
    sent = 0;
  }
  const last = new URL(url);
  last.search += `${last.search === "" ? "?" : "&"}digest=${digest}`;
  operation.extend(before - operation.left());
  try {
    await finish(place, { url: last, digest, content: rest, sent }, ports);
  } finally {
    // While bytes go, the operation's time stands still.
    operation.extend(before - operation.left());
  }
}

/** Source: OCI distribution specification 1.1, "Pushing a blob in chunks": `OCI-Chunk-Min-Length`. */
function leastChunk(headers: Headers): number {
  const told = headers.get("oci-chunk-min-length") ?? "";
  // A chunk is held: what is past a hundred megabytes is not heeded.
  return /^[0-9]{1,8}$/.test(told) ? Number(told) : 1;
}

async function finish(
  place: Place,
  { url, digest, content, sent }: Pick<Matter<true>, "url" | "content"> & {
    readonly digest: Digest;
    readonly sent: number;
  },
  ports: UploadPorts,
): Promise<void> {
  const { ask, operation } = ports;
  const asked = await ask(place, {
    url,
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    content,
    once: true,
    read: readAway(),
  }, operation);
  const { status, value } = asked.answer;
  if (status === 404) throw lostUpload(asked, operation);
  if (status === 413) throw tooLarge(asked, sent, operation);
  if (value === undefined) throw refusedWrite(place, asked, operation);
  const isThere = () => hasBlob(place, digest, ports);
  await checkTaken(asked, { noun: "blob", digest, isThere }, operation);
}

/** Registries forget uploads: a blob that was begun is no blob. */
function lostUpload({ answer }: Asked, operation: Operation): Error {
  const { status, diagnostics, request } = answer;
  const reason = `the registry has lost the upload: status ${status}`;
  return operation.fail("unavailable", reason, { status, diagnostics, request });
}

/**
 * Where an upload goes on: on the registry's own origin, whatever scheme it believes to be reached by. An
 * upload to another host would take the registry's word for where a copy of the blob may go.
 */
function nextAddress(place: Place, { answer }: Asked, { operation, route }: UploadPorts): URL {
  const location = answer.headers.get("location") ?? "";
  const meant = URL.parse(location, answer.url);
  const own = new URL(place.origin);
  if (meant === null || location === "" || meant.username !== "" || meant.password !== "") {
    const reason = "the registry does not say where the upload goes";
    throw operation.fail("protocol", reason, { status: answer.status });
  }
  const url = meant.host === own.host ? meant : route(meant);
  if (url.host === own.host) return new URL(`${own.origin}${url.pathname}${url.search}`);
  const reason = `the registry sends the upload to ${url.host}, which is another host`;
  throw operation.fail("blocked", reason, { status: answer.status });
}
