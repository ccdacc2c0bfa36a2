import type { RegistryAdapter, RegistryApi } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { exitCode } from "./_exit.ts";
import { asciiJson } from "./_json.ts";
import type { Arguments } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { formatTable } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** Which registries have habits that are known? */
export const adapters: Command = {
  name: "adapters",
  summary: "Print the known registries and their habits; asks nobody",
  usage: "portolan adapters [options]",
  options: [{ name: "json", help: "print them as one JSON array; errors are JSON too" }],
  examples: [
    "portolan adapters",
    "portolan adapters --json",
    "portolan adapters --json | jq -r '.[] | select(.id == \"quay\").hosts[]'",
  ],
  run,
};

const HEADER = [
  "ID",
  "HOST",
  "EXPANSION",
  "ANONYMOUS",
  "SCOPE",
  "N",
  "MAX",
  "ORDER",
  "CREDENTIALS",
  "API",
  "LOGIN OF THE API",
];

async function run(args: Arguments, context: Context): Promise<number> {
  const [operand] = args.operands;
  if (operand !== undefined) {
    throw new UsageError(`Cannot read "${operand}": expected no operands`);
  }
  const text = args.has("json")
    ? asciiJson(context.adapters.map(toRecord)) + "\n"
    : formatTable(HEADER, context.adapters.map(toRow)) + formatNotes(context.adapters);
  await context.stdout.write(text);
  return exitCode("done");
}

/** The data of an adapter, without whatever behaviour it may have. */
function toRecord(adapter: RegistryAdapter): Readonly<Record<string, unknown>> {
  const { id, title, hosts, origin, namespace, anonymous, token, scope, pages, credentials } =
    adapter;
  const { api, noApi } = adapter;
  return {
    ...{ id, title, hosts, origin, namespace, anonymous, token, scope, pages, credentials },
    api: api && { origin: api.origin, tells: topicsOf(api), login: api.login },
    noApi,
  };
}

/** What an API tells: details of `tags`, the `repos` of a namespace, the `namespaces` of whoever is logged in. */
function topicsOf({ tags, repositories, namespaces }: RegistryApi): readonly string[] {
  return [
    ...(tags ? ["tags"] : []),
    ...(repositories ? ["repos"] : []),
    ...(namespaces ? ["namespaces"] : []),
  ];
}

function loginOf({ login }: RegistryApi): string {
  if (login === undefined) return "none";
  const kind = login.env === undefined ? "as the registry" : login.env;
  return login.required ? `${kind}, needed` : kind;
}

/** Why those without an API have none, where it is known. */
function formatNotes(adapters: readonly RegistryAdapter[]): string {
  const notes = adapters.flatMap(({ id, noApi }) =>
    noApi === undefined ? [] : [`${id}: ${noApi}\n`]
  );
  return notes.length === 0 ? "" : `\n${notes.join("")}`;
}

/** One line of the table. A `-` means: as the specification says, or unknown. */
function toRow(adapter: RegistryAdapter): readonly string[] {
  const { id, hosts, namespace, anonymous, scope, pages, credentials, api } = adapter;
  const fallback = pages?.fallback === undefined ? "" : ` or ${pages.fallback}`;
  return [
    id,
    hosts[0],
    namespace === undefined ? "-" : `${namespace}/NAME`,
    anonymous ?? "-",
    scope ?? "repository",
    `${pages?.ask ?? "none"}${fallback}`,
    `${pages?.max ?? "-"}`,
    pages?.order ?? "-",
    credentials?.env?.join(" ") ?? "-",
    api === undefined ? "-" : topicsOf(api).join(" "),
    api === undefined ? "-" : loginOf(api),
  ];
}

if (import.meta.main) await runAlone(adapters);
