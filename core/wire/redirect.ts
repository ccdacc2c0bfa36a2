import { isPrivate } from "./address.ts";
import type { Routes } from "./route.ts";
import type { Secret } from "./secret.ts";
import { addressOf } from "./trace.ts";
import type { Transport } from "./transport.ts";
import { Refused } from "./trouble.ts";

/**
 * Where an answer may send us on.
 *
 * - `nowhere`: a token endpoint; a redirect would carry the question's secrets elsewhere
 * - `same-origin`: the registry itself
 * - `open`: the registry, or another public origin that then gets no secret at all. Only for a reader who
 *   has none: a registry that serves everybody from a mirror answers like this
 * - `storage`: as `open`, for whoever asks: blobs lie in a storage, and are checked by their digest
 * - `told`: nowhere, and the redirect is an answer like any other
 */
export type Redirects = "nowhere" | "same-origin" | "open" | "storage" | "told";

/** How many redirects in a row are followed. */
export function mostHops(redirects: Redirects): number {
  return redirects === "storage" ? 5 : 3;
}

/**
 * The address that a redirect of `from` to `location` leads to. Never from TLS to plain HTTP, to an address with a user
 * or with a secret that was sent before, nor from a public registry into a private network.
 *
 * @throws {Refused} if it is not to be followed
 */
export function nextHop(
  location: string | null,
  from: URL,
  { status, question, routes, transport }: {
    readonly status: number;
    readonly question: {
      readonly url: URL;
      readonly redirects: Redirects;
      readonly secret?: Secret;
    };
    readonly routes: Routes;
    readonly transport: Transport;
  },
): URL {
  const shown = location === null ? "nowhere" : `"${addressOf(location, from)}"`;
  if (location === null || !URL.canParse(location, from.href)) {
    throw new Refused(`status ${status} redirects to ${shown}`);
  }
  const meant = new URL(location, from);
  const next = routes.route(meant);
  const home = question.url;
  // The origin of a `blob:` address is that of the address in it.
  const isHome = next.origin === home.origin && next.protocol === home.protocol;
  const mayLeave = question.redirects === "open" || question.redirects === "storage";
  const isSafe = next.protocol === "https:" ||
    (next.protocol === "http:" && from.protocol === "http:");
  const isOutside = !isPrivate(next.hostname) || isPrivate(home.hostname);
  // Where the caller put another origin in the place of a host, that is no word of the server's.
  const isElsewhere = mayLeave && ((isSafe && isOutside) || next !== meant);
  const hasSecret = meant.username !== "" || meant.password !== "" ||
    transport.holdsSecret(location);
  if (question.redirects !== "nowhere" && !hasSecret && (isHome || isElsewhere)) return next;
  const isForNobody = question.redirects === "same-origin" && question.secret !== undefined;
  const why = isForNobody && !isHome
    ? "another host, which is followed only for readers without login or token"
    : "which is not followed";
  throw new Refused(`status ${status} redirects to ${shown}, ${why}`);
}
