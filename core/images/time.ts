/** Lengths are fixed but for the fraction: nothing to backtrack over. */
const TIME = /^\d{4}-\d{2}-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,18})?(?:Z|[+-]\d{2}:\d{2})$/i;
const LONGEST = 64;

/**
 * A time by RFC 3339 as it came, with as many digits of a second; undefined for any other value, one that
 * is no date (30 February) and leap seconds, which no clock of JavaScript holds.
 */
export function readTime(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > LONGEST) return undefined;
  const day = TIME.exec(value)?.[1];
  if (day === undefined || Number.isNaN(Date.parse(value))) return undefined;
  const date = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  return date.getUTCDate() === Number(day) && !value.startsWith("24", 11) ? value : undefined;
}
