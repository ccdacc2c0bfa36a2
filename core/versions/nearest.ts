import { newestRelease } from "./newest_release.ts";
import type { SelectOptions } from "./options.ts";
import { compareTags } from "./order.ts";
import { exampleOf, nameOf, variantOf, withoutDigits } from "./rules.ts";
import type { LeftOut } from "./ranking.ts";
import { type Selectable, selectTags } from "./select.ts";
import { parseVersion, type Version } from "./shape.ts";
import { value } from "./runs.ts";

/** The rules that one flag alone lifts. */
const LIFTED = ["pre", "channels"] as const;

/** What comes nearest to `options`, of a whole list in which nothing was found with them. */
export function nearestMiss<T extends Selectable>(
  tags: readonly T[],
  options: SelectOptions,
): LeftOut<T> | undefined {
  for (const rule of LIFTED) {
    const [tag] = choose(tags, { ...options, [rule]: true, newest: 1, limit: undefined });
    if (tag !== undefined) return { tag, rule };
  }
  const example = exampleOf(options);
  if (example === undefined) return undefined;
  const tag = mostAlike(tags, example, options);
  return tag && { tag, rule: options.like === undefined ? "newerThan" : "like" };
}

function choose<T extends Selectable>(tags: readonly T[], options: SelectOptions): readonly T[] {
  if (options.per !== undefined) return selectTags(tags, options);
  return newestRelease(tags, options)?.chosen ?? [];
}

/** The newest of those that the other rules let pass and that have most in common with the example. */
function mostAlike<T extends Selectable>(
  tags: readonly T[],
  example: Version,
  options: SelectOptions,
): T | undefined {
  const { like: _like, newerThan: _newerThan, ...others } = options;
  let best: T | undefined;
  let most = 0;
  const asked = { ...others, range: others.range ?? "*", newest: undefined, per: undefined };
  for (const tag of selectTags(tags, { ...asked, limit: undefined })) {
    const version = parseVersion(nameOf(tag));
    const common = version === undefined ? 0 : inCommon(version, example);
    const isBetter = common > most ||
      (common === most && best !== undefined && compareTags(nameOf(tag), nameOf(best)) > 0);
    if (!isBetter) continue;
    best = tag;
    most = common;
  }
  return best;
}

/** Larger where more of a shape is equal; the variant counts most, then the count of numbers, then the line. */
function inCommon(version: Version, example: Version): number {
  const variant = variantOf(version);
  const wanted = variantOf(example);
  const facts = [
    version.kind === example.kind,
    withoutDigits(variant) === withoutDigits(wanted),
    variant === "",
    version.numbers.length === example.numbers.length,
    version.parts.length === example.parts.length,
    value(version.numbers[0] ?? "") === value(example.numbers[0] ?? ""),
  ];
  return facts.reduce((sum, isEqual) => 2 * sum + (isEqual ? 1 : 0), 0);
}
