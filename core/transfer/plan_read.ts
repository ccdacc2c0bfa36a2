import type { Target } from "../target.ts";
import type { SelectOptions } from "../versions/options.ts";
import type { MirrorPlan, PlanEntry, PlanProblem } from "./plan_entry.ts";
import { PLAN_FIELDS, shownValue } from "./plan_fields.ts";
import { chartPlan } from "./plan_jobs.ts";
import { tellsApart } from "./plan_target.ts";

/** A plan, or all that is wrong with it. */
export type PlanReading =
  | { readonly plan: MirrorPlan; readonly problems: readonly [] }
  | { readonly plan?: undefined; readonly problems: readonly PlanProblem[] };

const TOP: readonly string[] = ["name", "defaults", "mirror"];
/** By this YAML 1.1 takes over the keys of another table. */
const MERGE = "<<";
/** It becomes a part of a tag. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

type Values = Readonly<Record<string, unknown>>;
type Path = PlanProblem["path"];

/**
 * Reads a plan from what a YAML or JSON file holds: `{ name, defaults, mirror: [entry, ...] }`. An entry has a
 * `source` (or several), a `target`, the selector's options, `keep`, `platforms`, `referrers`, `prune`.
 *
 * @param locate what a reference means; with it is told, too, which entries contradict each other
 */
export function readPlan(value: unknown, locate?: (reference: string) => Target): PlanReading {
  const problems: PlanProblem[] = [];
  const top = readTable(value, TOP, [], problems) ?? {};
  const name = readName(top.name, problems);
  const fields = [...PLAN_FIELDS.keys()];
  const defaults = top.defaults === undefined
    ? {}
    : readFields(readTable(top.defaults, fields, ["defaults"], problems), ["defaults"], problems);
  if (!Array.isArray(top.mirror) || top.mirror.length === 0) {
    const got = shownValue(top.mirror);
    if (problems.length === 0 || top.mirror !== undefined) {
      problems.push(wrong(["mirror"], `expected a list of entries, got ${got}`));
    }
    return { problems };
  }
  const placed = top.mirror.flatMap((entry: unknown, index) => {
    const path = ["mirror", index];
    const own = readFields(readTable(entry, fields, path, problems), path, problems);
    const ground = { path, own, isNamed: top.name !== undefined };
    return entriesOf({ ...defaults, ...own }, ground, problems).map((each) => ({ path, each }));
  });
  const entries = placed.map(({ each }) => each);
  if (locate !== undefined) {
    for (const { entry, message } of chartPlan({ entries }, locate).conflicts) {
      problems.push(wrong(placed[entry]?.path ?? [], message));
    }
  }
  return problems.length > 0 ? { problems } : { plan: { name, entries }, problems: [] };
}

function readTable(
  value: unknown,
  known: readonly string[],
  path: Path,
  problems: PlanProblem[],
): Values | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push(wrong(path, `expected keys and values, got ${shownValue(value)}`));
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    if (key === MERGE) {
      const message = "nothing is merged here: what entries share stands once, under defaults";
      problems.push({ path: [...path, key], on: "key", message });
      continue;
    }
    const message = `unknown key ${shownValue(key)}`;
    problems.push({ path: [...path, key], on: "key", message, unknown: { key, known } });
  }
  return value as Values;
}

function readName(value: unknown, problems: PlanProblem[]): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && NAME.test(value)) return value;
  const expected = "expected up to 64 lower-case letters, digits, '.', '_' and '-'";
  problems.push(wrong(["name"], `${expected}, got ${shownValue(value)}`));
  return undefined;
}

/** The fields that can be read. */
function readFields(values: Values | undefined, path: Path, problems: PlanProblem[]): Values {
  const read = new Map<string, unknown>();
  for (const [key, field] of PLAN_FIELDS) {
    const value = values?.[key];
    if (value === undefined) continue;
    const found = field.read(value);
    const flaw = found === undefined ? undefined : field.flaw?.(found);
    if (found !== undefined && flaw === undefined) read.set(key, found);
    else {
      const reason = flaw === undefined ? "" : `: ${flaw}`;
      const message = `expected ${field.expected}, got ${shownValue(value)}${reason}`;
      problems.push(wrong([...path, key], message));
    }
  }
  return Object.fromEntries(read);
}

/** The fields by their types, which `PLAN_FIELDS` has checked. */
interface Fields extends SelectOptions {
  readonly source?: readonly string[];
  readonly target?: string;
  readonly keep?: number;
  readonly platforms?: readonly string[];
  readonly referrers?: boolean;
  readonly prune?: boolean | "plan";
}

/** An entry for each source. */
function entriesOf(
  fields: Fields,
  { path, own, isNamed }: {
    readonly path: Path;
    readonly own: Values;
    readonly isNamed: boolean;
  },
  problems: PlanProblem[],
): readonly PlanEntry[] {
  const { source, target, keep, platforms, referrers = true, prune = false, ...select } = fields;
  const isBroken = problems.some((problem) => path.every((key, at) => problem.path[at] === key));
  if (isBroken) return [];
  const lacking = source === undefined ? "source" : target === undefined ? "target" : undefined;
  if (source === undefined || target === undefined) {
    problems.push(wrong(path, `expected a ${lacking}, got none`));
    return [];
  }
  function at(key: string): Path {
    return key in own ? [...path, key] : path;
  }
  if (source.length > 1 && !tellsApart(target)) {
    const message = "expected {path} or {name} in the target of several sources";
    problems.push(wrong(at("target"), message));
  }
  if (keep !== undefined && select.newest !== undefined) {
    problems.push(wrong(at("keep"), "expected keep or newest, got both"));
  }
  if (prune !== false && !isNamed) {
    const message = "expected a name of the plan at its top: what it owns is kept under that";
    problems.push(wrong(at("prune"), message));
  }
  const kept = keep === undefined ? {} : { newest: keep, per: linesOf(select) };
  return source.map((each) => ({
    source: each,
    target,
    select: { ...select, ...kept, noDigestTags: true },
    platforms,
    referrers,
    prune,
  }));
}

/** A line is a major version; an example without a range names one line itself. */
function linesOf({ per, like, range }: SelectOptions): SelectOptions["per"] {
  if (per !== undefined) return per;
  return like !== undefined && range === undefined ? undefined : "major";
}

function wrong(path: Path, message: string): PlanProblem {
  return { path, on: "value", message };
}
