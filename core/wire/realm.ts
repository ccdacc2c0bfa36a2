import { isPrivate } from "./address.ts";
import type { Challenge } from "./challenge.ts";
import type { Routes } from "./route.ts";

/** Where tokens come from. */
export interface Realm {
  /** The token endpoint, already routed; its own query is kept. */
  readonly url: URL;
  /** What the registry calls itself there. */
  readonly service?: string;
  /** The scope that the challenge named. */
  readonly scope?: string;
  /** Why the token that went along was not enough: `invalid_token`, `insufficient_scope`. */
  readonly error?: string;
}

/**
 * Reads a Bearer challenge of the registry at `origin`.
 *
 * @returns the realm, or one clause saying why no reader should go there
 */
export function readRealm(challenge: Challenge, origin: string, routes: Routes): Realm | string {
  const { realm = "", service, scope, error } = challenge.parameters;
  if (!URL.canParse(realm, origin)) return "its realm is not an address";
  const meant = new URL(realm, origin);
  const registry = new URL(origin);
  if (meant.username !== "" || meant.password !== "") return "its realm names a user";
  if (meant.protocol !== "https:" && meant.protocol !== "http:") {
    return `its realm is not an http address but ${meant.protocol}`;
  }
  const url = routes.route(meant);
  if (routes.isRerouted(meant.host)) return { url, service, scope, error };
  if (registry.protocol === "https:" && url.protocol === "http:") {
    return `its realm ${url.origin} is not encrypted although the registry is`;
  }
  const isOutsider = url.hostname !== registry.hostname && isPrivate(url.hostname) &&
    !isPrivate(registry.hostname);
  if (isOutsider) return `its realm ${url.origin} is on a private network, the registry is not`;
  return { url, service, scope, error };
}

/** The address that asks `realm` for a token with `scope`; both win over what its own query says. */
export function tokenAddress(realm: Realm, scope?: string): URL {
  const url = formAddress(realm);
  const { service } = realm;
  // Not through searchParams: that writes a space as "+", which not every token endpoint reads as one.
  const asked = [
    url.search.slice(1),
    service === undefined ? "" : `service=${encode(service)}`,
    scope === undefined ? "" : `scope=${encode(scope)}`,
  ];
  url.search = asked.filter((part) => part !== "").join("&");
  return url;
}

/** The address that takes {@linkcode tokenForm}: the realm, without what its own query says of these. */
export function formAddress(realm: Realm): URL {
  const url = new URL(realm.url);
  const own = url.search.slice(1).split("&").filter((part) => {
    const [name = ""] = new URLSearchParams(part).keys();
    return part !== "" && name !== "service" && name !== "scope";
  });
  url.search = own.join("&");
  return url;
}

/**
 * The form that changes a refresh token, which is still to be put in, for a token with `scope`.
 *
 * Source: https://distribution.github.io/distribution/spec/auth/oauth/
 */
export function tokenForm(realm: Realm, scope?: string): Readonly<Record<string, string>> {
  return {
    grant_type: "refresh_token",
    client_id: "portolan",
    ...(realm.service === undefined ? {} : { service: realm.service }),
    ...(scope === undefined ? {} : { scope }),
  };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
