import { compareKeyed, numbersKey, partsKey, piecesOf, readKey } from "./order.ts";
import { isBuilt, variantOf, withoutDigits } from "./rules.ts";
import { value } from "./runs.ts";
import type { Version } from "./shape.ts";

/** The releases of one shape; where there are none at all, its pre-releases. */
export interface Family {
  readonly shape: string;
  /** How many there are in the list, those outside of the range too. */
  count: number;
  /** The newest of them, and its `orderKey`. */
  newest: Version;
  newestKey: string;
}

/** The families of versions, by their shape. */
export function familiesOf(versions: readonly Version[]): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const version of versions) {
    const { shape } = version;
    const key = readKey(version.tag, version);
    const family = families.get(shape);
    if (family === undefined) {
      families.set(shape, { shape, count: 1, newest: version, newestKey: key });
      continue;
    }
    family.count++;
    if (compareKeyed(key, version.tag, family.newestKey, family.newest.tag) > 0) {
      family.newest = version;
      family.newestKey = key;
    }
  }
  return families;
}

/** Whether its newest is neither a variant nor built between releases. */
function isPlain({ newest }: Family): boolean {
  return variantOf(newest) === "" && !isBuilt(newest);
}

/** Which family a person means who names none: that comes first. */
export function byRank(a: Family, b: Family): number {
  const isFirst = isPlain(a);
  if (isFirst !== isPlain(b)) return isFirst ? -1 : 1;
  if (a.count !== b.count) return b.count - a.count;
  if (a.newest.kind !== b.newest.kind) return a.newest.kind === "version" ? -1 : 1;
  if (a.newestKey !== b.newestKey) return a.newestKey > b.newestKey ? -1 : 1;
  return a.shape < b.shape ? -1 : 1;
}

/**
 * Why the first of `families` was taken, and with it `first`, in one sentence; `stage` says what its newest
 * is, if no release. It names other families that have a newer release, as where a project has changed how
 * it counts: the newest of the same variant, and one of another variant if that is clearly newer.
 */
export function reasonFor(
  first: Version,
  families: readonly Family[],
  { noun, stage }: { readonly noun: string; readonly stage: string },
): string {
  const [family, ...others] = families;
  if (family === undefined) return "";
  const { shape, count } = family;
  const kind = kindOf(family);
  const rivals = others.filter((other) => kindOf(other) === kind).length;
  const place = rivals === 0
    ? `the only shape ${kind}`
    : `the most common of ${rivals + 1} shapes ${kind}`;
  const counted = count === 1 ? `1 ${noun} has` : `${count} ${noun}s have`;
  const newer = newerThan(family.newest, others).map(({ shape, newest: { tag } }) =>
    `; ${tag} is newer, of the shape ${shape}: --like ${tag} chooses it`
  );
  return `${first.tag}: ${stage}${counted} the shape ${shape}, ${place}${newer.join("")}`;
}

function kindOf({ newest }: Family): string {
  if (variantOf(newest) !== "") return "with a variant";
  return isBuilt(newest) ? "of builds" : "without a variant";
}

/** Which other families to name, of a project that may have changed its shape. */
function newerThan(newest: Version, others: readonly Family[]): readonly Family[] {
  const prefix = plainPrefix(newest);
  const rivals = others
    .filter(({ newest: other }) =>
      other.kind === newest.kind && !isBuilt(other) && plainPrefix(other) === prefix
    )
    .sort((a, b) => compareKeyed(b.newestKey, b.newest.tag, a.newestKey, a.newest.tag));
  const kin = rivals.find(({ newest: other }) => isNewerKin(other, newest));
  const held = kin?.newest ?? newest;
  const stranger = rivals.find(({ newest: other }) => isNewerLine(other, held));
  return [kin, stranger].filter((family) => family !== undefined);
}

/** Whether a version is newer, of the same variant or of one with other digits, as `ubuntu-22.04` is. */
function isNewerKin(other: Version, newest: Version): boolean {
  const [theirs, ours] = [numbersKey(other), numbersKey(newest)];
  if (other.variant === newest.variant) return theirs > ours;
  if (withoutDigits(other.variant) !== withoutDigits(newest.variant)) return false;
  return theirs > ours || (theirs === ours && partsKey(other.parts) > partsKey(newest.parts));
}

/** Whether a version of another variant is clearly newer: `2-alpine` is of no line that `1.10` has. */
function isNewerLine(other: Version, newest: Version): boolean {
  const isShorter = other.numbers.length < newest.numbers.length;
  if (other.variant === newest.variant || isShorter) return false;
  const [theirs = ""] = piecesOf(other).map(value);
  const [ours = ""] = piecesOf(newest).map(value);
  return theirs.length === ours.length ? theirs > ours : theirs.length > ours.length;
}

function plainPrefix({ prefix }: Version): string {
  return prefix.replace(/^v/i, "");
}
