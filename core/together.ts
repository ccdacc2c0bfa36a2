/**
 * Works on all items at once; how many requests are really under way is the gate's matter. The first
 * failure stops the others and is thrown once all have come to rest.
 *
 * @returns the results in the order of the items
 */
export async function together<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  stop: AbortController,
): Promise<R[]> {
  let failure: { readonly error: unknown } | undefined;
  const all = await Promise.allSettled(items.map(async (item) => {
    try {
      return await work(item);
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
      throw error;
    }
  }));
  if (failure !== undefined) throw failure.error;
  return all.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

/**
 * Does `work` on all items, a few at once, and gives what came of it in their order. After a failure nothing
 * new is begun, and it is thrown when all have come to rest.
 */
export async function fewAtOnce<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  most: number,
): Promise<R[]> {
  const results = new Map<number, R>();
  const rest = items.entries();
  let hasFailed = false;

  async function goOn(): Promise<void> {
    for (const [index, item] of rest) {
      if (hasFailed) return;
      try {
        results.set(index, await work(item));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  }

  const workers = Array.from({ length: Math.min(most, items.length) }, goOn);
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return items.map((_, index) => results.get(index) as R);
}

/** A stop that the caller's signal pulls too. */
export function stopOf(signal: AbortSignal | undefined): {
  readonly stop: AbortController;
  readonly signal: AbortSignal;
} {
  const stop = new AbortController();
  return { stop, signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal };
}
