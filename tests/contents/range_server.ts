import { write } from "../flow/raw_server.ts";

/** One request for a blob, on a connection of its own. */
export interface BlobRequest {
  readonly connection: Deno.TcpConn;
  /** The value of Range. */
  readonly range: string | undefined;
  /** Counts from 1. */
  readonly count: number;
}

/** What a server does with a request; the connection is closed behind it. */
export type Talk = (request: BlobRequest) => Promise<void>;

/** A server of one blob that writes bytes as it likes. */
export interface BlobServer extends AsyncDisposable {
  readonly origin: string;
  /** The Range of each request so far. */
  readonly ranges: readonly (string | undefined)[];
  /** Resolves once the client has let go of so many connections before they were at their end. */
  left(count: number): Promise<void>;
}

/** Serves on 127.0.0.1. For a request that is in `unread`, nothing but one byte is read: its connection ends in a reset. */
export function serveBlob(talk: Talk, unread: readonly number[] = []): BlobServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const talks: Promise<void>[] = [];
  const ranges: (string | undefined)[] = [];
  const leaving = new Set<() => void>();
  let count = 0;
  let lefts = 0;

  async function converse(connection: Deno.TcpConn): Promise<void> {
    open.add(connection);
    try {
      const turn = ++count;
      const head = unread.includes(turn) ? await first(connection) : await readHead(connection);
      if (head === undefined) return;
      const range = /^range: (.*)\r$/im.exec(head)?.[1];
      ranges.push(range);
      await talk({ connection, range, count: turn });
    } catch {
      lefts++;
      for (const tell of leaving) tell();
    } finally {
      open.delete(connection);
      close(connection);
    }
  }

  const accepting = (async (): Promise<void> => {
    for await (const connection of listener) talks.push(converse(connection));
  })();

  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    ranges,
    left(wanted: number): Promise<void> {
      return new Promise((resolve) => {
        const tell = (): void => {
          if (lefts >= wanted) resolve();
        };
        leaving.add(tell);
        tell();
      });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const connection of open) close(connection);
      await Promise.all([accepting, ...talks]);
    },
  };
}

/** Waits until the client goes away, and throws then. */
export async function untilGone(connection: Deno.TcpConn): Promise<never> {
  await connection.read(new Uint8Array(1));
  throw new Error("gone");
}

/** Answers as a good server does: the closed or open range that is asked for, or all. */
export async function serveWell(
  bytes: Uint8Array,
  { connection, range }: BlobRequest,
): Promise<void> {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (from === undefined) return await answer(connection, "200 OK", bytes);
  const last = to === "" || to === undefined ? bytes.length - 1 : Number(to);
  if (Number(from) > last) {
    return await answer(connection, "416 No", new Uint8Array(), [
      `content-range: bytes */${bytes.length}`,
    ]);
  }
  await answer(connection, "206 Partial Content", bytes.subarray(Number(from), last + 1), [
    `content-range: bytes ${from}-${last}/${bytes.length}`,
  ]);
}

/** Writes an answer with its length. */
export async function answer(
  connection: Deno.TcpConn,
  status: string,
  body: Uint8Array,
  headers: readonly string[] = [],
): Promise<void> {
  await writeHead(connection, status, [`content-length: ${body.length}`, ...headers]);
  await write(connection, body);
}

/** Writes status and headers. */
export async function writeHead(
  connection: Deno.TcpConn,
  status: string,
  headers: readonly string[],
): Promise<void> {
  const lines = [`HTTP/1.1 ${status}`, "connection: close", ...headers, "", ""];
  await write(connection, lines.join("\r\n"));
}

async function first(connection: Deno.TcpConn): Promise<string | undefined> {
  return await connection.read(new Uint8Array(1)) === null ? undefined : "";
}

async function readHead(connection: Deno.TcpConn): Promise<string | undefined> {
  const buffer = new Uint8Array(16_384);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) return undefined;
    head += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return head;
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed by the conversation, or by the end of the server.
  }
}
