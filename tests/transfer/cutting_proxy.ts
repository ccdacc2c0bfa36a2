/** Where connections are cut: which way the bytes go, after how many, and how many connections it happens to. */
export interface CutPlan {
  /** `up`: what is sent. `down`: what is answered. */
  readonly way: "up" | "down";
  /** Bytes of one connection that pass before. */
  readonly at: number;
  /** @default 1 */
  readonly times?: number;
}

/** A proxy that cuts connections. Disposal ends it. */
export interface CuttingProxy extends AsyncDisposable {
  /** As in a reference: `127.0.0.1:PORT`. */
  readonly host: string;
  /** How many connections were cut. */
  readonly cuts: number;
  /** Bytes that passed. */
  readonly up: number;
  /** Bytes that passed. */
  readonly down: number;
}

/** Relays bytes to a server on this machine, and closes both sides where the plan says so. */
export function startCuttingProxy(origin: string, plan: CutPlan): CuttingProxy {
  const { hostname, port } = new URL(origin);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const relays = new Set<Promise<void>>();
  const passed = { up: 0, down: 0 };
  let cuts = 0;

  function close(...both: readonly Deno.Conn[]): void {
    for (const conn of both) if (open.delete(conn)) conn.close();
  }

  async function relay(from: Deno.Conn, to: Deno.Conn, way: CutPlan["way"]): Promise<void> {
    const buffer = new Uint8Array(65_536);
    let count = 0;
    try {
      for (;;) {
        const read = await from.read(buffer);
        if (read === null) break;
        count += read;
        passed[way] += read;
        if (way === plan.way && count > plan.at && cuts < (plan.times ?? 1)) {
          cuts++;
          break;
        }
        for (let sent = 0; sent < read;) sent += await to.write(buffer.subarray(sent, read));
      }
    } catch {
      // The other side has gone.
    } finally {
      close(from, to);
    }
  }

  async function accept(): Promise<void> {
    for await (const near of listener) {
      open.add(near);
      const far = await Deno.connect({ hostname, port: Number(port) });
      open.add(far);
      for (const work of [relay(near, far, "up"), relay(far, near, "down")]) {
        relays.add(work);
        work.finally(() => relays.delete(work));
      }
    }
  }

  const accepting = accept();
  return {
    host: `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    get cuts(): number {
      return cuts;
    },
    get up(): number {
      return passed.up;
    },
    get down(): number {
      return passed.down;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      close(...open);
      await accepting;
      await Promise.all(relays);
    },
  };
}
