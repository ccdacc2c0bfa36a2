/** Time, passed in so that tests can own it. */
export interface Clock {
  /** Milliseconds from a fixed but unknown moment; never set back. */
  now(): number;
  /** Milliseconds since 1970, as the machine believes. */
  wall(): number;
  /**
   * Resolves after `ms` milliseconds.
   *
   * @throws the reason of `signal` as soon as it is aborted
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** `setTimeout` fires at once beyond this: https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, Math.min(Math.max(ms, 0), LONGEST_TIMER));
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};

/** Lets what was begun before get under way. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
