import { parseReference, printable, readPlan } from "../mod.ts";
import { withoutSecret } from "./_host.ts";

/** A value of an entry. */
export type PlanValue = string | number | boolean | readonly string[];

/** One entry of a plan that is written, and what a person should know of it. */
export interface WrittenEntry {
  /** Its keys in order; a missing value leaves its key out. */
  readonly fields: Readonly<Record<string, PlanValue | undefined>>;
  /** A comment each. */
  readonly notes: readonly string[];
  /** What was left out: a comment and a line each. */
  readonly leftOut?: readonly string[];
}

/** A plan that was written. */
export interface PlanText {
  /** YAML. */
  readonly text: string;
  /** Its entries. */
  readonly entries: number;
  /** What was left out, a line each. */
  readonly leftOut: readonly string[];
}

/** A plan to be written. */
export interface WrittenPlan {
  /** A comment each, at the top. */
  readonly notes: readonly string[];
  /** What holds for every entry. */
  readonly defaults: WrittenEntry["fields"];
  /** The entries; one without fields is its comments alone. */
  readonly entries: readonly WrittenEntry[];
}

/** What YAML cannot take for anything but this text. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./:@-]*[A-Za-z0-9_}]$/;
const WORDS: ReadonlySet<string> = new Set(["true", "false", "null", "yes", "no", "on", "off"]);

/** The text of a plan, in YAML. What a plan would refuse is left out. */
export function planText({ notes, defaults, entries }: WrittenPlan): PlanText {
  const taken = entries.map((entry) => unlessRefused(entry, defaults));
  const lines = notes.map(comment);
  const common = formatFields(defaults, "  ");
  if (common.length > 0) lines.push("defaults:", ...common);
  lines.push("mirror:", ...taken.flatMap(formatEntry));
  return {
    text: lines.map((line) => `${line}\n`).join(""),
    entries: taken.filter(({ fields }) => Object.keys(fields).length > 0).length,
    leftOut: taken.flatMap(({ leftOut = [] }) => leftOut),
  };
}

function unlessRefused(entry: WrittenEntry, defaults: WrittenEntry["fields"]): WrittenEntry {
  const { fields, notes, leftOut = [] } = entry;
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (said.length === 0) return entry;
  const { problems: [problem] } = readPlan({ defaults, mirror: [Object.fromEntries(said)] });
  if (problem === undefined) return entry;
  const ends = [fields.source, fields.target].filter((end) => end !== undefined);
  const name = ends.map((end) => shownEnd(String(end))).join(" to ");
  const refused = `${name}: ${problem.path.at(-1)}: ${problem.message}`;
  return { fields: {}, notes, leftOut: [...leftOut, refused] };
}

/** A reference as it may be printed; what is none may have a password. */
export function shownEnd(text: string): string {
  try {
    parseReference(text);
    return text;
  } catch {
    return withoutSecret(text);
  }
}

/** A table of a file that was read; undefined for anything else. */
export function tableOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
  return isTable ? value as Readonly<Record<string, unknown>> : undefined;
}

/**
 * The texts of a list, or the one text that stands instead of it; undefined where anything is something else:
 * without it the rest would mean more. Numbers are taken for their digits.
 */
export function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = [value ?? []].flat();
  const isText = list.every((each) => typeof each === "string" || typeof each === "number");
  return isText ? list.map(String) : undefined;
}

function formatEntry({ fields, notes, leftOut = [] }: WrittenEntry): readonly string[] {
  const comments = [...leftOut, ...notes].map((note) => `  ${comment(note)}`);
  const [first, ...rest] = formatFields(fields, "    ");
  if (first === undefined) return comments;
  return [...comments, `  - ${first.trimStart()}`, ...rest];
}

function formatFields(fields: WrittenEntry["fields"], indent: string): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${indent}${key}: ${formatValue(value)}`]
  );
}

function formatValue(value: PlanValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return `[${value.map((each) => JSON.stringify(each)).join(", ")}]`;
}

function quoted(text: string): string {
  const isPlain = PLAIN.test(text) && !WORDS.has(text.toLowerCase());
  const isTarget = /^[a-z0-9][a-z0-9./:-]*\{(?:path|name|registry)\}[a-z0-9./{}-]*$/.test(text);
  return isPlain || isTarget ? text : JSON.stringify(text);
}

function comment(text: string): string {
  return `# ${printable(text, 300)}`;
}
