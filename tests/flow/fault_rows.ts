import { body, broken, dateAt, type Fault, refused, said } from "./faults.ts";

const PAGES = ["first page", "middle page"] as const;
const HTML = "<!DOCTYPE html><html><title>Sign in</title></html>";

/** Statuses that pass: rows 6 to 8. */
const PASSING = [408, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530];
/** Statuses that nothing changes. */
const FINAL = [402, 404, 406, 409, 410, 418, 421, 451, 501, 505];

/** Rows 1 to 8: statuses, and how long the server wants to be left alone. */
const STATUS_ROWS: readonly Fault[] = [
  row(1, "429 and seconds", () => refused(429, { "retry-after": "7" }), "rate_limited", 7000),
  row(2, "429 and a date", () => refused(429, { "retry-after": dateAt(9) }), "rate_limited", 8000),
  row(
    2,
    "429 and a date of a clock an hour ahead",
    () =>
      refused(429, {
        "retry-after": dateAt(7, 3_600_000),
        date: dateAt(0, 3_600_000),
      }),
    "rate_limited",
    7000,
  ),
  row(
    2,
    "429 and a date of a clock a year behind",
    () =>
      refused(429, {
        "retry-after": dateAt(7, -31_536_000_000),
        date: dateAt(0, -31_536_000_000),
      }),
    "rate_limited",
    7000,
  ),
  row(
    2,
    "429 and a date in the past",
    () => refused(429, { "retry-after": dateAt(-60) }),
    "rate_limited",
  ),
  row(3, "429 without a header", () => refused(429), "rate_limited", 1),
  row(3, "429 with a quota of a minute", () => refused(429, { "ratelimit-remaining": "0;w=1" })),
  row(3, "429 and junk", () => refused(429, { "retry-after": "soon" }), "rate_limited", 1),
  row(3, "429 and a negative number", () => refused(429, { "retry-after": "-1" }), "rate_limited"),
  row(5, "403 and seconds", () => refused(403, { "retry-after": "3" }), "rate_limited", 3000),
  row(7, "503 and seconds", () => refused(503, { "retry-after": "5" }), "unavailable", 5000),
  ...PASSING.map((status) => row(8, `${status}`, () => refused(status), "unavailable")),
  ...PASSING.map((status) => row(8, `${status}, empty`, () => said(status), "unavailable")),
  ...FINAL.map((status) => ({ ...row(8, `${status}`, () => refused(status)), ...final() })),
  { ...row(5, "403", () => refused(403)), ...final(), positions: PAGES },
];

/** Waits that no patience covers. */
const IMPATIENT_ROWS: readonly Fault[] = ["61", "3600", "2147484", "999999999"].map((seconds) => ({
  ...row(1, `429 and ${seconds} seconds`, () => refused(429, { "retry-after": seconds })),
  ...final("rate_limited"),
}));

/** Rows 9 and 10 of those that concern one answer: a refusal in the middle of a listing. */
const REFUSAL_ROWS: readonly Fault[] = [
  { ...row(10, "401 without a challenge", () => refused(401)), positions: PAGES, attempts: 2 },
  {
    ...row(9, "401 with junk", () => refused(401, { "www-authenticate": ',;="\\' })),
    positions: PAGES,
    attempts: 2,
  },
  {
    ...row(
      9,
      "401 with an unknown scheme",
      () => refused(401, { "www-authenticate": "Negotiate" }),
    ),
    positions: PAGES,
    attempts: 2,
  },
];

/** Rows 17 to 29: connections. */
const CONNECTION_ROWS: readonly Fault[] = [
  row(17, "reset before the headers", () => broken("connection reset by peer"), "unavailable"),
  row(
    17,
    "closed early",
    () => broken("connection closed before message completed"),
    "unavailable",
  ),
  row(18, "reset inside the body", () => body('{"tags":["1.0"', "fails"), "unavailable"),
  row(18, "reset before the body", () => body("", "fails"), "unavailable"),
  row(20, "cut body, clean close", () => body('{"name":"team/app","tags":["1', "ends"), "protocol"),
  row(20, "empty body", () => said(200), "protocol"),
  row(22, "corrupt gzip", () => brokenGzip(), "unavailable"),
  row(24, "stalled body", () => body('{"tags":["1.0"', "stalls"), "unavailable", 30_000),
  row(24, "stalled error body", () => stalledError(), "unavailable", 30_000),
  row(25, "no headers", () => new Promise(() => {}), "unavailable", 15_000),
  {
    ...row(26, "unknown name", () => broken("dns error: failed to lookup address information")),
    code: "unavailable",
    attempts: 2,
  },
  {
    ...row(27, "refused", () => broken("tcp connect error: Connection refused (os error 111)")),
    code: "unavailable",
    attempts: 2,
  },
  row(
    29,
    "GOAWAY",
    () => broken("http2 error: connection error received: not a result of an error"),
  ),
  {
    ...row(5, "untrusted certificate", () => broken("invalid peer certificate: UnknownIssuer")),
    ...final("unavailable"),
  },
];

/** Rows 30 to 34 and 57 to 59: answers that are no answer. */
const CONTENT_ROWS: readonly Fault[] = [
  { ...row(31, "200 with HTML", () => html(200)), ...final("protocol") },
  {
    ...row(31, "200 with HTML and a BOM", () => said(200, `\ufeff ${HTML}`)),
    ...final("protocol"),
  },
  { ...row(31, "200 with HTML as JSON", () => said(200, HTML, json())), ...final("protocol") },
  { ...row(32, "403 with HTML", () => html(403)), ...final("protocol"), positions: PAGES },
  row(32, "503 with HTML", () => html(503), "unavailable"),
  { ...row(34, "invalid UTF-8", () => latin1()), ...final("protocol") },
  { ...row(34, "UTF-16", () => utf16()), ...final("protocol") },
  { ...row(34, "a number", () => said(200, "1")), ...final("protocol") },
  { ...row(34, "an array", () => said(200, "[]")), ...final("protocol") },
  { ...row(34, "null", () => said(200, "null")), ...final("protocol") },
  { ...row(34, "a string", () => said(200, '"x"')), ...final("protocol") },
  { ...row(34, "JSON twice", () => said(200, "{}{}")), ...final("protocol") },
  {
    ...row(34, "escape sequences", () => said(200, "\x1b]0;x\x07\u202e\u009b")),
    ...final("protocol"),
  },
  row(59, "204", () => said(204, null), "protocol"),
  { ...row(59, "304", () => said(304, null)), ...final("protocol") },
  { ...row(59, "300 without Location", () => said(300)), ...final("protocol") },
  {
    ...row(57, "a cookie and an error", () => refused(503, { "set-cookie": "s=c00k1e" })),
    code: "unavailable",
  },
];

/** Every fault of this suite. */
export const FAULTS: readonly Fault[] = [
  ...STATUS_ROWS,
  ...IMPATIENT_ROWS,
  ...REFUSAL_ROWS,
  ...CONNECTION_ROWS,
  ...CONTENT_ROWS,
];

function row(
  number: number,
  name: string,
  answer: Fault["answer"],
  code?: string,
  waits: number = 0,
): Fault {
  return { row: number, name, answer, code, waits };
}

function final(code?: string): Pick<Fault, "once" | "always" | "attempts" | "code"> {
  return { once: "fails", always: "fails", attempts: 1, code };
}

function json(): Record<string, string> {
  return { "content-type": "application/json" };
}

function html(status: number): Response {
  return said(status, HTML, { "content-type": "text/html" });
}

function latin1(): Response {
  const bytes = Uint8Array.from('{"tags":["\xe9"]}', (character) => character.charCodeAt(0));
  return new Response(bytes, { status: 200, headers: json() });
}

function utf16(): Response {
  const bytes = new Uint8Array(new Uint16Array([0xfeff, 0x7b, 0x7d]).buffer);
  return new Response(bytes, { status: 200, headers: json() });
}

function brokenGzip(): Response {
  const bytes = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
  return new Response(bytes, { status: 200, headers: { "content-encoding": "gzip" } });
}

function stalledError(): Response {
  const { body: stream } = body('{"errors":[', "stalls");
  return new Response(stream, { status: 503 });
}
