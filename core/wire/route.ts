import type { RegistryAdapter } from "../adapter.ts";
import { isLoopback } from "./address.ts";

/** Which origin stands for a host: its own, or the one that the caller put in its place. */
export interface Routes {
  /** Scheme, host and port of a registry. `https` is what its reference said, if it said so. */
  originOf(adapter: RegistryAdapter, registry: string, https: boolean): string;
  /** The address to really use for `url`. */
  route(url: URL): URL;
  /** Whether the caller put another origin in the place of this host. */
  isRerouted(host: string): boolean;
}

/**
 * Makes the routes.
 *
 * @param origins from `host[:port]` to an origin; naming one host of an adapter means all of its hosts
 * @param plainHttp hosts (`host[:port]`) that speak plain HTTP although they are not on this machine
 * @throws {TypeError} if an origin is not `http(s)://host[:port]`
 */
export function createRoutes(
  origins: Readonly<Record<string, string>>,
  plainHttp: readonly string[],
  adapters: readonly RegistryAdapter[],
): Routes {
  const table = new Map<string, string>();
  for (const [host, origin] of Object.entries(origins)) {
    const checked = checkOrigin(host, origin);
    for (const alias of aliasesOf(host.toLowerCase().replace(/:443$/, ""), adapters)) {
      table.set(alias, checked);
    }
  }
  const plain = new Set(plainHttp.map((host) => host.toLowerCase()));

  function isPlain(host: string): boolean {
    return plain.has(host) || isLoopback(new URL(`http://${host}`).hostname);
  }

  return {
    originOf(adapter: RegistryAdapter, registry: string, https: boolean): string {
      const rerouted = table.get(registry);
      if (rerouted !== undefined) return rerouted;
      if (adapter.origin !== undefined) return adapter.origin;
      return new URL(`${!https && isPlain(registry) ? "http" : "https"}://${registry}`).origin;
    },
    route(url: URL): URL {
      const origin = table.get(url.host);
      return origin === undefined ? url : new URL(`${origin}${url.pathname}${url.search}`);
    },
    isRerouted: (host: string) => table.has(host),
  };
}

function aliasesOf(host: string, adapters: readonly RegistryAdapter[]): readonly string[] {
  const adapter = adapters.find(({ hosts, origin }) =>
    hosts.includes(host) || (origin !== undefined && new URL(origin).host === host)
  );
  if (adapter === undefined) return [host];
  return adapter.origin === undefined
    ? adapter.hosts
    : [...adapter.hosts, new URL(adapter.origin).host];
}

function checkOrigin(host: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === "/" &&
    url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (!isOrigin) {
    throw new TypeError(
      `Cannot use the origin given for "${host}": expected http(s)://host[:port] and nothing more`,
    );
  }
  return url.origin;
}
