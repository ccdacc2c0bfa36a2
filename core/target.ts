import type { RegistryAdapter } from "./adapter.ts";
import { RegistryError } from "./errors.ts";
import type { Digest } from "./names/digest.ts";
import {
  parseReference,
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

/**
 * Expands a reference: the adapter by exact host, its canonical host, its namespace.
 *
 * @throws {RegistryError} `reference_invalid`
 */
export function locate(
  text: string,
  options: {
    readonly adapters: readonly RegistryAdapter[];
    readonly routes: Routes;
    /** Where references without a registry live. */
    readonly defaultRegistry?: string;
  },
): Target {
  const { registry: written = options.defaultRegistry, repository, tag, digest } = parseReference(
    text,
  );
  if (written === undefined) {
    throw new RegistryError(
      "reference_invalid",
      `Cannot locate "${text}": it names no registry, and there is no default one`,
    );
  }
  // The port that https implies is the same place; look-alikes with any other port are not.
  const host = written.replace(/:443$/, "");
  const adapter = options.adapters.find(({ hosts }) => hosts.includes(host)) ??
    plainAdapter(written);
  const registry = adapter.hosts[0] as RegistryHost;
  const origin = options.routes.originOf(adapter, registry, writtenScheme(text) === "https");
  const needsNamespace = adapter.namespace !== undefined && !repository.includes("/");
  return {
    adapter,
    registry,
    origin,
    repository: needsNamespace ? parseRepository(`${adapter.namespace}/${repository}`) : repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** A registry without habits of its own. */
function plainAdapter(host: string): RegistryAdapter {
  return { id: "spec", title: "OCI distribution specification", hosts: [host] };
}
