/** A proxy in front of one registry that counts what passes. Disposal ends it. */
export interface CountingProxy extends AsyncDisposable {
  /** As in a reference: `127.0.0.1:PORT`. */
  readonly host: string;
  /** Requests so far, by method. */
  readonly requests: ReadonlyMap<string, number>;
  /** Bytes of bodies so far, both ways. */
  readonly bytes: number;
}

/** Puts a proxy before the registry at `origin`. It slows whatever it counts: times are not taken through it. */
export function startCountingProxy(origin: string): CountingProxy {
  const requests = new Map<string, number>();
  let bytes = 0;

  function counted(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): BodyInit | null {
    return body?.pipeThrough(
      new TransformStream({
        transform(chunk: Uint8Array<ArrayBuffer>, controller): void {
          bytes += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    ) ?? null;
  }

  async function pass(request: Request): Promise<Response> {
    const { method } = request;
    requests.set(method, (requests.get(method) ?? 0) + 1);
    const { pathname, search, host } = new URL(request.url);
    const headers = new Headers(request.headers);
    // Of which the registry makes the addresses where uploads go on.
    headers.set("x-forwarded-host", host);
    const answer: Response = await fetch(`${origin}${pathname}${search}`, {
      method,
      headers,
      body: counted(request.body),
      redirect: "manual",
    });
    return new Response(counted(answer.body), { status: answer.status, headers: answer.headers });
  }

  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    pass,
  );
  return {
    host: `127.0.0.1:${server.addr.port}`,
    requests,
    get bytes(): number {
      return bytes;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
