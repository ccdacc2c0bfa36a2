import { type Flow, type MirrorPlan, type PlanProblem, printable, readPlan } from "../mod.ts";
import type { Input } from "./_command.ts";
import { nearest } from "./_nearest.ts";
import type { Writer } from "./_output.ts";
import { UsageError } from "./_usage_error.ts";

/** Bytes of a plan. */
const LARGEST = 16 * 1024 * 1024;
/** What the YAML library looks for in the environment. */
const VARIABLES = ["LOG_TOKENS", "LOG_STREAM"] as const;
/** Mistakes that are told one by one. */
const MOST_MISTAKES = 20;
/** Places that may name one that is written once: an anchor in each of many entries, no more. */
const MOST_ALIASES = 10_000;
const TOO_DEEP = "lists or tables are nested too deeply";

type Yaml = typeof import("yaml");
type Document = import("yaml").Document;
type Alias = import("yaml").Alias;
type YAMLParseError = import("yaml").YAMLParseError;

/** A YAML file that was read: its content, and where each part of it stands. */
export interface PlanFile {
  /** Objects, arrays, texts, whole numbers, true and false; fractions stay text, as in `like: 21.10`. */
  readonly value: unknown;
  /** Where stands what is at a path, or what surrounds it. */
  place(path: PlanProblem["path"], on: PlanProblem["on"]): PlanPlace;
}

/** A place in a file. */
export interface PlanPlace {
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
  /** `FILE:LINE:COLUMN`. */
  readonly text: string;
}

/**
 * Reads a plan. Where it has several mistakes, they are told on stderr, a line each, before it throws; to a
 * program all is in the error.
 *
 * @throws UsageError with line and column
 */
export async function readPlanFile(
  path: string,
  { stdin, stderr, locate, isJson }: {
    readonly stdin: Input;
    readonly stderr: Writer;
    readonly locate: Flow["locate"];
    readonly isJson: boolean;
  },
): Promise<MirrorPlan> {
  const file = await parsePlanFile(path, await readText(path, stdin));
  const { plan, problems } = readPlan(file.value, locate);
  if (plan !== undefined) return plan;
  const mistakes = problems
    .map((problem) => ({ ...file.place(problem.path, problem.on), problem }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ text, problem }) => `${text}: ${told(problem)}`);
  const shown = mistakes.slice(0, MOST_MISTAKES);
  const rest = mistakes.length - shown.length;
  if (rest > 0) shown.push(`and ${rest} more`);
  if (isJson || shown.length === 1) {
    throw new UsageError(`Cannot read the plan: ${shown.join("; ")}`);
  }
  await stderr.write(shown.map((line) => `${line}\n`).join(""));
  throw new UsageError(`Cannot read the plan: it has ${mistakes.length} mistakes`);
}

/**
 * Reads a text file, or standard input for `-`.
 *
 * @throws UsageError where that cannot be
 */
export async function readText(path: string, stdin: Input): Promise<string> {
  try {
    const stream = path === "-" ? stdin.readable : (await Deno.open(path)).readable;
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of stream) {
      size += part.length;
      if (size > LARGEST) throw new Error(`it has more than ${LARGEST} bytes`);
      parts.push(part);
    }
    const bytes = await new Blob(parts.map((part) => part.slice())).arrayBuffer();
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`Cannot read "${path}": ${reasonOf(error)}`);
  }
}

/**
 * Parses YAML 1.2, of which JSON is a part. The library is loaded only here.
 *
 * @param merge whether `<<` takes over the keys of another table, as in files of YAML 1.1
 * @throws UsageError with line and column
 */
export async function parsePlanFile(
  name: string,
  text: string,
  { merge = false }: { readonly merge?: boolean } = {},
): Promise<PlanFile> {
  await requireVariables();
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = reading(`${printable(name, 200)}:1:1`, () =>
    yaml.parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge,
      // A version is no fraction, and 08 not 8: what does not read back as it was written stays text.
      customTags: (tags) => [
        ...tags.filter((tag) => typeof tag === "string" || !/:(?:float|int)$/.test(tag.tag)),
        {
          tag: "tag:yaml.org,2002:int",
          default: true,
          test: /^(?:0|-?[1-9][0-9]{0,14})$/,
          resolve: (digits: string) => Number(digits),
        },
      ],
    }));

  function at(offset: number): PlanPlace {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, text: `${printable(name, 200)}:${line}:${col}` };
  }

  function place(path: PlanProblem["path"], on: PlanProblem["on"]): PlanPlace {
    let node: unknown = document.contents;
    let offset = yaml.isNode(node) ? node.range?.[0] ?? 0 : 0;
    for (const [index, key] of path.entries()) {
      const isKey = on === "key" && index === path.length - 1;
      if (yaml.isAlias(node)) node = node.resolve(document);
      if (!yaml.isMap(node) && !yaml.isSeq(node)) break;
      const pair = yaml.isMap(node)
        ? node.items.find((item) => yaml.isScalar(item.key) && item.key.value === key)
        : undefined;
      node = isKey ? pair?.key : node.get(key, true);
      if (!yaml.isNode(node)) break;
      offset = node.range?.[0] ?? offset;
    }
    return at(offset);
  }

  const [error] = document.errors;
  if (error !== undefined) {
    throw new UsageError(`Cannot read ${at(error.pos[0]).text}: ${reasonIn(error, text)}`);
  }
  const astray = strayAlias(document, yaml);
  if (astray !== undefined) {
    const { text: where } = at(astray.range?.[0] ?? 0);
    const anchor = printable(astray.source, 80);
    throw new UsageError(
      `Cannot read ${where}: "*${anchor}" names what no "&${anchor}" before it is`,
    );
  }
  const value = reading(at(0).text, () => document.toJS({ maxAliasCount: MOST_ALIASES }));
  return { value, place };
}

/** What is wrong with a text, in words that need no knowledge of the library. */
function reasonIn({ code, message, pos: [start] }: YAMLParseError, text: string): string {
  if (isTooDeep(message)) return TOO_DEEP;
  if (code === "MULTIPLE_DOCS") return "a plan is one document, and here begins another";
  if (code !== "DUPLICATE_KEY") return `expected YAML: ${printable(message, 200)}`;
  const [key = ""] = /^[^\s:]+/.exec(text.slice(start, start + 80)) ?? [];
  return `the key ${printable(key, 80)} is there twice`;
}

/** The first alias of an anchor that does not stand before it: the library says nothing of its place. */
function strayAlias(document: Document, yaml: Yaml): Alias | undefined {
  const anchors = new Set<string>();
  let stray: Alias | undefined;
  yaml.visit(document, {
    Node(_key, node) {
      if (!yaml.isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return;
      }
      if (anchors.has(node.source)) return;
      stray = node;
      return yaml.visit.BREAK;
    },
  });
  return stray;
}

/** What the YAML library throws, as a mistake in the file at `place`. */
function reading<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = isTooDeep(reasonOf(error)) ? TOO_DEEP : reasonOf(error);
    throw new UsageError(`Cannot read ${place}: ${reason}`);
  }
}

/** The YAML library reads each list within another by a call within a call. */
function isTooDeep(reason: string): boolean {
  return /call stack/i.test(reason);
}

/** Deno would ask a person for what is not given. */
async function requireVariables(): Promise<void> {
  for (const variable of VARIABLES) {
    const { state } = await Deno.permissions.query({ name: "env", variable });
    if (state === "granted") continue;
    const flag = `--allow-env=${VARIABLES.join(",")}`;
    throw new UsageError(`Cannot read YAML: ${flag} is not given, which the YAML library asks for`);
  }
}

function told({ path, message, unknown }: PlanProblem): string {
  const like = unknown && nearest(unknown.key, unknown.known);
  const expected = unknown === undefined
    ? ""
    : like === undefined
    ? `: expected one of ${unknown.known.join(", ")}`
    : `: did you mean ${like}`;
  const where = path.filter((step) => typeof step === "string").at(-1);
  const subject = unknown === undefined && where !== undefined ? `${where}: ` : "";
  return `${subject}${message}${expected}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof TypeError) return "it is not text in UTF-8";
  return error instanceof Error ? error.message : String(error);
}
