import { clearImmediate, setImmediate } from "node:timers";
import type { Clock } from "../core/system/clock.ts";

/** A clock that jumps to the next moment that somebody waits for, once nothing else is left to do. */
export interface VirtualClock extends Clock {
  /** How many sleep now. */
  sleepers(): number;
  /** Sets the machine's idea of the date, as a user or a suspended laptop does. */
  setWall(ms: number): void;
}

/** What `wall()` says at the start: Sun, 06 Sep 2026 12:00:00 GMT. */
export const START: number = Date.UTC(2026, 8, 6, 12);

/** Turns of the event loop without any news after which all work in process must have come to rest. */
const QUIET_TURNS = 3;

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Makes a clock. It only suits work in process: it does not know that an answer is still on a socket. */
export function virtualClock(): VirtualClock {
  const sleepers = new Set<Sleeper>();
  let now = 0;
  let wallOffset = START;
  let quiet = 0;
  let turn: ReturnType<typeof setImmediate> | undefined;

  function news(): void {
    quiet = 0;
    if (sleepers.size > 0 && turn === undefined) turn = setImmediate(onTurn);
    if (sleepers.size > 0 || turn === undefined) return;
    clearImmediate(turn);
    turn = undefined;
  }

  function onTurn(): void {
    turn = setImmediate(onTurn);
    if (++quiet < QUIET_TURNS) return;
    const next = [...sleepers].reduce((a, b) => b.until < a.until ? b : a);
    now = Math.max(now, next.until);
    sleepers.delete(next);
    news();
    next.wake();
  }

  return {
    now: () => now,
    wall: () => wallOffset + now,
    sleep(ms: number, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          news();
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          until: now + Math.max(0, ms),
          wake(): void {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        sleepers.add(sleeper);
        news();
      });
    },
    sleepers: () => sleepers.size,
    setWall: (ms: number) => void (wallOffset = ms - now),
  };
}
