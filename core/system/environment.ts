import process from "node:process";
import type { CredentialSource } from "../credentials.ts";

/**
 * Credentials from the two environment variables that an adapter names; only these are ever read.
 * Nothing unless both are set, and nothing where the runtime does not allow reading them.
 */
export function environmentCredentials(): CredentialSource {
  return ({ adapter }) => {
    const [username, password] = (adapter.credentials?.env ?? []).map(readVariable);
    return username && password ? { username, password } : undefined;
  };
}

function readVariable(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}
