import type { RegistryAdapter } from "./adapter.ts";
import { knock } from "./endpoints/door.ts";
import { openManifests } from "./endpoints/manifests.ts";
import { type Chart, locate, locateRegistry, type Target } from "./target.ts";
import { type AliasVerbs, aliasVerbs } from "./verbs/aliases.ts";
import { type DetailsVerbs, detailsVerbs } from "./verbs/details.ts";
import { type CopyVerbs, copyVerbs } from "./verbs/copy.ts";
import { type ImageVerbs, imageVerbs } from "./verbs/images.ts";
import { type ListingVerbs, listingVerbs } from "./verbs/listing.ts";
import { type MirrorVerbs, mirrorVerbs } from "./verbs/mirror.ts";
import { type ReferrerVerbs, referrerVerbs } from "./verbs/referrers.ts";
import { type RepositoryVerbs, repositoryVerbs } from "./verbs/repositories.ts";
import { openWire, type WireOptions } from "./wire/open_wire.ts";
import { createRoutes } from "./wire/route.ts";

/** How a flow talks, and what it knows. */
export interface FlowOptions extends WireOptions {
  /** Known registries, in order of precedence. @default `builtin` */
  readonly adapters?: readonly RegistryAdapter[];
  /** The host that references without one mean. @default that of `ubuntu` */
  readonly defaultRegistry?: string;
  /** Sends what is meant for a host to another origin: `{ "registry.example": "http://127.0.0.1:5000" }`. */
  readonly origins?: Readonly<Record<string, string>>;
  /** Hosts (`host[:port]`) spoken to in plain HTTP. Loopback hosts are so by themselves. */
  readonly plainHttp?: readonly string[];
}

/** The verbs, over one set of adapters, credentials and cached tokens. */
export interface Flow
  extends
    ListingVerbs,
    ImageVerbs,
    CopyVerbs,
    MirrorVerbs,
    ReferrerVerbs,
    RepositoryVerbs,
    AliasVerbs,
    DetailsVerbs {
  /**
   * What a reference means after expansion; asks nobody.
   *
   * @throws {RegistryError} `reference_invalid`
   */
  locate(reference: string): Target;
  /**
   * Tries the credentials for a registry, `host[:port]`.
   *
   * @returns whether the registry asked for them; false if it lets everybody in
   * @throws {RegistryError} `reference_invalid`; `unauthorized` if they are refused or there are none
   */
  checkLogin(registry: string, options?: { readonly signal?: AbortSignal }): Promise<boolean>;
}

/**
 * Opens a flow over `options.adapters`.
 *
 * @throws {TypeError} if an origin is not one
 * @throws {RangeError} if `timeout` or `retries` is out of range
 */
export function openFlow(options: FlowOptions): Flow {
  const { adapters = [], defaultRegistry } = options;
  const routes = createRoutes(options.origins ?? {}, options.plainHttp ?? [], adapters);
  const chart: Chart = { adapters, routes, defaultRegistry };
  const wire = openWire(options, routes);
  const chartroom = {
    ...wire,
    manifests: openManifests(wire.ask),
    locate: (reference: string) => locate(reference, chart),
    locateRegistry: (host: string) => locateRegistry(host, chart),
  };

  async function checkLogin(
    host: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    const place = locateRegistry(host, chart);
    const operation = wire.begin(`log in to "${place.registry}"`, place, { signal });
    return await knock(place, { ask: wire.ask, operation });
  }

  const listing = listingVerbs(chartroom);
  const copying = copyVerbs(chartroom);
  return {
    locate: chartroom.locate,
    checkLogin,
    ...listing,
    ...imageVerbs(chartroom),
    ...copying,
    ...mirrorVerbs({ ...chartroom, ...copying, ...listing }),
    ...aliasVerbs(chartroom),
    ...detailsVerbs(chartroom),
    ...referrerVerbs(chartroom),
    ...repositoryVerbs(chartroom),
  };
}
