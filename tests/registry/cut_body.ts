/** A body which fails with the signal's reason, or ends, once that is aborted, and lets its source go. */
export function cutByAbort(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  how: "fails" | "ends" = "fails",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let onAbort = (): void => {};
  const stop = (): void => signal.removeEventListener("abort", onAbort);
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller): void {
      onAbort = (): void => {
        if (how === "ends") controller.close();
        else controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      };
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
    },
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value);
        stop();
        controller.close();
      } catch (cause) {
        stop();
        if (signal.aborted) return;
        throw new TypeError("error reading a body from connection", { cause });
      }
    },
    async cancel(reason): Promise<void> {
      stop();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
