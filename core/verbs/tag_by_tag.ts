import { type ErrorCode, type ErrorFacts, RegistryError } from "../errors.ts";
import type { Tag } from "../names/tag.ts";
import type { Operation } from "../wire/operation.ts";

/** Tags under way: a few more than a host is asked at once. Each of them waits at the operation's expense. */
const AT_ONCE = 8;
/** Failures that every other tag would meet too. */
const ENDING: readonly ErrorCode[] = [
  "incomplete",
  "rate_limited",
  "unauthorized",
  "denied",
  "blocked",
];
/** Failures in a row, of any kind, after which no more is asked. */
const MOST_FAILURES = 24;
const ASK_MORE = "--max-requests N allows more; fewer tags, as by --include, need less";

/** What was found about a tag, and the failure that kept it from more. */
export interface Finding<T> {
  /** What is known. */
  readonly value: T;
  /** Why that is not all. */
  readonly failure?: RegistryError;
}

/** What became of one tag. */
export interface Outcome<T> {
  /** The tag. */
  readonly tag: Tag;
  /** What was found; absent where it was not asked for any more. */
  readonly finding?: Finding<T>;
}

/**
 * Works on tags together, a bounded number ahead of the one whose turn it is. A failure is one tag's; but
 * after one that the others would meet too, or a whole row of them, no more work is begun.
 *
 * @param stop aborted when nobody wants the rest; what is under way has come to rest when it ends
 * @returns what became of them, in their order
 */
export async function* tagByTag<T>(
  tags: Iterable<Tag>,
  work: (tag: Tag) => Promise<Finding<T>>,
  stop: AbortController,
): AsyncGenerator<Outcome<T>> {
  const underWay: Promise<Outcome<T>>[] = [];
  let failures = 0;
  let isOver = false;

  async function begin(tag: Tag): Promise<Outcome<T>> {
    if (isOver) return { tag };
    const finding = await work(tag);
    failures = finding.failure === undefined ? 0 : failures + 1;
    isOver ||= failures >= MOST_FAILURES || ends(finding.failure);
    return { tag, finding };
  }

  try {
    for (const tag of tags) {
      const outcome = begin(tag);
      // It is awaited in its turn; until then its failure is nobody's.
      outcome.catch(() => {});
      underWay.push(outcome);
      const next = underWay.length < AT_ONCE ? undefined : underWay.shift();
      if (next !== undefined) yield await next;
    }
    for (const outcome of underWay) yield await outcome;
  } finally {
    stop.abort();
    await Promise.allSettled(underWay);
  }
}

function ends(failure: RegistryError | undefined): boolean {
  return failure !== undefined && ENDING.includes(failure.code);
}

/** A registry's failure, for a {@linkcode Finding}; whatever else was thrown, such as an interrupt, is thrown on. */
export function failureOf(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  throw error;
}

/**
 * The error for an answer that is not whole: `incomplete`, unless one of the failures is forged content, or
 * there is nothing but answers that break the protocol.
 *
 * @param what how much is missing, to stand before the reason
 * @param whole how much is not
 */
export function shortfallOf(
  what: string,
  failures: readonly RegistryError[],
  { operation, whole }: { readonly operation: Operation; readonly whole: number },
): RegistryError {
  const forged = failures.find(({ code }) => code === "digest_mismatch");
  const cause = forged ?? failures[0];
  const reason = cause && operation.reasonOf(cause);
  const isOurs = cause?.code === "incomplete" && cause.facts.request === undefined;
  const facts: ErrorFacts = isOurs ? { hint: ASK_MORE } : cause?.facts ?? {};
  const message = reason === undefined ? what : `${what}: ${reason}`;
  const isBroken = whole === 0 && failures.length > 0 &&
    failures.every(({ code }) => code === "protocol");
  const code = isBroken ? "protocol" : "incomplete";
  return operation.fail(forged?.code ?? code, message, facts, cause);
}
