/** The shapes that every simulated registry shares. */
import type { ContentHabits } from "./content_habits.ts";
import type { TestManifest } from "./test_manifest.ts";

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

/** What one repository holds besides bare tags. */
export interface RepositoryImages {
  /** Manifests by tag, with all that they refer to, in the order in which they were pushed. */
  readonly tags: Readonly<Record<string, TestManifest>>;
  /**
   * Manifests that are reached by digest alone: what refers to others, or what a tag left behind.
   * @default []
   */
  readonly untagged?: readonly TestManifest[];
  /**
   * Digests of blobs and children that are referred to and not there.
   * @default []
   */
  readonly absent?: readonly string[];
}

/** Manifests and blobs of a registry. */
export interface Images {
  /** Keyed by the repository's name without its host: `library/ubuntu`. */
  readonly [repository: string]: RepositoryImages;
}

/**
 * Answers a request in the registry's place, or returns undefined to let it answer by itself.
 *
 * `count` says how often this host was asked for this method and path (the query left out), from 1: the third page of a
 * listing has count 3. `answer` asks the registry for its own answer, to this request or to another one instead, which may be
 * changed and returned. What it throws rejects an in-process fetch as a lost connection would; over sockets the body of a 200
 * breaks off instead.
 */
export type Faults = (
  request: Request,
  count: number,
  answer: (instead?: Request) => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>;

/** What every simulated registry can be told. */
export interface RegistryOptions {
  /**
   * The repositories and their tags. A tag that is here and not in `images` is listed and has no manifest. The default is that
   * registry's part of `sampleContent()`, and nothing where there are `images`.
   */
  readonly content?: Content;
  /**
   * Manifests and blobs. Their tags are listed too, after those of `content`.
   * @default {}
   */
  readonly images?: Images;
  /**
   * What will be pushed: the blobs of these are checked when they come whole, and read from here afterwards, so that a gigabyte is
   * not held in memory. Chunks are.
   * @default []
   */
  readonly expects?: readonly TestManifest[];
  /** What bends the answers about manifests and blobs, over the registry's own habits. */
  readonly habits?: ContentHabits;
  /**
   * Repositories of `content` which only a user may read.
   * @default []
   */
  readonly private?: readonly string[];
  /**
   * Secrets by user name. Whoever is one may push and delete everywhere.
   * @default { alice: "wonderland" }
   */
  readonly users?: Readonly<Record<string, string>>;
  /**
   * Users who may read and do nothing else.
   * @default []
   */
  readonly readers?: readonly string[];
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

/** What the options say that a registry holds, or else its sample. */
export function contentOf(options: RegistryOptions, sample: () => Content): Content {
  return options.content ?? (options.images === undefined ? sample() : {});
}

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
        const own = async (instead = request): Promise<Response> => await simulated.handle(instead);
        return await faults(request, count, own) ?? await own();
      },
    })),
  };
}
