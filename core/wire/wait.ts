import type { Clock } from "../system/clock.ts";
import type { Operation } from "./operation.ts";

/**
 * Waits for what another has begun, within this operation's own time.
 *
 * @throws the signal's reason if the operation is aborted
 * @throws {RegistryError} `unavailable` if its time runs out
 */
export async function waitFor<T>(
  work: Promise<T>,
  operation: Operation,
  clock: Clock,
): Promise<T> {
  const done = new AbortController();
  const { signal } = operation;
  async function timeOut(): Promise<never> {
    const ended = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
    await clock.sleep(operation.left(), ended);
    throw operation.fail("unavailable", `no end within ${operation.timeout / 1000} s`);
  }
  try {
    return await Promise.race([work, timeOut()]);
  } finally {
    done.abort();
  }
}
