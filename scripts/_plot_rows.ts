import { parseVersion, type TagEntry, type Version } from "../mod.ts";

/** Rows that fit on a screen, and on a page. */
const MOST_ROWS = 24;
/** Lines of two numbers are shown where there are no more of them than this. */
const MOST_MINORS = 12;

/** A scale from the Stone Age on would show nothing, and takes its library minutes. */
const LATEST = Date.UTC(2100, 0);

/** What a date says of a tag; one plot shows one kind, because they cannot be compared. */
export type DateKind = "pushed" | "updated" | "built";

/** One tag at its time. */
export interface PlotPoint {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A version line, such as `22` or `22.04`, and its tags. */
export interface PlotRow {
  /** Its numbers; `others` for what is no version, `older` for the lines that do not fit. */
  readonly label: string;
  /** Oldest first, at least one. */
  readonly points: readonly PlotPoint[];
}

/** What there is to draw. */
export interface PlotRows {
  /** Which of their dates the points stand at. */
  readonly kind: DateKind;
  /** The newest line first, what is no version last. */
  readonly rows: readonly PlotRow[];
  /** All points. */
  readonly count: number;
  /** The earliest and the latest time of a point. */
  readonly from: number;
  readonly to: number;
  /** Tags that are left out, because their date of this kind is not known. */
  readonly undated: number;
}

const KINDS: readonly (readonly [kind: DateKind, dateOf: (tag: TagEntry) => string | undefined])[] =
  [
    ["pushed", ({ pushedAt }) => pushedAt],
    ["updated", ({ updatedAt }) => updatedAt],
    ["built", ({ createdAt }) => createdAt],
  ];

/** A tag that has a date, taken apart. */
interface Dated extends PlotPoint {
  readonly version?: Version;
}

/**
 * Sorts tags into version lines: by major and minor number where these are few, else by major number; of
 * calendar versions by year. Dates are of the kind that most tags have; nothing where none has any.
 */
export function plotRows(tags: readonly TagEntry[]): PlotRows | undefined {
  const [most] = KINDS.map(([kind, dateOf]) => ({
    kind,
    dated: tags.flatMap((tag) => datedAt(tag.name, dateOf(tag))),
  })).sort((a, b) => b.dated.length - a.dated.length);
  if (most === undefined || most.dated.length === 0) return undefined;
  const { kind, dated } = most;
  const times = dated.map(({ time }) => time);
  return {
    kind,
    rows: rowsOf(dated),
    count: dated.length,
    from: times.reduce((a, b) => Math.min(a, b)),
    to: times.reduce((a, b) => Math.max(a, b)),
    undated: tags.length - dated.length,
  };
}

/** None, where the date is not known, or is none that an image can have. */
function datedAt(name: string, date: string | undefined): readonly Dated[] {
  const time = date === undefined ? NaN : Date.parse(date);
  return time >= 0 && time < LATEST ? [{ name, time, version: parseVersion(name) }] : [];
}

function rowsOf(dated: readonly Dated[]): readonly PlotRow[] {
  const minors = Map.groupBy(dated, ({ version }) => lineOf(version, 2));
  const depth = minors.size <= MOST_MINORS ? 2 : 1;
  const groups = depth === 2 ? minors : Map.groupBy(dated, ({ version }) => lineOf(version, 1));
  const others = groups.get(undefined);
  const lines = [...groups]
    .flatMap(([line, points]) => line === undefined ? [] : [{ line, points }])
    .sort((a, b) => byNumbers(b.line, a.line))
    .map(({ points }) => ({ label: numbersOf(points[0]?.version, depth).join("."), points }));
  const shown = lines.length <= MOST_ROWS ? lines.length : MOST_ROWS - 1;
  const older = lines.slice(shown).flatMap(({ points }) => points);
  return [
    ...lines.slice(0, shown),
    ...(older.length === 0 ? [] : [{ label: "older", points: older }]),
    ...(others === undefined ? [] : [{ label: "others", points: others }]),
  ].map(({ label, points }) => ({ label, points: points.toSorted((a, b) => a.time - b.time) }));
}

/** `22.4` for `22.04.1`: one line however it is written. */
function lineOf(version: Version | undefined, depth: number): string | undefined {
  if (version === undefined) return undefined;
  return numbersOf(version, depth).map((digits) => String(BigInt(digits))).join(".");
}

/** The first numbers as they are written. */
function numbersOf(version: Version | undefined, depth: number): readonly string[] {
  const { kind, numbers = [] } = version ?? {};
  // `20240111` is a day of 2024.
  return kind === "date" ? [numbers[0]?.slice(0, 4) ?? "0"] : numbers.slice(0, depth);
}

function byNumbers(a: string, b: string): number {
  const [ours, theirs] = [a, b].map((label) => label.split(".").map(BigInt));
  const length = Math.max(ours?.length ?? 0, theirs?.length ?? 0);
  for (let at = 0; at < length; at++) {
    const [one = -1n, other = -1n] = [ours?.[at], theirs?.[at]];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
