import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Certificate } from "./authority.ts";

/** A running listener. Disposal cuts its connections. */
export interface TlsFront extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
  /** How many connections were taken in. */
  readonly accepted: number;
}

/** Between which ports a front stands, both on 127.0.0.1. */
export interface TlsFrontPorts {
  /** Where it listens; 0 for any that is free. */
  readonly from: number;
  /** Where it passes on to: to a server that knows HTTP/2 by its preface as `Deno.serve` does. */
  readonly to: number;
}

/**
 * Starts a TLS listener that takes the encryption off what it passes on.
 *
 * `Deno.serve` and `Deno.listenTls` leave TCP_NODELAY off (Deno 2.9.6), so that the second part of an answer waits for the
 * acknowledgement of the first: 44 ms each, which would be no fault of whoever asked. `node:tls` can turn it on.
 */
export async function startTlsFront(
  { certificate, key }: Certificate,
  ports: TlsFrontPorts,
): Promise<TlsFront> {
  let accepted = 0;
  const open = new Set<Socket>();

  /** Keeps a connection until it is closed. Both ends may be lost at any moment. */
  function keep(socket: Socket): Promise<void> {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on("error", (): void => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.on("close", (): void => {
      open.delete(socket);
      resolve();
    });
    return promise;
  }

  function pass(client: TLSSocket): void {
    accepted++;
    const registry: Socket = connect(ports.to, "127.0.0.1");
    void keep(client).then(() => registry.destroy());
    void keep(registry).then(() => client.destroy());
    client.pipe(registry);
    registry.pipe(client);
  }

  const ALPNProtocols: string[] = ["h2", "http/1.1"];
  const server: Server = createServer({ cert: certificate, key, ALPNProtocols }, pass);
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(ports.from, "127.0.0.1", listening.resolve);
  await listening.promise;
  return {
    port: (server.address() as AddressInfo).port,
    get accepted(): number {
      return accepted;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of open) socket.destroy();
      await closed.promise;
    },
  };
}
