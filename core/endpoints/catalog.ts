import type { RepositoryDetails } from "../adapter.ts";
import { parseRepository, type Repository } from "../names/reference.ts";
import type { Place } from "../wire/grant.ts";
import { type ListingOptions, type ListingPorts, listNames } from "./names.ts";

/** The most that a page may ask for: distribution answers more with 400, 2026-08. */
const PAGE = 1000;

/**
 * Pages through the repositories of a whole registry, where it tells them.
 *
 * Source: https://distribution.github.io/distribution/spec/api/#listing-repositories
 *
 * @returns whether it came to the end
 * @throws {RegistryError} as a listing of tags
 */
export function listCatalog(
  place: Omit<Place, "repository" | "scope">,
  options: ListingOptions,
  ports: ListingPorts,
): AsyncGenerator<readonly RepositoryDetails[], boolean> {
  return listNames({ ...place, scope: "registry:catalog:*" }, {
    nouns: "repositories",
    member: "repositories",
    isName: isRepository,
    address: new URL("/v2/_catalog", place.origin),
    pages: { ask: PAGE },
    subject: place.registry,
    entries: (names: readonly string[]) => names.map((name) => ({ name })),
  }, { ...ports, options });
}

/** Whether a server's word for a repository is one. */
export function isRepository(value: unknown): value is Repository {
  if (typeof value !== "string") return false;
  try {
    return parseRepository(value) === value;
  } catch {
    return false;
  }
}
