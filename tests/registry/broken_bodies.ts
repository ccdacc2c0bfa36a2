/** A stream of bytes. */
type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** The same bytes, but for the lowest bit of one of them. */
export function flippedBody(body: Bytes, at: number): Bytes {
  const reader = body.getReader();
  let position = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      const copy = value.slice();
      const index = at - position;
      if (index >= 0 && index < copy.length) copy[index] = (copy[index] ?? 0) ^ 1;
      position += value.length;
      controller.enqueue(copy);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The first bytes; then the connection is lost, or closed as if that were all. */
export function brokenBody(body: Bytes, at: number, how: "breaks" | "closes"): Bytes {
  const reader = body.getReader();
  let left = at;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      const { done, value } = left > 0 ? await reader.read() : { done: false, value: undefined };
      if (done) return controller.close();
      if (value !== undefined) {
        controller.enqueue(value.subarray(0, left));
        left -= value.length;
        return;
      }
      await reader.cancel();
      if (how === "breaks") throw new TypeError("error reading a body from connection");
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The first bytes, and then nothing until it is dropped. */
export function stalledBody(body: Bytes, at: number): Bytes {
  const reader = body.getReader();
  const dropped = Promise.withResolvers<void>();
  let left = at;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      if (left <= 0) return await dropped.promise;
      const { done, value } = await reader.read();
      if (done) return await dropped.promise;
      controller.enqueue(value.subarray(0, left));
      left -= value.length;
    },
    async cancel(reason): Promise<void> {
      dropped.resolve();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** The bytes, and then zeros for as long as it is read. */
export function endlessBody(body: Bytes): Bytes {
  const reader = body.getReader();
  let over = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      const { done = true, value } = over ? {} : await reader.read();
      over ||= done;
      controller.enqueue(value ?? new Uint8Array(65_536));
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
