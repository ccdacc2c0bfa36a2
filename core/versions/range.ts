import { partsKey, piecesOf } from "./order.ts";
import { value } from "./runs.ts";
import { parseVersion, type Version } from "./shape.ts";

/** Longer ones are no question of a person. */
const LONGEST = 256;
const OPERATOR = /^(\^|~>?|[<>]?=?)/;
const HYPHEN = /^(\S+)\s+-\s+(\S+)$/;
const WILDCARD = /^[vV]?(?:\*|[xX])?(?:\.[*xX])*$/;

/** A range of versions. */
export interface VersionRange {
  /** Whether a version is in it; flavour and variant do not matter. */
  includes(version: Version): boolean;
  /** Whether it names a pre-release, and so asks for them. */
  readonly namesPre: boolean;
}

/** One comparison of a range. */
interface Comparator {
  readonly operator: "<" | "<=" | ">" | ">=" | "=";
  readonly bound: Version;
  /** How many of the bound's numbers are compared. */
  readonly count: number;
}

/**
 * Reads a range: what npm and `@std/semver` write, over versions of one to five numbers, with builds.
 *
 * `^1.8.0`, `~3.19`, `17.x`, `>=10.04 <22.04`, `1.2 - 1.4`, `>=1.8.0_371`, `<1 || >=2024-01-11`.
 * A bound compares as many numbers as it has: `<=22.04` includes `22.04.3`, `>22.04` does not. A
 * pre-release is before its release, but `<2` means none of 2. A bound that is a date is for dates,
 * one that is a version for versions. On releases of three numbers it agrees with `@std/semver`.
 *
 * @throws {RangeError} if it is none
 */
export function parseRange(text: string): VersionRange {
  if (text.length > LONGEST) {
    throw new RangeError(
      `Cannot read range: ${text.length} characters, at most ${LONGEST} are read`,
    );
  }
  const sets = text.split("||").map((set) => readSet(set.trim(), text));
  return {
    includes: (version) => sets.some((set) => set.every((each) => holds(each, version))),
    namesPre: sets.some((set) => set.some(({ bound }) => bound.isPre)),
  };
}

function readSet(set: string, range: string): Comparator[] {
  const hyphen = HYPHEN.exec(set);
  if (hyphen !== null) {
    const [, low = "", high = ""] = hyphen;
    return [...readComparator(`>=${low}`, range), ...readComparator(`<=${high}`, range)];
  }
  const joined = set.replace(/([<>=^~])\s+/g, "$1");
  return joined.split(/\s+/).flatMap((comparator) => readComparator(comparator, range));
}

function readComparator(text: string, range: string): Comparator[] {
  const [operator = ""] = OPERATOR.exec(text) ?? [];
  const operand = text.slice(operator.length);
  if (WILDCARD.test(operand)) {
    if (operator === "<" || operator === ">" || (operand === "" && operator !== "")) {
      throw new RangeError(`Cannot read range "${range}": "${text}" holds for no version`);
    }
    return [];
  }
  const bound = parseVersion(operand.replace(/(?:\.[xX*])+$/, ""));
  if (bound === undefined || bound.flavour !== "" || bound.variant !== "") {
    throw new RangeError(`Cannot read range "${range}": "${text}" is no comparison with a version`);
  }
  return comparators(operator, bound);
}

function comparators(operator: string, bound: Version): Comparator[] {
  const count = piecesOf(bound).length;
  if (operator === "" || operator === "=") return [{ operator: "=", bound, count }];
  if (operator === "^" || operator === "~" || operator === "~>") {
    const kept = operator === "^" ? caretCount(bound) : Math.min(2, count);
    return [{ operator: ">=", bound, count }, { operator: "=", bound: bare(bound), count: kept }];
  }
  return [{ operator: operator as Comparator["operator"], bound, count }];
}

/** The numbers up to the first that is not zero. */
function caretCount(bound: Version): number {
  const pieces = piecesOf(bound);
  const first = pieces.findIndex((digits) => value(digits) !== "");
  return first < 0 ? pieces.length : first + 1;
}

function bare(bound: Version): Version {
  return { ...bound, parts: [], isPre: false };
}

function holds({ operator, bound, count }: Comparator, version: Version): boolean {
  if (version.kind !== bound.kind) return false;
  const numbers = compareNumbers(version, bound, count);
  const order = numbers !== 0 || bound.parts.length === 0 ? numbers : compareParts(version, bound);
  if (operator === "<") return order < 0 && !(numbers === 0 && version.isPre && !bound.isPre);
  if (operator === "<=") return order <= 0;
  if (operator === "=") return order === 0;
  if (operator === ">") return order > 0;
  return order > 0 || (order === 0 && !isBefore(version, bound, count));
}

/** Whether a version is a pre-release of the very release that the bound names. */
function isBefore(version: Version, bound: Version, count: number): boolean {
  if (!version.isPre || bound.isPre) return false;
  return piecesOf(version).slice(count).every((digits) => value(digits) === "");
}

function compareParts(version: Version, bound: Version): number {
  const a = partsKey(version.parts);
  const b = partsKey(bound.parts);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareNumbers(version: Version, bound: Version, count: number): number {
  const pieces = piecesOf(version);
  const bounds = piecesOf(bound);
  for (let at = 0; at < count; at++) {
    const a = value(pieces[at] ?? "");
    const b = value(bounds[at] ?? "");
    if (a.length !== b.length) return a.length - b.length;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
