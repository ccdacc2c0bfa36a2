import { compareKeyed, numbersKey, readKey } from "./order.ts";
import { variantOf } from "./rules.ts";
import type { Version } from "./shape.ts";

/** The releases of one shape; where there are none at all, its pre-releases. */
export interface Family {
  readonly shape: string;
  /** Whether it is neither a variant nor named after commits. */
  readonly isPlain: boolean;
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
      const isPlain = variantOf(version) === "" && !isOfCommit(version);
      families.set(shape, { shape, isPlain, count: 1, newest: version, newestKey: key });
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

/** What is named after a commit is a build between releases. */
function isOfCommit({ shape }: Version): boolean {
  return shape.includes("<commit>");
}

/** Which family a person means who names none: that comes first. */
export function byRank(a: Family, b: Family): number {
  if (a.isPlain !== b.isPlain) return a.isPlain ? -1 : 1;
  if (a.count !== b.count) return b.count - a.count;
  if (a.newest.kind !== b.newest.kind) return a.newest.kind === "version" ? -1 : 1;
  if (a.newestKey !== b.newestKey) return a.newestKey > b.newestKey ? -1 : 1;
  return a.shape < b.shape ? -1 : 1;
}

/**
 * Why the first of `families` was taken, and with it `first`, in one sentence; and which other family has a
 * newer release, as where a project has changed how it counts.
 */
export function reasonFor(first: Version, families: readonly Family[], noun: string): string {
  const [family, ...others] = families;
  if (family === undefined) return "";
  const { shape, count, isPlain } = family;
  const rivals = others.filter((other) => other.isPlain === isPlain).length;
  const kind = isPlain ? "without a variant" : "with a variant";
  const place = rivals === 0
    ? `the only shape ${kind}`
    : `the most common of ${rivals + 1} shapes ${kind}`;
  const stage = first.isPre && noun === "release" ? "a pre-release; " : "";
  const counted = count === 1 ? `1 ${noun} has` : `${count} ${noun}s have`;
  const newer = newerThan(family, others);
  return `${first.tag}: ${stage}${counted} the shape ${shape}, ${place}${newer}`;
}

/** What to say of a project that may have changed its shape: which other one has a newer release. */
function newerThan({ newest }: Family, others: readonly Family[]): string {
  const numbers = numbersKey(newest);
  const prefix = newest.prefix.replace(/^v/i, "");
  const [newer] = others
    .filter(({ newest: other }) =>
      other.kind === newest.kind && other.variant === newest.variant && !isOfCommit(other) &&
      other.prefix.replace(/^v/i, "") === prefix && numbersKey(other) > numbers
    )
    .sort((a, b) => compareKeyed(b.newestKey, b.newest.tag, a.newestKey, a.newest.tag));
  if (newer === undefined) return "";
  const { shape, newest: { tag } } = newer;
  return `; ${tag} is newer, of the shape ${shape}: --like ${tag} chooses it`;
}
/** Whether a version has the shape of a family, or leads to a release of it: then it may have other numbers. */
export function belongs(version: Version, { shape, newest }: Family): boolean {
  if (version.shape === shape) return true;
  // 18beta1 comes before 18.0, but 4711-SNAPSHOT not after 1.2.5.
  const isOfLine = version.numbers.length > 1 || newest.numbers.length <= 2;
  return version.isPre && isOfLine && !isOfCommit(version) && version.kind === newest.kind &&
    version.flavour === newest.flavour && version.variant === newest.variant;
}
