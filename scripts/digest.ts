import { type Flow, type ImageOptions, RegistryError, type Target } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { choosePlatformHint, platformOption, readPlatform } from "./_image_platform.ts";
import { tellPulls } from "./_image_pulls.ts";
import { fullReference, pinnedReference } from "./_image_reference.ts";
import { formatValues } from "./_format.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { beginRun } from "./_selector_run.ts";
import { UsageError } from "./_usage_error.ts";

/** What does this tag point to now? */
export const digest: Command = {
  name: "digest",
  summary: "Tell what tags point to now: with a HEAD each, which is no pull",
  usage: "portolan digest [options] REF...",
  options: [
    platformOption,
    { name: "config", help: "the digest of the image's config instead; reads the manifest" },
    { name: "json", help: "print JSON, an array for several; errors are JSON too" },
    maxRequestsOption(),
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan digest ubuntu:22.04",
    "portolan digest --platform linux/arm64 quay.io/prometheus/node-exporter:latest",
    "portolan digest --config --platform linux/amd64 node",
  ],
  run,
};

/** A digest, as `--json` prints it. */
interface Found {
  readonly digest: string;
  readonly mediaType?: string;
}

/** One reference and what becomes of it. */
interface Job {
  readonly reference: string;
  readonly target: Target;
  found?: Found;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const platform = readPlatform(args);
  const maxRequests = readMaxRequests(args);
  const [isConfig, isJson] = [args.has("config"), args.has("json")];
  const several = args.operands.length > 1;
  if (args.operands.length === 0) {
    throw new UsageError("Cannot tell a digest: expected at least one reference, got none");
  }

  const flow = await openConnection(args, context, args.operands);
  const jobs = args.operands.map((reference): Job => ({
    reference,
    target: flow.locate(reference),
  }));
  if (isConfig || platform !== undefined) {
    await tellPulls(args, context, { targets: jobs.map(({ target }) => target) });
  }
  const { signal, each } = beginRun(context);
  const code = await each(jobs, async (job, turn) => {
    const options = { platform, maxRequests, signal };
    const found = await (isConfig ? configDigest : imageDigest)(flow, job.reference, options);
    job.found = found;
    const line = several ? pinnedReference(job.target, found.digest) : found.digest;
    if (!isJson) await turn.take(() => context.stdout.write(`${line}\n`));
  });
  if (isJson) {
    const records = jobs.flatMap((job) => toRecord(job, platform));
    await context.stdout.write(formatValues(records, several));
  }
  return code;
}

async function imageDigest(flow: Flow, reference: string, options: ImageOptions): Promise<Found> {
  const { digest, mediaType } = await flow.digest(reference, options);
  return { digest, mediaType };
}

/** As the manifest tells it: the config itself need not be read. */
async function configDigest(flow: Flow, reference: string, options: ImageOptions): Promise<Found> {
  const { target, manifest } = await flow.manifest(reference, options);
  if (manifest.kind === "image") return manifest.config;
  const { registry, adapter } = target;
  const reason = "it is an index, each of whose images has a config of its own";
  const message = `Cannot tell the config's digest of "${fullReference(target)}": ${reason}`;
  const facts = { registry, adapter: adapter.id, hint: choosePlatformHint(manifest) };
  throw new RegistryError("reference_invalid", message, facts);
}

function toRecord({ target, found }: Job, platform: string | undefined): readonly object[] {
  if (found === undefined) return [];
  const { digest, mediaType } = found;
  return [{ reference: fullReference(target), digest, mediaType, platform }];
}

if (import.meta.main) await runAlone(digest);
