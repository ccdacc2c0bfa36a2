import type { Context } from "./_command.ts";
import { exitCode } from "./_exit.ts";
import { inOrder, type Turn } from "./_in_order.ts";
import { ClosedOutput } from "./_output.ts";

/** More at once would look like an attack to a registry, and be held up like one. */
const AT_ONCE = 8;

/** The work of one command on all its references. */
export interface Run {
  /** Aborted when the user interrupts, or as soon as the run cannot go on. */
  readonly signal: AbortSignal;
  /**
   * Does `work` on all items together; what they print comes in the order of the items. A failure is
   * reported in its turn, and the others go on.
   *
   * @returns the exit code of the first item in order that failed, or that of success
   */
  each<Item>(
    items: readonly Item[],
    work: (item: Item, turn: Turn) => Promise<void>,
  ): Promise<number>;
}

/** Begins a run. */
export function beginRun(context: Context): Run {
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);

  async function each<Item>(
    items: readonly Item[],
    work: (item: Item, turn: Turn) => Promise<void>,
  ): Promise<number> {
    let failure: number | undefined;
    async function reported(item: Item, turn: Turn): Promise<void> {
      try {
        await work(item, turn);
      } catch (error) {
        if (error instanceof ClosedOutput || signal.aborted) throw error;
        await turn.take(async () => {
          const code = await context.report(error);
          failure ??= code;
        });
      }
    }
    await inOrder(items, reported, { atOnce: AT_ONCE, halt });
    return failure ?? exitCode("done");
  }

  return { signal, each };
}
