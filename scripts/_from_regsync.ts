import { parseReference } from "../mod.ts";
import { patternOf, rangeOf } from "./_plan_regex.ts";
import {
  type PlanText,
  planText,
  shownEnd,
  tableOf,
  textsOf,
  type WrittenEntry,
} from "./_plan_text.ts";
import { UsageError } from "./_usage_error.ts";

/** Keys without a counterpart, and what stands in for them. */
const NOTES: Readonly<Record<string, string>> = {
  backup: "what is overwritten is not kept",
  interval: "what starts portolan decides when: cron, a scheduled job",
  schedule: "what starts portolan decides when: cron, a scheduled job",
  ratelimit: "each registry is asked as often as it lets itself be asked",
  parallel: "see --jobs",
  mediaTypes: "every type goes along",
  hooks: "nothing is run",
  fastCopy: "it is always so: what is there costs a HEAD",
  fastCheck: "it is always so: what is there costs a HEAD",
  forceRecursive: "what is there is taken to be whole",
  includeExternal: "layers of elsewhere stay there",
  referrerFilters: "all referrers go along",
  referrerSource: "referrers come from the source",
  referrerTarget: "referrers go to the target",
  referrerSlow: "it has no counterpart",
  cacheCount: "it has no counterpart",
  cacheTime: "it has no counterpart",
  skipDockerConfig: "see --anonymous",
  userAgent: "it has no counterpart",
};
const READ: readonly string[] = [
  "source",
  "target",
  "type",
  "tags",
  "tagSets",
  "platform",
  "platforms",
  "digestTags",
  "referrers",
];
const SELECTORS: readonly string[] = ["allow", "deny", "semverRange"];

type Table = Readonly<Record<string, unknown>>;

/**
 * A plan for a regsync file, as YAML; what has no counterpart is a comment. Credentials are not carried over.
 *
 * @throws UsageError for another file
 */
export function fromRegsync(value: unknown): PlanText {
  const table = tableOf(value);
  if (table === undefined || !Array.isArray(table.sync)) {
    throw new UsageError("Cannot read a regsync file: expected a list under sync");
  }
  const defaults = tableOf(table.defaults) ?? {};
  const creds = Array.isArray(table.creds) ? table.creds.map(tableOf) : [];
  return planText({
    notes: [
      "From a regsync file.",
      ...creds.flatMap((entry) => credentialNotes(entry ?? {})),
      ...unread(defaults).map((note) => `defaults: ${note}`),
    ],
    defaults: {},
    entries: table.sync.flatMap((entry: unknown) => entriesOf(tableOf(entry) ?? {}, defaults)),
  });
}

function credentialNotes({ registry, tls }: Table): readonly string[] {
  const name = shownEnd(String(registry));
  const notes = [`creds: not carried over: portolan login ${name}`];
  if (tls === "disabled") notes.push(`creds: ${name} has no TLS: --plain-http ${name}`);
  if (tls === "insecure") notes.push(`creds: ${name} is not verified: --ca FILE makes it so`);
  return notes;
}

function unread(table: Table): readonly string[] {
  return Object.keys(table).filter((key) => !READ.includes(key)).map((key) =>
    `${key}: ${NOTES[key] ?? "not known"}`
  );
}

function entriesOf(entry: Table, defaults: Table): readonly WrittenEntry[] {
  const { source, target, type = "repository" } = entry;
  const name = `${shownEnd(String(source))} to ${shownEnd(String(target))}`;
  const problem = whyNot(String(source), String(target), String(type)) ??
    whyNoPlatforms(entry) ?? whyNoPlatforms(defaults);
  const notes = unread(entry);
  if (problem !== undefined) {
    return [{ fields: {}, notes, leftOut: [`${name}: ${problem}`] }];
  }
  const common = {
    platforms: platformsOf(entry) ?? platformsOf(defaults),
    referrers: carriesReferrers({ ...defaults, ...entry }) ? undefined : false,
  };
  if (type === "image") return [ofImage(String(source), String(target), { common, notes })];
  const sets: readonly unknown[] = [entry.tags, entry.tagSets].flat().filter((set) => set != null);
  return (sets.length === 0 ? [{}] : sets).map((set, index) => {
    const { fields, notes: told } = selectorOf(set);
    const own = index === 0 ? notes : [];
    if (told.length > 0) {
      return { fields: {}, notes: own, leftOut: [`${name}: ${told.join("; ")}`] };
    }
    const ends = { source: String(source), target: String(target) };
    return { fields: { ...ends, ...fields, ...common }, notes: own };
  });
}

function whyNot(source: string, target: string, type: string): string | undefined {
  if (type === "registry") {
    return "a whole registry has no counterpart: portolan repos lists what to name here";
  }
  if (source.includes("{{") || target.includes("{{")) return "write what the template stands for";
  if (source.startsWith("ocidir:") || target.startsWith("ocidir:")) {
    return "a layout on disk is no end of a plan: see portolan copy";
  }
  if (type === "repository") return undefined;
  if (type !== "image") return `the type ${type} is not known`;
  const tags = [source, target].map((text) => tagIn(text));
  if (tags.includes(undefined)) return "it names no tag: portolan copy carries one image";
  return tags[0] === tags[1] ? undefined : "tags keep their names: portolan copy gives another";
}

/** The tag of an image; undefined for a digest and for what cannot be read. */
function tagIn(text: string): string | undefined {
  try {
    const { tag, digest } = parseReference(text);
    return digest === undefined ? tag ?? "latest" : undefined;
  } catch {
    return undefined;
  }
}

function ofImage(
  source: string,
  target: string,
  { common, notes }: {
    readonly common: WrittenEntry["fields"];
    readonly notes: readonly string[];
  },
): WrittenEntry {
  const tag = tagIn(source) ?? "latest";
  const [from, to] = [source, target].map((text) => text.replace(/:[^:/]+$/, ""));
  return { fields: { source: from, target: to, include: [tag], ...common }, notes };
}

function whyNoPlatforms({ platform, platforms }: Table): string | undefined {
  return textsOf(platforms ?? platform) === undefined
    ? "its platforms are not all text"
    : undefined;
}

function platformsOf({ platform, platforms }: Table): readonly string[] | undefined {
  const texts = textsOf(platforms ?? platform)?.filter((text) => text !== "") ?? [];
  return texts.length === 0 ? undefined : texts;
}

function carriesReferrers({ digestTags, referrers }: Table): boolean {
  return digestTags === true || referrers === true;
}

/** What cannot be read must not be left out: more tags would be taken than were meant. */
function selectorOf(value: unknown): WrittenEntry {
  const set = tableOf(value);
  if (set === undefined) return { fields: {}, notes: [`tags: expected ${SELECTORS.join(", ")}`] };
  const unknown = Object.keys(set).filter((key) => !SELECTORS.includes(key));
  const notes = unknown.map((key) => `${key}: not known`);

  function texts(key: string): readonly string[] {
    const found = textsOf(set?.[key]);
    if (found === undefined) notes.push(`${key}: it is not all text: write it in quotes`);
    return found ?? [];
  }

  function patterns(key: string): readonly string[] | undefined {
    const found = texts(key).flatMap((expression) => {
      const pattern = patternOf(expression, true);
      if (pattern === undefined) {
        notes.push(`${key}: ${expression} is not read here: write another`);
      }
      return pattern ?? [];
    });
    return found.length === 0 ? undefined : found;
  }

  const ranges = texts("semverRange");
  if (ranges.length > 1) notes.push("semverRange: several are several entries here: write those");
  const range = ranges[0] === undefined ? undefined : rangeOf(ranges[0]);
  if (ranges.length === 1 && range === undefined) {
    notes.push(`semverRange: ${ranges[0]} is not read here: write another`);
  }
  return { fields: { include: patterns("allow"), exclude: patterns("deny"), range }, notes };
}
