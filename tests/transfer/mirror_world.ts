import { builtin, type Flow, type MirrorPlan, openFlow, readPlan } from "../../mod.ts";
import {
  buildImage,
  type ContentHabits,
  distribution,
  type DistributionOptions,
  type Faults,
  type Images,
  type SimulatedNetwork,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";
import { assembleRegistry } from "../registry/simulated_registry.ts";
import { virtualClock } from "../virtual_clock.ts";

/** Where images come from, and where they go to. */
export const SOURCE = "source.example";
export const TARGET = "target.example";

/** Two registries, and a flow that reaches them. */
export interface MirrorWorld {
  readonly network: SimulatedNetwork;
  readonly flow: Flow;
  /** What a tag of the target points to, as a stranger sees it. */
  at(repository: string, tag: string): Promise<string | undefined>;
  /** The tags of the target but the lists of plans, as a stranger sees them. */
  tags(repository: string): Promise<readonly string[]>;
  /** Puts or replaces a tag at a registry, as a stranger would. */
  put(host: string, repository: string, tag: string, image: TestManifest): Promise<void>;
  /** Deletes a tag at a registry, as a stranger would. */
  drop(host: string, repository: string, tag: string): Promise<void>;
  /** The requests since the last call, each as `GET host/path`. */
  asked(): readonly string[];
}

/** How a world is made. */
export interface MirrorWorldOptions {
  readonly source?: Images;
  readonly target?: Images;
  readonly habits?: ContentHabits;
  readonly sourceFaults?: Faults;
  readonly targetFaults?: Faults;
  readonly sourceOptions?: Partial<DistributionOptions>;
  readonly targetOptions?: Partial<DistributionOptions>;
  readonly retries?: number;
  readonly onWarning?: (warning: string) => void;
}

/** Makes a world on virtual time. */
export function createMirrorWorld(options: MirrorWorldOptions = {}): MirrorWorld {
  const source = distribution({
    host: SOURCE,
    images: options.source ?? {},
    ...options.sourceOptions,
  });
  const target = distribution({
    host: TARGET,
    images: options.target ?? {},
    habits: options.habits,
    ...options.targetOptions,
  });
  const network = simulateNetwork([
    assembleRegistry(source.hosts, options.sourceFaults),
    assembleRegistry(target.hosts, options.targetFaults),
  ]);
  // Whoever looks from outside is neither counted nor failed.
  const outside = simulateNetwork([source, target]).fetch;
  const flow = openFlow({
    adapters: builtin,
    fetch: network.fetch,
    clock: virtualClock(),
    random: () => 0.5,
    retries: options.retries,
    onWarning: options.onWarning,
  });

  function address(host: string, path: string): string {
    return `https://${host}/v2/${path}`;
  }

  async function put(
    host: string,
    repository: string,
    tag: string | undefined,
    image: TestManifest,
  ): Promise<void> {
    for (const child of image.children) await put(host, repository, undefined, child);
    for (const blob of image.blobs) {
      const bytes = await new Response(blob.open()).bytes();
      const url = address(host, `${repository}/blobs/uploads/?digest=${blob.digest}`);
      const answer = await outside(url, { method: "POST", body: bytes });
      await answer.body?.cancel();
      if (answer.status !== 201) throw new Error(`POST answered ${answer.status}`);
    }
    const url = address(host, `${repository}/manifests/${tag ?? image.digest}`);
    const headers = { "content-type": image.mediaType };
    const answer = await outside(url, { method: "PUT", headers, body: image.bytes.slice() });
    await answer.body?.cancel();
    if (answer.status !== 201) throw new Error(`PUT answered ${answer.status}`);
  }

  return {
    network,
    flow,
    put,
    async at(repository: string, tag: string): Promise<string | undefined> {
      const url = address(TARGET, `${repository}/manifests/${tag}`);
      const answer = await outside(url, { method: "HEAD", headers: { accept: "*/*" } });
      return answer.headers.get("docker-content-digest") ?? undefined;
    },
    async tags(repository: string): Promise<readonly string[]> {
      const answer = await outside(address(TARGET, `${repository}/tags/list`));
      if (answer.status === 404) return [];
      const { tags } = await answer.json() as { tags: string[] | null };
      return (tags ?? []).filter((tag) => !tag.startsWith("portolan-owned-")).toSorted();
    },
    async drop(host: string, repository: string, tag: string): Promise<void> {
      const url = address(host, `${repository}/manifests/${tag}`);
      const answer = await outside(url, { method: "DELETE" });
      await answer.body?.cancel();
      if (answer.status !== 202) throw new Error(`DELETE answered ${answer.status}`);
    },
    asked(): readonly string[] {
      const asked = network.requests.map(({ method, url }) => {
        const { host, pathname } = new URL(url);
        return `${method} ${host}${pathname}`;
      });
      network.reset();
      return asked;
    },
  };
}

/** An image of its own for each name. */
export function imageOf(name: string): TestManifest {
  return buildImage({ layers: [{ name }] });
}

/** Images by their tags, one for each. */
export function imagesFor(repository: string, tags: readonly string[]): Images {
  const images = tags.map((tag) => [tag, imageOf(`${repository}:${tag}`)] as const);
  return { [repository]: { tags: Object.fromEntries(images) } };
}

/** A plan that is right. */
export function planOf(value: unknown): MirrorPlan {
  const { plan, problems } = readPlan(value);
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}
