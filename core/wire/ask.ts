import type { Clock } from "../system/clock.ts";
import type { Auth } from "./auth.ts";
import type { Grant, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import type { Answer, Question, Sender } from "./send.ts";

/** A question to a registry about one repository, and who asked it in the end. */
export interface Asked {
  /** The answer: 2xx, or a 4xx that no other token changes. */
  readonly answer: Answer;
  /** What went along. */
  readonly grant?: Grant;
}

/** Asks a registry, with a token where it wants one. Those above never see a challenge. */
export type Ask = (
  place: Place,
  question: Pick<Question, "url" | "lighter" | "limit">,
  operation: Operation,
) => Promise<Asked>;

/** A token that was refused with so little of its use left has probably expired. */
const NEARLY_OVER = 12_000;

/** Makes the function that asks. */
export function createAsk(ports: {
  readonly sender: Sender;
  readonly auth: Auth;
  readonly clock: Clock;
}): Ask {
  const { sender, auth, clock } = ports;

  async function ask(
    place: Place,
    question: Pick<Question, "url" | "lighter" | "limit">,
    operation: Operation,
  ): Promise<Asked> {
    const grant = await auth.before(place, operation);
    const answer = await sendWith(place, question, grant, operation);
    if (!isRefused(answer, grant)) return { answer, grant };
    const better = await auth.after(place, answer, grant, operation);
    if (better === undefined) return { answer, grant };
    return { answer: await sendWith(place, question, better, operation), grant: better };
  }

  async function sendWith(
    place: Place,
    question: Pick<Question, "url" | "lighter" | "limit">,
    grant: Grant | undefined,
    operation: Operation,
  ): Promise<Answer> {
    const isNobody = grant === undefined && !await auth.hasCredentials(place);
    return await sender.send({
      ...question,
      secret: grant?.secret,
      redirects: isNobody ? "open" : "same-origin",
    }, operation);
  }

  /** Some registries answer an expired token with 400 or 403 instead of 401. */
  function isRefused({ status }: Answer, grant: Grant | undefined): boolean {
    if (status === 401) return true;
    return (status === 400 || status === 403) && grant !== undefined &&
      grant.until - clock.now() < NEARLY_OVER;
  }

  return ask;
}
