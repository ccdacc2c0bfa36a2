import { type Flow, RegistryError } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, keepReading, openConnection } from "./_connection.ts";
import { exitCode } from "./_exit.ts";
import { writeBlobFile } from "./_image_blob_file.ts";
import { onlyReference } from "./_image_reference.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { fullName } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** What are the bytes behind a digest? */
export const blob: Command = {
  name: "blob",
  summary: "Stream a layer or config to standard output, or with --output to a file; verified",
  usage: "portolan blob [options] REF@DIGEST > FILE",
  options: [
    {
      name: "output",
      value: "FILE",
      help: "write FILE, which is put in place when all of it is verified",
    },
    { name: "force", help: "write to a terminal too" },
    { name: "json", help: "errors are JSON" },
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan blob ubuntu@$(portolan digest --config --platform linux/amd64 ubuntu) > config.json",
    "portolan blob ghcr.io/org/app@$LAYER | tar tz",
    "portolan blob --output layer.tar.gz quay.io/org/app@$LAYER",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { stdout, signal } = context;
  const reference = onlyReference(args, "read a blob");
  const output = args.one("output");
  if (output === undefined && !args.has("force") && stdout.columns?.() !== undefined) {
    const expected = "expected > FILE, --output FILE, or --force to write there";
    throw new UsageError(`Cannot write a blob to a terminal: ${expected}`);
  }

  const machine = output === undefined ? context : keepReading(context);
  const flow = await openConnection(args, machine, [reference]);
  checkDigest(reference, flow);
  const stream = flow.blob(reference, { signal });
  if (output === undefined) await print(stream, context);
  else await writeBlobFile(output, stream, signal);
  return exitCode("done");
}

function checkDigest(reference: string, flow: Flow): void {
  const target = flow.locate(reference);
  if (target.digest !== undefined) return;
  const expected = `expected ${fullName(target)}@sha256:...`;
  throw new UsageError(`Cannot read a blob of "${reference}", which names no digest: ${expected}`);
}

/** Bytes are handed on before all of them are verified: whoever has them must hear of a failure. */
async function print(stream: AsyncIterable<Uint8Array>, { stdout }: Context): Promise<void> {
  let written = 0;
  try {
    for await (const chunk of stream) {
      await stdout.write(chunk);
      written += chunk.length;
    }
  } catch (error) {
    if (!(error instanceof RegistryError) || written === 0) throw error;
    const warning = `the ${written} bytes that were written are not to be used`;
    throw new RegistryError(error.code, `${error.message}; ${warning}`, error.facts, {
      cause: error,
    });
  }
}

if (import.meta.main) await runAlone(blob);
