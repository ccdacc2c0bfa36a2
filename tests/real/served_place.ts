import { type ServedRegistry, serveRegistry, type SimulatedRegistry } from "../registry/mod.ts";
import type { PushTarget } from "./push_image.ts";
import type { SkopeoPlace } from "./skopeo_read.ts";

/** A simulated registry that skopeo and plain requests can reach. Disposal ends it and removes its directory. */
export interface ServedPlace extends SkopeoPlace, PushTarget, AsyncDisposable {
  /** The registry as it is served. */
  readonly served: ServedRegistry;
}

/** Serves a registry whose first host clients find as `127.0.0.1:PORT`; realms, links and locations are rewritten for them. */
export async function servePlace(registry: SimulatedRegistry): Promise<ServedPlace> {
  const directory: string = await Deno.makeTempDir({ prefix: "portolan-served-" });
  const served: ServedRegistry = await serveRegistry(registry, { rewrite: true });
  const origin: string = served.origins[registry.hosts[0]?.host ?? ""] ?? "";
  return {
    served,
    origin,
    host: new URL(origin).host,
    directory,
    async [Symbol.asyncDispose](): Promise<void> {
      await served[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
