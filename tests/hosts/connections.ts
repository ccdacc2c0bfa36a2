/** Connections that end together: those that listeners take in, and those that are made for them. */
export interface Connections extends AsyncDisposable {
  /** Takes in what comes to `listener`, and closes each connection when `serve` is through with it. */
  listen<Taken extends Deno.Conn>(
    listener: Listener<Taken>,
    serve: (connection: Taken) => Promise<void>,
  ): void;
  /** Connects to a port on 127.0.0.1, and carries bytes in both directions until both have ended. */
  join(connection: Deno.Conn, port: number, greet?: Greeting): Promise<void>;
}

/** A listener for TCP or TLS. */
export interface Listener<Taken extends Deno.Conn> {
  /** Resolves to the next connection. */
  accept(): Promise<Taken>;
  /** Ends the listener and the wait for its next connection. */
  close(): void;
}

/** What is written before anything is carried. */
export interface Greeting {
  /** To the one who came. */
  readonly near: Uint8Array;
  /** To the port. */
  readonly far: Uint8Array;
}

/** Begins with none. */
export function keepConnections(): Connections {
  const open = new Set<{ close(): void }>();
  const jobs = new Set<Promise<void>>();
  let closed = false;

  function begin(work: Promise<void>): void {
    const job: Promise<void> = work.finally(() => jobs.delete(job));
    jobs.add(job);
  }

  /** Closes once, however many ask for it. */
  function release(kept: { close(): void }): void {
    if (open.delete(kept)) kept.close();
  }

  async function kept(connection: Deno.Conn, use: () => Promise<void>): Promise<void> {
    open.add(connection);
    try {
      if (!closed) await unlessLost(use());
    } finally {
      release(connection);
    }
  }

  return {
    listen<Taken extends Deno.Conn>(
      listener: Listener<Taken>,
      serve: (connection: Taken) => Promise<void>,
    ): void {
      open.add(listener);
      async function accept(): Promise<void> {
        while (open.has(listener)) {
          await unlessLost(
            listener.accept().then((connection) =>
              begin(kept(connection, () => serve(connection)))
            ),
          );
        }
      }
      begin(accept());
    },
    async join(connection: Deno.Conn, port: number, greet?: Greeting): Promise<void> {
      const far: Deno.TcpConn = await Deno.connect({ hostname: "127.0.0.1", port });
      far.setNoDelay();
      await kept(far, async () => {
        await writeAll(connection, greet?.near ?? new Uint8Array());
        await writeAll(far, greet?.far ?? new Uint8Array());
        await Promise.all([carry(connection, far), carry(far, connection)]);
      });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true;
      for (const each of open) release(each);
      while (jobs.size > 0) await Promise.all(jobs);
    },
  };
}

/** Writes all of it. */
export async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let rest: Uint8Array = bytes;
  while (rest.length > 0) rest = rest.subarray(await to.write(rest));
}

/** Carries bytes until `from` ends, and then ends `to`. */
async function carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  await unlessLost(
    (async (): Promise<void> => {
      for (;;) {
        const count: number | null = await from.read(buffer);
        if (count === null) break;
        await writeAll(to, buffer.subarray(0, count));
      }
      await to.closeWrite();
    })(),
  );
}

/** Either side may give a connection up at any moment, and a client that trusts nobody does so with an alert. */
async function unlessLost(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!LOST.some((kind) => error instanceof kind)) throw error;
  }
}

const LOST: readonly (new (message?: string) => Error)[] = [
  Deno.errors.BadResource,
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionReset,
  Deno.errors.Interrupted,
  Deno.errors.InvalidData,
  Deno.errors.NotConnected,
  Deno.errors.UnexpectedEof,
];
