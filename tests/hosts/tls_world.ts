import { join } from "node:path";
import type { RecordedRequest, SimulatedHost, SimulatedRegistry } from "../registry/mod.ts";
import { recordRequest } from "../registry/recorded_request.ts";
import { type Certificate, signCertificate } from "./authority.ts";
import { startTlsFront, type TlsFront } from "./tls_front.ts";
import { type ConnectProxy, startConnectProxy } from "./connect_proxy.ts";

/** How a world is served. */
export interface TlsWorldOptions {
  /**
   * How long every answer is held back, in milliseconds. Connecting costs nothing.
   * @default 0
   */
  readonly latency?: number;
  /**
   * The port of the TLS listener. 443 is for clients that look the hosts up by themselves and find this machine.
   * @default one that is free
   */
  readonly port?: number;
}

/** Simulated registries under their real names. Disposal cuts off whatever still goes on. */
export interface TlsWorld extends AsyncDisposable {
  /**
   * What a child process is told, so that it finds this world and trusts it: the proxy and the authority for Deno and for Go. It
   * wins over variables of the same kind that the child would inherit.
   */
  readonly environment: Readonly<Record<string, string>>;
  /** What was received so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** By host, how many connections were made to it through the proxy; a host that nobody went to is left out. */
  readonly connections: Readonly<Record<string, number>>;
  /** How many TLS connections were made, whether through the proxy or past it. */
  readonly accepted: number;
  /** Targets that were asked of the proxy but are not of this world, oldest first: `example.org:443`. */
  readonly refused: readonly string[];
}

/**
 * Serves registries over TLS under their real host names: behind one loopback port that speaks HTTP/2 and HTTP/1.1, with a
 * certificate for all of them, and a proxy in front that tunnels `<host>:443` there. Hosts must not have a port of their own.
 * Needs `--allow-net=127.0.0.1` and a temporary directory.
 */
export async function startTlsWorld(
  registries: SimulatedRegistry | readonly SimulatedRegistry[],
  options: TlsWorldOptions = {},
): Promise<TlsWorld> {
  const list: readonly SimulatedRegistry[] = "hosts" in registries ? [registries] : registries;
  const hosts = new Map<string, SimulatedHost>(
    list.flatMap((registry) => registry.hosts).map((host) => [host.host, host]),
  );
  const names: readonly string[] = [...hosts.keys()];
  const signed: Certificate = await signCertificate(names);
  const requests: RecordedRequest[] = [];
  const closing = new AbortController();

  async function answer(received: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
    const { host: name, pathname, search } = new URL(received.url);
    const url = `https://${name}${pathname}${search}`;
    const host: SimulatedHost | undefined = hosts.get(name);
    if (host === undefined) return new Response("misdirected\n", { status: 421 });
    const gone = new AbortController();
    info.completed.catch((reason) => gone.abort(reason));
    const signal: AbortSignal = AbortSignal.any([closing.signal, gone.signal]);
    const { recorded, copy } = await recordRequest(received, { host: name, url, signal });
    requests.push(recorded);
    await pause(options.latency ?? 0, signal);
    return await host.handle(copy);
  }

  await using stack = new AsyncDisposableStack();
  const directory: string = await Deno.makeTempDir({ prefix: "portolan-tls-world-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const authority: string = join(directory, "authority.pem");
  await Deno.writeTextFile(authority, signed.authority);
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (): void => {} },
    answer,
  );
  stack.defer(() => server.shutdown());
  const front: TlsFront = stack.use(
    await startTlsFront(signed, { from: options.port ?? 0, to: server.addr.port }),
  );
  const proxy: ConnectProxy = stack.use(startConnectProxy({ hosts: names, port: front.port }));
  stack.defer(() => closing.abort());
  const running: AsyncDisposableStack = stack.move();

  return {
    environment: environmentOf(proxy.url, authority),
    requests,
    get connections(): Readonly<Record<string, number>> {
      return Object.fromEntries(Object.entries(proxy.tunnels).filter(([, count]) => count > 0));
    },
    get accepted(): number {
      return front.accepted;
    },
    refused: proxy.refused,
    [Symbol.asyncDispose]: (): Promise<void> => running.disposeAsync(),
  };
}

/** Both spellings of each name, since either may be inherited, and an empty list of exceptions. */
function environmentOf(proxy: string, authority: string): Readonly<Record<string, string>> {
  return {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    ALL_PROXY: proxy,
    all_proxy: proxy,
    NO_PROXY: "",
    no_proxy: "",
    DENO_CERT: authority,
    DENO_TLS_CA_STORE: "mozilla",
    SSL_CERT_FILE: authority,
    SSL_CERT_DIR: "",
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer: ReturnType<typeof setTimeout> = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end, { once: true });
  function end(): void {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    resolve();
  }
  return promise;
}
