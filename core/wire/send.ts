import { STATUS_TEXT } from "@std/http/status";
import type { Clock } from "../system/clock.ts";
import { createGate } from "./gate.ts";
import { decodeJson, diagnose, isHtml } from "./json.ts";
import type { Operation } from "./operation.ts";
import { nextHop, type Redirects } from "./redirect.ts";
import { backoff, isOverwhelmed, isPassing } from "./retry.ts";
import { parseRetryAfter } from "./retry_after.ts";
import type { Routes } from "./route.ts";
import type { Secret } from "./secret.ts";
import type { RawAnswer, Transport } from "./transport.ts";
import { Refused, type Trouble, troubleOf } from "./trouble.ts";

const MOST_HOPS = 3;
/** Milliseconds for which a host is left alone at the most, whatever it asks for. */
const LONGEST_CLOSURE = 3_600_000;

/** A question whose answer is a JSON object, or of no matter. */
export interface Question {
  /** What is asked, already routed. */
  readonly url: URL;
  /** Sent as a POST with this form; without one it is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Goes along as far as its audience allows. */
  readonly secret?: Secret;
  /** Bytes, after decoding, that a good answer may have. */
  readonly limit: number;
  /** Where an answer may send us on. */
  readonly redirects: Redirects;
  /** Whether a good answer is a secret, so that no part of it is ever shown. */
  readonly confidential?: boolean;
  /** Whether only the status of a good answer counts, not what is in it. */
  readonly statusOnly?: boolean;
  /** Asked instead, as soon as the server shows that `url` overwhelms it. */
  readonly lighter?: URL;
}

/** The answer to a question. */
export interface Answer {
  /** Who answered in the end: `url` of the question, or where a redirect led. */
  readonly url: URL;
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The JSON object, if the status is 2xx; empty where only the status counts. */
  readonly value?: Record<string, unknown>;
  /** What an error body said, printable. */
  readonly diagnostics: readonly string[];
  /** Method and address, for messages. */
  readonly request: string;
  /** Whether an error body was a page made for people. */
  readonly html: boolean;
  /** How often the question was sent. */
  readonly attempts: number;
}

/** Sends questions, patiently. */
export interface Sender {
  /**
   * Sends one question until it is answered. Answers 2xx and those that no patience can change (4xx) are
   * returned, all else fails.
   *
   * @throws {RegistryError} `rate_limited`, `unavailable`, `protocol`, `too_large`
   */
  send(question: Question, operation: Operation): Promise<Answer>;
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

  async function send(asked: Question, operation: Operation): Promise<Answer> {
    let question = asked;
    for (let attempt = 1;; attempt++) {
      const outcome = await attemptOnce(question, operation, attempt);
      if (!("code" in outcome)) return outcome;
      if (outcome.wait !== undefined) {
        gate.close(outcome.host, Math.min(outcome.wait, LONGEST_CLOSURE));
      }
      if (question.lighter !== undefined && outcome.overwhelmed) {
        question = { ...question, url: question.lighter, lighter: undefined };
        attempt = 0;
        continue;
      }
      const wait = outcome.wait ?? backoff(attempt, random);
      const isLast = attempt >= Math.min(outcome.attempts, retries + 1);
      if (isLast || !canWait(wait, operation)) {
        throw failure(outcome, question, operation, attempt);
      }
      await pause(wait, operation);
    }
  }

  async function attemptOnce(
    question: Question,
    operation: Operation,
    attempt: number,
  ): Promise<Answer | Trouble> {
    const leave = await admit(question, operation, attempt);
    let { url } = question;
    try {
      for (let hop = 0;; hop++) {
        const raw = await transport.exchange({
          url,
          signed: url.origin !== question.url.origin,
          form: question.form,
          secret: url.origin === question.url.origin ? question.secret : undefined,
          limit: question.limit,
          time: operation.left(),
          // Half of a short time is kept for a lighter question, or for another try.
          headersTime: operation.timeout / 2,
          attempt,
          signal: operation.signal,
        });
        if (raw.status < 300 || raw.status >= 400) return judge(raw, url, question, attempt);
        if (hop === MOST_HOPS) throw new Refused(`more than ${MOST_HOPS} redirects`);
        url = nextHop(raw, url, { question, routes, transport });
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
    question: Question,
    operation: Operation,
    attempt: number,
  ): Promise<() => void> {
    const { host } = question.url;
    for (;;) {
      const closed = gate.closedFor(host);
      if (closed > 0 && !canWait(closed, operation)) {
        const reason = `${host} asks to wait for ${Math.ceil(closed / 1000)} s`;
        const trouble: Trouble = { code: "rate_limited", host, reason, attempts: 0, wait: closed };
        throw failure(trouble, question, operation, attempt - 1);
      }
      await pause(closed, operation);
      const leave = await gate.enter(host, operation.signal);
      if (gate.closedFor(host) === 0) return leave;
      leave();
    }
  }

  function judge(
    raw: RawAnswer,
    url: URL,
    question: Question,
    attempts: number,
  ): Answer | Trouble {
    const { status, headers, body } = raw;
    if (status === 401 && url.origin !== question.url.origin) {
      throw new Refused(`${url.host}, to which it redirects, wants a login of its own`);
    }
    const isGood = status >= 200 && status < 300;
    const diagnostics = isGood ? [] : diagnose(body).map((line) => transport.clean(line, 300));
    const wait = parseRetryAfter(headers.get("retry-after"), clock.wall(), headers.get("date"));
    if (isPassing(status, wait) || status >= 500) {
      const page = isHtml(body) ? " with a web page: a proxy in between?" : "";
      return {
        code: status === 429 || status === 403 ? "rate_limited" : "unavailable",
        host: url.host,
        reason: `status ${status}${statusText(status)}${page}`,
        attempts: isPassing(status, wait) ? Infinity : 1,
        overwhelmed: isOverwhelmed(status),
        wait,
        status,
        diagnostics,
      };
    }
    const value = isGood ? (question.statusOnly ? {} : decodeJson(body)) : undefined;
    const request = describe(question);
    const html = !isGood && isHtml(body);
    return { url, status, headers, value, diagnostics, request, html, attempts };
  }

  function canWait(ms: number, operation: Operation): boolean {
    return ms <= operation.patience && ms <= operation.left();
  }

  /** Waits, at the expense of the operation's patience. */
  async function pause(ms: number, operation: Operation): Promise<void> {
    if (ms <= 0) return;
    operation.patience -= ms;
    await clock.sleep(ms, operation.signal);
  }

  function failure(trouble: Trouble, question: Question, operation: Operation, attempts: number) {
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

  function describe({ url, form }: Question): string {
    return transport.clean(`${form === undefined ? "GET" : "POST"} ${url.origin}${url.pathname}`);
  }

  return { send };
}

function statusText(status: number): string {
  const text = STATUS_TEXT[status];
  return text === undefined ? "" : ` (${text})`;
}
