import { mayBeDate, readDate } from "./calendar.ts";
import { hashEnd } from "./hash.ts";
import { isDigit, runEnd } from "./runs.ts";

/** More belong to what is behind. */
const MOST_NUMBERS = 5;

/** The numbers of a tag. */
export interface Numbers {
  readonly kind: "version" | "date";
  /** Digits as written, leading zeros kept. */
  readonly numbers: readonly string[];
  /** What stands between two of them: `.`, `_`, `-` in dates, `u` in `8u371`; empty for one number. */
  readonly separator: string;
  /** The time of day behind a date: `T14-49-07Z`. */
  readonly time: string;
  /** Where they end. */
  readonly end: number;
}

/** Reads the numbers that begin at the digit `from`. */
export function readNumbers(tag: string, from: number): Numbers {
  const end = runEnd(tag, from, isDigit);
  const digits = tag.slice(from, end);
  const date = mayBeDate(digits) ? readDate(tag.slice(from, from + 40), digits) : undefined;
  if (date !== undefined) {
    const { numbers, time, length } = date;
    return {
      kind: "date",
      numbers,
      separator: numbers.length > 1 ? "-" : "",
      time,
      end: from + length,
    };
  }
  return readVersionNumbers(tag, digits, end, from);
}

function readVersionNumbers(tag: string, first: string, from: number, start: number): Numbers {
  const numbers = [first];
  const separator = separatorAt(tag, from);
  let end = from;
  while (separator !== "" && numbers.length < MOST_NUMBERS && tag[end] === separator) {
    const next = runEnd(tag, end + 1, isDigit);
    if (next === end + 1 || hashEnd(tag, end + 1) > next) break;
    numbers.push(tag.slice(end + 1, next));
    end = next;
    if (separator === "u") break;
  }
  if (separator === "_" && numbers.length === 2 && tag[start - 1] !== "_") {
    return { kind: "version", numbers: [first], separator: "", time: "", end: from };
  }
  const used = numbers.length > 1 ? separator : "";
  return { kind: "version", numbers, separator: used, time: "", end };
}

/** One underscore, as in `21_35`, is a build; two, or one behind `REL_`, are separators. */
function separatorAt(tag: string, at: number): string {
  const separator = tag[at] ?? "";
  return separator === "." || separator === "_" || separator === "u" ? separator : "";
}
