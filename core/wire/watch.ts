import type { Clock } from "../system/clock.ts";
import { Setback } from "./setback.ts";

/** Ends what takes too long. */
export interface Watch {
  /** Aborted when time is up, or by the outer signal. */
  readonly signal: AbortSignal;
  /**
   * From now on something must happen within `ms`, and all of it before `deadline`. No moment may be earlier
   * than one that was expected before: the timer is never set back.
   */
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
  let running = false;
  let resting = false;
  let what = "";
  let late: Setback | undefined;
  const onOuter = () => {
    controller.abort(outer?.reason);
    done.abort();
  };
  outer?.addEventListener("abort", onOuter, { once: true });
  if (outer?.aborted) onOuter();

  async function run(): Promise<void> {
    running = true;
    try {
      for (let left = until - clock.now(); left > 0; left = until - clock.now()) {
        await clock.sleep(left, done.signal);
        // Whoever rests may have been forgotten; the next expectation sets it anew.
        if (resting) return;
      }
      late = new Setback("slow", what);
      controller.abort(late);
    } catch {
      // Stopped: all went well, or it ended for another reason.
    } finally {
      running = false;
    }
  }

  return {
    signal: controller.signal,
    expect(ms: number, deadline: number, expected: string): void {
      const now = clock.now();
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
