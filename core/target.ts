import type { RegistryAdapter } from "./adapter.ts";
import { RegistryError } from "./errors.ts";
import type { Digest } from "./names/digest.ts";
import {
  formatReference,
  parseReference,
  parseRegistryHost,
  parseRepository,
  type RegistryHost,
  type Repository,
  writtenScheme,
} from "./names/reference.ts";
import type { Tag } from "./names/tag.ts";
import type { Routes } from "./wire/route.ts";

/** A reference after expansion: whom to ask, and for what. */
export interface Target {
  /** The adapter that was chosen by exact host. */
  readonly adapter: RegistryAdapter;
  /** The canonical `host[:port]`. */
  readonly registry: RegistryHost;
  /** Scheme, host and port that requests go to. */
  readonly origin: string;
  /** The repository's full name. */
  readonly repository: Repository;
  /** The tag, where one was written. */
  readonly tag?: Tag;
  /** The digest, where one was written. */
  readonly digest?: Digest;
}

/** What a reference is expanded with. */
export interface Chart {
  /** Known registries, in order of precedence. */
  readonly adapters: readonly RegistryAdapter[];
  /** Which origin stands for a host. */
  readonly routes: Routes;
  /** Where references without a registry live. */
  readonly defaultRegistry?: string;
}

/**
 * Expands a reference: the adapter by exact host, its canonical host, its namespace.
 *
 * @throws {RegistryError} `reference_invalid`
 */
export function locate(text: string, chart: Chart): Target {
  const { registry: written, repository, tag, digest } = parseReference(text);
  const host = written ?? chart.defaultRegistry;
  if (host === undefined) {
    throw new RegistryError(
      "reference_invalid",
      `Cannot locate "${text}": it names no registry, and there is no default one`,
    );
  }
  const place = locateHost(host, chart, writtenScheme(text) === "https");
  const { namespace } = place.adapter;
  const needsNamespace = namespace !== undefined && !repository.includes("/");
  return {
    ...place,
    repository: needsNamespace ? parseRepository(`${namespace}/${repository}`) : repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * Finds a registry by its host alone.
 *
 * @throws {RegistryError} `reference_invalid`
 */
export function locateRegistry(
  text: string,
  chart: Chart,
): Pick<Target, "adapter" | "registry" | "origin"> {
  return locateHost(parseRegistryHost(text), chart, false);
}

function locateHost(
  written: string,
  { adapters, routes }: Chart,
  https: boolean,
): Pick<Target, "adapter" | "registry" | "origin"> {
  // The port that https implies is the same place; look-alikes with any other port are not.
  const host = written.replace(/:443$/, "");
  const adapter = adapters.find(({ hosts }) => hosts.includes(host)) ?? plainAdapter(written);
  const registry = adapter.hosts[0] as RegistryHost;
  return { adapter, registry, origin: routes.originOf(adapter, registry, https) };
}

/** A registry without habits of its own. */
function plainAdapter(host: string): RegistryAdapter {
  return { id: "spec", title: "OCI distribution specification", hosts: [host] };
}

/** A repository with its registry, as messages and reports name it: `registry.example/team/app`. */
export function fullName(
  { registry, repository }: Pick<Target, "registry" | "repository">,
): string {
  return formatReference({ registry, repository });
}
