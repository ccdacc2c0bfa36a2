import type { Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Arguments } from "./_options.ts";

/**
 * Says, before it is done, that a manifest of each target is going to be read, where the registry counts
 * that as a pull.
 *
 * @param more what may come on top of one pull for each target
 */
export async function tellPulls(
  args: Arguments,
  { stderr }: Context,
  { targets, more = "" }: { readonly targets: readonly Target[]; readonly more?: string },
): Promise<void> {
  if (args.has("quiet")) return;
  const counting = targets.filter(({ adapter }) => adapter.pulls === "counted");
  for (const [title, { length }] of Map.groupBy(counting, ({ adapter }) => adapter.title)) {
    const rule = `${title} counts each manifest that is read as a pull`;
    await stderr.write(`portolan: ${rule}: this takes at least ${length}${more}\n`);
  }
}
