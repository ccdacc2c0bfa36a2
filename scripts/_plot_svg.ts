import { headline } from "./_plot_text.ts";
import type { PlotRows } from "./_plot_rows.ts";

type Spec = import("vega").Spec;

const WIDTH = 860;
/** Of one row. */
const HEIGHT = 26;
const DAY = 86_400_000;
/** Those of Okabe and Ito, which people who see fewer colours tell apart. Source: jfly.uni-koeln.de/color, 2008 */
const POINT = "#0072B2";
const QUIET = "#666666";

/** What stands above a plot. */
export interface PlotTitle {
  /** What is shown: `registry.example/team/app`. */
  readonly repository: string;
  /** The registry, as people call it. */
  readonly registry: string;
  /** When it is made, in milliseconds since 1970. */
  readonly made: number;
}

/**
 * A timeline as an SVG document: a row a version line, newest line on top, a point for each tag with its name, and
 * beside each line how many it has and which is the latest. The library that draws it is loaded only here.
 */
export async function drawSvg(title: PlotTitle, plot: PlotRows): Promise<string> {
  const { parse, View } = await import("vega");
  const view = new View(parse(specOf(title, plot)), { renderer: "none" });
  try {
    return `<?xml version="1.0" encoding="UTF-8"?>\n${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function specOf({ repository, registry, made }: PlotTitle, plot: PlotRows): Spec {
  const day = new Date(made).toISOString().slice(0, 10);
  const left = plot.undated === 0 ? "" : `; ${plot.undated} without that date not shown`;
  const range = [plot.from, plot.to === plot.from ? plot.to + DAY : plot.to];
  return {
    width: WIDTH,
    height: HEIGHT * plot.rows.length,
    padding: 12,
    background: "white",
    title: {
      text: repository,
      subtitle: `${registry}: ${headline(plot)}${left}; made ${day} by portolan`,
      anchor: "start",
      frame: "group",
      fontSize: 16,
      subtitleFontSize: 12,
      subtitleColor: QUIET,
      offset: 14,
    },
    data: [
      {
        name: "points",
        values: plot.rows.flatMap(({ points }, row) =>
          points.map(({ name, time }) => ({ row, time, text: `${name}: ${minuteOf(time)}` }))
        ),
      },
      {
        name: "lines",
        values: plot.rows.map(({ label, points }, row) => ({
          row,
          label,
          summary: `${points.length}, latest ${points.at(-1)?.name}`,
        })),
      },
    ],
    scales: [
      // Whole pixels, else the coordinates are most of the file.
      { name: "time", type: "utc", domain: range, range: "width", round: true },
      { name: "row", type: "band", domain: plot.rows.map((_, row) => row), range: "height" },
      {
        name: "label",
        type: "ordinal",
        domain: { data: "lines", field: "row" },
        range: { data: "lines", field: "label" },
      },
    ],
    axes: [
      {
        orient: "bottom",
        scale: "time",
        title: `${plot.kind} (UTC)`,
        grid: true,
        gridColor: "#e5e5e5",
        labelOverlap: true,
        tickCount: 8,
      },
      {
        orient: "left",
        scale: "row",
        title: "version line",
        ticks: false,
        domain: false,
        labelPadding: 8,
        labelFontSize: 11,
        encode: { labels: { update: { text: { scale: "label", field: "value" } } } },
      },
    ],
    marks: [
      {
        type: "rule",
        from: { data: "lines" },
        encode: {
          enter: {
            x: { value: 0 },
            x2: { value: WIDTH },
            y: { scale: "row", field: "row", band: 0.5 },
            stroke: { value: "#cccccc" },
          },
        },
      },
      {
        type: "symbol",
        from: { data: "points" },
        encode: {
          enter: {
            x: { scale: "time", field: "time" },
            y: { scale: "row", field: "row", band: 0.5 },
            size: { value: 42 },
            fill: { value: POINT },
            fillOpacity: { value: 0.55 },
            description: { field: "text" },
            tooltip: { field: "text" },
          },
        },
      },
      {
        type: "text",
        from: { data: "lines" },
        encode: {
          enter: {
            x: { value: WIDTH + 12 },
            y: { scale: "row", field: "row", band: 0.5 },
            text: { field: "summary" },
            baseline: { value: "middle" },
            fontSize: { value: 11 },
            fill: { value: QUIET },
            limit: { value: 260 },
          },
        },
      },
    ],
  };
}

function minuteOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
