import { type CopyResult, printable, type Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Arguments } from "./_options.ts";

/** Says, before it is done, what is going to count as a pull, where the source counts them. */
export async function tellCopyPulls(
  args: Arguments,
  { stderr }: Context,
  source: Target | undefined,
): Promise<void> {
  if (source?.adapter.pulls !== "counted" || args.has("quiet")) return;
  const rule = `${source.adapter.title} counts each manifest that is read as a pull`;
  const cost = "1 for each tag that is not at the destination yet, and 1 more for each platform";
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
