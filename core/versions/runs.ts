/** Whether a UTF-16 unit is one of `0` to `9`. */
export function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

/** Whether a UTF-16 unit is one of `a` to `z` or `A` to `Z`. */
export function isLetter(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);
}

/** Whether a UTF-16 unit is one of `-`, `.`, `_`, `+` and `~`, which part a tag. */
export function isSeparator(unit: number): boolean {
  return unit === 45 || unit === 46 || unit === 95 || unit === 43 || unit === 126;
}

/** Where the run of units that begins at `from` ends; `from` where there is none. */
export function runEnd(text: string, from: number, isPart: (unit: number) => boolean): number {
  let at = from;
  while (at < text.length && isPart(text.charCodeAt(at))) at++;
  return at;
}

/** Digits without leading zeros: two numbers are equal in value where these are. */
export function value(digits: string): string {
  if (digits.charCodeAt(0) !== 48) return digits;
  let at = 1;
  while (digits.charCodeAt(at) === 48) at++;
  return digits.slice(at);
}
