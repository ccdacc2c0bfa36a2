import { STATUS_TEXT } from "@std/http/status";
import type { Clock } from "../system/clock.ts";
import { createGate } from "./gate.ts";
import { diagnose, isHtml } from "./json.ts";
import type { Operation } from "./operation.ts";
import { type Answer, methodOf, type Question } from "./question.ts";
import { mostHops, nextHop } from "./redirect.ts";
import { backoff, isOverwhelmed, isPassing, isRepeatable, mostAttempts } from "./retry.ts";
import { readError } from "./reply.ts";
import { resetOf, spentWindowOf, waitOf } from "./retry_after.ts";
import type { Routes } from "./route.ts";
import type { Reply, Transport } from "./transport.ts";
import { closedFor, Refused, type Trouble, troubleOf } from "./trouble.ts";

/** Milliseconds for which a host is left alone at the most, whatever it asks for. */
const LONGEST_CLOSURE = 3_600_000;
/** Milliseconds for the headers of an answer that can be done without. */
const SHORT_PATIENCE = 8_000;
/** Milliseconds for all of it. */
const SHORT_TIME = 30_000;
/** Milliseconds for which a host is left alone because a good answer said that it was the last for now. */
const LONGEST_HEEDED = 60_000;
/** In flight at once for one host. Beyond this registries begin to answer 429. */
const PER_HOST = 6;

/** Sends questions, patiently. */
export interface Sender {
  /**
   * Sends one question until it is answered. Answers 2xx and those that no patience can change (4xx) are
   * returned, all else fails.
   *
   * @throws {RegistryError} `rate_limited`, `unavailable`, `protocol`, `too_large`, `digest_mismatch`;
   *   `incomplete` if the operation has no request left
   */
  send<T>(question: Question<T>, operation: Operation): Promise<Answer<T>>;
}

/** Makes a sender over `transport`. */
export function createSender(ports: {
  readonly transport: Transport;
  readonly routes: Routes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
}): Sender {
  const { transport, routes, clock, random, retries } = ports;
  const gate = createGate(clock);

  async function send<T>(asked: Question<T>, operation: Operation): Promise<Answer<T>> {
    let question = asked;
    for (let attempt = 1;; attempt++) {
      const outcome = await attemptOnce(question, operation, attempt);
      if (!("code" in outcome)) return outcome;
      if (outcome.wait !== undefined) {
        gate.close(laneOf(question, outcome.host), Math.min(outcome.wait, LONGEST_CLOSURE));
      }
      if (question.lighter !== undefined && outcome.overwhelmed) {
        question = { ...question, url: question.lighter, lighter: undefined };
        attempt = 0;
        continue;
      }
      const wait = outcome.wait ?? backoff(attempt, random);
      const most = Math.min(mostAttempts(question, outcome), retries + 1);
      const isLast = attempt >= most;
      if (isLast || !operation.canWait(outcome.wait ?? outcome.window ?? wait)) {
        throw failure(outcome, question, operation, attempt);
      }
      await pause(wait, operation);
    }
  }

  async function attemptOnce<T>(
    question: Question<T>,
    operation: Operation,
    attempt: number,
  ): Promise<Answer<T> | Trouble> {
    const leave = await admit(question, operation, attempt);
    // Who sends a stream may have to ask the same host for what is in it: it must not hold a place meanwhile.
    if (typeof question.content === "function") leave();
    let { url, secret } = question;
    try {
      for (let hop = 0;; hop++) {
        operation.spend();
        const reply = await transport.open({
          url,
          method: methodOf(question),
          headers: question.headers ?? { accept: "application/json" },
          form: question.form,
          json: question.json,
          passwordIn: question.passwordIn,
          content: question.content,
          // Where a redirect or an upload goes on is signed in its query, perhaps.
          signed: hop > 0 || question.content !== undefined,
          secret,
          time: question.streams || question.content
            ? Infinity
            : Math.min(operation.left(), question.optional ? SHORT_TIME : Infinity),
          // Half of a short time is kept for a lighter question, or for another try.
          headersTime: Math.min(
            operation.timeout / 2,
            operation.left(),
            question.optional ? SHORT_PATIENCE : Infinity,
          ),
          attempt,
          signal: operation.signal,
        });
        const { status } = reply;
        if (status < 300 || status >= 400 || question.redirects === "told") {
          return await judge(reply, { url, question, attempt, leave });
        }
        await readError(reply);
        if (!isRepeatable(question, status)) {
          throw new Refused(
            `status ${status} redirects a ${methodOf(question)}, which is not sent twice`,
          );
        }
        if (hop === mostHops(question.redirects)) throw new Refused(`more than ${hop} redirects`);
        url = nextHop(reply.headers.get("location"), url, { status, question, routes, transport });
        // Not even back at home: others have no say in what is asked with a secret.
        if (url.origin !== question.url.origin) secret = undefined;
        const closed = gate.closedFor(laneOf(question, url.host));
        if (closed > 0) return closedFor(url.host, closed);
      }
    } catch (error) {
      const { confidential } = question;
      return troubleOf(error, { url, confidential }, transport.clean);
    } finally {
      leave();
    }
  }

  /** Waits for a place while the host is open; a place is not held while waiting for a closed one. */
  async function admit(
    question: Question<unknown>,
    operation: Operation,
    attempt: number,
  ): Promise<() => void> {
    const { host } = question.url;
    const lane = laneOf(question, host);
    for (;;) {
      const closed = gate.closedFor(lane);
      if (closed > 0 && !operation.canWait(closed)) {
        throw failure(closedFor(host, closed), question, operation, attempt - 1);
      }
      await pause(closed, operation);
      const leave = await gate.enter(lane, question.atOnce ?? PER_HOST, operation.signal);
      if (gate.closedFor(lane) === 0) return leave;
      leave();
    }
  }

  async function judge<T>(
    reply: Reply,
    { url, question, attempt: attempts, leave }: {
      readonly url: URL;
      readonly question: Question<T>;
      readonly attempt: number;
      readonly leave: () => void;
    },
  ): Promise<Answer<T> | Trouble> {
    const { status, headers } = reply;
    const isGood = status >= 200 && status < 300;
    if (isGood) heed(resetOf(headers, clock.wall()), laneOf(question, url.host));
    const value = isGood ? await question.read(reply, leave) : undefined;
    const body = isGood ? new Uint8Array() : await readError(reply);
    if (status === 401 && url.origin !== question.url.origin) {
      throw new Refused(`${url.host}, to which it redirects, wants a login of its own`);
    }
    const diagnostics = diagnose(body).map((line) => transport.clean(line, 300));
    const wait = isGood ? undefined : waitOf(headers, clock.wall());
    if (isPassing(status, wait) || (status >= 500 && status !== 501)) {
      const page = isHtml(body) ? " with a web page: a proxy in between?" : "";
      return {
        code: status === 429 || status === 403 ? "rate_limited" : "unavailable",
        host: url.host,
        reason: `status ${status}${statusText(status)}${page}`,
        attempts: isPassing(status, wait) ? Infinity : 1,
        overwhelmed: isOverwhelmed(status),
        wait,
        window: status === 429 ? spentWindowOf(headers) : undefined,
        status,
        diagnostics,
      };
    }
    const request = describe(question);
    const html = isHtml(body);
    return { url, status, headers, value, diagnostics, request, html, attempts };
  }

  /** The next one would be refused. What is too far off is left to the server to say. */
  function heed(reset: number | undefined, lane: string): void {
    if (reset !== undefined && reset <= LONGEST_HEEDED) gate.close(lane, reset);
  }

  /** Waits, at the expense of the operation's patience. */
  async function pause(ms: number, operation: Operation): Promise<void> {
    if (ms <= 0) return;
    operation.wait(ms);
    await clock.sleep(ms, operation.signal);
  }

  function failure(
    trouble: Trouble,
    question: Question<unknown>,
    operation: Operation,
    attempts: number,
  ) {
    const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
    const retryAt = trouble.wait === undefined ? undefined : new Date(clock.wall() + trouble.wait);
    const later = retryAt === undefined ? undefined : `Try again after ${retryAt.toISOString()}`;
    return operation.fail(trouble.code, transport.clean(trouble.reason) + tries, {
      request: describe(question),
      status: trouble.status,
      diagnostics: trouble.diagnostics,
      retryAt,
      attempts,
      hint: later ?? trouble.hint,
    });
  }

  function describe(question: Question<unknown>): string {
    const { origin, pathname } = question.url;
    return transport.clean(`${methodOf(question)} ${origin}${pathname}`);
  }

  return { send };
}

/** A web API on a registry's own host has limits of its own: where it asks for patience, the registry does not. */
function laneOf({ atOnce }: Question<unknown>, host: string): string {
  return atOnce === undefined ? host : `${host} ${atOnce}`;
}

function statusText(status: number): string {
  const text = STATUS_TEXT[status];
  return text === undefined ? "" : ` (${text})`;
}
