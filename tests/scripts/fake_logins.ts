import type { CredentialQuery, Credentials, LoginKeeping, Logins } from "../../mod.ts";
import type { Terminal } from "../../scripts/_terminal.ts";

/** What a fake machine keeps. */
export interface KeptLogins {
  /** By registry; an error is thrown. */
  readonly logins?: Readonly<Record<string, Credentials | Error>>;
  /** Where logins are stored and removed. @default a file, and nothing is removed */
  readonly kept?: LoginKeeping;
}

/** A person who types these lines. */
export function createTerminal(typed: readonly (string | undefined)[], events: string[]): Terminal {
  const left = [...typed];
  function answer(kind: string, question: string): Promise<string | undefined> {
    events.push(`${kind} ${question}`);
    return Promise.resolve(left.shift());
  }
  return {
    ask: (question) => answer("question", question),
    askSecret: (question) => answer("secret question", question),
  };
}

/** The logins of a machine, in memory. */
export function createLogins({ logins = {}, kept }: KeptLogins, events: string[]): Logins {
  const place: LoginKeeping = kept ?? { kind: "file", place: "~/.docker/config.json" };
  const stored = new Map<string, Credentials>();
  function credentials({ registry, repository }: CredentialQuery): Credentials | undefined {
    events.push(`look up ${registry}/${repository}`);
    const login = Object.hasOwn(logins, registry) ? logins[registry] : stored.get(registry);
    if (login instanceof Error) throw login;
    return login;
  }
  return {
    // deno-lint-ignore require-await -- so that an error is a rejection
    credentials: async (query) => credentials(query),
    find: (query) => Promise.resolve({ credentials: credentials(query), looked: [] }),
    store({ registry }, given) {
      events.push(`store ${registry} ${JSON.stringify(given)}`);
      stored.set(registry, { ...given, source: place.place });
      return Promise.resolve(place);
    },
    remove({ registry }) {
      events.push(`remove ${registry}`);
      return Promise.resolve(kept === undefined ? [] : [kept]);
    },
  };
}
