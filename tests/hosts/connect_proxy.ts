import { type Connections, keepConnections, writeAll } from "./connections.ts";

/** Bytes that the head of a CONNECT request may have. */
const MOST_HEAD = 8192;

/** A running proxy. Disposal cuts its tunnels. */
export interface ConnectProxy extends AsyncDisposable {
  /** As clients are told: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** By known host, how many tunnels were opened to it. */
  readonly tunnels: Readonly<Record<string, number>>;
  /** The targets that were refused, oldest first: `registry.example:443`. */
  readonly refused: readonly string[];
}

/** Where the tunnels of a proxy end. */
export interface ConnectProxyOptions {
  /** The hosts that it knows, on port 443. Any other target gets a 502. */
  readonly hosts: readonly string[];
  /** The port on 127.0.0.1 where all of them are. */
  readonly port: number;
}

/** Starts an HTTP proxy that knows CONNECT alone. */
export function startConnectProxy(options: ConnectProxyOptions): ConnectProxy {
  const { hosts, port } = options;
  const listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const tunnels = new Map<string, number>();
  const refused: string[] = [];
  const connections: Connections = keepConnections();

  async function serve(client: Deno.TcpConn): Promise<void> {
    const head: Head | undefined = await readHead(client);
    if (head === undefined) return;
    const host: string | undefined = hosts.find((known) =>
      `${known}:443` === head.target.toLowerCase()
    );
    if (host === undefined) {
      refused.push(head.target);
      return await writeAll(client, answer("502 Bad Gateway\r\ncontent-length: 0"));
    }
    tunnels.set(host, (tunnels.get(host) ?? 0) + 1);
    client.setNoDelay();
    const near: Uint8Array = answer("200 Connection established");
    await connections.join(client, port, { near, far: head.rest });
  }

  connections.listen(listener, serve);
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    refused,
    get tunnels(): Readonly<Record<string, number>> {
      return Object.fromEntries(tunnels);
    },
    [Symbol.asyncDispose]: (): PromiseLike<void> => connections[Symbol.asyncDispose](),
  };
}

/** What a client wants, and what it sent before it was answered. */
interface Head {
  /** `host:port`; the whole line where that is no CONNECT. */
  readonly target: string;
  readonly rest: Uint8Array;
}

/** Undefined where the client left, or sends no end of it. */
async function readHead(client: Deno.TcpConn): Promise<Head | undefined> {
  const buffer = new Uint8Array(MOST_HEAD);
  let size = 0;
  while (size < buffer.length) {
    const count: number | null = await client.read(buffer.subarray(size));
    if (count === null) return undefined;
    size += count;
    // One character a byte, so that the index of one is the index of the other.
    const text: string = String.fromCharCode(...buffer.subarray(0, size));
    const end: number = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const line: string = text.slice(0, text.indexOf("\r\n"));
    const [method = "", target = ""]: string[] = line.split(" ");
    return { target: method === "CONNECT" ? target : line, rest: buffer.slice(end + 4, size) };
  }
  return undefined;
}

function answer(head: string): Uint8Array {
  return new TextEncoder().encode(`HTTP/1.1 ${head}\r\n\r\n`);
}
