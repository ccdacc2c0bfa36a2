import type { Keyring } from "./keyring.ts";
import type { Clock } from "../system/clock.ts";
import type { Auth } from "./auth.ts";
import type { Grant, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import type { Asker } from "./refusal.ts";
import type { Answer, Question } from "./question.ts";
import type { Sender } from "./send.ts";
import { waitFor } from "./wait.ts";

/** A question to a registry, and who asked it in the end. */
export interface Asked<T = unknown> {
  /** The answer: 2xx, or a 4xx that no other token changes. */
  readonly answer: Answer<T>;
  /** Who asked, for the error that a refusal becomes. */
  readonly asker: Asker;
}

/** What can be asked; the rest of a question follows from who asks. */
export interface Matter<T> extends
  Pick<
    Question<T>,
    "url" | "method" | "headers" | "content" | "once" | "lighter" | "read" | "streams"
  > {
  /** Where an answer may send us on. @default as far as the one who asks has no secret */
  readonly redirects?: "storage" | "told";
}

/** Asks a registry, with a token where it wants one. Those above never see a challenge. */
export type Ask = <T>(
  place: Place,
  matter: Matter<T>,
  operation: Operation,
) => Promise<Asked<T>>;

/** What one question may be asked with: nothing, a stale login, nothing again, and a token for anybody. */
const MOST_GRANTS = 4;

/** Makes the function that asks. */
export function createAsk(ports: {
  readonly sender: Sender;
  readonly auth: Auth;
  readonly keyring: Keyring;
  readonly clock: Clock;
}): Ask {
  const { sender, auth, keyring, clock } = ports;

  /** By origin: the first question that was put to it. */
  const scouts = new Map<string, Promise<unknown>>();

  /**
   * Where it is not known how a registry lets readers in, the first question goes alone: the challenge that
   * it meets would be met by all who go with it.
   */
  async function ask<T>(
    place: Place,
    matter: Matter<T>,
    operation: Operation,
  ): Promise<Asked<T>> {
    const { token, anonymous } = place.adapter;
    if (token !== undefined || anonymous === "open") return await askAt(place, matter, operation);
    const scout = scouts.get(place.origin);
    if (scout !== undefined) {
      await waitFor(scout, operation, clock);
      return await askAt(place, matter, operation);
    }
    const asked = askAt(place, matter, operation);
    scouts.set(place.origin, asked.catch(() => {}));
    return await asked;
  }

  async function askAt<T>(
    place: Place,
    matter: Matter<T>,
    operation: Operation,
  ): Promise<Asked<T>> {
    if (matter.url.origin !== place.origin) return await askElsewhere(matter, operation);
    // Where credentials come from may take its time: a helper that asks a person.
    await waitFor(keyring.find(place), operation, clock);
    let grant = await auth.before(place, operation);
    let answer = await sendWith(place, matter, grant, operation);
    for (let grants = 1; grants < MOST_GRANTS && isRefused(answer, grant); grants++) {
      const better = await auth.after(place, answer, grant, { operation, mayRenew: grants === 1 });
      if (better === undefined) break;
      grant = better === "anonymous" ? undefined : better;
      answer = await sendWith(place, matter, grant, operation);
    }
    // What is not there was looked for: a target of a copy has nothing yet.
    const isLetIn = answer.value !== undefined || answer.status === 404;
    if (grant !== undefined && isLetIn) auth.learn(place, grant);
    const login = await keyring.find(place);
    const unused = grant === undefined ? login : undefined;
    return { answer, asker: { ...grant, unused, spurned: await keyring.spurned(place) } };
  }

  /** Asks where an open registry has sent a nobody before: as nobody. */
  async function askElsewhere<T>(matter: Matter<T>, operation: Operation): Promise<Asked<T>> {
    const { redirects = "open" } = matter;
    return { answer: await sender.send({ ...matter, redirects }, operation), asker: {} };
  }

  async function sendWith<T>(
    place: Place,
    matter: Matter<T>,
    grant: Grant | undefined,
    operation: Operation,
  ): Promise<Answer<T>> {
    const isNobody = grant === undefined && await keyring.find(place) === undefined;
    return await sender.send({
      ...matter,
      secret: grant?.secret,
      redirects: matter.redirects ?? (isNobody && isReading(matter) ? "open" : "same-origin"),
    }, operation);
  }

  /** Some registries answer an expired token with 400 or 403 instead of 401. */
  function isRefused({ status }: Answer, grant: Grant | undefined): boolean {
    if (status === 401) return true;
    return (status === 400 || status === 403) && grant !== undefined &&
      clock.now() >= grant.agesAt;
  }

  return ask;
}

/** What is written goes to the registry, and to nobody that it names. */
function isReading({ method = "GET" }: Matter<unknown>): boolean {
  return method === "GET" || method === "HEAD";
}
