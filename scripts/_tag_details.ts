import type { Flow, TagEntry, TagListing } from "../mod.ts";
import type { Context } from "./_command.ts";
import { maxRequestsOption, readMaxRequests } from "./_max_requests.ts";
import type { Arguments, Option } from "./_options.ts";
import { fullName } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** The flags that ask for details. */
export const detailsOptions: readonly Option[] = [
  {
    name: "details",
    help: "a table of digest, platforms, size and dates, each by its name; costs: see README",
  },
  {
    ...maxRequestsOption("200, of which none is a pull"),
    help: "with --details: look into images by N requests",
  },
];

/** A listing whose tags are to be described. */
export interface Described {
  readonly reference: string;
  readonly listing: TagListing;
  /** What was chosen; each is replaced by what is known of it. */
  readonly tags: TagEntry[];
  /** Whether no detail is missing. */
  detailsComplete?: boolean;
}

/** Looks for details. */
export interface DetailsSearch {
  /**
   * Finds what is known of the tags that were chosen, and gives each to `onTag` in their order.
   *
   * @throws RegistryError `incomplete` at the end, if not all could be asked
   */
  describe(job: Described, onTag: (tag: TagEntry) => Promise<void>): Promise<void>;
}

/**
 * The requests for details, if that is said.
 *
 * @throws UsageError for requests without details
 */
export function readDetails(args: Arguments): number | undefined {
  const maxRequests = readMaxRequests(args);
  if (maxRequests === undefined || args.has("details")) return maxRequests;
  throw new UsageError('Cannot use "--max-requests" without "--details"');
}

/** Whether the flags of the selector ask for dates, which only a registry's own API tells for all tags. */
export function wantsDates(args: Arguments): boolean {
  return args.has("min-age") || args.has("max-age") || args.one("sort") === "date";
}

/** Opens the search. Where a registry counts pulls it says beforehand what that may cost, unless `quiet`. */
export function openDetails(
  flow: Flow,
  { stderr }: Context,
  options: {
    readonly maxRequests?: number;
    readonly signal: AbortSignal;
    readonly quiet: boolean;
    readonly showProgress: (line: string) => void;
  },
): DetailsSearch {
  const { maxRequests, signal, quiet, showProgress } = options;
  let done = 0;
  let all = 0;

  async function tellPulls({ listing: { target }, tags }: Described): Promise<void> {
    if (maxRequests === undefined) return;
    // A manifest, and that of one image of an index, where the registry's own API did not tell.
    const pulls = Math.min(maxRequests, 2 * tags.filter(({ size }) => size === undefined).length);
    if (target.adapter.pulls !== "counted" || pulls === 0 || quiet) return;
    const rule = `${target.adapter.title} counts each manifest that is read as a pull`;
    const cost = `the details of ${fullName(target)} take at most ${pulls}`;
    await stderr.write(`portolan: ${rule}: ${cost}\n`);
  }

  async function describe(
    job: Described,
    onTag: (tag: TagEntry) => Promise<void>,
  ): Promise<void> {
    const { reference, tags } = job;
    await tellPulls(job);
    all += tags.length;
    const details = flow.details(reference, tags, { maxRequests, signal });
    let at = 0;
    for await (const found of details) {
      const tag = { ...found, name: found.name as TagEntry["name"] };
      tags[at++] = tag;
      showProgress(`details of ${++done} of ${all} tags`);
      await onTag(tag);
    }
    job.detailsComplete = details.shortfall === undefined;
    if (details.shortfall !== undefined) throw details.shortfall;
  }

  return { describe };
}
