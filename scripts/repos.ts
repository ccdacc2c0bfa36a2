import { parseReference, printable, RegistryError, type RepositoryDetails } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { formatValues } from "./_format.ts";
import type { Turn } from "./_in_order.ts";
import { withoutSecret } from "./_host.ts";
import { asciiJson } from "./_json.ts";
import { chooseListFormat, type ListFormat, listFormatOptions } from "./_list_format.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { beginRun } from "./_selector_run.ts";
import { formatTable } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** What else is there? */
export const repos: Command = {
  name: "repos",
  summary: "List the repositories of a namespace, or of a whole registry",
  usage: "portolan repos [options] NAMESPACE...",
  options: [
    ...listFormatOptions,
    { name: "sort", value: "ORDER", help: "name, or stars, pulls or updated, most first" },
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan repos library",
    "portolan repos --format table quay.io/coreos",
    "portolan repos --json registry.example:5000",
  ],
  run,
};

type Order = "name" | "stars" | "pulls" | "updated";

const ORDERS: Readonly<
  Record<Order, (a: RepositoryDetails, b: RepositoryDetails) => number>
> = {
  name: byName,
  stars: byMost(({ stars }) => stars),
  pulls: byMost(({ pulls }) => pulls),
  updated: byMost(({ updatedAt }) => updatedAt === undefined ? undefined : Date.parse(updatedAt)),
};

/** What a table shows; a column that nothing fills is left out. */
const COLUMNS: readonly (readonly [
  title: string,
  cell: (repository: RepositoryDetails) => string,
])[] = [
  ["STARS", ({ stars }) => `${stars ?? ""}`],
  ["PULLS", ({ pulls }) => `${pulls ?? ""}`],
  ["UPDATED", ({ updatedAt = "" }) => printable(updatedAt.slice(0, 10))],
  ["PRIVATE", ({ isPrivate }) => isPrivate === true ? "yes" : ""],
  ["DESCRIPTION", ({ description = "" }) => printable(description.split("\n")[0] ?? "", 60)],
];

/** One namespace and what was found in it. */
interface Job {
  readonly registry: string;
  /** Whether it was named, and so is needed in a reference. */
  readonly isNamed: boolean;
  readonly namespace?: string;
  readonly found: RepositoryDetails[];
  count: number;
  complete: boolean;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const format = chooseListFormat(args);
  const order = readOrder(args);
  if (args.operands.length === 0) {
    throw new UsageError(
      "Cannot list repositories: expected a namespace, as in library or quay.io/coreos, or a host",
    );
  }
  const several = args.operands.length > 1;
  const namespaces = args.operands.map(namespaceOf);
  const besides = "registry";
  const flow = await openConnection(args, context, args.operands.map(inside), { besides });
  const { signal, each } = beginRun(context);
  const jobs = args.operands.map((text, at): Job => ({
    registry: flow.locate(inside(text)).registry,
    isNamed: parseReference(inside(text)).registry !== undefined,
    namespace: namespaces[at],
    found: [],
    count: 0,
    complete: false,
  }));
  const isHeld = order !== undefined || format === "json" || format === "table";

  async function print(found: readonly RepositoryDetails[], job: Job, turn: Turn): Promise<void> {
    const text = found.map((each) => formatLine(each, job, { format, several })).join("");
    await turn.take(() => context.stdout.write(text));
  }

  async function list(job: Job, turn: Turn): Promise<void> {
    const { registry, namespace, found } = job;
    try {
      for await (const each of flow.repositories(registry, namespace, { signal })) {
        job.count++;
        if (isHeld) found.push(each);
        else await print([each], job, turn);
      }
      job.complete = true;
    } finally {
      if (order !== undefined) found.sort(ORDERS[order]);
      if (isHeld && format !== "json" && format !== "table") await print(found, job, turn);
    }
  }

  const code = await each(jobs, list);
  for (const { registry, namespace, complete, count } of jobs) {
    if (!complete || count > 0 || args.has("quiet")) continue;
    const name = namespace === undefined ? registry : `${registry}/${namespace}`;
    await context.stderr.write(`portolan: ${name}: no repositories, or none to be seen\n`);
  }
  const seen = jobs.filter(({ complete, found }) => complete || found.length > 0);
  if (format === "json") await context.stdout.write(formatValues(seen.map(toRecord), several));
  if (format === "table") await context.stdout.write(formatRows(seen));
  return code;
}

/** Any repository in what an operand names. */
function inside(text: string): string {
  return `${text.replace(/\/$/, "")}/x`;
}

/** The namespace that an operand names; none for a host. */
function namespaceOf(text: string): string | undefined {
  try {
    const { repository } = parseReference(inside(text));
    return repository === "x" ? undefined : repository.slice(0, -"/x".length);
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    const expected = "expected a namespace, as in library or quay.io/coreos, or a host";
    throw new UsageError(`Cannot read "${withoutSecret(text)}": ${expected}`, { cause });
  }
}

function readOrder(args: Arguments): Order | undefined {
  const text = args.one("sort");
  const order = Object.keys(ORDERS).find((name): name is Order => name === text);
  if (text === undefined || order !== undefined) return order;
  const expected = Object.keys(ORDERS).join(", ");
  throw new UsageError(`Cannot read "--sort ${text}": expected ${expected}`);
}

function byName(a: RepositoryDetails, b: RepositoryDetails): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

/** The most first; what is not known last. */
function byMost(
  valueOf: (repository: RepositoryDetails) => number | undefined,
): (a: RepositoryDetails, b: RepositoryDetails) => number {
  return (a, b) => (valueOf(b) ?? -1) - (valueOf(a) ?? -1) || byName(a, b);
}

function formatLine(
  found: RepositoryDetails,
  { registry, isNamed }: Job,
  { format, several }: { readonly format: ListFormat; readonly several: boolean },
): string {
  if (format === "ndjson") return asciiJson({ registry, ...found }) + "\n";
  return `${several || isNamed ? `${registry}/` : ""}${printable(found.name)}\n`;
}

function toRecord({ registry, namespace, found, complete }: Job): unknown {
  return { registry, namespace, complete, repositories: found };
}

function formatRows(jobs: readonly Job[]): string {
  const all = jobs.flatMap(({ found }) => found);
  const filled = COLUMNS.filter(([, cell]) => all.some((repository) => cell(repository) !== ""));
  const rows = jobs.flatMap(({ registry, found }) =>
    found.map((repository) => [
      `${registry}/${printable(repository.name)}`,
      ...filled.map(([, cell]) => cell(repository)),
    ])
  );
  return formatTable(["REPOSITORY", ...filled.map(([title]) => title)], rows);
}

if (import.meta.main) await runAlone(repos);
