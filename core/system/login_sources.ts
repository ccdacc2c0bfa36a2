import type { CredentialQuery, Credentials, CredentialSource } from "../credentials.ts";
import { RegistryError } from "../errors.ts";
import { environmentCredentials } from "./environment.ts";
import {
  type LoginFile,
  LoginFileError,
  LONGEST_LOGIN_FILE,
  parseLoginFile,
} from "./login_file.ts";
import { createHelperAsker, searchLoginFile, type Sought } from "./login_search.ts";
import { type LoginPlace, loginPlaces } from "./login_places.ts";
import type { Machine } from "./machine.ts";

/** How logins are looked for. */
export interface LoginOptions {
  /** Whether a login that is there but cannot be used is an error. @default false, a warning */
  readonly strict?: boolean;
  /** Told, once each, what a person should know. @default nobody */
  readonly onWarning?: (warning: string) => void;
  /** Variables that credential helpers get besides the usual ones. @default none */
  readonly helperVariables?: readonly string[];
}

/** One source that was asked, and what came of it. */
export interface LookedAt {
  /** Its name, printable: `environment DOCKER_AUTH_CONFIG`, `~/.docker/config.json`. */
  readonly source: string;
  /**
   * - `absent`: not set, or no such file
   * - `refused`: this process may not read it; see `reason`
   * - `nothing`: it has no login for the registry
   * - `found`: the one that is used
   * - `problem`: it has one that cannot be used, and ended the search; see `reason`
   */
  readonly outcome: "absent" | "refused" | "nothing" | "found" | "problem";
  /** Why, where something went wrong. */
  readonly reason?: string;
}

/** What a search came to. */
export interface LoginFinding {
  /** The login of the first source that has one. */
  readonly credentials?: Credentials;
  /** Why there is none although a source has one: a sentence without a full stop. */
  readonly problem?: string;
  /** Every source that was asked, in order. */
  readonly looked: readonly LookedAt[];
}

/** A search for logins of this user. Each file and each helper is asked at most once, and only when needed. */
export interface LoginSearch {
  /** Looks for a login, and throws for nothing that a source may hold. */
  readonly find: (query: CredentialQuery) => Promise<LoginFinding>;
  /** The same as a source of credentials: problems become warnings, or errors if `strict`. */
  readonly credentials: CredentialSource;
}

interface Source {
  readonly name: (query: CredentialQuery) => string | undefined;
  readonly look: (query: CredentialQuery) => Promise<Sought>;
}

/**
 * Opens the logins of a machine's user. The first source that has something for the registry wins:
 *
 * 1. the variable `DOCKER_AUTH_CONFIG`, which holds the text of a login file; only its `auths` count
 * 2. the two variables that the adapter names
 * 3. the files of {@linkcode loginPlaces}, in their order
 *
 * In a file, a helper for the registry comes first and alone. Then entries for the repository and its
 * parents, then the helper for all registries, and if that has nothing the entries for the registry.
 *
 * What is there but cannot be used, such as a helper that fails, is a problem and ends the search:
 * another login than the one that was meant is never used in its place.
 */
export function openLogins(machine: Machine, options: LoginOptions = {}): LoginSearch {
  const { strict = false, helperVariables = [] } = options;
  const told = new Set<string>();

  function warn(warning: string): void {
    if (told.has(warning)) return;
    told.add(warning);
    options.onWarning?.(warning);
  }

  const askHelper = createHelperAsker(machine, helperVariables);
  const sources: readonly Source[] = [
    authVariable(machine),
    adapterVariables(machine, warn),
    ...loginPlaces(machine).map((place) => loginFile(place, { machine, askHelper, warn })),
  ];

  async function find(query: CredentialQuery): Promise<LoginFinding> {
    const looked: LookedAt[] = [];
    for (const { name, look } of sources) {
      const source = name(query);
      if (source === undefined) continue;
      const sought = await look(query);
      const { outcome } = sought;
      looked.push({ source, outcome, ...("reason" in sought ? { reason: sought.reason } : {}) });
      if (sought.outcome === "found") return { credentials: sought.credentials, looked };
      if (sought.outcome === "problem") return { problem: sought.reason, looked };
    }
    return { looked, ...unread(looked) };
  }

  /** What was not read counts as absent, but for somebody who is strict about it. */
  function unread(looked: readonly LookedAt[]): { readonly problem?: string } {
    const refused = looked.find(({ outcome }) => outcome === "refused");
    if (!strict || refused === undefined) return {};
    return { problem: `${refused.source} cannot be read: ${refused.reason}` };
  }

  async function credentials(query: CredentialQuery): Promise<Credentials | undefined> {
    const { credentials, problem } = await find(query);
    if (problem === undefined) return credentials;
    const message = `Cannot use the login for "${query.registry}": ${problem}`;
    if (strict) throw new RegistryError("unauthorized", message, { registry: query.registry });
    warn(message);
    return undefined;
  }

  return { find, credentials };
}

function authVariable(machine: Machine): Source {
  const source = "environment DOCKER_AUTH_CONFIG";
  return {
    name: () => source,
    look(query: CredentialQuery): Promise<Sought> {
      const text = machine.variable("DOCKER_AUTH_CONFIG") ?? "";
      if (text.trim() === "") return Promise.resolve({ outcome: "absent" });
      return searchText(text, source, (file) => {
        // Docker takes nothing else from it either, and a variable should not choose a program to run.
        const { store: _, ...entries } = file;
        return searchLoginFile({ ...entries, helpers: new Map() }, query, { source });
      });
    },
  };
}

function adapterVariables(machine: Machine, warn: (warning: string) => void): Source {
  const lookup = environmentCredentials(machine.variable);
  return {
    name: ({ adapter }) => {
      const names = adapter.credentials?.env;
      return names && `environment ${names.join(" and ")}`;
    },
    async look(query: CredentialQuery): Promise<Sought> {
      const credentials = await lookup(query);
      if (credentials) return { outcome: "found", credentials };
      const names = query.adapter.credentials?.env ?? [];
      const [set, ...more] = names.filter((name) => machine.variable(name));
      if (set === undefined || more.length > 0) return { outcome: "absent" };
      const missing = names.find((name) => name !== set);
      warn(`${set} is set and ${missing} is not: it takes both to log in to ${query.registry}`);
      return { outcome: "absent" };
    },
  };
}

function loginFile(
  { path, label }: LoginPlace,
  { machine, askHelper, warn }: {
    readonly machine: Machine;
    readonly askHelper: ReturnType<typeof createHelperAsker>;
    readonly warn: (warning: string) => void;
  },
): Source {
  let reading: ReturnType<Machine["readFile"]> | undefined;
  return {
    name: () => label,
    async look(query: CredentialQuery): Promise<Sought> {
      const read = await (reading ??= machine.readFile(path, LONGEST_LOGIN_FILE));
      if (read.kind === "missing") return { outcome: "absent" };
      if (read.kind === "refused") return { outcome: "refused", reason: read.reason };
      if (read.kind === "broken") {
        return { outcome: "problem", reason: `${label} cannot be used: ${read.reason}` };
      }
      return await searchText(read.text, label, (file) => {
        if (read.isExposed && file.hasLogin()) {
          warn(`Others on this machine can read the logins in ${label}: chmod 600 it`);
        }
        return searchLoginFile(file, query, { source: label, askHelper });
      });
    },
  };
}

async function searchText(
  text: string,
  source: string,
  search: (file: LoginFile) => Promise<Sought>,
): Promise<Sought> {
  try {
    return await search(parseLoginFile(text));
  } catch (error) {
    if (!(error instanceof LoginFileError)) throw error;
    return { outcome: "problem", reason: `${source} cannot be used: ${error.message}` };
  }
}
