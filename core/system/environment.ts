import type { CredentialSource } from "../credentials.ts";
import { isPermitted } from "./permission.ts";
import { variableOf } from "./runtime.ts";

/**
 * Credentials from the environment variables that an adapter names, two for its registry and one for its
 * web API; only these are ever read. Nothing unless both of the two are set, and nothing where the runtime does not allow reading them.
 *
 * @param variable reads one variable
 * @default variable {@linkcode readVariable}
 */
export function environmentCredentials(
  variable: (name: string) => string | undefined = readVariable,
): CredentialSource {
  return ({ adapter, registry }) => {
    const { api } = adapter;
    const name = api?.login?.env;
    if (name !== undefined && registry === new URL(api?.origin ?? "").host) {
      const registryToken = variable(name);
      return registryToken ? { registryToken, source: `environment ${name}` } : undefined;
    }
    const names = adapter.credentials?.env;
    if (names === undefined) return undefined;
    const [username, password] = names.map(variable);
    if (!username || !password) return undefined;
    return { username, password, source: `environment ${names[0]}` };
  };
}

/** A variable of this process; `undefined` where it is not set or may not be read. */
export function readVariable(name: string): string | undefined {
  if (!isPermitted({ name: "env", variable: name })) return undefined;
  return variableOf(name);
}
