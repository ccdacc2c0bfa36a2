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

const KNOWN: readonly string[] = [
  "images",
  "images-by-tag-regex",
  "images-by-semver",
  "credentials",
  "tls-verify",
  "cert-dir",
];
/** What tables are merged from, and no host: that would have a dot or a port. */
const ASIDE = /^x-[^.:]*$/;
const EXPECTED = "registries, and under each images, images-by-tag-regex or images-by-semver";

type Table = Readonly<Record<string, unknown>>;

/**
 * A plan for a file of `skopeo sync --src yaml`, as YAML; what has no counterpart is a comment. Credentials
 * are not carried over.
 *
 * @throws UsageError for another file
 */
export function fromSkopeo(value: unknown): PlanText {
  const registries = Object.entries(tableOf(value) ?? {}).filter(([key]) => !ASIDE.test(key));
  const isSync = registries.length > 0 && registries.every(([, table]) => isRegistry(table));
  if (!isSync) throw new UsageError(`Cannot read a skopeo sync file: expected ${EXPECTED}`);
  return planText({
    notes: [
      "From a skopeo sync file.",
      "The target is an example: skopeo takes it from its command line. For --scoped write",
      "registry.example/mirror/{registry}/{path}.",
      "skopeo takes one platform unless --all is given; here all go along, unless platforms: says which.",
    ],
    defaults: { target: "registry.example/mirror/{name}" },
    entries: registries.flatMap(([registry, table]) => entriesOf(registry, tableOf(table) ?? {})),
  });
}

function isRegistry(value: unknown): boolean {
  const table = tableOf(value);
  return table !== undefined && KNOWN.slice(0, 3).some((key) => tableOf(table[key]) !== undefined);
}

function entriesOf(registry: string, table: Table): readonly WrittenEntry[] {
  const entries = [
    ...Object.entries(tableOf(table.images) ?? {})
      .map(([image, tags]) => entryOfTags(`${registry}/${image}`, textsOf(tags))),
    ...Object.entries(tableOf(table["images-by-tag-regex"]) ?? {})
      .map(([image, regex]) => entryOfRegex(`${registry}/${image}`, String(regex))),
    ...Object.entries(tableOf(table["images-by-semver"]) ?? {})
      .map(([image, range]) => entryOfRange(`${registry}/${image}`, String(range))),
  ];
  const notes = notesOf(shownEnd(registry), table);
  return notes.length === 0 ? entries : [{ fields: {}, notes }, ...entries];
}

function notesOf(registry: string, table: Table): readonly string[] {
  const notes: string[] = [];
  if (table.credentials !== undefined) {
    notes.push(`${registry}: credentials are not carried over: portolan login ${registry}`);
  }
  if (table["tls-verify"] === false) {
    notes.push(
      `${registry}: tls-verify: false has no counterpart: --ca FILE, or --plain-http HOST`,
    );
  }
  if (table["cert-dir"] !== undefined) notes.push(`${registry}: cert-dir: see --ca, --cert, --key`);
  const unknown = Object.keys(table).filter((key) => !KNOWN.includes(key));
  return [...notes, ...unknown.map((key) => `${registry}: ${key}: not known`)];
}

function entryOfTags(source: string, names: readonly string[] | undefined): WrittenEntry {
  if (names === undefined) {
    const reason = "its tags are not all text: write them in quotes";
    return { fields: {}, notes: [], leftOut: [`${shownEnd(source)}: ${reason}`] };
  }
  const digests = names.filter((name) => name.includes(":"));
  const tags = names.filter((name) => !name.includes(":"));
  const leftOut = digests.map((digest) =>
    `${shownEnd(source)}@${digest}: a digest alone is not mirrored`
  );
  if (tags.length === 0 && digests.length > 0) return { fields: {}, notes: [], leftOut };
  return { fields: { source, include: tags.length === 0 ? undefined : tags }, notes: [], leftOut };
}

function entryOfRegex(source: string, regex: string): WrittenEntry {
  const include = patternOf(regex, false);
  if (include !== undefined) return { fields: { source, include }, notes: [] };
  const reason = `the regular expression ${regex} is not read here: write another`;
  return { fields: {}, notes: [], leftOut: [`${shownEnd(source)}: ${reason}`] };
}

function entryOfRange(source: string, text: string): WrittenEntry {
  const range = rangeOf(text);
  if (range !== undefined) return { fields: { source, range }, notes: [] };
  const reason = `the range ${text} is not read here: write another`;
  return { fields: {}, notes: [], leftOut: [`${shownEnd(source)}: ${reason}`] };
}
