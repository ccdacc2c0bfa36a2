/** Year, month and day without separators, perhaps with hours, minutes and seconds. */
const COMPACT = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3}$/;
const DASHED = /^((?:19|20)\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?(?!\d)/;
const TIME = /^T\d\d[-_.]?\d\d(?:[-_.]?\d\d)?Z?/;

/** A date at the beginning of text. */
export interface CalendarDate {
  /** As written: one number, or year, month and perhaps day. */
  readonly numbers: readonly string[];
  /** `T14-49-07Z`, or empty. */
  readonly time: string;
  /** UTF-16 units that it takes. */
  readonly length: number;
}

/** Reads `20240111`, `20240111093000`, `2024-01-11`, `2024-01` or `2025-01-20T14-49-07Z`. */
export function readDate(text: string, digits: string): CalendarDate | undefined {
  if (!mayBeDate(digits)) return undefined;
  const found = digits.length === 4 ? dashed(text) : compact(digits);
  if (found === undefined) return undefined;
  const length = digits.length === 4 ? found.join("-").length : digits.length;
  const [time = ""] = TIME.exec(text.slice(length, length + 12)) ?? [];
  return { numbers: found, time, length: length + time.length };
}

/** Whether digits have the length of a year, or of a date without hyphens. */
export function mayBeDate({ length }: string): boolean {
  return length === 4 || (length >= 8 && length <= 14);
}

/** Year, month, day and what else there is, whichever way the date was written. */
export function datePieces(numbers: readonly string[]): readonly string[] {
  const [first = ""] = numbers;
  if (numbers.length > 1 || first.length < 8) return numbers;
  const pieces = [first.slice(0, 4), first.slice(4, 6), first.slice(6, 8)];
  return first.length > 8 ? [...pieces, first.slice(8)] : pieces;
}

function compact(digits: string): readonly string[] | undefined {
  return COMPACT.test(digits) ? [digits] : undefined;
}

function dashed(text: string): readonly string[] | undefined {
  const match = DASHED.exec(text.slice(0, 11));
  return match?.slice(1).filter((piece) => piece !== undefined);
}
