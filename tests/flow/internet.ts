import type { FlowOptions } from "../../mod.ts";

/** Answers one request; the whole internet is one of these. */
export type Answers = (url: URL, request: Request) => Response | Promise<Response>;

/** A `fetch` over `answers`, which ends with the signal as the real one does, also while it waits or reads. */
export function internet(answers: Answers): NonNullable<FlowOptions["fetch"]> {
  return async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const stopped = Promise.withResolvers<never>();
    const onAbort = (): void => stopped.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = Promise.resolve(answers(new URL(request.url), request)).catch((cause) => {
        throw cause instanceof TypeError ? cause : new TypeError("fetch failed", { cause });
      });
      const response = await Promise.race([answer, stopped.promise]);
      return endingWith(response, signal);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };
}

function endingWith(response: Response, signal: AbortSignal): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let onAbort = (): void => {};
  const stop = (): void => signal.removeEventListener("abort", onAbort);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller): void {
      onAbort = (): void => {
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller): Promise<void> {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (!done) return controller.enqueue(value);
      stop();
      controller.close();
    },
    async cancel(reason): Promise<void> {
      stop();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status: response.status, headers: response.headers });
}

/** Answers JSON. */
export function json(value: unknown, headers: HeadersInit = {}): Response {
  return new Response(JSON.stringify(value), {
    status: 200,
    headers: [["content-type", "application/json"], ...new Headers(headers)],
  });
}

/** Answers 401 with these challenges, in one header. */
export function challenged(...challenges: readonly string[]): Response {
  const body = JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "log in" }] });
  return new Response(body, {
    status: 401,
    headers: { "www-authenticate": challenges.join(", ") },
  });
}

/** A redirect; `location` is left out where it is undefined. */
export function redirected(status: number, location?: string): Response {
  return new Response(null, { status, headers: location === undefined ? {} : { location } });
}
