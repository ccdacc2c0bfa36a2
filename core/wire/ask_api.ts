import type { RegistryApi } from "../adapter.ts";
import type { Login, Place } from "./grant.ts";
import { type Keyring, named } from "./keyring.ts";
import type { Operation } from "./operation.ts";
import { type Reader, readJson } from "./reply.ts";
import type { Routes } from "./route.ts";
import { Secret } from "./secret.ts";
import type { Answer } from "./question.ts";
import type { Sender } from "./send.ts";

/** Bytes that the answer of a login may have. */
const LOGIN_LIMIT = 128 * 1024;

/** Pages are small, and known to be asked for together by the registries' own web pages. */
const AT_ONCE = 8;

/** What is asked of a registry's own web API. */
export interface ApiMatter<T> {
  /** Whose. */
  readonly api: RegistryApi;
  /** Path and query. */
  readonly path: string;
  /** Makes the value of a good answer. */
  readonly read: Reader<T>;
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
}): AskApi {
  const { sender, keyring, routes } = ports;
  /** What a login was changed for, or is being changed for. */
  const kept = new Map<Login, Promise<Secret>>();

  async function askApi<T>(
    place: Place,
    matter: ApiMatter<T>,
    operation: Operation,
  ): Promise<Answer<T>> {
    const login = await keyring.findForApi(place, matter.api);
    if (login === undefined) {
      if (matter.api.login?.required) throw needsLogin(matter.api, operation);
      return await askWith(matter, undefined, operation);
    }
    try {
      const secret = await secretOf(login, matter.api, operation);
      const answer = await askWith(matter, secret, operation);
      if (answer.status !== 401) return answer;
      // Such tokens are short-lived: one that is new is asked with once more.
      kept.delete(login);
      const renewed = await secretOf(login, matter.api, operation);
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
    { api, path, read }: ApiMatter<T>,
    secret: Secret | undefined,
    operation: Operation,
  ): Promise<Answer<T>> {
    const url = addressOf(api, path);
    return sender.send({ url, read, secret, redirects: "same-origin", atOnce: AT_ONCE }, operation);
  }

  /** However many ask, a login is changed once. */
  async function secretOf(
    login: Login,
    api: RegistryApi,
    operation: Operation,
  ): Promise<Secret> {
    const work = kept.get(login) ?? exchange(login, api, operation);
    kept.set(login, work);
    try {
      return await work;
    } catch (error) {
      if (kept.get(login) === work) kept.delete(login);
      throw error;
    }
  }

  async function exchange(
    { secret, username = "" }: Login,
    api: RegistryApi,
    operation: Operation,
  ): Promise<Secret> {
    if (secret.scheme !== "Login") return secret;
    let refused: Answer | undefined;
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
      }, operation);
      const token = answer.value?.[step.token];
      if (typeof token === "string") return Secret.bearer(token, [url.origin]);
      refused = answer;
      if (answer.status !== 404 && answer.status !== 405) break;
    }
    throw new Refusal(refused);
  }

  function addressOf(api: RegistryApi, path: string): URL {
    return routes.route(new URL(path, api.origin));
  }

  return askApi;
}

function needsLogin({ origin, login }: RegistryApi, operation: Operation): Error {
  const hint = login?.env === undefined ? "A login helps" : `${login.env} holds one`;
  const reason = `${new URL(origin).host} answers nobody without a token`;
  return operation.fail("unauthorized", reason, { hint });
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
