import type { Aliases } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { fullReference, onlyReference } from "./_image_reference.ts";
import { asciiJson } from "./_json.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { Arguments, inGroup, type Option } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { withProgress } from "./_progress.ts";
import { readSelector, selectorOptions } from "./_selector.ts";
import { fullName } from "./_tag_format.ts";

/** Flags of the selector that say which tags are worth asking. */
const SELECTOR: readonly Option[] = inGroup(
  "which tags to ask",
  selectorOptions.filter(({ name }) =>
    ["include", "exclude", "like", "variant", "pre", "range", "newer-than", "channels"]
      .includes(name)
  ),
);

/** Which other tags point to the same image? */
export const aliases: Command = {
  name: "aliases",
  summary: "Find the other tags of the same image: which version is latest",
  usage: "portolan aliases [options] REF",
  options: [
    { name: "json", help: "print one JSON object; errors are JSON too" },
    {
      ...maxRequestsOption("200"),
      help: "stop after N requests; where no API tells digests, the likely tags are asked first",
    },
    ...SELECTOR,
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan aliases ubuntu",
    "portolan aliases --include '3.*' --max-requests 1000 python:3.12",
    "portolan aliases --json quay.io/prometheus/node-exporter:latest",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const reference = onlyReference(args, "find aliases");
  const wishes = { ...readSelector(withUndeclared(args)), maxRequests: readMaxRequests(args) };
  return await withProgress(args, context, async (context, show) => {
    const { stdout, stderr, signal } = context;
    const flow = await openConnection(args, context, [reference], { besides: "api" });
    const found = await flow.aliases(reference, {
      ...wishes,
      signal,
      onProgress: (asked, of) => show(`asked ${asked} of ${of} tags`),
    });
    await stdout.write(args.has("json") ? formatJson(found) : formatLines(found));
    if (found.shortfall !== undefined) return await context.report(found.shortfall);
    if (found.tags.length === 0 && !args.has("quiet")) {
      await stderr.write(`portolan: ${noneOf(found)}\n`);
    }
    return exitCode("done");
  });
}

function noneOf({ candidates, digest }: Aliases): string {
  if (candidates === 0) return "there is no other tag to compare";
  if (candidates === 1) return `the one other tag is not ${digest}`;
  return `none of ${candidates} other tags is ${digest}`;
}

/** The selector reads all its flags: those that are not this command's were not given. */
function withUndeclared(args: Arguments): Arguments {
  const declared = new Set(SELECTOR.map(({ name }) => name));
  const values = selectorOptions.map(({ name }) =>
    [name, declared.has(name) ? args.all(name) : []] as const
  );
  return new Arguments(args.operands, new Map(values));
}

function formatLines({ tags }: Aliases): string {
  return tags.map(({ name }) => `${name}\n`).join("");
}

function formatJson(found: Aliases): string {
  const { target, digest, mediaType, complete, asked, candidates, tags } = found;
  const whose = { repository: fullName(target), adapter: target.adapter.id };
  const same = { reference: fullReference(target), digest, mediaType };
  return asciiJson({ ...whose, ...same, complete, asked, candidates, tags }) + "\n";
}

if (import.meta.main) await runAlone(aliases);
