const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The forms of an HTTP date. All widths are fixed, so none of these can backtrack. */
const FORMS: readonly RegExp[] = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT$/,
  // Sunday, 06-Nov-94 08:49:37 GMT
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) (?<time>[\d:]{8}) GMT$/,
  // Sun Nov  6 08:49:37 1994
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/,
];
/** `Wednesday, 06-Nov-94 08:49:37 GMT`. */
const LONGEST = 33;

/**
 * Milliseconds to wait by a `Retry-After` header; undefined if there is none, or none that can be read.
 *
 * One to nine digits are seconds; `Date.parse` is not asked, it takes "120" for a year. Else it is one of
 * the three forms of an HTTP date, counted from the server's own `Date` header, so that neither clock has
 * to be right, and from `wall` without one. A moment in the past is 0. There is no upper limit here:
 * up to 999999999 seconds, and a timer takes no more than 2^31-1 ms.
 * Grammar: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 and #section-5.6.7
 *
 * @param wall milliseconds since 1970; tells the century of a year of two digits, too
 * @param serverDate the `Date` header of the same answer
 */
export function parseRetryAfter(
  header: string | null,
  wall: number,
  serverDate?: string | null,
): number | undefined {
  if (header === null || header.length > LONGEST) return undefined;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1000;
  const until = parseDate(header, wall);
  if (until === undefined) return undefined;
  return Math.max(0, until - (parseDate(serverDate ?? "", wall) ?? wall));
}

/** Seconds since 1970, of this century and the next. */
const UNIX_TIME = /^[0-9]{10}$/;

/**
 * Milliseconds to wait by the headers of an answer: `Retry-After`; else `X-Retry-After`, a moment in seconds
 * since 1970 and not a span; else, where nothing is left, `X-RateLimit-Reset`, such a moment too.
 *
 * @param wall milliseconds since 1970
 */
export function waitOf(headers: Headers, wall: number): number | undefined {
  const date = headers.get("date");
  const wait = parseRetryAfter(headers.get("retry-after"), wall, date);
  return wait ?? untilUnixTime(headers.get("x-retry-after"), wall, date) ?? resetOf(headers, wall);
}

/** Milliseconds until requests are allowed again, where an answer says that this one was the last. */
export function resetOf(headers: Headers, wall: number): number | undefined {
  if (headers.get("x-ratelimit-remaining") !== "0") return undefined;
  return untilUnixTime(headers.get("x-ratelimit-reset"), wall, headers.get("date"));
}

/** `0;w=21600`: nothing is left of a count that is kept for so many seconds. */
const SPENT = /^0;w=([0-9]{1,9})$/;

/**
 * Milliseconds of the window in which nothing is left, by `ratelimit-remaining`; undefined where something is
 * or no window is named. When in it the next one comes free, nobody tells.
 */
export function spentWindowOf(headers: Headers): number | undefined {
  const seconds = SPENT.exec(headers.get("ratelimit-remaining") ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function untilUnixTime(
  text: string | null,
  wall: number,
  serverDate: string | null,
): number | undefined {
  if (text === null || !UNIX_TIME.test(text)) return undefined;
  const wait = Number(text) * 1000 - (parseDate(serverDate ?? "", wall) ?? wall);
  // A moment that is over names no time to wait.
  return wait > 0 ? wait : undefined;
}

/** Milliseconds since 1970. The name of the weekday must be one, but is not compared with the date. */
function parseDate(text: string, wall: number): number | undefined {
  if (text.length > LONGEST) return undefined;
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const midnight = midnightOf(parts, wall);
    const sinceMidnight = timeOfDay(parts.time ?? "");
    if (midnight === undefined || sinceMidnight === undefined) return undefined;
    return midnight + sinceMidnight;
  }
  return undefined;
}

function midnightOf(parts: Readonly<Record<string, string>>, wall: number): number | undefined {
  const digits = Number(parts.year);
  const year = parts.year?.length === 2 ? fullYear(digits, wall) : digits;
  const month = MONTHS.indexOf(parts.month ?? "");
  const day = Number(parts.day);
  const date = new Date(Date.UTC(year, month, day));
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month &&
    date.getUTCDate() === day; // February 30 would be March 2
  return exists ? date.getTime() : undefined;
}

function timeOfDay(text: string): number | undefined {
  if (!/^\d\d:\d\d:\d\d$/.test(text)) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined; // 60 is a leap second
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** The year with these two last digits that is at most 50 years ahead, and less than 50 behind. */
function fullYear(digits: number, wall: number): number {
  const now = new Date(wall).getUTCFullYear();
  const year = now - now % 100 + digits;
  if (year > now + 50) return year - 100;
  return year <= now - 50 ? year + 100 : year;
}
