import type { RegistryApi } from "../adapter.ts";
import { RegistryError } from "../errors.ts";
import type { Clock } from "../system/clock.ts";
import { API_AT_ONCE, createApiLogins, Refusal, refusedLogin } from "./api_login.ts";
import type { Login, Place } from "./grant.ts";
import { type Keyring, named } from "./keyring.ts";
import type { Operation } from "./operation.ts";
import type { Reader } from "./reply.ts";
import type { Routes } from "./route.ts";
import type { Secret } from "./secret.ts";
import type { Answer } from "./question.ts";
import type { Sender } from "./send.ts";
import { waitFor } from "./wait.ts";

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
  readonly onWarning: (message: string) => void;
}): AskApi {
  const { sender, keyring, routes, clock, onWarning } = ports;
  const logins = createApiLogins({ sender, routes, clock });
  /** Until when a login is not tried that could not be changed for a token. */
  const outages = new Map<Login, number>();
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
    if (clock.now() < (outages.get(login) ?? 0)) return await askWith(matter, undefined, operation);
    try {
      const secret = await logins.secretOf(login, matter, operation);
      const answer = await askWith(matter, secret, operation);
      if (answer.status !== 401) return answer;
      // Such tokens are short-lived: one that is new is asked with once more.
      logins.forget(login, secret);
      const renewed = await logins.secretOf(login, matter, operation);
      if (renewed !== secret) {
        const again = await askWith(matter, renewed, operation);
        if (again.status !== 401) return again;
      }
      throw new Refusal(answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const registry = new URL(matter.api.origin).host;
      if (error.cause === undefined) {
        if (!login.stored) throw refusedLogin(login, matter.api, error, operation);
        keyring.spurn(login, { registry });
        return await askWith(matter, undefined, operation);
      }
      const answer = await askWith(matter, undefined, operation);
      if (answer.status === 401) throw error.cause;
      outages.set(login, clock.now() + SILENT);
      onWarning(`${registry} cannot use ${named(login)} at the moment: going on without`);
      return answer;
    }
  }

  function askWith<T>(
    { api, path, read, optional }: ApiMatter<T>,
    secret: Secret | undefined,
    operation: Operation,
  ): Promise<Answer<T>> {
    const url = routes.route(new URL(path, api.origin));
    const how = { redirects: "same-origin", atOnce: API_AT_ONCE } as const;
    return sender.send({ url, read, secret, optional, ...how }, operation);
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
