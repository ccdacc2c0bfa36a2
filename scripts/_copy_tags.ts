import {
  type Flow,
  type LeftOut,
  openSelection,
  RegistryError,
  type SelectOptions,
  type SelectRule,
  type TagEntry,
} from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Arguments } from "./_options.ts";
import { readSelector, writtenSelector } from "./_selector.ts";
import { formatLeftOut, mostLeftOut, warnUndated } from "./_selector_notes.ts";
import { fullName } from "./_tag_format.ts";

/**
 * The tags of a repository that the selector's flags choose, digests written as tags left out: signatures and
 * the like go with what they are about.
 *
 * @throws RegistryError `not_found` where that is none, `incomplete` for a list that breaks off
 */
export async function chooseTags(
  args: Arguments,
  context: Context,
  { flow, reference, signal }: {
    readonly flow: Flow;
    readonly reference: string;
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  const wishes: SelectOptions = { ...readSelector(args), noDigestTags: true };
  const { minAge, maxAge, sort } = wishes;
  const details = minAge !== undefined || maxAge !== undefined || sort === "date";
  const selection = openSelection<TagEntry>(wishes);
  const listing = flow.tags(reference, { details, signal });
  const leftOut: LeftOut<TagEntry>[] = [];
  const passed: TagEntry[] = [];
  let listed = 0;
  for await (const tag of listing) {
    listed++;
    const rule = selection.judge(tag);
    if (rule === undefined) passed.push(tag);
    else leftOut.push({ tag, rule });
  }
  const settled = selection.settle(passed);
  leftOut.push(...settled.leftOut);
  if (args.has("explain")) {
    await context.stderr.write(formatLeftOut(listing.target, leftOut, false));
  }
  await warnUndated(args, context, selection.undated);
  if (settled.chosen.length > 0) return settled.chosen.map(({ name }) => name);

  const { registry, adapter } = listing.target;
  const written = writtenSelector(args);
  const asked = written === "" ? "" : ` with ${written}`;
  const reason = listed === 0 ? "it has no tags" : `none of its ${listed} tags is chosen`;
  const message = `Cannot copy tags of "${fullName(listing.target)}"${asked}: ${reason}`;
  const hint = mostLeftOut(countOf(leftOut));
  throw new RegistryError("not_found", message, {
    registry,
    adapter: adapter.id,
    hint,
    side: "source",
  });
}

function countOf(leftOut: readonly LeftOut<TagEntry>[]): ReadonlyMap<SelectRule, number> {
  const counts = new Map<SelectRule, number>();
  for (const { rule } of leftOut) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}
