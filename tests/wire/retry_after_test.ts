import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseRetryAfter, waitOf } from "../../core/wire/retry_after.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT. */
const THEN = Date.UTC(1994, 10, 6, 8, 49, 37);
/** The day of the other rows. */
const NOW = Date.UTC(2026, 8, 9, 12, 0, 0);

const ROWS: readonly (readonly [header: string, wall: number, wait: number | undefined])[] = [
  ["0", NOW, 0],
  ["1", NOW, 1000],
  ["120", NOW, 120_000],
  ["007", NOW, 7000],
  ["2147484", NOW, 2_147_484_000],
  ["999999999", NOW, 999_999_999_000],
  ["1000000000", NOW, undefined],
  ["1788955200", NOW, undefined],
  ["-1", NOW, undefined],
  ["+1", NOW, undefined],
  ["1.5", NOW, undefined],
  ["1,5", NOW, undefined],
  ["1e3", NOW, undefined],
  ["0x10", NOW, undefined],
  ["1, 2", NOW, undefined],
  [" 1", NOW, undefined],
  ["1 ", NOW, undefined],
  ["1\n", NOW, undefined],
  ["60s", NOW, undefined],
  ["١٢٠", NOW, undefined],
  ["", NOW, undefined],
  ["Infinity", NOW, undefined],
  ["soon", NOW, undefined],
  ["9".repeat(300_000), NOW, undefined],
  ["Sun, 06 Nov 1994 08:49:37 GMT", THEN - 5000, 5000],
  ["Sunday, 06-Nov-94 08:49:37 GMT", THEN - 5000, 5000],
  ["Sun Nov  6 08:49:37 1994", THEN - 5000, 5000],
  ["Sun Nov 06 08:49:37 1994", THEN - 5000, 5000],
  ["Sun, 06 Nov 1994 08:49:37 GMT", NOW, 0],
  ["Sunday, 06-Nov-94 08:49:37 GMT", NOW, 0],
  ["Wed, 09 Sep 2026 12:01:00 GMT", NOW, 60_000],
  ["Wednesday, 09-Sep-26 12:01:00 GMT", NOW, 60_000],
  ["Wed Sep  9 12:01:00 2026", NOW, 60_000],
  ["Mon, 09 Sep 2026 12:01:00 GMT", NOW, 60_000],
  ["Wed, 09 Sep 2026 12:00:60 GMT", NOW, 60_000],
  ["Tue, 29 Feb 2028 00:00:00 GMT", Date.UTC(2028, 1, 28), 86_400_000],
  ["Mon, 29 Feb 2027 00:00:00 GMT", NOW, undefined],
  ["Wed, 31 Sep 2026 12:01:00 GMT", NOW, undefined],
  ["Wed, 00 Sep 2026 12:01:00 GMT", NOW, undefined],
  ["Wed, 9 Sep 2026 12:01:00 GMT", NOW, undefined],
  ["Wed, 09 Sep 2026 24:00:00 GMT", NOW, undefined],
  ["Wed, 09 Sep 2026 12:60:00 GMT", NOW, undefined],
  ["Wed, 09 Sep 2026 12:00:61 GMT", NOW, undefined],
  ["Wed, 09 Sep 2026 ::::::12 GMT", NOW, undefined],
  ["Wed, 09 Sep 2026 12:01:00 UTC", NOW, undefined],
  ["Wed, 09 Sep 2026 12:01:00 +0000", NOW, undefined],
  ["Wed, 09 Sep 2026 12:01:00", NOW, undefined],
  ["wed, 09 sep 2026 12:01:00 gmt", NOW, undefined],
  ["Xyz, 09 Sep 2026 12:01:00 GMT", NOW, undefined],
  ["Wed, 09 Abc 2026 12:01:00 GMT", NOW, undefined],
  ["Wed, 09 Sep 0026 12:01:00 GMT", NOW, undefined],
  ["Wed, 09 Sep 26 12:01:00 GMT", NOW, undefined],
  ["Wed, 09-Sep-26 12:01:00 GMT", NOW, undefined],
  ["Wednesday, 09-Sep-2026 12:01:00 GMT", NOW, undefined],
  ["Wed Sep 9 12:01:00 2026", NOW, undefined],
  ["2026-09-09T12:01:00Z", NOW, undefined],
  ["Fri, 31 Dec 9999 23:59:59 GMT", NOW, Date.UTC(9999, 11, 31, 23, 59, 59) - NOW],
];

for (const [header, wall, wait] of ROWS) {
  Deno.test(`parseRetryAfter() reads ${JSON.stringify(header.slice(0, 40))} of ${new Date(wall).getUTCFullYear()}`, () => {
    assertEquals(parseRetryAfter(header, wall), wait);
  });
}

Deno.test("parseRetryAfter() gives undefined when there is no header", () => {
  assertEquals(parseRetryAfter(null, NOW), undefined);
});

Deno.test("parseRetryAfter() counts a date from the server's own clock when that is sent", () => {
  const until = "Wed, 09 Sep 2026 12:01:00 GMT";
  assertEquals(parseRetryAfter(until, 0, "Wed, 09 Sep 2026 12:00:30 GMT"), 30_000);
  assertEquals(parseRetryAfter(until, NOW + 86_400_000, "Wed Sep  9 12:00:30 2026"), 30_000);
  assertEquals(parseRetryAfter(until, NOW, "Wed, 09 Sep 2026 12:02:00 GMT"), 0);
  for (const unreadable of [null, undefined, "", "now", "120", "x".repeat(100_000)]) {
    assertEquals(parseRetryAfter(until, NOW, unreadable), 60_000);
  }
  assertEquals(parseRetryAfter("10", NOW, "Wed, 09 Sep 2026 12:00:30 GMT"), 10_000);
});

Deno.test("parseRetryAfter() puts a year of two digits within 50 years", () => {
  const rows: readonly (readonly [digits: string, now: number, year: number])[] = [
    ["26", 2026, 2026],
    ["76", 2026, 2076],
    ["77", 2026, 1977],
    ["99", 2026, 1999],
    ["01", 2099, 2101],
    ["00", 1999, 2000],
  ];
  for (const [digits, now, year] of rows) {
    const wall = Date.UTC(now, 0, 1);
    const expected = Math.max(0, Date.UTC(year, 5, 15) - wall);
    assertEquals(parseRetryAfter(`Monday, 15-Jun-${digits} 00:00:00 GMT`, wall), expected);
  }
});

Deno.test("parseRetryAfter() reads every moment that the platform writes", () => {
  const moment = fc.date({
    min: new Date(Date.UTC(100, 0, 1)),
    max: new Date(Date.UTC(9999, 11, 31)),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moment, fc.date({ noInvalidDate: true, min: new Date(0) }), (moment, wall) => {
      const seconds = Math.floor(moment.getTime() / 1000) * 1000;
      const expected = Math.max(0, seconds - wall.getTime());
      assertEquals(parseRetryAfter(moment.toUTCString(), wall.getTime()), expected);
      assertEquals(parseRetryAfter(moment.toUTCString(), 0, moment.toUTCString()), 0);
    }),
  );
});

Deno.test("parseRetryAfter() gives a whole number of milliseconds from 0, or undefined, for any text", () => {
  const piece = fc.constantFrom(
    "Wed",
    ", ",
    "09",
    " ",
    "Sep",
    "-",
    "2026",
    "12:00:00",
    "GMT",
    "day",
    "1",
    ":",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 9 }).map((list) => list.join("")),
  );
  fc.assert(
    fc.property(text, fc.option(text), (header, date) => {
      const wait = parseRetryAfter(header, NOW, date);
      assert(wait === undefined || (Number.isSafeInteger(wait) && wait >= 0));
    }),
    { numRuns: 3000 },
  );
});

const UNIX = String(NOW / 1000 + 30);

const WAITS: readonly (readonly [headers: Record<string, string>, wait: number | undefined])[] = [
  [{}, undefined],
  [{ "retry-after": "5" }, 5000],
  [{ "x-retry-after": UNIX }, 30_000],
  [{ "x-retry-after": String(NOW / 1000 - 30) }, undefined],
  [{ "retry-after": "5", "x-retry-after": UNIX }, 5000],
  [{ "retry-after": "soon", "x-retry-after": UNIX }, 30_000],
  // A span is not what this header holds.
  [{ "x-retry-after": "5" }, undefined],
  [{ "x-retry-after": `${UNIX}.5` }, undefined],
  [{ "x-retry-after": `-${UNIX}` }, undefined],
  [{ "x-retry-after": "9".repeat(100_000) }, undefined],
  [{ "x-retry-after": UNIX, date: new Date(NOW + 10_000).toUTCString() }, 20_000],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": UNIX }, 30_000],
  [{ "x-ratelimit-remaining": "1", "x-ratelimit-reset": UNIX }, undefined],
  [{ "x-ratelimit-reset": UNIX }, undefined],
  [{ "x-ratelimit-remaining": "0" }, undefined],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60" }, undefined],
];

for (const [headers, wait] of WAITS) {
  Deno.test(`waitOf() reads ${JSON.stringify(headers).slice(0, 80)}`, () => {
    assertEquals(waitOf(new Headers(headers), NOW), wait);
  });
}
