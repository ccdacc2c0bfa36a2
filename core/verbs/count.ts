/**
 * Refuses a number that is not a whole one from 1; `what` follows "Cannot".
 *
 * @throws {RangeError}
 */
export function checkCount(name: string, value: number | undefined, what: string): void {
  if (value === undefined || ((Number.isSafeInteger(value) || value === Infinity) && value > 0)) {
    return;
  }
  throw new RangeError(`Cannot ${what}: "${name}" must be a whole number from 1, not ${value}`);
}
