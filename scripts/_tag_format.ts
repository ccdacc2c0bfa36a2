import type { TagEntry, Target } from "../mod.ts";
import { asciiJson } from "./_json.ts";
import type { Arguments, Option } from "./_options.ts";
import { formatTable } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** The tags that were seen of one repository. */
export interface TagList {
  readonly target: Target;
  readonly tags: readonly TagEntry[];
  /** Whether these are all there are: neither broken off nor cut by a limit. */
  readonly complete: boolean;
  /** Whether the listing broke off. */
  readonly failed: boolean;
  /** Of the newest of one shape: that shape. */
  readonly shape?: string;
  /** Why that shape. */
  readonly reason?: string;
}

/** How tags are printed: page by page as they arrive, or all at the end. `several` is whether several references were asked for. */
export type TagFormat =
  | {
    readonly kind: "stream";
    readonly page: (target: Target, tags: readonly TagEntry[], several: boolean) => string;
  }
  | {
    readonly kind: "whole";
    readonly text: (lists: readonly TagList[], several: boolean) => string;
  };

const FORMATS: ReadonlyMap<string, TagFormat> = new Map<string, TagFormat>([
  ["lines", { kind: "stream", page: formatLines }],
  ["json", { kind: "whole", text: formatJson }],
  ["ndjson", { kind: "stream", page: formatNdjson }],
  ["table", { kind: "whole", text: formatTags }],
  ["api", { kind: "whole", text: formatApi }],
  ["skopeo", { kind: "whole", text: formatSkopeo }],
]);

/** The flags that choose one of the formats that `names` explains. */
export function formatOptions(names: string): readonly Option[] {
  return [
    { name: "format", value: "FORMAT", help: names, default: "lines" },
    { name: "json", help: "the same as --format json; errors are JSON too" },
  ];
}

/**
 * The format that was asked for.
 *
 * @param known the names of those that there are
 * @throws UsageError for an unknown one, and for two
 */
export function chooseTagFormat(
  args: Arguments,
  known: readonly string[] = [...FORMATS.keys()],
): TagFormat {
  const name = args.one("format");
  if (args.has("json") && name !== undefined && name !== "json") {
    throw new UsageError(`Cannot use "--json" with "--format ${name}": expected one of them`);
  }
  const wanted = name ?? (args.has("json") ? "json" : "lines");
  const format = known.includes(wanted) ? FORMATS.get(wanted) : undefined;
  if (format !== undefined) return format;
  throw new UsageError(`Cannot read "--format ${name}": expected ${known.join(", ")}`);
}

/** A repository with its registry, as messages and formats name it. */
export function fullName(target: Target): string {
  return `${target.registry}/${target.repository}`;
}

function formatLines(target: Target, tags: readonly TagEntry[], several: boolean): string {
  const before = several ? `${fullName(target)}:` : "";
  return tags.map((tag) => `${before}${tag.name}\n`).join("");
}

function formatNdjson(target: Target, tags: readonly TagEntry[]): string {
  const repository = fullName(target);
  return tags.map((tag) => asciiJson({ repository, ...tag }) + "\n").join("");
}

function formatJson(lists: readonly TagList[], several: boolean): string {
  const values = lists.map(({ target, complete, shape, reason, tags }) => {
    const { adapter } = target;
    return { repository: fullName(target), adapter: adapter.id, complete, shape, reason, tags };
  });
  return formatValues(values, several);
}

function formatApi(lists: readonly TagList[], several: boolean): string {
  const values = lists.filter((list) => !list.failed).map(({ target, tags }) => {
    return { name: target.repository, tags: tags.map((tag) => tag.name) };
  });
  return formatValues(values, several);
}

function formatSkopeo(lists: readonly TagList[], several: boolean): string {
  const values = lists.filter((list) => !list.failed).map(({ target, tags }) => {
    return { Repository: fullName(target), Tags: tags.map((tag) => tag.name) };
  });
  return formatValues(values, several, 4);
}

/** One value, none where it is missing, or an array. */
function formatValues(values: readonly unknown[], several: boolean, indent?: number): string {
  if (several) return asciiJson(values, indent) + "\n";
  return values.map((value) => asciiJson(value, indent) + "\n").join("");
}

function formatTags(lists: readonly TagList[], several: boolean): string {
  if (lists.length === 0) return "";
  const rows = lists.flatMap(({ target, tags }) =>
    tags.map((tag) => several ? [fullName(target), tag.name] : [tag.name])
  );
  return formatTable(several ? ["REPOSITORY", "TAG"] : ["TAG"], rows);
}
