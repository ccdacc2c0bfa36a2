import type { LeftOut, SelectRule, TagEntry, Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Arguments } from "./_options.ts";
import { fullName } from "./_tag_format.ts";

/** What a date is asked for, and what becomes of a tag without one. */
const DATED: readonly (readonly [flag: string, value: string | undefined, fate: string])[] = [
  ["min-age", undefined, "--min-age keeps them"],
  ["max-age", undefined, "--max-age keeps them"],
  ["sort", "date", "--sort date puts them last, by version"],
];

/** Rules that have no flag by which a tag is left out. */
const PHRASES: Readonly<Partial<Record<SelectRule, (count: number) => string>>> = {
  version: (count) => count === 1 ? "1 of them is no version" : `${count} of them are no versions`,
  pre: (count) =>
    count === 1
      ? "1 of them is a pre-release, --pre lets it in"
      : `${count} of them are pre-releases, --pre lets them in`,
  channels: (count) =>
    count === 1
      ? "1 of them moves to other images, --channels lets it in"
      : `${count} of them move to other images, --channels lets them in`,
};

/** What `--explain` prints: a tag and the rule that left it out a line. */
export function formatLeftOut(
  target: Target,
  leftOut: readonly LeftOut<TagEntry>[],
  several: boolean,
): string {
  const before = several ? `${fullName(target)}:` : "";
  return leftOut.map(({ tag, rule }) => `${before}${tag.name}: ${inDashes(rule)}\n`).join("");
}

/** Says what came nearest, which rule left it or else most of the tags out, and what lets them in. */
export function mostLeftOut(
  counts: ReadonlyMap<SelectRule, number>,
  missed?: LeftOut<TagEntry>,
): string | undefined {
  const all = [...counts].sort(([, a], [, b]) => b - a);
  const most = all.find(([rule]) => rule === missed?.rule) ?? all[0];
  if (most === undefined) return undefined;
  const [rule, count] = most;
  const phrase = PHRASES[rule]?.(count) ?? `--${inDashes(rule)} leaves out ${count} of them`;
  const nearest = missed === undefined ? "" : `there is ${missed.tag.name}; `;
  return `${nearest}${phrase}; --explain names the rule for each`;
}

/**
 * Warns of tags whose dates are asked for and not known: once, however many references there are. With
 * `beforeDetails` they may be known by now, too late to choose and to order.
 */
export async function warnUndated(
  args: Arguments,
  context: Context,
  undated: number,
  { beforeDetails = false }: { readonly beforeDetails?: boolean } = {},
): Promise<void> {
  if (undated === 0 || args.has("quiet")) return;
  const fates = DATED
    .filter(([flag, value]) => args.has(flag) && (value ?? args.one(flag)) === args.one(flag))
    .map(([, , fate]) => fate);
  const tags = undated === 1 ? "1 tag" : `${undated} tags`;
  const known = beforeDetails
    ? `before details were looked for, no date was known of ${tags}`
    : `no date is known of ${tags}`;
  const warning = `${known}: ${fates.join(", ")}`;
  await context.stderr.write(`portolan: warning: ${warning}\n`);
}

/** A rule as its flag is written: `no-digest-tags`. */
export function inDashes(rule: SelectRule): string {
  return rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
