/** Where one piece of work leaves what should be seen in its turn. */
export class Turn {
  readonly #waiting: (() => Promise<void>)[] = [];
  #begun: Promise<void> | undefined;

  /** Does `action` if it is this one's turn, and resolves when that is done; else keeps it until then. */
  async take(action: () => Promise<void>): Promise<void> {
    if (this.#begun === undefined) {
      this.#waiting.push(action);
      return;
    }
    await this.#begun;
    await action();
  }

  /** Begins the turn with what was kept. Called once. */
  begin(): Promise<void> {
    this.#begun = this.#flush();
    return this.#begun;
  }

  async #flush(): Promise<void> {
    for (const action of this.#waiting.splice(0)) await action();
  }
}

/**
 * Does `work` on all items at the same time, while what they leave with their turns is done in the
 * order of the items: the first unfinished one at once, the later ones when those before have ended.
 *
 * @param atOnce the most items under way
 * @param halt aborted as soon as one of them throws; `inOrder` throws the same when all have ended
 */
export async function inOrder<Item>(
  items: readonly Item[],
  work: (item: Item, turn: Turn) => Promise<void>,
  options: { readonly atOnce: number; readonly halt: AbortController },
): Promise<void> {
  const { atOnce, halt } = options;
  const enter = createGate(atOnce);
  const ends: Promise<void>[] = [];
  let before: Promise<unknown> = Promise.resolve();
  for (const item of items) {
    const turn = new Turn();
    const end = enter(() => {
      halt.signal.throwIfAborted();
      return work(item, turn);
    });
    ends.push(end);
    before = Promise.all([before.then(() => turn.begin()), end]);
  }
  try {
    await before;
  } catch (error) {
    halt.abort(error);
    await Promise.allSettled(ends);
    throw error;
  }
}

/** Lets so many tasks run at once; the others wait in the order in which they came. */
function createGate(places: number): (task: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async function enter(task: () => Promise<void>): Promise<void> {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
