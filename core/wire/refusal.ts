import type { ErrorFacts, RegistryError } from "../errors.ts";
import type { Grant, Place } from "./grant.ts";
import type { Operation } from "./operation.ts";
import type { Answer } from "./send.ts";

const LOG_IN = "--username with --password-stdin logs in";
const LOOKS_THE_SAME = "Check the spelling. A private repository looks the same to a reader who " +
  `may not see it: ${LOG_IN}`;

/** Who asked, and whether credentials were kept back. */
type Asker = Pick<Grant, "identity" | "withheldFrom">;

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
  if (answer.status !== 401 && answer.status !== 403) {
    return operation.fail("protocol", `${host} gives no token: ${status}`, facts);
  }
  if (asker.withheldFrom !== undefined) {
    return withheld(place, asker.withheldFrom, facts, operation);
  }
  if (asker.identity === "credentials") {
    const hint = "Check user name and password: many registries want an access token as password";
    const reason = `${host} refuses the credentials: ${status}`;
    return operation.fail("unauthorized", reason, { ...facts, hint });
  }
  const anonymous = place.adapter.anonymous;
  if (anonymous === undefined || anonymous === "account") {
    const reason = `${host} gives no token without a login: ${status}`;
    return operation.fail("unauthorized", reason, { ...facts, hint: capitalised(LOG_IN) });
  }
  return notFound(status, facts, operation);
}

/** The error for a registry that does not answer a question about a repository. */
export function refusedAnswer(
  place: Place,
  answer: Answer,
  asker: (Asker & { readonly secret: Grant["secret"] }) | undefined,
  operation: Operation,
): RegistryError {
  const status = `status ${answer.status}`;
  const facts = factsOf(answer);
  if (answer.html && answer.status !== 401) {
    const hint =
      `Is ${place.registry} a registry? A proxy or a login page in between answers so too`;
    const code = answer.status === 404 ? "not_found" : "protocol";
    return operation.fail(code, `a web page instead of JSON: ${status}`, { ...facts, hint });
  }
  switch (answer.status) {
    case 404:
      return asker?.identity === "credentials"
        ? operation.fail("not_found", `no such repository: ${status}`, facts)
        : notFound(status, facts, operation);
    case 405:
      return operation.fail("unsupported", `the registry does not offer this: ${status}`, facts);
    case 401:
    case 403:
      break;
    default:
      return operation.fail("protocol", `unexpected ${status}`, facts);
  }
  if (asker?.withheldFrom !== undefined) {
    return withheld(place, asker.withheldFrom, facts, operation);
  }
  if (asker?.identity === "credentials") {
    return asker.secret.scheme === "Basic" && answer.status === 401
      ? operation.fail("unauthorized", `the registry refuses the credentials: ${status}`, {
        ...facts,
        hint: "Check user name and password",
      })
      : operation.fail("denied", `no such repository, or not for these credentials: ${status}`, {
        ...facts,
        hint: "Check the spelling, and what the account may see",
      });
  }
  const isClosed = place.adapter.anonymous === "account" ||
    (asker === undefined && answer.status === 401);
  if (isClosed) {
    const reason = `the registry wants a login: ${status}`;
    return operation.fail("unauthorized", reason, { ...facts, hint: capitalised(LOG_IN) });
  }
  return notFound(status, facts, operation);
}

function factsOf({ status, diagnostics, request, attempts }: Answer): ErrorFacts {
  return { status, diagnostics, request, attempts };
}

function notFound(status: string, facts: ErrorFacts, operation: Operation): RegistryError {
  const reason = `no such repository, or it is private: ${status}`;
  return operation.fail("not_found", reason, { ...facts, hint: LOOKS_THE_SAME });
}

function withheld(
  place: Place,
  host: string,
  facts: ErrorFacts,
  operation: Operation,
): RegistryError {
  const reason = `${place.registry} wants the credentials at ${host}, which is not its own host, ` +
    "and an anonymous reader may not see it";
  return operation.fail("blocked", reason, {
    ...facts,
    hint: `If ${host} belongs to ${place.registry}, add --trust-realm ${host}`,
  });
}

function capitalised(text: string): string {
  return text.replace("--username", "A login helps: --username");
}
