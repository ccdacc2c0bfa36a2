import { assert, assertEquals } from "@std/assert";
import { type Exchange, type Flow, type FlowOptions, openFlow } from "../../mod.ts";
import { type SimulatedRegistry, simulateNetwork } from "../registry/mod.ts";
import { dockerHub, type DockerHubOptions } from "../registry/docker_hub.ts";
import { ghcr, type GhcrOptions } from "../registry/ghcr.ts";
import { quay, type QuayOptions } from "../registry/quay.ts";
import type { RegistryOptions } from "../registry/simulated_registry.ts";
import { internet } from "../flow/internet.ts";
import { recordingFetch, type Run } from "../flow/run_listing.ts";
import { START, type VirtualClock, virtualClock } from "../virtual_clock.ts";

/** A token with read:packages. */
export const GITHUB_TOKEN = "ghp_reader0123456789";
export const REPOSITORY = "team/app";

/** What is told to the API of a house besides what its registry is told. */
export type ApiOptions = NonNullable<
  (DockerHubOptions & GhcrOptions & QuayOptions)["api"]
>;

/** A registry with an API of its own. */
export interface ApiHouse {
  readonly adapter: string;
  readonly registry: string;
  readonly reference: string;
  /** Host of the API. */
  readonly host: string;
  /** How the path of a page of tags begins or ends. */
  readonly isTagPage: (path: string) => boolean;
  /** Entries a page of the API. */
  readonly page: number;
  readonly credentials?: FlowOptions["credentials"];
  open(options: RegistryOptions & { readonly api?: ApiOptions }): SimulatedRegistry;
}

export const HOUSES: readonly ApiHouse[] = [
  {
    adapter: "docker-hub",
    registry: "docker.io",
    reference: "docker.io/team/app",
    host: "hub.docker.com",
    isTagPage: (path) => /^\/v2\/.*\/tags\/?\?/.test(path),
    page: 100,
    open: dockerHub,
  },
  {
    adapter: "quay",
    registry: "quay.io",
    reference: "quay.io/team/app",
    host: "quay.io",
    isTagPage: (path) => /^\/api\/v1\/.*\/tag\/\?/.test(path),
    page: 100,
    open: quay,
  },
  {
    adapter: "ghcr",
    registry: "ghcr.io",
    reference: "ghcr.io/team/app",
    host: "api.github.com",
    isTagPage: (path) => /^\/users\/.*\/versions\?/.test(path),
    page: 100,
    credentials: ({ registry }) =>
      registry === "api.github.com" ? { registryToken: GITHUB_TOKEN } : undefined,
    open: ghcr,
  },
];

/** What came of something that was listed. */
export interface ApiRun<T> extends Run {
  readonly items: readonly T[];
  /** By host. */
  mostInFlight(host: string): number;
  /** Path and query of what a host was asked. */
  asked(host: string): readonly string[];
}

/** How something is listed. */
export interface ApiRunOptions {
  readonly flow?: Partial<FlowOptions>;
  /** Virtual milliseconds that each answer takes. @default 0 */
  readonly latency?: number;
  readonly clock?: VirtualClock;
  /** Ends the iteration after so many. */
  readonly breakAfter?: number;
  /** Virtual milliseconds that the one who iterates takes for each of the first of every hundred. */
  readonly busy?: number;
}

/** Lists something of a registry, whose own clock is the virtual one. */
export async function runApi<T extends { readonly name: string }>(
  open: (now: () => number) => SimulatedRegistry | readonly SimulatedRegistry[],
  errand: (flow: Flow) => AsyncIterable<T> & { readonly complete?: boolean },
  options: ApiRunOptions = {},
): Promise<ApiRun<T>> {
  const { clock = virtualClock(), latency = 0, busy = 0 } = options;
  const network = simulateNetwork(open(() => clock.wall()));
  const warnings: string[] = [];
  const exchanges: Exchange[] = [];
  const recording = recordingFetch(
    internet(async (_, request) => {
      const response = await network.fetch(request);
      if (latency > 0) await clock.sleep(latency, request.signal);
      return response;
    }),
    clock,
  );
  const flow = openFlow({
    random: () => 0.5,
    ...options.flow,
    clock,
    fetch: recording.fetch,
    onExchange: (exchange) => void exchanges.push(exchange),
    onWarning: (message) => void warnings.push(message),
  });
  const items: T[] = [];
  const started = clock.now();
  let error: unknown;
  let complete = false;
  try {
    const listing = errand(flow);
    for await (const item of listing) {
      items.push(item);
      if (busy > 0 && items.length % 100 === 1) await clock.sleep(busy);
      if (items.length === options.breakAfter) break;
    }
    complete = listing.complete ?? true;
  } catch (thrown) {
    error = thrown ?? "threw nothing";
  }
  // Whatever was let go has a turn to end.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
  return {
    tags: items.map(({ name }) => name),
    items,
    error,
    complete,
    warnings,
    exchanges,
    requests: recording.requests,
    elapsed: clock.now() - started,
    sleepers: clock.sleepers(),
    openBodies: recording.openBodies(),
    mostInFlight: network.traffic.mostInFlight,
    asked: (host: string) =>
      recording.requests.filter(({ origin }) => origin === `https://${host}`)
        .map(({ url }) => url.slice(`https://${host}`.length)),
  };
}

/** Lists the tags of a house with details. */
export function listDetails(
  house: ApiHouse,
  options: RegistryOptions & { readonly api?: ApiOptions },
  run: ApiRunOptions & { readonly limit?: number } = {},
) {
  const { credentials } = house;
  return runApi(
    (now) => house.open({ ...options, now }),
    (flow) => flow.tags(house.reference, { details: true, limit: run.limit }),
    { ...run, flow: { ...(credentials ? { credentials } : {}), ...run.flow } },
  );
}

/** Nothing is left behind, and what was listed is the truth without doubles. */
export function assertWhole(run: Run, truth: readonly string[]): void {
  if (run.error !== undefined) throw run.error;
  assertClean(run);
  assert(run.complete, "it is not complete");
  assertEquals([...run.tags].sort(), [...truth].sort());
}

/** Nothing is left behind. */
export function assertClean(run: Run): void {
  assertEquals(run.sleepers, 0, "timers are left");
  assertEquals(run.openBodies, 0, "bodies are open");
  assertEquals(new Set(run.tags).size, run.tags.length, "a tag came twice");
}

/** So many tags: `1.0` and on. */
export function tagsUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `1.${index}`);
}

/** When the virtual clock starts. */
export { START };
