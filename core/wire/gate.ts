import type { Clock } from "../system/clock.ts";

/** In flight at once, in all. */
const IN_ALL = 24;

/** Lets requests through, a few at a time, and knows which hosts asked for patience. */
export interface Gate {
  /**
   * Waits for a place; what it returns gives the place back, once. Whoever was let in must look whether the host
   * has been closed since, and give the place back to wait.
   *
   * @param most how many the host takes at once
   */
  enter(host: string, most: number, signal?: AbortSignal): Promise<() => void>;
  /** Closes `host` for `ms` milliseconds. */
  close(host: string, ms: number): void;
  /** Milliseconds until `host` may be asked again. */
  closedFor(host: string): number;
}

interface Waiting {
  readonly host: string;
  readonly most: number;
  readonly go: () => void;
}

/** Makes a gate on `clock`'s time. */
export function createGate(clock: Clock): Gate {
  const inFlight = new Map<string, number>();
  const openAt = new Map<string, number>();
  const queue: Waiting[] = [];
  let all = 0;

  function hasRoom({ host, most }: Waiting): boolean {
    return all < IN_ALL && (inFlight.get(host) ?? 0) < most;
  }

  function take(host: string): void {
    all++;
    inFlight.set(host, (inFlight.get(host) ?? 0) + 1);
  }

  function leave(host: string): void {
    all--;
    inFlight.set(host, (inFlight.get(host) ?? 1) - 1);
    const next = queue.findIndex(hasRoom);
    if (next >= 0) queue.splice(next, 1)[0]?.go();
  }

  function leaveOnce(host: string): () => void {
    let left = false;
    return () => {
      if (!left) leave(host);
      left = true;
    };
  }

  return {
    enter(host: string, most: number, signal?: AbortSignal): Promise<() => void> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const waiting: Waiting = {
          host,
          most,
          go() {
            signal?.removeEventListener("abort", onAbort);
            take(host);
            resolve(leaveOnce(host));
          },
        };
        const onAbort = () => {
          const place = queue.indexOf(waiting);
          if (place >= 0) queue.splice(place, 1);
          reject(signal?.reason);
        };
        if (hasRoom(waiting)) return waiting.go();
        signal?.addEventListener("abort", onAbort, { once: true });
        queue.push(waiting);
      });
    },
    close(host: string, ms: number): void {
      openAt.set(host, Math.max(openAt.get(host) ?? 0, clock.now() + ms));
    },
    closedFor(host: string): number {
      return Math.max(0, (openAt.get(host) ?? 0) - clock.now());
    },
  };
}
