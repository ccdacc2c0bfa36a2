import {
  type Flow,
  isOwnedTag,
  type LeftOut,
  openSelection,
  RegistryError,
  type SelectOptions,
  type SelectRule,
  type TagEntry,
} from "../mod.ts";
import type { Context } from "./_command.ts";
import { bareName, type CopyEnd, targetOf } from "./_copy_end.ts";
import type { Arguments } from "./_options.ts";
import { readSelector, writtenSelector } from "./_selector.ts";
import { inDashes, mostLeftOut, warnUndated } from "./_selector_notes.ts";

/** Tags of a repository or layout. */
export interface Choice {
  /** Those that were chosen. */
  readonly tags: readonly string[];
  /** All that there are. */
  readonly all: ReadonlySet<string>;
}

/**
 * The tags of a repository or layout that the selector's flags choose. Digests written as tags are left out,
 * since signatures and the like go with what they are about, and so is what a mirror keeps for itself.
 *
 * @throws RegistryError `not_found` where that is none, `incomplete` for a list that breaks off
 */
export async function chooseTags(
  args: Arguments,
  context: Context,
  { flow, source, signal }: {
    readonly flow: Flow;
    readonly source: CopyEnd;
    readonly signal: AbortSignal;
  },
): Promise<Choice> {
  const wishes: SelectOptions = { ...readSelector(args), noDigestTags: true };
  const selection = openSelection<TagEntry>(wishes);
  const leftOut: LeftOut<TagEntry>[] = [];
  const passed: TagEntry[] = [];
  const all = new Set<string>();
  let listed = 0;
  for await (const tag of listOf(source, wishes, { flow, signal })) {
    all.add(tag.name);
    if (isOwnedTag(tag.name)) continue;
    listed++;
    const rule = selection.judge(tag);
    if (rule === undefined) passed.push(tag);
    else leftOut.push({ tag, rule });
  }
  const settled = selection.settle(passed);
  leftOut.push(...settled.leftOut);
  if (args.has("explain")) {
    const lines = leftOut.map(({ tag, rule }) => `${tag.name}: ${inDashes(rule)}\n`);
    await context.stderr.write(lines.join(""));
  }
  await warnUndated(args, context, selection.undated);
  if (settled.chosen.length > 0) return { tags: settled.chosen.map(({ name }) => name), all };

  const written = writtenSelector(args);
  const asked = written === "" ? "" : ` with ${written}`;
  const reason = listed === 0 ? "it has no tags" : `none of its ${listed} tags is chosen`;
  const message = `Cannot copy tags of "${bareName(source, flow)}"${asked}: ${reason}`;
  const isAsked = ({ rule }: LeftOut<TagEntry>) =>
    rule !== "noDigestTags" || args.has("no-digest-tags");
  const hint = mostLeftOut(countOf(leftOut.filter(isAsked)));
  const registry = targetOf(source, flow)?.registry;
  throw new RegistryError("not_found", message, { registry, hint, side: "source" });
}

/** Dates are asked for where they are needed and the registry's own API tells them. */
async function* listOf(
  { reference, text }: CopyEnd,
  { minAge, maxAge, sort }: SelectOptions,
  { flow, signal }: { readonly flow: Flow; readonly signal: AbortSignal },
): AsyncGenerator<TagEntry> {
  if (reference === undefined) {
    for (const name of await flow.layoutTags(text, { signal })) yield { name };
    return;
  }
  const details = minAge !== undefined || maxAge !== undefined || sort === "date";
  yield* flow.tags(reference, { details, signal, side: "source" });
}

function countOf(leftOut: readonly LeftOut<TagEntry>[]): ReadonlyMap<SelectRule, number> {
  const counts = new Map<SelectRule, number>();
  for (const { rule } of leftOut) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}
