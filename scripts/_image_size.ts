const UNITS: readonly string[] = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes for a person: `29.5 MB`, of thousands as Docker counts them. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // By what will be shown, or 999 999 would be 1000 kB.
  while (Number(value.toPrecision(3)) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${UNITS[unit]}`;
}
