import type { CredentialQuery } from "../credentials.ts";

/** The registry that a login is for, without a repository. */
export type LoginTarget = Pick<CredentialQuery, "adapter" | "registry">;

/** Paths of the old API, which old versions of Docker kept behind the host. */
const OLD_PATHS: readonly string[] = ["", "/", "/v1", "/v1/", "/v2", "/v2/"];

/*
 * What keys mean to those who write them, and what is done here.
 *
 * Docker (docker/cli `config/credentials/file_store.go` and `config/configfile/file.go`; "docker login",
 * docs.docker.com) asks for a whole registry: the exact key `host[:port]`, and one special key for its
 * default registry. If no entry has that key, an entry matches whose key is the same host after scheme
 * and path are cut off. Its `credHelpers` are exact.
 *
 * Podman and skopeo (containers/image `docker/config/config.go`; containers-auth.json(5)) ask for the
 * repository, then its parents, then the host; the first key that is there decides, even if its entry
 * is empty. After that keys with a scheme match by their host. Names of the default registry are one.
 * Its `credHelpers` are by host, and come before every entry.
 *
 * Here: the repository and its parents, as Podman. Then for the registry the adapter's own keys, its
 * hosts, and the spellings of these with a scheme or an old API path. All are whole keys to be looked
 * up as they are: nothing in a file is ever cut, folded or compared in part, so no look-alike matches.
 * Two things that Docker matches are left out therefore: a path without a scheme (`host/team`, which it
 * would use for all of the host), and a path behind a scheme that is not of the old API.
 */

/** The keys that mean a repository alone or its parents, `host/team/app` before `host/team`. */
export function repositoryKeys(query: CredentialQuery): string[] {
  const parts = query.repository?.split("/") ?? [];
  const prefixes = parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
  return prefixes.flatMap((prefix) => hostsOf(query).map((host) => `${host}/${prefix}`));
}

/** The keys that mean a whole registry, the one to store under first. */
export function registryKeys(target: LoginTarget): string[] {
  const configKeys = target.adapter.credentials?.configKeys ?? [];
  const hosts = hostsOf(target);
  const old = hosts.flatMap((host) => [
    ...["https://", "http://"].flatMap((scheme) => OLD_PATHS.map((path) => scheme + host + path)),
    ...OLD_PATHS.filter((path) => path.endsWith("/")).map((path) => host + path),
  ]);
  return [...new Set([...configKeys, ...hosts, ...old])];
}

/** The key that Docker stores a login under, and asks credential helpers for. */
export function storedKey(target: LoginTarget): string {
  return target.adapter.credentials?.configKeys?.[0] ?? target.registry;
}

function hostsOf({ adapter, registry }: LoginTarget): string[] {
  const aliases = adapter.hosts.includes(registry) ? adapter.hosts : [];
  return [registry, ...aliases.filter((host) => host !== registry)];
}
