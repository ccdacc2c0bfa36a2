const UNITS: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);
const DURATION = /^(\d{1,6})([a-z])$/;

/** What may be known of when a tag came to be: a `Date`, or text that `Date` reads. */
export interface Dated {
  /** When it was pushed; preferred, as builds that can be repeated are said to be of 1970. */
  readonly pushedAt?: Date | string;
  /** When anything about it was changed; the next best. */
  readonly updatedAt?: Date | string;
  /** When its image was built. */
  readonly createdAt?: Date | string;
}

/**
 * Milliseconds of a duration in hours, days or weeks: `12h`, `30d`, `2w`.
 *
 * @throws {RangeError} if it is none
 */
export function parseDuration(text: string): number {
  const [, count = "", unit = ""] = DURATION.exec(text) ?? [];
  const length = UNITS.get(unit);
  if (length === undefined) {
    throw new RangeError(`Cannot read duration "${text}": expected hours, days or weeks, as 12h`);
  }
  return Number(count) * length;
}

/** When a tag came to be, in milliseconds since 1970; `undefined` if that is not known. */
export function timeOf(tag: unknown): number | undefined {
  if (typeof tag !== "object" || tag === null) return undefined;
  const { pushedAt, updatedAt, createdAt } = tag as Dated;
  const date = pushedAt ?? updatedAt ?? createdAt;
  if (date === undefined) return undefined;
  const time = new Date(date).getTime();
  return Number.isNaN(time) ? undefined : time;
}
