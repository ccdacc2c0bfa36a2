/**
 * Lists the seeds' five repositories with portolan and with skopeo, in turn, on the same simulated registries under their real names
 * over TLS: `deno run -A bench/tags.ts`. Needs skopeo and about a minute.
 *
 * Where it may (root, with `unshare`), both go straight to the registries; elsewhere, and with `--proxy`, through a CONNECT proxy.
 */
import { type Example, EXAMPLES, openExample, pushedTags } from "../tests/hosts/examples.ts";
import { startTlsWorld, type TlsWorld } from "../tests/hosts/tls_world.ts";
import { type CommandLine, type Contender, contenders } from "./contenders.ts";
import { median, peakMemory, timeRun } from "./measure.ts";
import { chooseRoute, type Route, runDirectly } from "./route.ts";
import { table } from "./table.ts";

/** By latency in milliseconds, how often each program lists each repository. */
const ROUNDS: readonly (readonly [latency: number, rounds: number])[] = [[0, 11], [50, 5]];

/** How one program did in one case. */
interface Result {
  /** Milliseconds, the median. */
  readonly wall: number;
  readonly requests: number;
  readonly connections: number;
  /** Bytes. */
  readonly memory: number;
}

const programs: readonly Contender[] = contenders();
const route: Route = chooseRoute();

async function measureIdle(): Promise<string> {
  const walls: readonly number[][] = programs.map(() => []);
  for (let round = 0; round < 11; round++) {
    for (const [index, { idle }] of programs.entries()) {
      const { wall } = await timeRun(idle, {});
      if (round > 0) walls[index]?.push(wall);
    }
  }
  const cells: readonly string[] = walls.map((each) => median(each).toFixed(0));
  return table(["start and end, ms", ...programs.map(({ name }) => name)], [["", ...cells]]);
}

async function measureCase(
  example: Example,
  latency: number,
  rounds: number,
): Promise<readonly Result[]> {
  await using world: TlsWorld = await startTlsWorld(openExample(example), {
    ...route.options,
    latency,
  });
  const environment: Readonly<Record<string, string>> = route.environment(world);
  const results: Result[] = [];
  const walls: readonly number[][] = programs.map(() => []);
  const commands: readonly CommandLine[] = programs.map(({ list }) =>
    list({ ...example, login: example.user !== undefined })
  );
  // The first turn warms caches, and shows what one run sends.
  const printed = new Set<string>();
  for (const command of commands) {
    const before: Totals = totals(world);
    printed.add((await timeRun(command, environment)).stdout);
    const { requests, connections } = totals(world);
    results.push({
      wall: NaN,
      requests: requests - before.requests,
      connections: connections - before.connections,
      memory: median([
        await peakMemory(command, environment),
        await peakMemory(command, environment),
        await peakMemory(command, environment),
      ]),
    });
  }
  if (printed.size > 1) throw new Error(`The programs differ on ${example.reference}`);
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) {
      walls[index]?.push((await timeRun(command, environment)).wall);
    }
  }
  return results.map((result, index) => ({ ...result, wall: median(walls[index] ?? []) }));
}

interface Totals {
  readonly requests: number;
  readonly connections: number;
}

function totals({ requests, accepted }: TlsWorld): Totals {
  return { requests: requests.length, connections: accepted };
}

function row(example: Example, latency: number, results: readonly Result[]): readonly string[] {
  const [ours, theirs] = [results.at(0), results.at(-1)];
  if (ours === undefined || theirs === undefined) throw new Error("No program was measured");
  function all(show: (result: Result) => string): string {
    return results.map(show).join(" / ");
  }
  return [
    example.registry,
    String(pushedTags(example).length),
    String(latency),
    all(({ wall }) => wall.toFixed(0)),
    (ours.wall / theirs.wall).toFixed(2),
    all(({ requests }) => String(requests)),
    all(({ connections }) => String(connections)),
    all(({ memory }) => (memory / 2 ** 20).toFixed(0)),
    (ours.memory / theirs.memory).toFixed(2),
  ];
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

async function main(): Promise<void> {
  const began: number = performance.now();
  const names: string = programs.map(({ name }) => name).join(" / ");
  write(`${names}, ${route.title}; a ratio below 1 is to portolan's favour\n\n`);
  write(await measureIdle() + "\n");
  const rows: (readonly string[])[] = [];
  for (const [latency, rounds] of ROUNDS) {
    for (const example of EXAMPLES) {
      rows.push(row(example, latency, await measureCase(example, latency, rounds)));
    }
  }
  write(table(HEAD, rows));
  const rounds: string = ROUNDS.map(([latency, count]) => `${count} runs at ${latency} ms`)
    .join(" and ");
  const seconds: string = ((performance.now() - began) / 1000).toFixed(0);
  write(`\nMedians of ${rounds}, taken in ${seconds} s.\n${NOTES}`);
}

const HEAD: readonly string[] = [
  "registry",
  "tags",
  "latency ms",
  "wall ms",
  "ratio",
  "requests",
  "connections",
  "peak MiB",
  "ratio",
];

const NOTES = `
- The registries are simulated and run on this machine, beside the programs. Each answer is held back by the latency; connecting
  and the TLS handshake cost none, which flatters whoever connects often.
- Memory is the most that was resident (VmHWM), a shared library counted whole.
- The first TLS connection of a Deno process costs some 25 ms before it sends anything: its random numbers are seeded (aws-lc).
- Deno's fetch leaves TCP_NODELAY off, and waits 40 ms for an acknowledgement where the second request on a connection follows at
  once on the first answer: at 0 ms all but Docker Hub show it, at 50 ms none. Behind a proxy (--proxy) each first request has it.
`;

const code: number | undefined = await runDirectly();
if (code === undefined) await main();
else Deno.exit(code);
