/** The shapes that every simulated registry shares. */

/** One host of a simulated registry: a name, and a function which answers what is sent to it. */
export interface SimulatedHost {
  /** As in a URL, with the port if there is one: `auth.docker.io`. */
  readonly host: string;
  /** Answers one request. Over sockets it still sees the `https://<host>` URL. */
  handle(request: Request): Response | Promise<Response>;
}

/** The hosts which a registry is made of; the first is the one that lists tags. */
export interface SimulatedRegistry {
  /** The first one serves `/v2/`; the others are token servers and the targets of redirects. */
  readonly hosts: readonly SimulatedHost[];
}

/** What a registry holds: the tags of each repository in the order in which they were pushed. */
export interface Content {
  /** Keyed by the repository's name without its host: `library/ubuntu`. */
  readonly [repository: string]: readonly string[];
}

/**
 * Answers a request in the registry's place, or returns undefined to let it answer by itself.
 *
 * `count` says how often this host was asked for this method and path (the query left out), from 1: the third page of a
 * listing has count 3. What it throws rejects an in-process fetch as a lost connection would; over sockets the body of a 200
 * breaks off instead.
 */
export type Faults = (
  request: Request,
  count: number,
) => Response | undefined | Promise<Response | undefined>;

/** What every simulated registry can be told. */
export interface RegistryOptions {
  /** The repositories and their tags. The default is that registry's part of `sampleContent()`. */
  readonly content?: Content;
  /**
   * Repositories of `content` which only a user may read.
   * @default []
   */
  readonly private?: readonly string[];
  /**
   * Secrets by user name.
   * @default { alice: "wonderland" }
   */
  readonly users?: Readonly<Record<string, string>>;
  /**
   * The clock by which tokens expire, in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number;
  /** Answers requests in the registry's place. */
  readonly faults?: Faults;
}

/** The users of a registry which was not told any. */
export const defaultUsers: Readonly<Record<string, string>> = { alice: "wonderland" };

/** Puts hosts together, with the faults in front of each. */
export function assembleRegistry(
  hosts: readonly SimulatedHost[],
  faults?: Faults,
): SimulatedRegistry {
  if (faults === undefined) return { hosts };
  const counts = new Map<string, number>();
  return {
    hosts: hosts.map((simulated) => ({
      host: simulated.host,
      async handle(request: Request): Promise<Response> {
        const key = `${request.method} ${simulated.host}${new URL(request.url).pathname}`;
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        return await faults(request, count) ?? await simulated.handle(request);
      },
    })),
  };
}
