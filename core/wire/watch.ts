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

/** Starts a watch with one timer, which is set anew only when it runs out, or when that would be too late. */
export function startWatch(clock: Clock, outer: AbortSignal | undefined): Watch {
  const controller = new AbortController();
  let timer: AbortController | undefined;
  let rings = Infinity;
  let until = Infinity;
  let stopped = false;
  let resting = false;
  let what = "";
  let late: Setback | undefined;
  const onOuter = () => {
    controller.abort(outer?.reason);
    stop();
  };

  function stop(): void {
    outer?.removeEventListener("abort", onOuter);
    stopped = true;
    timer?.abort();
  }

  async function run(): Promise<void> {
    const own = timer = new AbortController();
    try {
      for (let left = until - clock.now(); left > 0; left = until - clock.now()) {
        rings = until;
        await clock.sleep(left, own.signal);
        // Whoever rests may have been forgotten; the next expectation sets it anew.
        if (resting) return;
      }
      late = new Setback("slow", what);
      controller.abort(late);
    } catch {
      // Stopped: all went well, it ended for another reason, or another timer runs in its place.
    } finally {
      if (timer === own) timer = undefined;
    }
  }

  outer?.addEventListener("abort", onOuter, { once: true });
  if (outer?.aborted) onOuter();

  return {
    signal: controller.signal,
    expect(ms: number, deadline: number, expected: string): void {
      const now = clock.now();
      resting = false;
      until = Math.min(now + ms, deadline);
      what = `${expected} within ${Math.max(0, (until - now) / 1000).toFixed(1)} s`;
      if (stopped || (timer !== undefined && rings <= until)) return;
      timer?.abort();
      run();
    },
    rest(): void {
      resting = true;
    },
    late: () => late,
    stop,
  };
}
