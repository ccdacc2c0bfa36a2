import { fullName, type Target } from "../target.ts";
import { listTags, type TagEntry } from "../endpoints/tags.ts";
import { type ErrorFacts, RegistryError } from "../errors.ts";
import { findLatest, type FindOptions, type Latest } from "../versions/latest.ts";
import { listDetailed, listTagsOf } from "./detailed.ts";
import { checkCount } from "./count.ts";
import type { Chartroom } from "./chartroom.ts";

/** How a listing is asked for. */
export interface TagOptions {
  /** Ends after so many tags, at least 1. @default all of them */
  readonly limit?: number;
  /** Tags a page, at least 1; lowered to what the registry takes. @default the adapter's habit */
  readonly pageSize?: number;
  /**
   * Also tells what the registry's own web API knows of each tag, where it has one: digest, dates, sizes,
   * platforms. Where it does not answer, a warning says so, and tags come with their names alone.
   *
   * @default false
   */
  readonly details?: boolean;
  /**
   * Tags without this text are not wanted, as `selection.containing` of `openSelection` tells. With `details`,
   * where the registry's own API can filter, they need not come, and are fewer to read; else all come.
   */
  readonly containing?: string;
  /** Which end of a copy the repository is, for errors to say so. @default neither */
  readonly side?: ErrorFacts["side"];
  /** Ends the listing early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The tags of one repository, as the registry gives them, each once.
 *
 * Iteration that ends normally has seen every tag, or as many as `limit` allows. One that could not be
 * completed throws a `RegistryError`: `incomplete` if some tags were seen, else the reason's own code.
 */
export interface TagListing extends AsyncIterable<TagEntry> {
  /** What is listed. */
  readonly target: Target;
  /** Whether the latest iteration has come to the end of the listing; false where `limit` cut it. */
  readonly complete: boolean;
  /** The same tags, in the bunches that they arrive in. */
  pages(): AsyncIterable<readonly TagEntry[]>;
}

/** Which tags are the latest, and how the listing for it is asked for. `limit` cuts what was chosen. */
export interface LatestOptions
  extends FindOptions<TagEntry>, Pick<TagOptions, "pageSize" | "details" | "signal"> {}

/** What can be asked about a repository's tags. */
export interface ListingVerbs {
  /**
   * Lists the tags of a repository. Nothing is sent before iteration begins.
   *
   * @throws {RegistryError} `reference_invalid`, also for a reference with a tag or digest
   * @throws {RangeError} if `limit` or `pageSize` is not a whole number from 1
   */
  tags(reference: string, options?: TagOptions): TagListing;
  /**
   * Finds the newest versions of a repository, from its whole list: with `like`, of that shape; with `per`,
   * of each group; else the newest release of the most common shape.
   *
   * @default options.newest 1
   * @returns the tags, newest first, with shape and reason: `const [newest] = await flow.latest(reference)`
   * @throws {RegistryError} `reference_invalid`, and `incomplete` for a listing that breaks off
   * @throws {RangeError} if an option cannot be read
   */
  latest(reference: string, options?: LatestOptions): Promise<Latest<TagEntry>>;
}

/** Makes the verbs. */
export function listingVerbs(chartroom: Chartroom): ListingVerbs {
  const { locate, ask, begin, clean, warn } = chartroom;

  function tags(reference: string, wishes: TagOptions = {}): TagListing {
    checkCount("limit", wishes.limit, "list tags");
    checkCount("pageSize", wishes.pageSize, "list tags");
    const target = locate(reference);
    if (target.tag !== undefined || target.digest !== undefined) {
      const message = `Cannot list tags of "${reference}": it names one image of a repository`;
      throw new RegistryError("reference_invalid", message, {
        hint: adviceFor(reference, fullName(target)),
      });
    }
    let complete = false;

    async function* pages(): AsyncGenerator<readonly TagEntry[]> {
      complete = false;
      const { signal, side } = wishes;
      const api = wishes.details ? chartroom.apiOf(target) : undefined;
      if (api?.tags !== undefined) {
        complete = yield* listDetailed(target, api, wishes, chartroom);
        return;
      }
      const operation = begin(listTagsOf(target, side), target, { signal, side });
      complete = yield* listTags(target, wishes, { ask, operation, onWarning: warn, clean });
    }

    return {
      target,
      get complete() {
        return complete;
      },
      pages,
      async *[Symbol.asyncIterator](): AsyncGenerator<TagEntry> {
        for await (const page of pages()) yield* page;
      },
    };
  }

  async function latest(
    reference: string,
    { pageSize, details, signal, ...wishes }: LatestOptions = {},
  ): Promise<Latest<TagEntry>> {
    const pages = tags(reference, { pageSize, details, signal }).pages();
    return await findLatest(pages, { now: chartroom.clock.wall(), ...wishes });
  }

  return { tags, latest };
}

/** What to write instead of a reference with a tag, which may have been meant as a host with a port. */
function adviceFor(reference: string, name: string): string {
  const [first = ""] = reference.split(":");
  const isHost = !reference.includes("/") && (first.includes(".") || first === "localhost");
  return isHost ? `If it is a host, name a repository on it: ${reference}/NAME` : `Write ${name}`;
}
