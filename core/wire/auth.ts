import type { Keyring } from "./keyring.ts";
import { parseChallenges } from "./challenge.ts";
import type { Grant, Login, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import { readRealm, type Realm } from "./realm.ts";
import { readAway } from "./reply.ts";
import type { Routes } from "./route.ts";
import { isGeneralScope } from "./scope.ts";
import type { Answer, Question } from "./question.ts";
import type { Sender } from "./send.ts";
import { isVerdict, type Tokens } from "./tokens.ts";

/** The question at a registry's door, `/v2/`: what stands in its answer is no matter. */
export function doorQuestion(
  origin: string,
): Pick<Question<true>, "url" | "read"> {
  return { url: new URL("/v2/", origin), read: readAway() };
}

/** Decides what goes along with a request. */
export interface Auth {
  /**
   * What to send with a first request, as far as that is known without having been asked. A token endpoint
   * that is only remembered, perhaps from another repository, may be the wrong one: then nothing.
   */
  before(place: Place, operation: Operation): Promise<Grant | undefined>;
  /**
   * What to send after `answer` refused `refused`: a grant, or `anonymous` because a stored login was given
   * up. Undefined if there is nothing better.
   *
   * @throws {RegistryError} `unauthorized`, `not_found`, `protocol`, or what the token endpoint met
   */
  after(
    place: Place,
    answer: Answer,
    refused: Grant | undefined,
    how: {
      readonly operation: Operation;
      /** Whether a new token of the same kind may follow; once is enough for one that has expired. */
      readonly mayRenew: boolean;
    },
  ): Promise<Grant | "anonymous" | undefined>;
  /** Remembers what has worked. */
  learn(place: Place, grant: Grant): void;
}

/** What a registry's challenges come to. */
interface Offers {
  readonly realms: readonly Realm[];
  readonly basic: boolean;
}

/** Makes an authority over the logins of `keyring`. */
export function createAuth(ports: {
  readonly sender: Sender;
  readonly routes: Routes;
  readonly keyring: Keyring;
  readonly tokens: Tokens;
  /** Whether there is a secret in a text that was sent along before. */
  readonly holdsSecret: (text: string) => boolean;
}): Auth {
  const { sender, routes, keyring, tokens, holdsSecret } = ports;
  /** What has worked: for a repository (with its scope), and for its registry. */
  const learned = new Map<string, Realm | "basic">();

  async function before(place: Place, operation: Operation): Promise<Grant | undefined> {
    const login = await keyring.find(place);
    if (login?.secret.scheme === "Bearer") return direct(login);
    const taught = taughtBy(place);
    if (taught === "basic") return login && direct(login);
    const isOpen = place.adapter.anonymous === "open" && login === undefined;
    const realm = taught ?? (isOpen ? undefined : pinned(place));
    if (realm === undefined) return undefined;
    try {
      return await tokens.get(place, realm, login, operation);
    } catch (error) {
      if (taught === undefined || !isVerdict(error)) throw error;
      learned.delete(nameOf(place));
      learned.delete(place.origin);
      return undefined;
    }
  }

  function learn(place: Place, { realm, secret }: Grant): void {
    if (secret.scheme === "Basic") learned.set(place.origin, "basic");
    if (realm === undefined) return;
    const isGeneral = realm.scope !== undefined && isGeneralScope(realm.scope);
    const lesson = { ...realm, error: undefined };
    learned.set(place.origin, isGeneral ? lesson : { ...lesson, scope: undefined });
    if (realm.scope !== undefined && !isGeneral) learned.set(nameOf(place), lesson);
  }

  async function after(
    place: Place,
    answer: Answer,
    refused: Grant | undefined,
    { operation, mayRenew }: { readonly operation: Operation; readonly mayRenew: boolean },
  ): Promise<Grant | "anonymous" | undefined> {
    const login = await keyring.find(place);
    const offers = await readOffers(place, answer, refused, operation);
    const trusted = offers.realms.find((realm) => login?.secret.reaches(realm.url));
    if (login !== undefined && trusted === undefined) {
      if (refused?.secret === login.secret) return giveUp(login, place);
      if (offers.basic && login.secret.scheme === "Basic") return direct(login);
    }
    const realm = trusted ?? offers.realms[0];
    if (realm === undefined) return undefined;
    const isSpent = refused !== undefined && tokens.forget(place, realm, login, refused);
    // A new token of the same scope cannot reach further.
    if (isSpent && (realm.error === "insufficient_scope" || !mayRenew)) return undefined;
    return await tokens.get(place, realm, login, operation);
  }

  function giveUp(login: Login, place: Place): "anonymous" | undefined {
    if (!login.stored) return undefined;
    keyring.spurn(login, place);
    return "anonymous";
  }

  async function readOffers(
    place: Place,
    answer: Answer,
    refused: Grant | undefined,
    operation: Operation,
  ): Promise<Offers> {
    const offers = offersIn(answer, place, operation);
    // Some registries forget their challenge, or change it to Basic, once a token was sent.
    const forgot = offers.realms.length === 0 && refused?.secret.scheme !== "Basic" &&
      (!offers.basic || refused !== undefined);
    if (!forgot) return offers;
    const taught = taughtBy(place) ?? pinned(place);
    if (taught !== undefined && taught !== "basic") return { ...offers, realms: [taught] };
    if (offers.basic) return offers;
    // Others only challenge at the door; its scope says nothing about this repository.
    const door = await sender.send({
      ...doorQuestion(place.origin),
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
      .map((challenge) =>
        // To ask there would hand on what the registry was given.
        holdsSecret(challenge.parameters.realm ?? "")
          ? "its realm holds a secret"
          : readRealm(challenge, place.origin, routes)
      );
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

  function taughtBy(place: Place): Realm | "basic" | undefined {
    return learned.get(nameOf(place)) ?? learned.get(place.origin);
  }

  /** The realm that the adapter knows, unless it belongs to a registry that was replaced by another. */
  function pinned({ adapter, registry }: Place): Realm | undefined {
    if (adapter.token === undefined) return undefined;
    const meant = new URL(adapter.token.realm);
    if (routes.isRerouted(registry) && !routes.isRerouted(meant.host)) return undefined;
    return { url: routes.route(meant), service: adapter.token.service };
  }

  return { before, after, learn };
}

/** A login that is sent as it is, without a token endpoint. */
function direct(login: Login): Grant {
  return { secret: login.secret, login, agesAt: Infinity, until: Infinity };
}

function nameOf({ origin, repository, scope }: Place): string {
  return `${origin}/${repository ?? ""} ${scope ?? ""}`;
}
