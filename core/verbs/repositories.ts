import type { NamespaceDetails, RepositoryDetails } from "../adapter.ts";
import { listApi } from "../endpoints/api_pages.ts";
import type { ApiOutcome } from "../endpoints/api_watch.ts";
import { isRepository, listCatalog } from "../endpoints/catalog.ts";
import { listChildren } from "../endpoints/children.ts";
import { RegistryError } from "../errors.ts";
import { parseRepository, type Repository } from "../names/reference.ts";
import type { Target } from "../target.ts";
import type { Operation } from "../wire/operation.ts";
import type { Chartroom } from "./chartroom.ts";
import { stopOf } from "../together.ts";

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
  const { ask, askApi, apiOf, begin, clean, warn, locateRegistry } = chartroom;

  async function* repositories(
    host: string,
    namespace?: string,
    options: RepositoryOptions = {},
  ): AsyncGenerator<RepositoryDetails> {
    const place = locateRegistry(host);
    if (namespace !== undefined) checkNamespace(namespace, place);
    const { stop, signal } = stopOf(options.signal);
    const name = namespace === undefined ? place.registry : `${place.registry}/${namespace}`;
    const operation = begin(`list repositories of "${name}"`, place, { signal });
    const api = apiOf(place);
    if (namespace !== undefined && api?.repositories !== undefined) {
      const ports = { askApi, operation, stop };
      const pages = listApi(place, api, api.repositories(namespace), ports);
      yield* namesIn(pages, { name, nouns: "repositories", operation });
      return;
    }
    const ports = { ask, operation, clean, onWarning: warn };
    try {
      for await (const page of listCatalog(place, {}, ports)) {
        yield* page.filter((found) => namespace === undefined || isIn(namespace, found));
      }
    } catch (error) {
      const refusal = refusedCatalog(place, error, operation);
      if (refusal === error || namespace === undefined) throw refusal;
      const names = listChildren(place, parseRepository(namespace), { ask, operation, stop });
      if (!(yield* asRepositories(names, operation))) throw refusal;
    }
  }

  async function* asRepositories(
    levels: AsyncGenerator<readonly Repository[], boolean>,
    operation: Operation,
  ): AsyncGenerator<RepositoryDetails, boolean> {
    let count = 0;
    try {
      for (;;) {
        const { done, value } = await levels.next();
        if (done) return value;
        count += value.length;
        yield* value.map((name) => ({ name }));
      }
    } catch (error) {
      throw operation.brokenOff(error, count, "repositories");
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
      const hint = place.adapter.noApi;
      throw operation.fail("unsupported", "this registry does not tell which there are", { hint });
    }
    const pages = listApi(place, api, api.namespaces(), { askApi, operation, stop });
    yield* namesIn(pages, { name: place.registry, nouns: "namespaces", operation });
  }

  /**
   * Each name once.
   *
   * @throws {RegistryError} `incomplete` at the end where some may be missing
   */
  async function* namesIn<T extends { readonly name: string }>(
    pages: AsyncGenerator<readonly T[], ApiOutcome>,
    { name, nouns, operation }: {
      readonly name: string;
      readonly nouns: string;
      readonly operation: Operation;
    },
  ): AsyncGenerator<T> {
    const seen = new Set<string>();
    let invalid = 0;
    let outcome: ApiOutcome;
    try {
      for (;;) {
        const next = await pages.next();
        if (next.done) {
          outcome = next.value;
          invalid += outcome.entries - outcome.items;
          break;
        }
        for (const found of next.value) {
          if (seen.has(found.name)) continue;
          if (!isRepository(found.name)) {
            invalid++;
            continue;
          }
          seen.add(found.name);
          yield found;
        }
      }
    } catch (error) {
      throw operation.brokenOff(error, seen.size, nouns);
    } finally {
      await pages.return({ steady: "unknown", entries: 0, items: 0 });
      if (invalid > 0) warn(`${name}: left out of the list: ${invalid} that are no ${nouns}`);
    }
    const { steady, total = 0, entries } = outcome;
    if (steady === "no" || total > entries) {
      const reason = `the list changed while it was read: ${nouns} may be missing`;
      throw operation.fail("incomplete", reason);
    }
  }

  return { repositories, namespaces };
}

/** A catalog that is not there, or not for this reader, is nothing that is missing. */
function refusedCatalog(
  { adapter, registry }: Harbour,
  error: unknown,
  operation: Operation,
): unknown {
  const status = error instanceof RegistryError ? error.facts.status : undefined;
  if (!(error instanceof RegistryError) || error.code === "incomplete") return error;
  if (![403, 404, 405, 501].includes(status ?? 0)) return error;
  const nobody = "Many registries show their catalog to nobody, or to administrators alone";
  const hint = adapter.api?.repositories === undefined
    ? adapter.noApi ?? nobody
    : `Name a namespace: ${registry}/NAMESPACE`;
  const reason = `the registry does not show what it holds: _catalog answers with status ${status}`;
  const code = status === 403 ? "denied" : "unsupported";
  // An adapter's hint for the code is about repositories.
  return new RegistryError(code, `Cannot ${operation.what}: ${reason}`, { ...error.facts, hint }, {
    cause: error,
  });
}

/** It becomes a part of an address. */
function checkNamespace(namespace: string, { adapter, registry }: Harbour): void {
  if (isRepository(namespace)) return;
  throw new RegistryError(
    "reference_invalid",
    `Cannot list repositories of a namespace on "${registry}": it is no name of one`,
    { registry, adapter: adapter.id, hint: "Write lower-case names, as in library" },
  );
}

function isIn(namespace: string, { name }: RepositoryDetails): boolean {
  return name === namespace || name.startsWith(`${namespace}/`);
}
