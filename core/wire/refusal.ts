import { named } from "./keyring.ts";
import type { ErrorFacts, RegistryError } from "../errors.ts";
import type { Grant, Login, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import type { Answer } from "./question.ts";

/** How to log in. The flags of one end of a copy are not known here. */
function logIn({ registry }: Place, { side }: Operation): string {
  const stored = `portolan login ${registry} keeps one`;
  return side === undefined ? `${stored}, --username with --password-stdin gives one` : stored;
}

function looksTheSame(place: Place, operation: Operation): string {
  return "Check the spelling. A private repository looks the same to a reader who may not see it; " +
    `for a login, ${logIn(place, operation)}`;
}

/** Who asked, for the words of an error. */
export interface Asker extends Partial<Pick<Grant, "secret" | "login" | "withheldFrom">> {
  /** The stored login that was refused before. */
  readonly spurned?: Login;
  /** The login that was at hand and not sent, because the registry named no way to. */
  readonly unused?: Login;
  /** Whether the login has proved good without the repository. */
  readonly isGood?: boolean;
}

/**
 * Whether an answer says no to the one who asked. A refresh token is refused with 400 (`invalid_grant`),
 * or not even known by endpoints that only answer a GET.
 *
 * Source: RFC 6749, section 5.2
 */
export function isRefusal({ status }: Answer, login?: Login): boolean {
  if (status === 401 || status === 403) return true;
  return login?.secret.scheme === "Refresh" && (status === 400 || status === 404 || status === 405);
}

/**
 * The error for a token endpoint that gave no token.
 *
 * Registries of public images refuse tokens for repositories that do not exist; others refuse anybody
 * without a login. Only an adapter can tell which it is.
 */
export function refusedToken(
  place: Place,
  host: string,
  answer: Answer,
  asker: Asker,
  operation: Operation,
): RegistryError {
  const status = `status ${answer.status}`;
  const facts = factsOf(answer);
  if (!isRefusal(answer, asker.login)) {
    return operation.fail("protocol", `${host} gives no token: ${status}`, facts);
  }
  if (asker.login !== undefined && asker.isGood) return denied(status, facts, operation);
  if (asker.login !== undefined) {
    const hint = "Check user name and password: many registries want an access token as password";
    const reason = `${host} refuses ${named(asker.login)}: ${status}`;
    return operation.fail("unauthorized", reason, { ...facts, hint });
  }
  const explained = explain(place, asker, facts, operation);
  if (explained !== undefined) return explained;
  const { anonymous } = place.adapter;
  if (anonymous === undefined || anonymous === "account") {
    const reason = `${host} gives no token without a login: ${status}`;
    return operation.fail("unauthorized", reason, {
      ...facts,
      hint: `A login helps: ${logIn(place, operation)}`,
    });
  }
  return notFound(place, status, facts, operation);
}

/** What was asked for, for the words of an error. */
export type Thing = "repository" | "image" | "blob";

/** The error for a registry that does not answer a question about `thing`. */
export function refusedAnswer(
  place: Place,
  { answer, asker }: { readonly answer: Answer; readonly asker: Asker },
  operation: Operation,
  thing: Thing = "repository",
): RegistryError {
  const status = `status ${answer.status}`;
  const facts = factsOf(answer);
  if (answer.html && answer.status !== 401) {
    const hint =
      `Is ${place.registry} a registry? A proxy or a login page in between answers so too`;
    const code = answer.status === 404 ? "not_found" : "protocol";
    const reason = `${place.registry} answered with a web page instead of JSON: ${status}`;
    return operation.fail(code, reason, { ...facts, hint });
  }
  switch (answer.status) {
    case 401:
    case 403:
      return refusedReader(place, { answer, asker }, operation, thing);
    case 404:
      return asker.login === undefined
        ? notFound(place, status, facts, operation, thing)
        : operation.fail("not_found", `no such ${thing}: ${status}`, facts);
    case 405:
    case 501:
      return operation.fail("unsupported", `the registry does not offer this: ${status}`, facts);
    default:
      return operation.fail("protocol", `unexpected ${status}`, facts);
  }
}

/** The error for a registry that does not take what is written to `place`. */
export function refusedWrite(
  place: Place,
  asked: { readonly answer: Answer; readonly asker: Asker },
  operation: Operation,
): RegistryError {
  const { answer, asker } = asked;
  const status = `status ${answer.status}`;
  const facts = factsOf(answer);
  if (answer.html) return refusedAnswer(place, asked, operation);
  if (answer.status === 404) {
    const hint =
      "Some registries want a repository, or its project, to be made first; to a login " +
      "that may not see it they say the same";
    return operation.fail("not_found", `no such repository to write to: ${status}`, {
      ...facts,
      hint,
    });
  }
  const isForbidden = answer.status === 403 ||
    (answer.status === 401 && asker.login !== undefined && asker.secret !== asker.login.secret);
  if (!isForbidden) return refusedAnswer(place, asked, operation);
  return explain(place, asker, facts, operation) ?? unwritable(place, asker, facts, operation);
}

function unwritable(
  place: Place,
  { login }: Asker,
  facts: ErrorFacts,
  operation: Operation,
): RegistryError {
  const status = `status ${facts.status}`;
  if (login === undefined) {
    const reason = `the registry lets nobody without a login write there: ${status}`;
    const hint = `A login helps: ${logIn(place, operation)}`;
    return operation.fail("unauthorized", reason, { ...facts, hint });
  }
  const reason = `the registry does not let ${named(login)} write there: ${status}`;
  const hint = "Check what the account, or its token, may do there, and the spelling";
  return operation.fail("denied", reason, { ...facts, hint });
}

function refusedReader(
  place: Place,
  { answer, asker }: { readonly answer: Answer; readonly asker: Asker },
  operation: Operation,
  thing: Thing,
): RegistryError {
  const status = `status ${answer.status}`;
  const facts = factsOf(answer);
  const { login, secret } = asker;
  // Who asks what is there wants to write, and has asked for no less.
  const isTarget = operation.side === "destination";
  if (login !== undefined) {
    const isRefusedItself = secret === login.secret && answer.status === 401;
    return isRefusedItself
      ? operation.fail("unauthorized", `the registry refuses ${named(login)}: ${status}`, {
        ...facts,
        hint: "Check user name and password",
      })
      : isTarget
      ? unwritable(place, asker, facts, operation)
      : denied(status, facts, operation);
  }
  const explained = explain(place, asker, facts, operation);
  if (explained !== undefined) return explained;
  const isClosed = place.adapter.anonymous === "account" ||
    (secret === undefined && answer.status === 401);
  if (isClosed) {
    const reason = `the registry wants a login: ${status}`;
    return operation.fail("unauthorized", reason, {
      ...facts,
      hint: `A login helps: ${logIn(place, operation)}`,
    });
  }
  return isTarget
    ? unwritable(place, asker, facts, operation)
    : notFound(place, status, facts, operation, thing);
}

/** Why an anonymous reader who had a login came without it, if so. */
export function explain(
  place: Place,
  { spurned, unused, withheldFrom }: Asker,
  facts: ErrorFacts,
  operation: Operation,
): RegistryError | undefined {
  if (spurned !== undefined) {
    const reason = `the registry refuses ${named(spurned)}, and an anonymous reader too: status ` +
      `${facts.status}`;
    const hint = "Log in anew, or check the spelling";
    return operation.fail("unauthorized", reason, { ...facts, hint });
  }
  if (unused !== undefined) {
    const reason = `the registry wants a login, but names no way in which ${named(unused)} could ` +
      `be used: status ${facts.status}`;
    return operation.fail("unauthorized", reason, facts);
  }
  if (withheldFrom === undefined) return undefined;
  const reason = `${place.registry} wants the login at ${withheldFrom}, which is not its own ` +
    "host, and an anonymous reader may not see it";
  const hint = `If ${withheldFrom} belongs to ${place.registry}, add --trust-realm ${withheldFrom}`;
  return operation.fail("blocked", reason, { ...facts, hint });
}

function notFound(
  place: Place,
  status: string,
  facts: ErrorFacts,
  operation: Operation,
  thing: Thing = "repository",
): RegistryError {
  const reason = `no such ${thing}, or it is private: ${status}`;
  return operation.fail("not_found", reason, { ...facts, hint: looksTheSame(place, operation) });
}

function denied(status: string, facts: ErrorFacts, operation: Operation): RegistryError {
  const reason = `no such repository, or not for this login: ${status}`;
  const hint = "Check the spelling, and what the account may see";
  return operation.fail("denied", reason, { ...facts, hint });
}

function factsOf({ status, diagnostics, request, attempts }: Answer): ErrorFacts {
  return { status, diagnostics, request, attempts };
}
