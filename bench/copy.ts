/**
 * Copies between two of Debian's docker-registries with portolan and with skopeo, in turn: `deno run -A bench/copy.ts [ROUNDS [CASE]]`.
 * Needs both packages, 4 GiB of space for temporary files and some minutes.
 */
import { buildImage, randomBlob, type TestImage } from "../tests/registry/mod.ts";
import { type RealRegistry, startDockerRegistry } from "../tests/real/docker_registry.ts";
import { pushImage } from "../tests/real/push_image.ts";
import { type CommandLine, ROOT } from "./contenders.ts";
import { type CountingProxy, startCountingProxy } from "./counting_proxy.ts";
import { median, peakMemory, timeRun } from "./measure.ts";
import { table } from "./table.ts";

/** What is copied. */
interface Case {
  readonly name: string;
  readonly repository: string;
  /** Whether the target has it already. */
  readonly again?: boolean;
}

/** A program that copies. */
interface Copier {
  readonly name: string;
  readonly copy: (source: string, target: string) => CommandLine;
}

/** How one program did in one case. */
interface Result {
  /** Milliseconds, each run. */
  readonly walls: number[];
  /** Bytes of memory, each run that was measured. */
  readonly memory: number[];
  requests: string;
  /** Bytes that went to and fro. */
  bytes: number;
}

const GIB = 2 ** 30;
const MEMORY_ROUNDS = 3;

const BIG = "bench/big";
const SMALL = "bench/small";

function imageOf(repository: string): TestImage {
  if (repository === BIG) return buildImage({ layers: [GIB] });
  const layers = Array.from({ length: 200 }, (_, seed) => randomBlob(10_000, seed + 1));
  return buildImage({ layers });
}

const CASES: readonly Case[] = [
  { name: "1 GiB layer", repository: BIG },
  { name: "200 small layers", repository: SMALL },
  { name: "no change", repository: SMALL, again: true },
];

function portolan(name: string, script: string): Copier {
  const permissions: readonly string[] = ["--allow-net", "--allow-env", "--allow-read"];
  const options: readonly string[] = ["run", "--no-prompt", ...permissions, script];
  return {
    name,
    copy: (source, target) => ({
      program: Deno.execPath(),
      args: [...options, ...SUBCOMMAND, source, target],
    }),
  };
}

const skopeo: Copier = {
  name: "skopeo",
  copy: (source, target) => ({
    program: "skopeo",
    args: [
      "copy",
      "--all",
      "--quiet",
      "--insecure-policy",
      "--src-no-creds",
      "--dest-no-creds",
      "--src-tls-verify=false",
      "--dest-tls-verify=false",
      `docker://${source}`,
      `docker://${target}`,
    ],
  }),
};

/** All commands in one program. */
const COMMAND = "scripts/main.ts";
const SUBCOMMAND: readonly string[] = ["copy", "--anonymous"];

/** Runs one case once with each program, beginning with another one each round. */
async function takeTurns(
  round: number,
  copiers: readonly Copier[],
  run: (copier: Copier, index: number) => Promise<void>,
): Promise<void> {
  for (let turn = 0; turn < copiers.length; turn++) {
    const index: number = (round + turn) % copiers.length;
    const copier: Copier | undefined = copiers[index];
    if (copier !== undefined) await run(copier, index);
  }
}

/** Nothing of this machine; what skopeo remembers of blobs is as old as the target. */
function environmentOf({ directory }: RealRegistry): Readonly<Record<string, string>> {
  return {
    XDG_DATA_HOME: directory,
    XDG_RUNTIME_DIR: directory,
    // Makes root keep its cache of known blobs in XDG_DATA_HOME as everybody else does.
    _CONTAINERS_ROOTLESS_UID: "1000",
    NO_COLOR: "1",
    no_proxy: "127.0.0.1",
  };
}

async function measureCase(
  { repository, again }: Case,
  source: RealRegistry,
  copiers: readonly Copier[],
  rounds: number,
): Promise<readonly Result[]> {
  const image: TestImage = imageOf(repository);
  const results: readonly Result[] = copiers.map(() => (
    { walls: [], memory: [], requests: "", bytes: 0 }
  ));
  const reference = `/${repository}:1`;

  async function withTarget(work: (target: RealRegistry) => Promise<void>): Promise<void> {
    await using target: RealRegistry = await startDockerRegistry();
    if (again === true) await pushImage(target, repository, "1", image);
    await work(target);
    const there: Response = await fetch(`${target.origin}/v2/${repository}/manifests/1`, {
      method: "HEAD",
      headers: { accept: image.mediaType },
    });
    if (there.headers.get("docker-content-digest") === image.digest) return;
    throw new Error(`${repository} was not copied`);
  }

  async function count(copier: Copier, index: number): Promise<void> {
    const result: Result | undefined = results[index];
    if (result === undefined) return;
    await withTarget(async (target) => {
      await using from: CountingProxy = startCountingProxy(source.origin);
      await using to: CountingProxy = startCountingProxy(target.origin);
      const command: CommandLine = copier.copy(from.host + reference, to.host + reference);
      await timeRun(command, environmentOf(target));
      result.requests = `${shown(from.requests)} + ${shown(to.requests)}`;
      result.bytes = from.bytes + to.bytes;
    });
  }

  async function time(copier: Copier, index: number): Promise<void> {
    await withTarget(async (target) => {
      const command = copier.copy(source.host + reference, target.host + reference);
      results[index]?.walls.push((await timeRun(command, environmentOf(target))).wall);
    });
  }

  async function weigh(copier: Copier, index: number): Promise<void> {
    await withTarget(async (target) => {
      const command = copier.copy(source.host + reference, target.host + reference);
      results[index]?.memory.push(await peakMemory(command, environmentOf(target)));
    });
  }

  await takeTurns(0, copiers, count);
  for (let round = 0; round < rounds; round++) await takeTurns(round, copiers, time);
  for (let round = 0; round < MEMORY_ROUNDS; round++) await takeTurns(round, copiers, weigh);
  return results;
}

function shown(requests: ReadonlyMap<string, number>): string {
  return String([...requests.values()].reduce((sum, count) => sum + count, 0));
}

function rowsOf(
  { name }: Case,
  copiers: readonly Copier[],
  results: readonly Result[],
): readonly (readonly string[])[] {
  const theirs: Result | undefined = results.at(-1);
  return results.map(({ walls, memory, requests, bytes }, index) => [
    `${name}, ${copiers[index]?.name}`,
    median(walls).toFixed(0),
    `${Math.min(...walls).toFixed(0)}-${Math.max(...walls).toFixed(0)}`,
    (median(walls) / median(theirs?.walls ?? [])).toFixed(2),
    (median(memory) / 2 ** 20).toFixed(0),
    (median(memory) / median(theirs?.memory ?? [])).toFixed(2),
    requests,
    (bytes / 2 ** 20).toFixed(2),
  ]);
}

/** One file of all modules that copying takes. */
async function bundle(): Promise<string> {
  const file: string = await Deno.makeTempFile({ suffix: ".js" });
  await timeRun({
    program: Deno.execPath(),
    args: ["bundle", "--quiet", "--minify", "--output", file, COMMAND],
  }, {});
  return file;
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

async function main(): Promise<void> {
  const rounds: number = Number(Deno.args[0] ?? 7);
  const began: number = performance.now();
  const bundled: string = await bundle();
  try {
    const copiers: readonly Copier[] = [
      portolan("bundle", bundled),
      portolan("modules", ROOT + COMMAND),
      skopeo,
    ];
    await using source: RealRegistry = await startDockerRegistry();
    const cases: readonly Case[] = CASES.filter(({ name }) => name.includes(Deno.args[1] ?? ""));
    for (const repository of new Set(cases.map(({ repository }) => repository))) {
      const image: TestImage = imageOf(repository);
      await pushImage(source, repository, "1", image);
    }
    const rows: (readonly string[])[] = [];
    for (const each of cases) {
      rows.push(...rowsOf(each, copiers, await measureCase(each, source, copiers, rounds)));
    }
    write(table(HEAD, rows));
    const seconds: string = ((performance.now() - began) / 1000).toFixed(0);
    write(`\nMedians of ${rounds} runs taken in turn, in ${seconds} s. A ratio is to skopeo.\n`);
    write("Requests are those to the source and those to the target.\n");
  } finally {
    await Deno.remove(bundled);
  }
}

const HEAD: readonly string[] = [
  "",
  "wall ms",
  "range",
  "ratio",
  "peak MiB",
  "ratio",
  "requests",
  "MiB sent",
];

await main();
