import type { RegistryApi } from "../adapter.ts";
import { RegistryError } from "../errors.ts";
import type { Clock } from "../system/clock.ts";
import type { Login, Place } from "./grant.ts";
import { type Keyring, named } from "./keyring.ts";
import type { Operation } from "./operation.ts";
import { type Reader, readJson } from "./reply.ts";
import type { Routes } from "./route.ts";
import { Secret } from "./secret.ts";
import type { Answer } from "./question.ts";
import type { Sender } from "./send.ts";
import { isToken } from "./token.ts";
import { isVerdict } from "./tokens.ts";
import { waitFor } from "./wait.ts";

/** Bytes that the answer of a login may have. */
const LOGIN_LIMIT = 128 * 1024;

/** Pages are small, and known to be asked for together by the registries' own web pages. */
const AT_ONCE = 8;

/** Milliseconds for which an API that did not answer is not asked what can be done without. */
const SILENT = 180_000;

/** What is asked of a registry's own web API. */
export interface ApiMatter<T> {
  /** Whose. */
  readonly api: RegistryApi;
  /** Path and query. */
  readonly path: string;
  /** Makes the value of a good answer. */
  readonly read: Reader<T>;
  /** Whether one can do without the answer. */
  readonly optional?: boolean;
}

/** Asks a registry's own web API, with a token where there is a login for it. */
export type AskApi = <T>(
  place: Place,
  matter: ApiMatter<T>,
  operation: Operation,
) => Promise<Answer<T>>;

/** Makes the function that asks. */
export function createAskApi(ports: {
  readonly sender: Sender;
  readonly keyring: Keyring;
  readonly routes: Routes;
  readonly clock: Clock;
}): AskApi {
  const { sender, keyring, routes, clock } = ports;
  /** What a login was changed for, or is being changed for. */
  const kept = new Map<Login, Exchange>();
  /** By the API's origin. */
  const silences = new Map<string, Silence>();

  async function askApi<T>(
    place: Place,
    matter: ApiMatter<T>,
    operation: Operation,
  ): Promise<Answer<T>> {
    const { optional, api: { origin } } = matter;
    const silence = silences.get(origin);
    if (optional && silence !== undefined && clock.now() < silence.until) {
      throw operation.adopt(silence.error, silence.by);
    }
    try {
      return await askSomebody(place, matter, operation);
    } catch (error) {
      // Where the caller's own time is over, the API may be well.
      if (isSilence(error) && !operation.signal?.aborted && operation.left() > 0) {
        silences.set(origin, { error, by: operation, until: clock.now() + SILENT });
      }
      throw error;
    }
  }

  async function askSomebody<T>(
    place: Place,
    matter: ApiMatter<T>,
    operation: Operation,
  ): Promise<Answer<T>> {
    const login = await waitFor(keyring.findForApi(place, matter.api), operation, clock);
    if (login === undefined) {
      if (matter.api.login?.required) throw needsLogin(matter.api, operation);
      return await askWith(matter, undefined, operation);
    }
    try {
      const secret = await secretOf(login, matter, operation);
      const answer = await askWith(matter, secret, operation);
      if (answer.status !== 401) return answer;
      // Such tokens are short-lived: one that is new is asked with once more.
      if (kept.get(login)?.secret === secret) kept.delete(login);
      const renewed = await secretOf(login, matter, operation);
      if (renewed !== secret) {
        const again = await askWith(matter, renewed, operation);
        if (again.status !== 401) return again;
      }
      throw new Refusal(answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!login.stored) throw refusedLogin(login, matter.api, error, operation);
      keyring.spurn(login, { ...place, registry: new URL(matter.api.origin).host });
      return await askWith(matter, undefined, operation);
    }
  }

  function askWith<T>(
    { api, path, read, optional }: ApiMatter<T>,
    secret: Secret | undefined,
    operation: Operation,
  ): Promise<Answer<T>> {
    const url = addressOf(api, path);
    const how = { redirects: "same-origin", atOnce: AT_ONCE } as const;
    return sender.send({ url, read, secret, optional, ...how }, operation);
  }

  /** However many ask, a login is changed once. */
  async function secretOf(
    login: Login,
    matter: Pick<ApiMatter<unknown>, "api" | "optional">,
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
      if (kept.get(login) === begun && !(error instanceof Refusal)) kept.delete(login);
      throw error;
    }
  }

  async function exchange(
    { secret, username = "" }: Login,
    { api, optional }: Pick<ApiMatter<unknown>, "api" | "optional">,
    operation: Operation,
  ): Promise<Secret> {
    for (const step of api.login?.exchanges ?? []) {
      const url = addressOf(api, step.path);
      const answer = await sender.send({
        url,
        json: { [step.username]: username },
        passwordIn: step.password,
        secret,
        read: readJson(LOGIN_LIMIT),
        redirects: "nowhere",
        confidential: true,
        optional,
        // Its rate is that of the pages.
        atOnce: AT_ONCE,
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

  function addressOf(api: RegistryApi, path: string): URL {
    return routes.route(new URL(path, api.origin));
  }

  return askApi;
}

function needsLogin({ origin, login }: RegistryApi, operation: Operation): Error {
  const example = login?.env === undefined ? "" : `, as in ${login.env}`;
  const reason = `${new URL(origin).host} answers nobody without a token${example}`;
  return operation.fail("unauthorized", reason, { hint: "A login helps" });
}

/** An API that did not answer. */
interface Silence {
  readonly error: RegistryError;
  readonly by: Operation;
  /** By the flow's clock. */
  readonly until: number;
}

function isSilence(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.code === "unavailable" &&
    error.facts.status === undefined;
}

/** A login that is changed for a token, or was. */
interface Exchange {
  readonly work: Promise<Secret>;
  readonly by: Operation;
  /** What came of it. */
  secret?: Secret;
}

/** The API does not take a login. */
class Refusal extends Error {
  readonly answer: Answer | undefined;

  constructor(answer: Answer | undefined) {
    super();
    this.answer = answer;
  }
}

function refusedLogin(
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
