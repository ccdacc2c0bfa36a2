import type { Clock } from "../system/clock.ts";
import { Setback } from "./setback.ts";

/** Ends what takes too long. */
export interface Watch {
  /** Aborted when time is up, or by the outer signal. */
  readonly signal: AbortSignal;
  /** From now on something must happen within `ms`, and all of it before `deadline`. */
  expect(ms: number, deadline: number, what: string): void;
  /** From now on nothing has to happen. */
  rest(): void;
  /** Why it was aborted by this watch, if it was. */
  late(): Setback | undefined;
  /** Lets go of timer and signal. */
  stop(): void;
}

/** Starts a watch with one timer, which is set anew only when it runs out. */
export function startWatch(clock: Clock, outer: AbortSignal | undefined): Watch {
  const controller = new AbortController();
  const done = new AbortController();
  let until = Infinity;
  let span = 0;
  let running = false;
  let resting = false;
  let what = "";
  let late: Setback | undefined;
  const onOuter = () => controller.abort(outer?.reason);
  outer?.addEventListener("abort", onOuter, { once: true });
  if (outer?.aborted) onOuter();

  /** At rest no longer than what may be expected next: the timer is never set back. */
  function remaining(): number {
    return resting ? span : until - clock.now();
  }

  async function run(): Promise<void> {
    running = true;
    try {
      for (let left = remaining(); left > 0; left = remaining()) {
        await clock.sleep(left, done.signal);
      }
      late = new Setback("slow", what);
      controller.abort(late);
    } catch {
      // Stopped: all went well, or it ended for another reason.
    }
  }

  return {
    signal: controller.signal,
    expect(ms: number, deadline: number, expected: string): void {
      const now = clock.now();
      span = Math.min(ms, deadline - now);
      resting = false;
      until = Math.min(now + ms, deadline);
      what = `${expected} within ${Math.max(0, (until - now) / 1000).toFixed(1)} s`;
      if (!running) run();
    },
    rest(): void {
      resting = true;
    },
    late: () => late,
    stop(): void {
      outer?.removeEventListener("abort", onOuter);
      done.abort();
    },
  };
}
