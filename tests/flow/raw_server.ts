/** What a raw server does with one connection, after it has read the request's headers. */
export type Conversation = (connection: Deno.TcpConn, count: number) => Promise<void>;

/** A server that writes bytes as it likes. */
export interface RawServer extends AsyncDisposable {
  readonly origin: string;
  /** How many requests came. */
  count(): number;
}

/** Serves on 127.0.0.1; each connection gets one request and one conversation. */
export function serveRaw(talk: Conversation): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const talks: Promise<void>[] = [];
  let count = 0;

  async function converse(connection: Deno.TcpConn): Promise<void> {
    open.add(connection);
    try {
      const buffer = new Uint8Array(16_384);
      let head = "";
      while (!head.includes("\r\n\r\n")) {
        const read = await connection.read(buffer);
        if (read === null) return;
        head += new TextDecoder().decode(buffer.subarray(0, read));
      }
      await talk(connection, ++count);
    } catch {
      // The client went away.
    } finally {
      open.delete(connection);
      try {
        connection.close();
      } catch {
        // It was closed by the conversation.
      }
    }
  }

  const accepting = (async (): Promise<void> => {
    for await (const connection of listener) talks.push(converse(connection));
  })();

  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    count: () => count,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const connection of open) connection.close();
      await Promise.all([accepting, ...talks]);
    },
  };
}

/** Writes all of it. */
export async function write(connection: Deno.TcpConn, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** The bytes of `data` as gzip. */
export async function gzip(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
