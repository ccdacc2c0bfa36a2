import type { ApiChecks } from "../adapter.ts";
import { isDigest } from "../names/digest.ts";
import { formatPlatform, parsePlatform } from "../names/platform.ts";
import { isTag } from "../names/tag.ts";
import { isRecord } from "../names/record.ts";

/** Milliseconds from which on a `Date` is none. Source: ECMAScript, "Time Values" */
const LAST_MOMENT = 8.64e15;
/** `2025-01-20T14:49:07.123456Z`; the fraction and the offset may be others. */
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** Characters of a text: a description may be a book, and a million of them are kept. */
const MOST_TEXT = 4096;
/** Whole numbers below 2^53 have at most so many digits. */
const COUNT = /^[0-9]{1,16}$/;

/** The checks that a web API's documents are read with. */
export const apiChecks: ApiChecks = {
  member: (value: unknown, name: string) =>
    isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined,
  list: (value: unknown) => Array.isArray(value) ? value : [],
  text: (value: unknown) => typeof value === "string" && value !== "" ? cut(value) : undefined,
  count(value: unknown): number | undefined {
    const number = typeof value === "string" && COUNT.test(value) ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
      ? number
      : undefined;
  },
  flag: (value: unknown) => typeof value === "boolean" ? value : undefined,
  tag: (value: unknown) => isTag(value) ? value : undefined,
  digest: (value: unknown) => isDigest(value) ? value : undefined,
  time(value: unknown): string | undefined {
    const moment = typeof value === "string" ? momentOf(value) : value;
    // Go writes a time that was never set as that of the year 1.
    return typeof moment === "number" && moment > 0 && moment <= LAST_MOMENT
      ? new Date(moment).toISOString()
      : undefined;
  },
  platform(os: unknown, architecture: unknown, variant: unknown): string | undefined {
    const parts = [os, architecture, variant].filter((part) => part !== "" && part !== null);
    if (typeof os !== "string" || typeof architecture !== "string") return undefined;
    try {
      return formatPlatform(parsePlatform(parts.filter((part) => part !== undefined).join("/")));
    } catch {
      return undefined;
    }
  },
};

/** A copy: a slice would keep the whole. */
function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : Array.from(text.slice(0, MOST_TEXT)).join("");
}

function momentOf(text: string): number | undefined {
  const day = TIME.exec(text)?.[1];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // February 31 is taken for March 3.
  const isDay = midnight <= LAST_MOMENT && new Date(midnight).toISOString().startsWith(`${day}T`);
  return isDay ? Date.parse(text) : undefined;
}
