import { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Repository } from "../names/reference.ts";
import type { Berth } from "./ends.ts";

/** What copies that run together share: which blobs are where already, so that none is sent twice. */
export interface Ledger {
  /** Does `work` for a blob at a target, once however many ask. */
  once<T>(target: string, digest: Digest, work: () => Promise<T>): Promise<T>;
  /** A repository of a registry that is known to have a blob, other than `berth`'s own. */
  holderOf(berth: Berth, digest: Digest): Repository | undefined;
  /** Remembers that a repository has a blob. */
  note(berth: Berth, digest: Digest): void;
  /** Does `work` when one of a few places is free: so many blobs are under way at once. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** Opens a ledger for `jobs` blobs at once. */
export function openLedger(jobs: number): Ledger {
  const done = new Map<string, Promise<unknown>>();
  const holders = new Map<string, Repository>();
  const waiting: (() => void)[] = [];
  let free = jobs;

  return {
    async once<T>(target: string, digest: Digest, work: () => Promise<T>): Promise<T> {
      const name = `${target} ${digest}`;
      for (;;) {
        const known = done.get(name);
        if (known === undefined) break;
        try {
          return await known as T;
        } catch (error) {
          // What another image has given up because it was stopped is not lost for this one.
          if (error instanceof RegistryError) throw error;
        }
      }
      const begun = work();
      done.set(name, begun);
      begun.catch(() => done.delete(name));
      return await begun;
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
