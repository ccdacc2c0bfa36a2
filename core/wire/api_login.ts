import type { RegistryApi } from "../adapter.ts";
import { RegistryError } from "../errors.ts";
import type { Clock } from "../system/clock.ts";
import type { Login } from "./grant.ts";
import { named } from "./keyring.ts";
import type { Operation } from "./operation.ts";
import { readJson } from "./reply.ts";
import type { Routes } from "./route.ts";
import { Secret } from "./secret.ts";
import type { Answer, Question } from "./question.ts";
import type { Sender } from "./send.ts";
import { isToken } from "./token.ts";
import { isVerdict } from "./tokens.ts";
import { waitFor } from "./wait.ts";

/** Pages are small, and known to be asked for together by the registries' own web pages. */
export const API_AT_ONCE = 8;
/** Bytes that the answer of a login may have. */
const LOGIN_LIMIT = 128 * 1024;

/** On whose account a login is changed. */
interface ApiErrand {
  /** Whose login it is. */
  readonly api: RegistryApi;
  /** Whether one can do without. */
  readonly optional?: boolean;
}

/** The logins of web APIs, as they are sent. */
export interface ApiLogins {
  /**
   * What goes along: the secret itself, or what it is changed for, once however many ask.
   *
   * @throws {Refusal} if it is not taken
   */
  secretOf(login: Login, errand: ApiErrand, operation: Operation): Promise<Secret>;
  /** Forgets what a login was changed for, if it was this. */
  forget(login: Login, secret: Secret): void;
}

/** Makes the logins. */
export function createApiLogins(ports: {
  readonly sender: Sender;
  readonly routes: Routes;
  readonly clock: Clock;
}): ApiLogins {
  const { sender, routes, clock } = ports;
  /** What a login was changed for, or is being changed for. */
  const kept = new Map<Login, Exchange>();

  async function secretOf(
    login: Login,
    matter: ApiErrand,
    operation: Operation,
  ): Promise<Secret> {
    if (login.secret.scheme !== "Login") return login.secret;
    for (let known = kept.get(login); known !== undefined; known = kept.get(login)) {
      try {
        return await waitFor(known.work, operation, clock);
      } catch (error) {
        if (operation.signal?.aborted || operation.left() <= 0) throw error;
        if (isVerdict(error)) throw operation.adopt(error, known.by);
        if (error instanceof Refusal) throw error;
        // Another operation's interruption, or its impatience, is not this one's.
        if (kept.get(login) === known) kept.delete(login);
      }
    }
    const begun: Exchange = { work: exchange(login, matter, operation), by: operation };
    kept.set(login, begun);
    try {
      begun.secret = await begun.work;
      return begun.secret;
    } catch (error) {
      // A refusal stays one: the same password is not sent again.
      const isFinal = error instanceof Refusal && error.cause === undefined;
      if (kept.get(login) === begun && !isFinal) kept.delete(login);
      throw error;
    }
  }

  async function exchange(
    { secret, username = "" }: Login,
    { api, optional }: ApiErrand,
    operation: Operation,
  ): Promise<Secret> {
    for (const step of api.login?.exchanges ?? []) {
      const url = routes.route(new URL(step.path, api.origin));
      const answer = await sendLogin({
        url,
        json: { [step.username]: username },
        passwordIn: step.password,
        secret,
        read: readJson(LOGIN_LIMIT),
        redirects: "nowhere",
        confidential: true,
        optional,
        // Its rate is that of the pages.
        atOnce: API_AT_ONCE,
      }, operation);
      const token = answer.value?.[step.token];
      if (isToken(token)) return Secret.bearer(token, [url.origin]);
      if (answer.value !== undefined) {
        const { status, request, attempts } = answer;
        const reason = `no usable token in the answer of ${url.host}`;
        throw operation.fail("protocol", reason, { status, request, attempts });
      }
      if (answer.status !== 404 && answer.status !== 405) throw new Refusal(answer);
    }
    throw new Refusal(undefined);
  }

  async function sendLogin(
    question: Question<Record<string, unknown>>,
    operation: Operation,
  ): Promise<Answer<Record<string, unknown>>> {
    try {
      return await sender.send(question, operation);
    } catch (error) {
      // What is public may well be told meanwhile.
      const isFailing = error instanceof RegistryError && error.code === "unavailable" &&
        error.facts.status !== undefined;
      throw isFailing ? new Refusal(undefined, error) : error;
    }
  }

  return {
    secretOf,
    forget(login: Login, secret: Secret): void {
      if (kept.get(login)?.secret === secret) kept.delete(login);
    },
  };
}

/** A login that is changed for a token, or was. */
interface Exchange {
  readonly work: Promise<Secret>;
  readonly by: Operation;
  /** What came of it. */
  secret?: Secret;
}

/** An API does not take a login; with a cause it cannot at the moment. */
export class Refusal extends Error {
  /** What it answered, if there is a way to log in. */
  readonly answer: Answer | undefined;

  constructor(answer: Answer | undefined, cause?: RegistryError) {
    super("", { cause });
    this.answer = answer;
  }
}

/** The error for a login that an API does not take. */
export function refusedLogin(
  login: Login,
  api: RegistryApi,
  { answer }: Refusal,
  operation: Operation,
): Error {
  const status = answer === undefined ? "it offers no way to log in" : `status ${answer.status}`;
  const reason = `${new URL(api.origin).host} refuses ${named(login)}: ${status}`;
  const { diagnostics, request } = answer ?? {};
  return operation.fail("unauthorized", reason, { status: answer?.status, diagnostics, request });
}
