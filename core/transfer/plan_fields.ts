import { RegistryError } from "../errors.ts";
import { parsePlatform } from "../names/platform.ts";
import { printable } from "../names/printable.ts";
import { parseReference } from "../names/reference.ts";
import type { SelectOptions } from "../versions/options.ts";
import { openSelection } from "../versions/select.ts";
import { expandTarget } from "./plan_target.ts";

/** One key of an entry. */
export interface PlanField {
  /** What may stand there, to follow "expected". */
  readonly expected: string;
  /** What it says; undefined where it cannot be read. */
  readonly read: (value: unknown) => unknown;
  /** What is wrong with what was read, if anything is. */
  readonly flaw?: (value: unknown) => string | undefined;
}

const PATTERNS = "a glob such as 21.*, or a regular expression such as /^21/, or a list of them";
const VERSION = "a version, as in 21.0.1";
const AGE = "hours, days or weeks, as in 12h, 30d or 2w";

const LAYOUT = /^(?:oci|oci-archive):/;

/** The keys of an entry, and of the defaults. */
export const PLAN_FIELDS: ReadonlyMap<string, PlanField> = new Map<string, PlanField>([
  ["source", {
    expected: "a repository without a tag, as in registry.example/org/app, or a list of them",
    read: readTexts,
    flaw: each(sourceFlaw),
  }],
  ["target", {
    expected: "a repository, as in registry.example/mirror/{path}",
    read: readText,
    flaw: (value) => targetFlaw(String(value)),
  }],
  ["include", { expected: PATTERNS, read: readTexts, flaw: selectFlaw("include") }],
  ["exclude", { expected: PATTERNS, read: readTexts, flaw: selectFlaw("exclude") }],
  ["like", { expected: VERSION, read: readText, flaw: selectFlaw("like") }],
  ["range", {
    expected: 'versions with comparisons, as in ">=17 <22" or ^1.8.0',
    read: readText,
    flaw: selectFlaw("range"),
  }],
  ["variant", {
    expected: "its name, a glob such as alpine*, or none",
    read: readText,
    flaw: selectFlaw("variant"),
  }],
  ["newerThan", { expected: VERSION, read: readText, flaw: selectFlaw("newerThan") }],
  ["minAge", { expected: AGE, read: readText, flaw: selectFlaw("minAge") }],
  ["maxAge", { expected: AGE, read: readText, flaw: selectFlaw("maxAge") }],
  ["pre", { expected: "true or false", read: readSwitch }],
  ["channels", { expected: "true or false", read: readSwitch }],
  ["newest", { expected: "a whole number from 1", read: readCount }],
  ["keep", { expected: "a whole number from 1", read: readCount }],
  ["per", wordField(["major", "minor", "variant"])],
  ["sort", wordField(["version", "name", "date", "none"])],
  ["reverse", { expected: "true or false", read: readSwitch }],
  ["limit", { expected: "a whole number from 1", read: readCount }],
  ["platforms", {
    expected: "OS/ARCH[/VARIANT], as in linux/arm64, or a list of them",
    read: readTexts,
    flaw: each(platformFlaw),
  }],
  ["referrers", { expected: "true or false", read: readSwitch }],
  ["prune", { expected: "true, false or plan", read: readPrune }],
]);

/** A value as it may be shown in a message: what is no reference may have a password before an `@`. */
export function shownValue(value: unknown): string {
  if (typeof value === "string") {
    const looksAlike = /^-?\d+$/.test(value) ? "the text " : "";
    return `${looksAlike}"${printable(withoutSecret(value), 80)}"`;
  }
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === null || value === undefined) return "nothing";
  return typeof value === "object" ? "a table" : String(value);
}

function withoutSecret(text: string): string {
  const at = text.lastIndexOf("@");
  return at < 0 || isReference(text) ? text : "…" + text.slice(at);
}

/** Text; a number that stands for itself is taken for its digits. */
function readText(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function readTexts(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map(readText).filter((text) => text !== undefined);
  return texts.length === list.length && texts.length > 0 ? texts : undefined;
}

function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

function readSwitch(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function readPrune(value: unknown): boolean | "plan" | undefined {
  return value === "plan" ? value : readSwitch(value);
}

function wordField(words: readonly string[]): PlanField {
  return {
    expected: words.join(", "),
    read: (value) => words.find((word) => word === value),
  };
}

/** The selector itself is asked whether it can read it. */
function selectFlaw(key: keyof SelectOptions): (value: unknown) => string | undefined {
  return (value) => {
    try {
      openSelection({ [key]: value });
      return undefined;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return "it cannot be read";
    }
  };
}

function each(
  flaw: (text: string) => string | undefined,
): (value: unknown) => string | undefined {
  return (value) => (value as readonly string[]).map(flaw).find((found) => found !== undefined);
}

function sourceFlaw(text: string): string | undefined {
  return readingFlaw(() => {
    const { tag, digest } = parseReference(text);
    if (tag === undefined && digest === undefined) return undefined;
    return "it names one image: leave that out, and name the tag with include";
  });
}

function targetFlaw(text: string): string | undefined {
  if (LAYOUT.test(text)) return "layouts are no targets of a mirror";
  return readingFlaw(() => {
    const example = { registry: "registry.example", repository: "org/app" };
    const { registry, tag, digest } = parseReference(expandTarget(text, example));
    if (tag !== undefined || digest !== undefined) return "tags keep their names: leave that out";
    return registry === undefined ? "it names no registry" : undefined;
  });
}

function platformFlaw(text: string): string | undefined {
  return readingFlaw(() => {
    parsePlatform(text);
    return undefined;
  });
}

function isReference(text: string): boolean {
  return readingFlaw(() => {
    parseReference(text);
    return undefined;
  }) === undefined;
}

function readingFlaw(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RegistryError) && !(error instanceof RangeError)) throw error;
    return error.message.slice(error.message.lastIndexOf('": ') + 3);
  }
}
