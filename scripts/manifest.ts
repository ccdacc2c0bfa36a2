import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { prettyJson, rawJson } from "./_image_json.ts";
import { platformOption, readPlatform } from "./_image_platform.ts";
import { tellPulls } from "./_image_pulls.ts";
import { onlyReference } from "./_image_reference.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";

/** What is the raw manifest? */
export const manifest: Command = {
  name: "manifest",
  summary: "Print a manifest byte for byte, verified",
  usage: "portolan manifest [options] REF",
  options: [
    platformOption,
    { name: "pretty", help: "indent it, safe to look at on a terminal; no longer byte for byte" },
    { name: "json", help: "errors are JSON; a manifest always is" },
    maxRequestsOption(),
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan manifest ubuntu:22.04 | sha256sum",
    "portolan manifest --pretty ghcr.io/linuxserver/hedgedoc",
    "portolan manifest --platform linux/amd64 node | jq -r '.layers[].digest'",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { stdout, signal } = context;
  const reference = onlyReference(args, "print a manifest");
  const options = { platform: readPlatform(args), maxRequests: readMaxRequests(args), signal };
  const flow = await openConnection(args, context, [reference]);
  await tellPulls(args, context, { targets: [flow.locate(reference)] });
  const { bytes } = await flow.manifest(reference, options);
  await stdout.write(args.has("pretty") ? prettyJson(bytes) : rawJson(bytes, stdout.columns?.()));
  return exitCode("done");
}

if (import.meta.main) await runAlone(manifest);
