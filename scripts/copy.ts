import type { Flow, Target } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, keepReading, openConnection } from "./_connection.ts";
import { readSideLogin, sideOptions } from "./_copy_credentials.ts";
import {
  bareName,
  checkWhole,
  type CopyEnd,
  type CopyEnds,
  readEnds,
  referencesOf,
  targetOf,
} from "./_copy_end.ts";
import { tellCopyPulls } from "./_copy_notes.ts";
import type { Passage } from "./_copy_print.ts";
import { copyAll, type CopyWishes } from "./_copy_run.ts";
import { readSize } from "./_copy_size.ts";
import { countRequests, openTally } from "./_copy_tally.ts";
import { chooseTags } from "./_copy_tags.ts";
import { platformOption, readPlatforms } from "./_image_platform.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { wholeNumber } from "./_numbers.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { withProgress } from "./_progress.ts";
import { readSelector, selectorOptions, writtenSelector } from "./_selector.ts";
import { UsageError } from "./_usage_error.ts";

/** How do I carry images from one place to another? */
export const copy: Command = {
  name: "copy",
  summary: "Carry images with all that belongs to them to another registry or to disk",
  usage: "portolan copy [options] SRC DST",
  options: [
    { name: "all-tags", help: "all tags of a repository, or those that the selector chooses" },
    {
      ...platformOption,
      repeatable: true,
      help: "these platforms of an index alone, which makes another index with another digest",
    },
    { name: "no-referrers", help: "leave out signatures, attestations and SBOMs" },
    {
      name: "refresh-referrers",
      help: "bring what was signed after its image was copied, too; cosign's tags are replaced",
    },
    { name: "dry-run", help: "print what would be done; reads manifests, sends nothing" },
    { name: "jobs", value: "N", help: "blobs under way at once", default: "6" },
    {
      name: "chunk-size",
      value: "SIZE",
      help: "cut uploads into chunks, as in 64MiB, for proxies that limit them",
      default: "each blob whole",
    },
    { name: "json", help: "print a line of JSON for each thing, then a summary; errors are JSON" },
    {
      ...maxRequestsOption(),
      help: "stop after N requests in all, those that list tags not counted",
    },
    ...selectorOptions,
    ...inGroup("connection", [...sideOptions, ...connectionOptions]),
  ],
  examples: [
    "echo $AUTH_TOKEN | portolan copy --all-tags --newest 3 --per major --src-username me@x.example --src-password-stdin container-registry.oracle.com/java/jdk 123456789012.dkr.ecr.eu-west-1.amazonaws.com/java/jdk",
    "portolan copy quay.io/prometheus/node-exporter:v1.9.1 oci:images/node-exporter",
    "portolan copy --dry-run --all-tags --like 21.0.1 ghcr.io/org/app registry.example/mirror/app",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const ends = readEnds(args.operands);
  const wishes = readWishes(args);
  const tally = openTally();
  const isOnDisk = referencesOf(ends).length < 2;
  const machine = countRequests(isOnDisk ? keepReading(context) : context, tally);
  return await withProgress(args, machine, async (context, show) => {
    const flow = await openConnection(
      args,
      context,
      referencesOf(ends),
      { readTyped: (targets) => readSideLogin(args, context, sidesOf(ends, targets)) },
    );
    const passages = args.has("all-tags")
      ? await passagesOfAll(ends, { args, context, flow })
      : [await passageOf(ends, flow)];
    const source = targetOf(ends.source, flow);
    const readsEach = args.has("platform") || args.has("refresh-referrers");
    await tellCopyPulls(args, context, { source, readsEach });
    const isCounted = source?.adapter.pulls === "counted";
    return await copyAll(passages, wishes, {
      args,
      context,
      flow,
      tally,
      show,
      isCounted,
      usage: copy.usage,
    });
  });
}

function readWishes(args: Arguments): CopyWishes {
  readSelector(args);
  const written = writtenSelector(args);
  if (!args.has("all-tags") && (written !== "" || args.has("explain"))) {
    const flag = written === "" ? "--explain" : written.split(" ")[0];
    throw new UsageError(`Cannot use "${flag}" without "--all-tags"`);
  }
  if (args.has("no-referrers") && args.has("refresh-referrers")) {
    throw new UsageError('Cannot use "--no-referrers" with "--refresh-referrers"');
  }
  return {
    platforms: readPlatforms(args),
    referrers: !args.has("no-referrers"),
    refreshReferrers: args.has("refresh-referrers"),
    dryRun: args.has("dry-run"),
    jobs: wholeNumber(args, "jobs", 1),
    chunk: readSize(args, "chunk-size"),
    maxRequests: readMaxRequests(args),
    isJson: args.has("json"),
  };
}

function sidesOf(
  { source, destination }: CopyEnds,
  targets: readonly Target[],
): { readonly src: Target | undefined; readonly dest: Target | undefined } {
  const [src, dest] = [source, destination].map((end) => end.reference !== undefined);
  return { src: src ? targets[0] : undefined, dest: dest ? targets[src ? 1 : 0] : undefined };
}

async function passagesOfAll(
  ends: CopyEnds,
  { args, context, flow }: {
    readonly args: Arguments;
    readonly context: Context;
    readonly flow: Flow;
  },
): Promise<readonly Passage[]> {
  const { source, destination } = ends;
  checkWhole(source, flow);
  checkWhole(destination, flow);
  const { tags, all } = await chooseTags(args, context, { flow, source, signal: context.signal });
  const [from, to] = [bareName(source, flow), bareName(destination, flow)];
  return tags.map((tag) => ({
    from: `${source.text}:${tag}`,
    to: `${destination.text}:${tag}`,
    source: `${from}:${tag}`,
    destination: `${to}:${tag}`,
    sourceTags: all,
  }));
}

/** One image. A destination without a tag gets the source's. */
async function passageOf({ source, destination }: CopyEnds, flow: Flow): Promise<Passage> {
  const { name, tag: usual } = await imageOf(source, flow);
  const tag = targetOf(destination, flow)?.tag ?? destination.tag ?? usual;
  return {
    from: source.text,
    to: destination.text,
    source: bareName(source, flow) + name,
    destination: bareName(destination, flow) + (tag === undefined ? name : `:${tag}`),
  };
}

/** What is copied as it is written behind the name of its end, nothing for what has no name, and its tag. */
async function imageOf(
  end: CopyEnd,
  flow: Flow,
): Promise<{ readonly name: string; readonly tag?: string }> {
  const target = targetOf(end, flow);
  if (target?.digest !== undefined) return { name: `@${target.digest}`, tag: target.tag };
  if (target !== undefined) return named(target.tag ?? "latest");
  if (end.name !== undefined) return { name: `:${end.name}`, tag: end.tag };
  const [tag, ...others] = await flow.layoutTags(end.text);
  return tag === undefined || others.length > 0 ? { name: "" } : named(tag);

  function named(tag: string): { readonly name: string; readonly tag: string } {
    return { name: `:${tag}`, tag };
  }
}

if (import.meta.main) await runAlone(copy);
