import type { RegistryAdapter } from "../../core/adapter.ts";
import type { CredentialQuery } from "../../core/credentials.ts";

/** A registry with every kind of key that a login file may hold for it. */
export const hub: RegistryAdapter = {
  id: "docker-hub",
  title: "Docker Hub",
  hosts: ["docker.io", "index.docker.io", "registry-1.docker.io"],
  namespace: "library",
  credentials: {
    env: ["DOCKER_USERNAME", "DOCKER_PASSWORD"],
    configKeys: ["https://index.docker.io/v1/"],
  },
};

/** What a flow asks a source of credentials. Any host but that of `hub` is a plain registry. */
export function query(registry: string, repository?: string): CredentialQuery {
  const plain: RegistryAdapter = { id: "spec", title: "Specification", hosts: [registry] };
  const adapter = registry === "docker.io" ? hub : plain;
  return { adapter, registry, ...(repository === undefined ? {} : { repository }) };
}

/** Base64 as in the field `auth`. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
