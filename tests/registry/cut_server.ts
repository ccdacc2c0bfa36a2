/** How a connection ends: in order, by a reset, or never. */
export type Cut = "close" | "reset" | "stall";

/** A listener which answers each connection by the same bytes. */
export interface CutServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** How many connections came in so far. */
  readonly connections: number;
}

/**
 * Answers each connection by the first `offset` of the bytes and then ends it, on 127.0.0.1 over plain TCP. The bytes are a
 * whole HTTP/1.1 answer, head included: see `rawAnswer()`. A reset relies on the system sending one where a socket is closed
 * with bytes unread (Linux does). Needs `--allow-net=127.0.0.1`.
 */
export function cutServer(bytes: Uint8Array, offset: number, how: Cut): CutServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let connections = 0;

  async function answer(conn: Deno.Conn): Promise<void> {
    // One byte is read, so that a request is there, and the rest of it stays unread for a reset.
    await conn.read(new Uint8Array(how === "reset" ? 1 : 65_536));
    let sent = 0;
    while (sent < Math.min(offset, bytes.length)) {
      sent += await conn.write(bytes.subarray(sent, offset));
    }
    if (how === "stall") return;
    if (how === "reset") await new Promise((resolve) => setTimeout(resolve, 5));
    open.delete(conn);
    conn.close();
  }

  async function accept(): Promise<void> {
    for await (const conn of listener) {
      connections++;
      open.add(conn);
      answer(conn).catch(() => {});
    }
  }

  const accepting = accept();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    get connections(): number {
      return connections;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const conn of open) conn.close();
      open.clear();
      await accepting;
    },
  };
}

/** The bytes of an answer as HTTP/1.1 sends them, with a content-length and `connection: close`. */
export async function rawAnswer(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const body = await response.bytes();
  const headers = new Headers(response.headers);
  headers.set("content-length", String(body.length));
  headers.set("connection", "close");
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = new TextEncoder().encode(`HTTP/1.1 ${response.status} \r\n${lines}\r\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
