import { type Flow, type FoundConfig, type ImageOptions, RegistryError } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { formatInspection, prettyJson, rawJson } from "./_image_json.ts";
import { formatLimits, limitsJson } from "./_image_limits.ts";
import { platformOption, readPlatform } from "./_image_platform.ts";
import { tellPulls } from "./_image_pulls.ts";
import { fullReference, onlyReference } from "./_image_reference.ts";
import { formatScreen } from "./_image_text.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { UsageError } from "./_usage_error.ts";

/** Flags that ask for different answers. */
const APART: readonly (readonly [flag: string, others: readonly string[]])[] = [
  ["limits", ["config", "raw", "layers", "platform"]],
  ["config", ["layers"]],
  ["raw", ["layers", "json"]],
];

/** What is inside of an image? */
export const inspect: Command = {
  name: "inspect",
  summary: "Show what is inside of an image, for all its platforms, without its layers",
  usage: "portolan inspect [options] REF",
  options: [
    platformOption,
    { name: "layers", help: "digest, size and type of each layer too" },
    { name: "config", help: "the config of one image instead, as JSON" },
    { name: "raw", help: "the manifest instead, or with --config the config, byte for byte" },
    { name: "limits", help: "how many pulls are left instead; costs none" },
    { name: "json", help: "print all of it as one JSON object; errors are JSON too" },
    maxRequestsOption(),
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan inspect quay.io/prometheus/node-exporter:latest",
    "portolan inspect --config --platform linux/arm64/v8 ubuntu:22.04",
    "portolan inspect --limits ubuntu",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { stdout, signal } = context;
  const reference = onlyReference(args, "inspect an image");
  const platform = readPlatform(args);
  const options = { platform, maxRequests: readMaxRequests(args), signal };
  checkApart(args);

  const flow = await openConnection(args, context, [reference]);
  if (!args.has("limits")) {
    const isWhole = platform === undefined && !args.has("raw") && !args.has("config");
    const more = isWhole ? ", and 1 more for each entry of an index" : "";
    await tellPulls(args, context, { targets: [flow.locate(reference)], more });
  }
  await stdout.write(await answer(flow, reference, { args, options, columns: stdout.columns?.() }));
  return exitCode("done");
}

function checkApart(args: Arguments): void {
  for (const [flag, others] of APART) {
    const other = others.find((name) => args.has(name));
    if (!args.has(flag) || other === undefined) continue;
    throw new UsageError(`Cannot use "--${flag}" with "--${other}": expected one of them`);
  }
}

async function answer(
  flow: Flow,
  reference: string,
  { args, options, columns }: {
    readonly args: Arguments;
    readonly options: ImageOptions;
    readonly columns: number | undefined;
  },
): Promise<string | Uint8Array> {
  const isJson = args.has("json");
  if (args.has("limits")) {
    const found = await flow.digest(reference, options);
    return isJson ? limitsJson(found) : formatLimits(found);
  }
  if (args.has("config")) {
    const found = await flow.config(reference, options);
    return args.has("raw") ? rawJson(found.bytes, columns) : prettyConfig(found);
  }
  if (args.has("raw")) return rawJson((await flow.manifest(reference, options)).bytes, columns);
  const inspection = await flow.inspect(reference, options);
  if (isJson) return formatInspection(inspection);
  return formatScreen(inspection, {
    columns,
    layers: args.has("layers"),
    platform: options.platform,
  });
}

function prettyConfig({ target, mediaType, bytes, config }: FoundConfig): string {
  if (config !== undefined) return prettyJson(bytes);
  const { registry, adapter } = target;
  const reason = `its config is no image's but ${mediaType}`;
  const message = `Cannot show the config of "${fullReference(target)}": ${reason}`;
  const facts = { registry, adapter: adapter.id, hint: "--raw prints it as it is" };
  throw new RegistryError("unsupported", message, facts);
}

if (import.meta.main) await runAlone(inspect);
