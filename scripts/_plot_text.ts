import type { PlotPoint, PlotRow, PlotRows } from "./_plot_rows.ts";

/** Columns where there is no terminal. */
const USUAL_COLUMNS = 80;
/** Columns that the time takes at least, however narrow the terminal. */
const LEAST_TRACK = 20;
/** Columns between the beginnings of two dates: a date and some air. */
const TICK = 18;
/** Labels are cut to this. */
const WIDEST_LABEL = 12;
const DAY = 86_400_000;
/** Up to then hours tell more. */
const SHORT = 4 * DAY;
/** How many tags a mark stands for, the most first. */
const MARKS: readonly (readonly [least: number, mark: string])[] = [[10, "#"], [2, "o"], [1, "."]];
const LEGEND = ". one tag, o two to nine, # ten or more";

/**
 * A timeline in plain ASCII: a row a version line, newest line on top, and the time from left to right. Rows are
 * as wide as `columns`; nothing in it needs colours.
 *
 * @param title what is shown, printable
 */
export function drawText(title: string, plot: PlotRows, columns: number = USUAL_COLUMNS): string {
  const labels = plot.rows.map(({ label }) => cut(label));
  const counts = plot.rows.map(({ points }) => String(points.length));
  const left = widest(labels);
  // Two bars, and a blank before the second and the count.
  const track = Math.max(LEAST_TRACK, columns - left - widest(counts) - 4);
  const span = spanOf(plot);
  const lines = plot.rows.map((row, at) =>
    `${(labels[at] ?? "").padStart(left)} |${trackOf(row, span, track)}| ${counts[at]}`
  );
  return [
    `${title}: ${headline(plot)}`,
    ...lines,
    ...axisOf(span, track).map((line) => `${" ".repeat(left)} ${line}`.trimEnd()),
    LEGEND + (plot.undated === 0 ? "" : `; not shown: ${countOf(plot.undated)} without that date`),
  ].map((line) => `${line}\n`).join("");
}

/** `131 tags by when they were pushed, UTC`. */
export function headline({ count, kind }: PlotRows): string {
  const subject = count === 1 ? "it was" : "they were";
  return `${countOf(count)} by when ${subject} ${kind}, UTC`;
}

function countOf(tags: number): string {
  return tags === 1 ? "1 tag" : `${tags} tags`;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** At least a day, so that a single moment has a place in it. */
function spanOf({ from, to }: PlotRows): Span {
  return to - from >= DAY ? { from, to } : { from, to: from + DAY };
}

function trackOf({ points }: PlotRow, span: Span, track: number): string {
  const cells = Map.groupBy(points, (point) => columnOf(point, span, track));
  return Array.from({ length: track }, (_, at) => markOf(cells.get(at)?.length ?? 0)).join("");
}

function columnOf({ time }: PlotPoint, { from, to }: Span, track: number): number {
  return Math.round((time - from) / (to - from) * (track - 1));
}

function markOf(tags: number): string {
  return MARKS.find(([least]) => tags >= least)?.[1] ?? " ";
}

/** A ruler and, under its ticks, dates, the last one at the end; of a short time with hours. */
function axisOf({ from, to }: Span, track: number): readonly [ruler: string, dates: string] {
  const isShort = to - from < SHORT;
  const last = Math.max(1, Math.floor(track / TICK));
  const ruler = Array.from({ length: track }, () => "-");
  let dates = "";
  for (let step = 0; step <= last; step++) {
    const at = Math.round((track - 1) * step / last);
    const iso = new Date(from + (to - from) * at / (track - 1)).toISOString();
    const date = isShort ? iso.slice(0, 16).replace("T", " ") : iso.slice(0, 10);
    ruler[at] = "|";
    const begin = step === last ? Math.max(at - date.length + 1, dates.length + 1) : at;
    // The last one keeps its place; one that would touch it is left out.
    if (step === last || begin + date.length < track - date.length) {
      dates = dates.padEnd(begin) + date;
    }
  }
  return [`+${ruler.join("")}+`, ` ${dates}`];
}

function cut(label: string): string {
  return label.length <= WIDEST_LABEL ? label : `${label.slice(0, WIDEST_LABEL - 3)}...`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
