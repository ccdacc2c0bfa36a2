import { type CopyResult, parseEndName, printable, type Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { CopyTotals } from "./_copy_tally.ts";
import { asciiJson } from "./_json.ts";
import type { Arguments } from "./_options.ts";

/** Says, before it is done, what is going to count as a pull, where the source counts them. */
export async function tellCopyPulls(
  args: Arguments,
  { stderr }: Context,
  { source, readsEach }: {
    readonly source: Target | undefined;
    /** Whether manifests of tags are read that are at the destination already. */
    readonly readsEach: boolean;
  },
): Promise<void> {
  if (source?.adapter.pulls !== "counted" || args.has("quiet")) return;
  const rule = `${source.adapter.title} counts each manifest that is read as a pull`;
  const absent = "not at the destination yet";
  const cost = readsEach
    ? `1 for each tag, and 1 more for each platform of those that are ${absent}`
    : `1 for each tag that is ${absent}, and 1 more for each platform`;
  await stderr.write(`portolan: ${rule}: ${cost}\n`);
}

/** Says that fewer platforms make another index. */
export async function tellSmaller(
  args: Arguments,
  { stderr }: Context,
  { digest, sourceDigest, source }: CopyResult & { readonly source: string },
): Promise<void> {
  if (digest === sourceDigest || args.has("quiet")) return;
  const change = `--platform makes another index of ${printable(source, 1000)}`;
  const fate = "signatures of the whole do not go with it";
  await stderr.write(`portolan: ${change}: ${digest} instead of ${sourceDigest}; ${fate}\n`);
}

/** Whether a thing is a manifest of Docker's type. */
export function isDockerType(mediaType: string | undefined): boolean {
  return mediaType?.startsWith("application/vnd.docker.distribution.manifest.") ?? false;
}

/**
 * Says, once, that what went into a layout is of Docker's types.
 *
 * Source: OCI image specification 1.1, "Image Layout", which has other types there and leaves readers free
 * to refuse them, as skopeo's oci: does
 */
export function dockerTeller(
  args: Arguments,
  { stderr }: Context,
): (destination: string) => Promise<void> {
  let isTold = args.has("quiet");
  return async (destination: string): Promise<void> => {
    if (isTold || parseEndName(destination).kind === "registry") return;
    isTold = true;
    const fate = "they go as they are, and not every reader of OCI layouts takes them";
    await stderr.write(`portolan: there are manifests of Docker's type: ${fate}\n`);
  };
}

/** Says what is left of a copy that was interrupted. */
export async function tellInterrupted(
  args: Arguments,
  { stderr }: Context,
  destination: string | undefined,
): Promise<void> {
  if (args.has("quiet") || args.has("json") || destination === undefined) return;
  await stderr.write(`portolan: ${interruption(destination)}\n`);
}

/** The same to a program, with the sum: nothing is printed after an interrupt. */
export function formatInterrupted(destination: string | undefined, summary: CopyTotals): string {
  const message = destination === undefined ? "interrupted" : interruption(destination);
  return asciiJson({ error: { code: "interrupted", message, summary } }) + "\n";
}

function interruption(destination: string): string {
  const isArchive = parseEndName(destination).kind === "oci-archive";
  const rest = isArchive
    ? "an archive is begun anew the next time, an oci: folder is gone on with"
    : "what has arrived stays, and the same command goes on from there";
  return `interrupted: ${rest}`;
}
