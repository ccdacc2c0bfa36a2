import type { RegistryAdapter } from "../adapter.ts";
import { type ErrorCode, type ErrorFacts, RegistryError } from "../errors.ts";
import type { Clock } from "../system/clock.ts";

/** Milliseconds that one operation may spend waiting for a better moment. */
const PATIENCE = 60_000;

/** Requests that may be sent, by one operation or by several that share it. */
export interface Budget {
  /** How many there were. */
  readonly most: number;
  /** How many are left. */
  readonly left: number;
  /** Takes one. */
  spend(): void;
}

/**
 * A budget of `most` requests.
 *
 * @throws {RangeError} unless it is at least 1
 */
export function budgetOf(most: number = Infinity): Budget {
  if (!(most >= 1)) {
    throw new RangeError(`Cannot begin: "maxRequests" must be a whole number from 1, not ${most}`);
  }
  let left = most;
  return {
    most,
    get left() {
      return left;
    },
    spend(): void {
      left--;
    },
  };
}

/**
 * One verb on one repository: what its requests share, so that no nesting of retries can multiply it.
 */
export interface Operation {
  /** What is being done, to follow "Cannot": `list tags of "registry.example/a/b"`. */
  readonly what: string;
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
  /** Which end of a copy it is about. */
  readonly side?: ErrorFacts["side"];
  /** Milliseconds given in all. */
  readonly timeout: number;
  /** Requests left; infinite unless the caller set a limit. */
  readonly requests: number;
  /** Whether there is patience and time for a wait of `ms` milliseconds. */
  canWait(ms: number): boolean;
  /** Takes the patience for a wait; what other requests of this operation wait for meanwhile is taken once. */
  wait(ms: number): void;
  /** Milliseconds left in all. */
  left(): number;
  /** Gives back the time that the caller took for itself. */
  extend(ms: number): void;
  /**
   * Takes one of the requests that are left.
   *
   * @throws {RegistryError} `incomplete` if there are none
   */
  spend(): void;
  /** The error for this operation; an adapter's hint for `code` goes before a general one. */
  fail(code: ErrorCode, reason: string, facts?: ErrorFacts, cause?: unknown): RegistryError;
  /** Why something went wrong, by an error of this operation, without what was being done. */
  reasonOf(error: RegistryError): string;
  /** What to throw for a list that broke off: `incomplete` where there was something already, else `error` itself. */
  brokenOff(error: unknown, count: number, nouns: string): unknown;
  /** Another operation's error, in the words of this one. */
  adopt(error: RegistryError, other: Operation): RegistryError;
  /** Runs a pure parser; what it refuses becomes this operation's error. */
  reading<T>(parse: () => T): T;
}

/** Begins an operation on a registry. */
export function beginOperation(
  what: string,
  options: {
    readonly adapter: RegistryAdapter;
    readonly registry: string;
    readonly timeout: number;
    readonly clock: Clock;
    readonly signal?: AbortSignal;
    /** @default without limit */
    readonly budget?: Budget;
    /** Which end of a copy it is. */
    readonly side?: ErrorFacts["side"];
  },
): Operation {
  const { adapter, registry, timeout, clock, signal, side, budget = budgetOf() } = options;
  let deadline = clock.now() + timeout;
  let patience = PATIENCE;
  let waitsUntil = clock.now();

  /** What no other wait covers. */
  function costOf(ms: number): number {
    return Math.max(0, clock.now() + ms - Math.max(clock.now(), waitsUntil));
  }

  function fail(code: ErrorCode, reason: string, facts: ErrorFacts = {}, cause?: unknown) {
    const hint = adapter.hints?.[code] ?? facts.hint;
    const all = { registry, adapter: adapter.id, ...facts, hint, side };
    const known = Object.entries(all).filter(([, fact]) => fact !== undefined);
    return new RegistryError(code, `Cannot ${what}: ${reason}`, Object.fromEntries(known), {
      cause,
    });
  }

  function reasonOf({ message }: RegistryError): string {
    return message.replace(`Cannot ${what}: `, "");
  }

  function brokenOff(error: unknown, count: number, nouns: string): unknown {
    if (!(error instanceof RegistryError) || count === 0) return error;
    const reason = `stopped after ${count} ${nouns}: ${reasonOf(error)}`;
    return fail("incomplete", reason, error.facts, error);
  }

  function adopt(error: RegistryError, other: Operation): RegistryError {
    return fail(error.code, other.reasonOf(error), error.facts, error.cause);
  }

  function reading<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      // What it could not read is the reason; what cannot be done is said already.
      const reason = error.message.replace(/^Cannot read (.+?): /, "$1 cannot be read: ");
      throw fail(error.code, reason, error.facts, error);
    }
  }

  return {
    what,
    signal,
    side,
    timeout,
    canWait: (ms: number) => costOf(ms) <= patience && ms <= deadline - clock.now(),
    wait(ms: number): void {
      patience -= costOf(ms);
      waitsUntil = Math.max(waitsUntil, clock.now() + ms);
    },
    left: () => deadline - clock.now(),
    extend(ms: number): void {
      deadline += ms;
    },
    get requests() {
      return budget.left;
    },
    spend(): void {
      if (budget.left <= 0) {
        const requests = budget.most === 1 ? "1 request" : `${budget.most} requests`;
        const hint = "--max-requests N allows more";
        throw fail("incomplete", `it takes more than ${requests}`, { hint });
      }
      budget.spend();
    },
    fail,
    reasonOf,
    brokenOff,
    adopt,
    reading,
  };
}
