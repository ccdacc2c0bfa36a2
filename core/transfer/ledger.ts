import { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Repository } from "../names/reference.ts";
import type { Berth, CopySource, CopyTarget } from "./ends.ts";

/** What is to be done once. */
export interface Errand {
  /** A blob may have the bytes of a manifest: these are two things with one digest. */
  readonly kind: "blob" | "manifest" | "referrers";
  /** Where from. */
  readonly source: Pick<CopySource, "name" | "what">;
  /** Where to. */
  readonly target: Pick<CopyTarget, "name" | "what" | "life">;
  /** What it is about. */
  readonly digest: Digest;
  /** Whether what was found before does not count. @default false */
  readonly isRefresh?: boolean;
  /** Stops whoever asks, though not another who does it. */
  readonly signal: AbortSignal;
}

/** What copies that run together share: which blobs are where already, so that none is sent twice. */
export interface Ledger {
  /**
   * Does `work`, once however many ask. What one gives up because it was stopped, another that asks does
   * anew, and what failed at the source of one, another that has another source; what else fails is told to
   * each in the words of its own ends. What it comes to is kept as long as the ledger: it should be small. It
   * must not wait for other work of its kind that may wait for it.
   */
  once<T>(errand: Errand, work: () => Promise<T>): Promise<T>;
  /** A repository of a registry that is known to have a blob, other than `berth`'s own. */
  holderOf(berth: Berth, digest: Digest): Repository | undefined;
  /** Remembers that a repository has a blob. */
  note(berth: Berth, digest: Digest): void;
  /** Does `work` when one of a few places is free: so many blobs are under way at once. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** How work ended. */
type End<T> = { readonly value: T } | {
  readonly error: unknown;
  readonly isGivenUp: boolean;
  readonly errand: Errand;
};

/** Opens a ledger for `jobs` blobs at once. */
export function openLedger(jobs: number): Ledger {
  const done = new Map<string, Promise<End<unknown>>>();
  const holders = new Map<string, Repository>();
  const waiting: (() => void)[] = [];
  let free = jobs;

  return {
    async once<T>(errand: Errand, work: () => Promise<T>): Promise<T> {
      const name = nameOf(errand);
      const { signal } = errand;
      for (;;) {
        const known = done.get(name);
        if (known === undefined) break;
        const end = await unlessStopped(known, signal);
        if ("value" in end) return end.value as T;
        const isElsewhere = end.errand.source.name !== errand.source.name &&
          end.error instanceof RegistryError && end.error.facts.side === "source";
        if (!end.isGivenUp && !isElsewhere) throw inWordsOf(errand, end);
      }
      const begun = settled();
      done.set(name, begun);
      const end = await begun;
      if ("value" in end) return end.value;
      throw end.error;

      async function settled(): Promise<End<T>> {
        try {
          return { value: await work() };
        } catch (error) {
          done.delete(name);
          // What is stopped fails by whatever stopped it.
          const isGivenUp = signal.aborted || !(error instanceof RegistryError);
          return { error, isGivenUp, errand };
        }
      }
    },
    holderOf({ registry, repository }: Berth, digest: Digest): Repository | undefined {
      const holder = holders.get(`${registry} ${digest}`);
      return holder === repository ? undefined : holder;
    },
    note({ registry, repository }: Berth, digest: Digest): void {
      holders.set(`${registry} ${digest}`, repository);
    },
    async inTurn<T>(work: () => Promise<T>): Promise<T> {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free--;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}

/** A blob is the same wherever it is from; what a source has of manifests is its own. */
function nameOf({ kind, source, target, digest, isRefresh = false }: Errand): string {
  const from = kind === "blob" ? [] : [source.name, isRefresh];
  return [kind, target.name, target.life, digest, ...from].join(" ");
}

/** Another's failure, as the one who waited for it would have told it. */
function inWordsOf(
  own: Errand,
  { error, errand }: { readonly error: unknown; readonly errand: Errand },
): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { code, message, facts, cause } = error;
  const [there, here] = facts.side === "source"
    ? [errand.source, own.source]
    : [errand.target, own.target];
  const told = message.replace(`Cannot ${there.what}: `, () => `Cannot ${here.what}: `);
  return told === message ? error : new RegistryError(code, told, facts, { cause });
}

async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
