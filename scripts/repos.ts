import { parseReference, printable, type RepositoryDetails } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import type { Turn } from "./_in_order.ts";
import { asciiJson } from "./_json.ts";
import {
  chooseListFormat,
  formatValues,
  type ListFormat,
  listFormatOptions,
} from "./_list_format.ts";
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
  options: [...listFormatOptions, ...inGroup("connection", connectionOptions)],
  examples: [
    "portolan repos library",
    "portolan repos --format table quay.io/coreos",
    "portolan repos --json registry.example:5000",
  ],
  run,
};

/** One namespace and what was found in it. */
interface Job {
  readonly text: string;
  readonly registry: string;
  readonly namespace?: string;
  readonly found: RepositoryDetails[];
  complete: boolean;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const format = chooseListFormat(args);
  if (args.operands.length === 0) {
    throw new UsageError(
      "Cannot list repositories: expected a namespace, as in library or quay.io/coreos, or a host",
    );
  }
  const several = args.operands.length > 1;
  const flow = await openConnection(args, context, args.operands.map(inside));
  const { signal, each } = beginRun(context);
  const jobs = args.operands.map((text): Job => ({
    text,
    registry: flow.locate(inside(text)).registry,
    namespace: namespaceOf(text),
    found: [],
    complete: false,
  }));

  async function list(job: Job, turn: Turn): Promise<void> {
    for await (const found of flow.repositories(job.registry, job.namespace, { signal })) {
      if (format === "json" || format === "table") job.found.push(found);
      else await turn.take(() => context.stdout.write(formatLine(found, job, { format, several })));
    }
    job.complete = true;
  }

  const code = await each(jobs, list);
  const seen = jobs.filter(({ complete, found }) => complete || found.length > 0);
  if (format === "json") await context.stdout.write(formatValues(seen.map(toRecord), several));
  if (format === "table") await context.stdout.write(formatRows(seen));
  return code;
}

/** Any repository in what an operand names. */
function inside(text: string): string {
  return `${text.replace(/\/$/, "")}/x`;
}

function namespaceOf(text: string): string | undefined {
  const { repository } = parseReference(inside(text));
  return repository === "x" ? undefined : repository.slice(0, -"/x".length);
}

function formatLine(
  found: RepositoryDetails,
  { registry }: Job,
  { format, several }: { readonly format: ListFormat; readonly several: boolean },
): string {
  if (format === "ndjson") return asciiJson({ registry, ...found }) + "\n";
  return `${several ? `${registry}/` : ""}${printable(found.name)}\n`;
}

function toRecord({ registry, namespace, found, complete }: Job): unknown {
  return { registry, namespace, complete, repositories: found };
}

function formatRows(jobs: readonly Job[]): string {
  const header = ["REPOSITORY", "STARS", "PULLS", "UPDATED", "DESCRIPTION"];
  const rows = jobs.flatMap(({ registry, found }) =>
    found.map((repository) => [
      `${registry}/${printable(repository.name)}`,
      `${repository.stars ?? "-"}`,
      `${repository.pulls ?? "-"}`,
      repository.updatedAt?.slice(0, 10) ?? "-",
      printable(repository.description?.split("\n")[0] ?? "", 60),
    ])
  );
  return formatTable(header, rows);
}

if (import.meta.main) await runAlone(repos);
