import type { RegistryAdapter } from "../adapter.ts";
import { type ErrorCode, type ErrorFacts, RegistryError } from "../errors.ts";

/** Milliseconds that all waiting for a better moment may take in one operation. */
const PATIENCE = 60_000;

/**
 * One verb on one repository: what its requests share. `time` and `patience` are spent as it goes, so
 * that no nesting of retries can multiply them.
 */
export interface Operation {
  /** What is being done, to follow "Cannot": `list tags of "registry.example/a/b"`. */
  readonly what: string;
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
  /** Milliseconds given in all. */
  readonly timeout: number;
  /** Milliseconds left for requests and waits. */
  time: number;
  /** Milliseconds left for waits between attempts. */
  patience: number;
  /** The error for this operation; an adapter's hint for `code` goes before a general one. */
  fail(code: ErrorCode, reason: string, facts?: ErrorFacts, cause?: unknown): RegistryError;
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
    readonly signal?: AbortSignal;
  },
): Operation {
  const { adapter, registry, timeout, signal } = options;
  function fail(code: ErrorCode, reason: string, facts: ErrorFacts = {}, cause?: unknown) {
    const hint = adapter.hints?.[code] ?? facts.hint;
    const all = { registry, adapter: adapter.id, ...facts, hint };
    const known = Object.entries(all).filter(([, fact]) => fact !== undefined);
    return new RegistryError(code, `Cannot ${what}: ${reason}`, Object.fromEntries(known), {
      cause,
    });
  }

  function reading<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      throw fail(error.code, error.message, error.facts, error);
    }
  }

  return { what, signal, timeout, time: timeout, patience: PATIENCE, fail, reading };
}
