import type { Credentials } from "../credentials.ts";
import type { LoginTarget } from "./login_keys.ts";
import { type LoginOptions, type LoginSearch, openLogins } from "./login_sources.ts";
import { type LoginKeeping, removeLogin, storeLogin } from "./login_store.ts";
import { systemMachine } from "./machine.ts";

/** The logins of this user: to be found, stored and removed. What was stored is found at once. */
export interface Logins extends LoginSearch {
  /**
   * Keeps a login where Docker would, and says where.
   *
   * @throws {RegistryError} `unauthorized` if it could not be kept
   * @throws {TypeError} for an empty name or secret, and for what the place has no word for
   */
  readonly store: (target: LoginTarget, credentials: Credentials) => Promise<LoginKeeping>;
  /**
   * Forgets a registry's login where `store` would keep it, and says where there was one.
   *
   * @throws {RegistryError} `unauthorized` if it could not be removed
   */
  readonly remove: (target: LoginTarget) => Promise<readonly LoginKeeping[]>;
}

/** The logins on the machine that this process runs on. Nothing is read before it is asked for. */
export function systemLogins(options: LoginOptions = {}): Logins {
  const machine = systemMachine();
  let search: LoginSearch | undefined;

  function opened(): LoginSearch {
    return search ??= openLogins(machine, options);
  }

  return {
    find: (query) => opened().find(query),
    credentials: (query) => opened().credentials(query),
    async store(target: LoginTarget, credentials: Credentials): Promise<LoginKeeping> {
      const kept = await storeLogin(target, credentials, machine, options);
      search = undefined;
      return kept;
    },
    async remove(target: LoginTarget): Promise<readonly LoginKeeping[]> {
      const removed = await removeLogin(target, machine, options);
      search = undefined;
      return removed;
    },
  };
}
