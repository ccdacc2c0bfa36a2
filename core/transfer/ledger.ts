import { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Repository } from "../names/reference.ts";
import type { Berth } from "./ends.ts";

/** What copies that run together share: which blobs are where already, so that none is sent twice. */
export interface Ledger {
  /**
   * Does `work` for a blob at a target, once however many ask. What one gives up because it was stopped,
   * another that asks does anew.
   */
  once<T>(
    target: string,
    digest: Digest,
    stopped: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T>;
  /** A repository of a registry that is known to have a blob, other than `berth`'s own. */
  holderOf(berth: Berth, digest: Digest): Repository | undefined;
  /** Remembers that a repository has a blob. */
  note(berth: Berth, digest: Digest): void;
  /** Does `work` when one of a few places is free: so many blobs are under way at once. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** How work ended. */
type End<T> = { readonly value: T } | { readonly error: unknown; readonly isGivenUp: boolean };

/** Opens a ledger for `jobs` blobs at once. */
export function openLedger(jobs: number): Ledger {
  const done = new Map<string, Promise<End<unknown>>>();
  const holders = new Map<string, Repository>();
  const waiting: (() => void)[] = [];
  let free = jobs;

  return {
    async once<T>(
      target: string,
      digest: Digest,
      stopped: AbortSignal,
      work: () => Promise<T>,
    ): Promise<T> {
      const name = `${target} ${digest}`;
      for (;;) {
        const known = done.get(name);
        if (known === undefined) break;
        const end = await known;
        if ("value" in end) return end.value as T;
        if (!end.isGivenUp) throw end.error;
      }
      const begun = settled(work, stopped);
      done.set(name, begun);
      const end = await begun;
      if ("value" in end) return end.value;
      throw end.error;

      async function settled(work: () => Promise<T>, stopped: AbortSignal): Promise<End<T>> {
        try {
          return { value: await work() };
        } catch (error) {
          done.delete(name);
          // What is stopped fails by whatever stopped it.
          const isGivenUp = stopped.aborted || !(error instanceof RegistryError);
          return { error, isGivenUp };
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
