/** Hexadecimal digits of a digest that is cut: as many as Docker shows. */
const SHORT = 12;

/** Rows under a header in aligned columns, two spaces apart, without trailing blanks. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = header.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length)
  );
  return [header, ...rows].map((row) => formatRow(row, widths)).join("");
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  return row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd() + "\n";
}

/**
 * A table with digests, which `rowsOf` puts through `cut`. Where a terminal is too narrow they are cut: in a
 * pipe never.
 *
 * @param columns the width of the terminal, where there is one
 */
export function fitTable(
  header: readonly string[],
  rowsOf: (cut: (digest: string) => string) => readonly (readonly string[])[],
  columns: number = Infinity,
): string {
  const table = formatTable(header, rowsOf((digest) => digest));
  if (table.split("\n").every((line) => line.length <= columns)) return table;
  return formatTable(header, rowsOf((digest) => digest.slice(0, digest.indexOf(":") + 1 + SHORT)));
}
