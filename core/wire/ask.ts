import type { Keyring } from "../credentials.ts";
import type { Clock } from "../system/clock.ts";
import type { Auth } from "./auth.ts";
import type { Grant, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import type { Asker } from "./refusal.ts";
import type { Answer, Question, Sender } from "./send.ts";
import { waitFor } from "./wait.ts";

/** A question to a registry, and who asked it in the end. */
export interface Asked {
  /** The answer: 2xx, or a 4xx that no other token changes. */
  readonly answer: Answer;
  /** Who asked, for the error that a refusal becomes. */
  readonly asker: Asker;
}

/** What can be asked; the rest of a question follows from who asks. */
export type Matter = Pick<Question, "url" | "lighter" | "limit" | "statusOnly">;

/** Asks a registry, with a token where it wants one. Those above never see a challenge. */
export type Ask = (place: Place, matter: Matter, operation: Operation) => Promise<Asked>;

/** Makes the function that asks. */
export function createAsk(ports: {
  readonly sender: Sender;
  readonly auth: Auth;
  readonly keyring: Keyring;
  readonly clock: Clock;
}): Ask {
  const { sender, auth, keyring, clock } = ports;

  async function ask(place: Place, matter: Matter, operation: Operation): Promise<Asked> {
    // Where credentials come from may take its time: a helper that asks a person.
    await waitFor(keyring.find(place), operation, clock);
    let grant = await auth.before(place, operation);
    let answer = await sendWith(place, matter, grant, operation);
    if (isRefused(answer, grant)) {
      const better = await auth.after(place, answer, grant, operation);
      if (better !== undefined) {
        grant = better === "anonymous" ? undefined : better;
        answer = await sendWith(place, matter, grant, operation);
      }
    }
    return { answer, asker: { ...grant, spurned: await keyring.spurned(place) } };
  }

  async function sendWith(
    place: Place,
    matter: Matter,
    grant: Grant | undefined,
    operation: Operation,
  ): Promise<Answer> {
    const isNobody = grant === undefined && await keyring.find(place) === undefined;
    return await sender.send({
      ...matter,
      secret: grant?.secret,
      redirects: isNobody ? "open" : "same-origin",
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
