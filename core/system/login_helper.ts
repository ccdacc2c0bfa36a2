import type { LoginFile } from "./login_file.ts";
import { type LoginTarget, registryKeys, storedKey } from "./login_keys.ts";

/** Which credential helper a login file names for a registry. */
export interface NamedHelper {
  /** The part behind `docker-credential-`; empty where the file itself is meant. */
  readonly name: string;
  /** The key that the helper is asked for. */
  readonly server: string;
  /** Where it is named: for this registry, or for all. */
  readonly by: "credHelpers" | "credsStore";
}

/**
 * The helper that a file names: one for a key of the registry wins over the one for all, and is asked
 * for the key that it stands at; the one for all is asked for the key that Docker uses.
 */
export function namedHelper(file: LoginFile, target: LoginTarget): NamedHelper | undefined {
  for (const server of registryKeys(target)) {
    const name = file.helpers.get(server);
    if (name !== undefined) return { name, server, by: "credHelpers" };
  }
  if (file.store === undefined) return undefined;
  return { name: file.store, server: storedKey(target), by: "credsStore" };
}
