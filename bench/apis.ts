/**
 * Lists a repository of 4,200 tags with details by its registry's own web API, on simulated registries, at several latencies:
 * `deno run -A bench/apis.ts`. The other contender asks for one page after another, as curl in a loop does.
 */
import { type Flow, openFlow } from "../mod.ts";
import { dockerHub } from "../tests/registry/docker_hub.ts";
import { quay } from "../tests/registry/quay.ts";
import { type SimulatedNetwork, simulateNetwork } from "../tests/registry/network.ts";
import type { SimulatedRegistry } from "../tests/registry/simulated_registry.ts";
import { median } from "./measure.ts";
import { table } from "./table.ts";

const TAGS: readonly string[] = Array.from({ length: 4200 }, (_, index) => `1.${index}`);
const CONTENT: Readonly<Record<string, readonly string[]>> = { "team/app": TAGS };
const ROUNDS = 3;

/** A registry, and the first page of its API. */
interface Case {
  readonly reference: string;
  readonly first: string;
  readonly open: () => SimulatedRegistry;
}

const cases: readonly Case[] = [
  {
    reference: "docker.io/team/app",
    first: "https://hub.docker.com/v2/repositories/team/app/tags?page_size=100&page=",
    open: () => dockerHub({ content: CONTENT }),
  },
  {
    reference: "quay.io/team/app",
    first: "https://quay.io/api/v1/repository/team/app/tag/?limit=100&onlyActiveTags=true&page=",
    open: () => quay({ content: CONTENT }),
  },
];

function slowed(network: SimulatedNetwork, latency: number): typeof fetch {
  return async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, latency));
    return await network.fetch(input, init);
  };
}

async function onePageAfterAnother(first: string, fetch: typeof globalThis.fetch): Promise<number> {
  let count = 0;
  for (let page = 1;; page++) {
    const response: Response = await fetch(`${first}${page}`);
    const document: Record<string, unknown> = await response.json();
    const entries: unknown = document.results ?? document.tags;
    count += Array.isArray(entries) ? entries.length : 0;
    if (!document.next && document.has_additional !== true) return count;
  }
}

async function together(reference: string, fetch: typeof globalThis.fetch): Promise<number> {
  const flow: Flow = openFlow({ fetch });
  return (await Array.fromAsync(flow.tags(reference, { details: true }))).length;
}

async function timed(work: () => Promise<number>): Promise<number> {
  const started: number = performance.now();
  const count: number = await work();
  if (count !== TAGS.length) throw new Error(`${count} tags instead of ${TAGS.length}`);
  return performance.now() - started;
}

const rows: string[][] = [];
for (const { reference, first, open } of cases) {
  for (const latency of [0, 10, 50]) {
    const slow: number[] = [];
    const fast: number[] = [];
    let requests = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const network: SimulatedNetwork = simulateNetwork(open());
      const fetch = slowed(network, latency);
      slow.push(await timed(() => onePageAfterAnother(first, fetch)));
      network.reset();
      fast.push(await timed(() => together(reference, fetch)));
      requests = network.requests.length;
    }
    const ratio: number = median(fast) / median(slow);
    rows.push([
      `${reference} at ${latency} ms`,
      median(slow).toFixed(0),
      median(fast).toFixed(0),
      ratio.toFixed(2),
      String(requests),
    ]);
  }
}
const head: readonly string[] = ["", "one by one, ms", "together, ms", "ratio", "requests"];
await Deno.stdout.write(new TextEncoder().encode(table(head, rows)));
