import type { Clock } from "../system/clock.ts";
import { parseChallenges } from "./challenge.ts";
import type { Grant, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import { readRealm, type Realm, tokenAddress } from "./realm.ts";
import { refusedToken } from "./refusal.ts";
import type { Routes } from "./route.ts";
import { isGeneralScope, readPartOf, readScope } from "./scope.ts";
import { Secret } from "./secret.ts";
import type { Answer, Sender } from "./send.ts";
import { readToken } from "./token.ts";

/** Bytes that the answer of a token endpoint may have. */
const TOKEN_LIMIT = 128 * 1024;

/** Decides what goes along with a request. */
export interface Auth {
  /** What to send with a first request, as far as that is known without having been asked. */
  before(place: Place, operation: Operation): Promise<Grant | undefined>;
  /**
   * What to send after `answer` refused `refused`; nothing if there is nothing better.
   *
   * @throws {RegistryError} `unauthorized`, `not_found`, `protocol`, or what the token endpoint met
   */
  after(
    place: Place,
    answer: Answer,
    refused: Grant | undefined,
    operation: Operation,
  ): Promise<Grant | undefined>;
  /** Whether credentials are at hand. */
  hasCredentials(place: Place): Promise<boolean>;
}

/** Makes an authority that keeps tokens in memory, by registry, realm, service, scope and identity. */
export function createAuth(ports: {
  readonly sender: Sender;
  readonly routes: Routes;
  readonly clock: Clock;
  /** The credentials for a registry, wrapped with the origins that they may go to. */
  readonly credentials: (place: Place) => Promise<Secret | undefined>;
  readonly onWarning: (message: string) => void;
}): Auth {
  const { sender, routes, clock, credentials, onWarning } = ports;
  const tokens = new Map<string, Grant>();
  const flights = new Map<string, Promise<Grant>>();
  /** What challenges have taught: for a repository (with its scope), and for its registry. */
  const learned = new Map<string, Realm | "basic">();

  async function before(place: Place, operation: Operation): Promise<Grant | undefined> {
    const secret = await credentials(place);
    const taught = learned.get(nameOf(place)) ?? learned.get(place.origin);
    if (taught === "basic") return secret && withBasic(secret);
    const isOpen = place.adapter.anonymous === "open" && secret === undefined;
    const realm = taught ?? (isOpen ? undefined : pinned(place));
    return realm && await withToken(place, realm, secret, operation);
  }

  async function after(
    place: Place,
    answer: Answer,
    refused: Grant | undefined,
    operation: Operation,
  ): Promise<Grant | undefined> {
    const secret = await credentials(place);
    const offers = await readOffers(place, answer, refused, operation);
    const trusted = offers.realms.find((realm) => secret?.reaches(realm.url));
    if (secret && !trusted && offers.basic) {
      if (refused?.secret.scheme === "Basic") return undefined;
      learned.set(place.origin, "basic");
      return withBasic(secret);
    }
    const realm = trusted ?? offers.realms[0];
    if (realm === undefined) return undefined;
    const spent = tokens.get(tokenKey(place, realm, secret));
    if (spent !== undefined && spent === refused) {
      // A new token of the same scope cannot reach further.
      if (realm.error === "insufficient_scope") return undefined;
      tokens.delete(tokenKey(place, realm, secret));
    }
    learned.set(nameOf(place), realm);
    const general = realm.scope !== undefined && isGeneralScope(realm.scope);
    learned.set(place.origin, general ? realm : { ...realm, scope: undefined });
    return await withToken(place, realm, secret, operation);
  }

  interface Offers {
    readonly realms: readonly Realm[];
    readonly basic: boolean;
  }

  async function readOffers(
    place: Place,
    answer: Answer,
    refused: Grant | undefined,
    operation: Operation,
  ): Promise<Offers> {
    const offers = offersIn(answer, place, operation);
    const taught = learned.get(nameOf(place)) ?? learned.get(place.origin) ?? pinned(place);
    // Some registries forget their challenge, or change it to Basic, once a token was sent.
    const forgot = offers.realms.length === 0 && refused?.secret.scheme !== "Basic" &&
      (!offers.basic || refused !== undefined);
    if (!forgot) return offers;
    if (taught !== undefined && taught !== "basic") return { ...offers, realms: [taught] };
    if (offers.basic) return offers;
    // Others only challenge at the door; its scope says nothing about this repository.
    const door = await sender.send({
      url: new URL(`${place.origin}/v2/`),
      limit: TOKEN_LIMIT,
      redirects: "same-origin",
    }, operation);
    const atDoor = offersIn(door, place, operation);
    return { ...atDoor, realms: atDoor.realms.map((realm) => ({ ...realm, scope: undefined })) };
  }

  function offersIn(answer: Answer, place: Place, operation: Operation): Offers {
    const header = answer.headers.get("www-authenticate") ?? "";
    const challenges = operation.reading(() => parseChallenges(header));
    const basic = challenges.some(({ scheme }) => scheme === "basic");
    const readings = challenges.filter(({ scheme }) => scheme === "bearer")
      .map((challenge) => readRealm(challenge, place.origin, routes));
    const realms = readings.filter((reading) => typeof reading !== "string");
    const reason = readings.find((reading) => typeof reading === "string");
    if (realms.length === 0 && !basic && reason !== undefined) {
      const hint = "A password or token sent there would be out of the registry's hands";
      throw operation.fail("protocol", `the challenge of ${place.registry} is refused: ${reason}`, {
        status: answer.status,
        hint,
      });
    }
    return { realms, basic };
  }

  /** The realm that the adapter knows, unless it belongs to a registry that was replaced by another. */
  function pinned({ adapter, registry }: Place): Realm | undefined {
    if (adapter.token === undefined) return undefined;
    const meant = new URL(adapter.token.realm);
    if (routes.isRerouted(registry) && !routes.isRerouted(meant.host)) return undefined;
    return { url: routes.route(meant), service: adapter.token.service };
  }

  function withBasic(secret: Secret): Grant {
    return { secret, identity: "credentials", until: Infinity };
  }

  function scopeOf(place: Place, realm: Realm): string {
    const named = realm.scope && readPartOf(realm.scope, place.repository);
    return place.adapter.scope ?? (named || readScope(place.repository));
  }

  function tokenKey(place: Place, realm: Realm, secret: Secret | undefined): string {
    const identity = secret?.reaches(realm.url) ? "credentials" : "anonymous";
    const parts = [place.origin, realm.url, realm.service, scopeOf(place, realm), identity];
    return JSON.stringify(parts);
  }

  async function withToken(
    place: Place,
    realm: Realm,
    secret: Secret | undefined,
    operation: Operation,
  ): Promise<Grant> {
    const name = tokenKey(place, realm, secret);
    for (;;) {
      const cached = tokens.get(name);
      if (cached !== undefined && cached.until > clock.now()) return cached;
      const flight = flights.get(name);
      if (flight === undefined) break;
      // Another operation's failure or interruption is not this one's.
      const grant = await flight.catch(() => undefined);
      if (grant !== undefined) return grant;
    }
    const flight = mint(place, realm, secret, operation);
    flights.set(name, flight);
    try {
      const grant = await flight;
      tokens.set(name, grant);
      return grant;
    } finally {
      flights.delete(name);
    }
  }

  async function mint(
    place: Place,
    realm: Realm,
    secret: Secret | undefined,
    operation: Operation,
  ): Promise<Grant> {
    const trusted = secret?.reaches(realm.url) ?? false;
    const withheldFrom = secret && !trusted ? realm.url.host : undefined;
    if (withheldFrom !== undefined) {
      onWarning(
        `${place.registry} wants its credentials at ${withheldFrom}, which is not its own host: ` +
          `asking there anonymously; --trust-realm ${withheldFrom} would send them`,
      );
    }
    const answer = await sender.send({
      url: tokenAddress(realm, scopeOf(place, realm)),
      secret: trusted ? secret : undefined,
      limit: TOKEN_LIMIT,
      redirects: "nowhere",
    }, operation);
    const identity = trusted ? "credentials" : "anonymous";
    if (answer.value === undefined) {
      const asker = { identity, withheldFrom } as const;
      throw refusedToken(place, realm.url.host, answer, asker, operation);
    }
    const token = readToken(answer.value);
    if (token === undefined) {
      throw operation.fail("protocol", `no usable token in the answer of ${realm.url.host}`);
    }
    return {
      secret: Secret.bearer(token.value, [place.origin]),
      identity,
      withheldFrom,
      until: clock.now() + token.usableFor,
    };
  }

  async function hasCredentials(place: Place): Promise<boolean> {
    return await credentials(place) !== undefined;
  }

  return { before, after, hasCredentials };
}

function nameOf({ origin, repository }: Place): string {
  return `${origin}/${repository}`;
}
