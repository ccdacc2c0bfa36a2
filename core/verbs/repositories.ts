import type { NamespaceDetails, RegistryAdapter, RepositoryDetails } from "../adapter.ts";
import { listApi } from "../endpoints/api_pages.ts";
import { listCatalog } from "../endpoints/catalog.ts";
import type { Target } from "../target.ts";
import type { Chartroom } from "./chartroom.ts";
import { stopOf } from "./together.ts";

/** How repositories are asked for. */
export interface RepositoryOptions {
  /** Ends the listing early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The registry of a listing, found by its host. */
export type Harbour = Pick<Target, "adapter" | "registry" | "origin">;

/** What can be asked about a registry as a whole. */
export interface RepositoryVerbs {
  /**
   * Lists the repositories of a namespace of a registry: by its own web API, else those of its catalog that
   * begin with the namespace. Without a namespace, all of the catalog.
   *
   * @throws {RegistryError} `reference_invalid`, `unsupported`, `unauthorized`, and what the wire meets
   */
  repositories(
    registry: string,
    namespace?: string,
    options?: RepositoryOptions,
  ): AsyncIterable<RepositoryDetails>;
  /**
   * Lists the namespaces of the one who is logged in.
   *
   * @throws {RegistryError} `unsupported` where the registry has no API for it
   */
  namespaces(registry: string, options?: RepositoryOptions): AsyncIterable<NamespaceDetails>;
}

/** Makes the verbs. */
export function repositoryVerbs(
  chartroom: Chartroom & { locateRegistry(host: string): Harbour },
): RepositoryVerbs {
  const { ask, askApi, begin, clean, warn, reaches, locateRegistry } = chartroom;

  function apiOf(place: Harbour): RegistryAdapter["api"] {
    const { api } = place.adapter;
    return api !== undefined && reaches(place, api) ? api : undefined;
  }

  async function* repositories(
    host: string,
    namespace?: string,
    options: RepositoryOptions = {},
  ): AsyncGenerator<RepositoryDetails> {
    const place = locateRegistry(host);
    const { stop, signal } = stopOf(options.signal);
    const name = namespace === undefined ? place.registry : `${place.registry}/${namespace}`;
    const operation = begin(`list repositories of "${name}"`, place, { signal });
    const api = apiOf(place);
    if (namespace !== undefined && api?.repositories !== undefined) {
      const listings = api.repositories(namespace);
      for await (const page of listApi(place, api, listings, { askApi, operation, stop })) {
        yield* page;
      }
      return;
    }
    const ports = { ask, operation, clean, onWarning: warn };
    for await (const page of listCatalog(place, {}, ports)) {
      yield* page.filter((found) => namespace === undefined || isIn(namespace, found));
    }
  }

  async function* namespaces(
    host: string,
    options: RepositoryOptions = {},
  ): AsyncGenerator<NamespaceDetails> {
    const place = locateRegistry(host);
    const { stop, signal } = stopOf(options.signal);
    const operation = begin(`list namespaces of "${place.registry}"`, place, { signal });
    const api = apiOf(place);
    if (api?.namespaces === undefined) {
      throw operation.fail("unsupported", "this registry does not tell which there are");
    }
    for await (const page of listApi(place, api, api.namespaces(), { askApi, operation, stop })) {
      yield* page;
    }
  }

  return { repositories, namespaces };
}

function isIn(namespace: string, { name }: RepositoryDetails): boolean {
  return name === namespace || name.startsWith(`${namespace}/`);
}
