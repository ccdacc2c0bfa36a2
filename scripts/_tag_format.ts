import { printable, type TagEntry, type Target } from "../mod.ts";
import { chooseFormat, formatValues } from "./_format.ts";
import { formatSize } from "./_image_size.ts";
import { asciiJson } from "./_json.ts";
import type { Arguments } from "./_options.ts";
import { fitTable } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";

/** The tags that were seen of one repository. */
export interface TagList {
  readonly target: Target;
  readonly tags: readonly TagEntry[];
  /** Whether these are all there are: neither broken off nor cut by a limit. */
  readonly complete: boolean;
  /** Whether the listing broke off. */
  readonly failed: boolean;
  /** Of tags with details: whether none is missing. */
  readonly detailsComplete?: boolean;
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
    /** `columns` is the width of the terminal, where there is one. */
    readonly text: (lists: readonly TagList[], several: boolean, columns?: number) => string;
  };

/** Characters of `2024-02-29`. */
const DAY = 10;
/** Types of manifests by the names that people use. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["application/vnd.oci.image.index.v1+json", "OCI index"],
  ["application/vnd.oci.image.manifest.v1+json", "OCI image"],
  ["application/vnd.docker.distribution.manifest.list.v2+json", "Docker list"],
  ["application/vnd.docker.distribution.manifest.v2+json", "Docker image"],
  ["application/vnd.docker.distribution.manifest.v1+json", "Docker schema 1"],
  ["application/vnd.docker.distribution.manifest.v1+prettyjws", "Docker schema 1"],
]);
/** The title of a column and what stands in it; a column that no tag fills is left out. */
type Column = readonly [
  title: string,
  cell: (tag: TagEntry, cut: (digest: string) => string) => string,
];

/** Dates, each by its name: none of them stands for another. */
const DATES: readonly Column[] = [
  ["PUSHED", ({ pushedAt = "" }) => printable(pushedAt.slice(0, DAY))],
  ["UPDATED", ({ updatedAt = "" }) => printable(updatedAt.slice(0, DAY))],
  ["BUILT", ({ createdAt = "" }) => printable(createdAt.slice(0, DAY))],
];
/** What a table of tags with details shows. */
const DETAILS: readonly Column[] = [
  ["DIGEST", ({ digest = "" }, cut) => cut(digest)],
  ["TYPE", ({ mediaType = "" }) => TYPES.get(mediaType) ?? printable(mediaType)],
  ["PLATFORMS", ({ platforms = [] }) => formatPlatforms(platforms)],
  ["SIZE", formatTagSize],
  ...DATES,
];
const FORMATS: ReadonlyMap<string, TagFormat> = new Map<string, TagFormat>([
  ["lines", { kind: "stream", page: formatLines }],
  ["json", { kind: "whole", text: formatJson }],
  ["ndjson", { kind: "stream", page: formatNdjson }],
  ["table", { kind: "whole", text: tableOf(DATES) }],
  ["api", { kind: "whole", text: formatApi }],
  ["skopeo", { kind: "whole", text: formatSkopeo }],
]);
/** What can be printed of tags with details. */
const DETAILED: readonly string[] = ["table", "json", "ndjson"];
const MOST_PLATFORMS = 3;
/** The platform whose image stands for all of an index, unless a cell says otherwise. */
const USUAL = "linux/amd64";

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
  return chooseFormat(args, new Map([...FORMATS].filter(([name]) => known.includes(name))));
}

/**
 * The format that was asked for, of tags with details.
 *
 * @default table
 * @throws UsageError as `chooseTagFormat`, and for one that has no room for details
 */
export function chooseDetailsFormat(args: Arguments): TagFormat {
  const format = chooseTagFormat(args);
  const name = args.one("format");
  if (name !== undefined && !DETAILED.includes(name)) {
    const expected = DETAILED.join(", ");
    throw new UsageError(`Cannot use "--format ${name}" with "--details": expected ${expected}`);
  }
  const isTable = name === "table" || (name === undefined && !args.has("json"));
  return isTable ? { kind: "whole", text: tableOf(DETAILS) } : format;
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
  const values = lists.map(({ target, complete, detailsComplete, shape, reason, tags }) => {
    const whose = { repository: fullName(target), adapter: target.adapter.id };
    return { ...whose, complete, detailsComplete, shape, reason, tags };
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

/** A table of names and what else is known of them. */
function tableOf(
  others: readonly Column[],
): (lists: readonly TagList[], several: boolean, columns?: number) => string {
  return (lists, several, columns) => {
    if (lists.length === 0) return "";
    const filled = others.filter(([, cell]) =>
      lists.some(({ tags }) => tags.some((tag) => cell(tag, (digest) => digest) !== ""))
    );
    const titles = ["TAG", ...filled.map(([title]) => title)];
    return fitTable(
      several ? ["REPOSITORY", ...titles] : titles,
      (cut) =>
        lists.flatMap(({ target, tags }) =>
          tags.map((tag) => {
            const cells = [tag.name, ...filled.map(([, cell]) => cell(tag, cut))];
            return several ? [fullName(target), ...cells] : cells;
          })
        ),
      columns,
    );
  };
}

function formatPlatforms(platforms: readonly string[]): string {
  const shown = platforms.slice(0, MOST_PLATFORMS).map((platform) => printable(platform));
  const rest = platforms.length - shown.length;
  return [...shown, ...(rest > 0 ? [`+${rest}`] : [])].join(",");
}

function formatTagSize({ size, sizeOf, platforms = [] }: TagEntry): string {
  if (size === undefined) return "";
  const isPlain = sizeOf === undefined || sizeOf === USUAL || platforms.length === 1;
  return formatSize(size) + (isPlain ? "" : ` (${printable(sizeOf)})`);
}
