import { type MirrorPlan, type PlanProblem, printable, readPlan } from "../mod.ts";
import type { Input } from "./_command.ts";
import { nearest } from "./_nearest.ts";
import { UsageError } from "./_usage_error.ts";

/** Bytes of a plan. */
const LARGEST = 16 * 1024 * 1024;
/** What the YAML library looks for in the environment. */
const VARIABLES = ["LOG_TOKENS", "LOG_STREAM"] as const;
/** Problems that one message names. */
const MOST_PROBLEMS = 5;
const TOO_DEEP = "lists or tables are nested too deeply";

/** A YAML file that was read: its content, and where each part of it stands. */
export interface PlanFile {
  /** Objects, arrays, texts, whole numbers, true and false; fractions stay text, as in `like: 21.10`. */
  readonly value: unknown;
  /** `FILE:LINE:COLUMN` of what stands at a path, or of what surrounds it. */
  place(path: PlanProblem["path"], on: PlanProblem["on"]): string;
}

/**
 * Reads a plan.
 *
 * @throws UsageError with line and column of each mistake
 */
export async function readPlanFile(path: string, stdin: Input): Promise<MirrorPlan> {
  const file = await parsePlanFile(path, await readText(path, stdin));
  const { plan, problems } = readPlan(file.value);
  if (plan !== undefined) return plan;
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => told(problem, file));
  const rest = problems.length - shown.length;
  const more = rest > 0 ? `; and ${rest} more` : "";
  throw new UsageError(`Cannot read the plan: ${shown.join("; ")}${more}`);
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
 * @throws UsageError with line and column
 */
export async function parsePlanFile(name: string, text: string): Promise<PlanFile> {
  await requireVariables();
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = reading(`${printable(name, 200)}:1:1`, () =>
    yaml.parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
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

  function at(offset: number): string {
    const { line, col } = lines.linePos(offset);
    return `${printable(name, 200)}:${line}:${col}`;
  }

  function place(path: PlanProblem["path"], on: PlanProblem["on"]): string {
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
    const reason = isTooDeep(error) ? TOO_DEEP : `expected YAML: ${printable(error.message, 200)}`;
    throw new UsageError(`Cannot read ${at(error.pos[0])}: ${reason}`);
  }
  return { value: reading(at(0), () => document.toJS({ maxAliasCount: 100 })), place };
}

/** What the YAML library throws, as a mistake in the file at `place`. */
function reading<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = isTooDeep(error) ? TOO_DEEP : reasonOf(error);
    throw new UsageError(`Cannot read ${place}: ${reason}`);
  }
}

/** The YAML library reads each list within another by a call within a call. */
function isTooDeep(error: unknown): boolean {
  return error instanceof Error && /call stack/i.test(error.message);
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

function told({ path, on, message, unknown }: PlanProblem, file: PlanFile): string {
  const like = unknown && nearest(unknown.key, unknown.known);
  const expected = unknown === undefined
    ? ""
    : like === undefined
    ? `: expected one of ${unknown.known.join(", ")}`
    : `: did you mean ${like}`;
  const where = path.filter((step) => typeof step === "string").at(-1);
  const subject = unknown === undefined && where !== undefined ? `${where}: ` : "";
  return `${file.place(path, on)}: ${subject}${message}${expected}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof TypeError) return "it is not text in UTF-8";
  return error instanceof Error ? error.message : String(error);
}
