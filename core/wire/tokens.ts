import { RegistryError } from "../errors.ts";
import type { Keyring } from "./keyring.ts";
import type { Clock } from "../system/clock.ts";
import type { Grant, Login, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import { formAddress, type Realm, tokenAddress, tokenForm } from "./realm.ts";
import { isRefusal, refusedToken } from "./refusal.ts";
import { readJson } from "./reply.ts";
import { readPartOf, readScope } from "./scope.ts";
import { Secret } from "./secret.ts";
import type { Answer } from "./question.ts";
import type { Sender } from "./send.ts";
import { readToken } from "./token.ts";
import { waitFor } from "./wait.ts";

/** Bytes that the answer of a token endpoint may have. */
const TOKEN_LIMIT = 128 * 1024;

/** Of the time that it is used for, after which a refusal may only mean that it is over. */
const AGED_SHARE = 0.8;

/** The tokens at hand, kept in memory by registry, realm, service, scope and identity. */
export interface Tokens {
  /** A token that is still good: one at hand, or a new one. However many ask, one is asked for. */
  get(
    place: Place,
    realm: Realm,
    login: Login | undefined,
    operation: Operation,
  ): Promise<Grant>;
  /** Forgets `refused`; tells whether it was the very token that `get` would have given. */
  forget(place: Place, realm: Realm, login: Login | undefined, refused: Grant): boolean;
}

/** Makes an empty store. */
export function createTokens(ports: {
  readonly sender: Sender;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly onWarning: (message: string) => void;
}): Tokens {
  const { sender, clock, keyring, onWarning } = ports;
  const kept = new Map<string, Grant>();
  const flights = new Map<string, { readonly work: Promise<Grant>; readonly by: Operation }>();
  const identities = new Map<Login, number>();

  async function get(
    place: Place,
    realm: Realm,
    login: Login | undefined,
    operation: Operation,
  ): Promise<Grant> {
    const name = nameOf(place, realm, login);
    for (;;) {
      const grant = kept.get(name);
      if (grant !== undefined && grant.until > clock.now()) return grant;
      const flight = flights.get(name);
      if (flight === undefined) break;
      try {
        return await waitFor(flight.work, operation, clock);
      } catch (error) {
        if (operation.signal?.aborted || operation.left() <= 0) throw error;
        if (isVerdict(error)) throw operation.adopt(error, flight.by);
        // Another operation's interruption, or its impatience, is not this one's.
      }
    }
    forgetExpired();
    const work = mint(place, realm, login, operation);
    flights.set(name, { work, by: operation });
    try {
      const grant = await work;
      kept.set(name, grant);
      return grant;
    } finally {
      flights.delete(name);
    }
  }

  function forgetExpired(): void {
    for (const [name, { until }] of kept) if (until <= clock.now()) kept.delete(name);
  }

  async function mint(
    place: Place,
    realm: Realm,
    login: Login | undefined,
    operation: Operation,
  ): Promise<Grant> {
    const trusted = login?.secret.reaches(realm.url) ? login : undefined;
    const withheldFrom = login && !trusted ? realm.url.host : undefined;
    if (withheldFrom !== undefined) warnWithheld(place, withheldFrom);
    const answer = await askFor(realm, trusted, scopeOf(place, realm), operation);
    if (answer.value === undefined) {
      return await refused(place, realm, { answer, login: trusted, withheldFrom }, operation);
    }
    const token = readToken(answer.value);
    if (token === undefined) {
      const { status, request, attempts } = answer;
      const reason = `no usable token in the answer of ${realm.url.host}`;
      throw operation.fail("protocol", reason, { status, request, attempts });
    }
    return {
      secret: Secret.bearer(token.value, [place.origin]),
      login: trusted,
      realm,
      withheldFrom,
      agesAt: clock.now() + token.usableFor * AGED_SHARE,
      until: clock.now() + token.usableFor,
    };
  }

  function askFor(
    realm: Realm,
    login: Login | undefined,
    scope: string | undefined,
    operation: Operation,
  ): Promise<Answer<Record<string, unknown>>> {
    const isRefresh = login?.secret.scheme === "Refresh";
    return sender.send({
      url: isRefresh ? formAddress(realm) : tokenAddress(realm, scope),
      form: isRefresh ? tokenForm(realm, scope) : undefined,
      secret: login?.secret,
      read: readJson(TOKEN_LIMIT),
      redirects: "nowhere",
      confidential: true,
    }, operation);
  }

  /** What a refusal comes to: for a stored login an anonymous reader's token, else an error. */
  async function refused(
    place: Place,
    realm: Realm,
    by: { readonly answer: Answer; readonly login?: Login; readonly withheldFrom?: string },
    operation: Operation,
  ): Promise<Grant> {
    const { answer, login, withheldFrom } = by;
    const { host } = realm.url;
    const isGood = login !== undefined && answer.status === 403 &&
      await isGoodElsewhere(realm, login, place, operation);
    if (login?.stored && isRefusal(answer, login)) {
      if (!isGood) keyring.spurn(login, place);
      try {
        return await get(place, realm, undefined, operation);
      } catch (error) {
        if (!isGood || !isVerdict(error)) throw error;
      }
    }
    const spurned = await keyring.spurned(place);
    throw refusedToken(place, host, answer, { login, isGood, withheldFrom, spurned }, operation);
  }

  /**
   * Whether a login that was refused a repository is good as such. Some token endpoints answer 403 to a
   * wrong password and to a missing repository alike; without a scope only the password is in question.
   */
  async function isGoodElsewhere(
    realm: Realm,
    login: Login,
    place: Place,
    operation: Operation,
  ): Promise<boolean> {
    return (await askFor(realm, login, place.adapter.scope, operation)).value !== undefined;
  }

  function warnWithheld({ registry }: Place, host: string): void {
    onWarning(
      `${registry} wants its credentials at ${host}, which is not its own host: asking there ` +
        `anonymously; --trust-realm ${host} would send them`,
    );
  }

  function nameOf(place: Place, realm: Realm, login: Login | undefined): string {
    let identity = 0;
    if (login?.secret.reaches(realm.url)) {
      identity = identities.get(login) ?? identities.size + 1;
      identities.set(login, identity);
    }
    const { href } = realm.url;
    return JSON.stringify([place.origin, href, realm.service, scopeOf(place, realm), identity]);
  }

  function forget(
    place: Place,
    realm: Realm,
    login: Login | undefined,
    refused: Grant,
  ): boolean {
    const name = nameOf(place, realm, login);
    return kept.get(name) === refused && kept.delete(name);
  }

  return { get, forget };
}

/** Nothing where no repository is to be read: such a token proves the login and no more. */
function scopeOf({ adapter, repository, scope }: Place, realm: Realm): string | undefined {
  if (scope !== undefined) return adapter.scope ?? scope;
  if (adapter.scope !== undefined || repository === undefined) return adapter.scope;
  const named = realm.scope === undefined ? undefined : readPartOf(realm.scope, repository);
  return named ?? readScope(repository);
}

/** Whether an error says what the token endpoint thinks, rather than what befell the one who asked. */
export function isVerdict(error: unknown): error is RegistryError {
  return error instanceof RegistryError &&
    ["unauthorized", "denied", "not_found", "blocked", "protocol"].includes(error.code);
}
