import type { Resolved } from "../endpoints/manifests.ts";
import { listTags, type TagEntry } from "../endpoints/tags.ts";
import type { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { Target } from "../target.ts";
import type { SelectOptions } from "../versions/options.ts";
import { openSelection, selectTags } from "../versions/select.ts";
import type { Asked, Matter } from "../wire/ask.ts";
import type { ApiMatter } from "../wire/ask_api.ts";
import type { Place } from "../wire/grant.ts";
import type { Answer } from "../wire/question.ts";
import { type Budget, budgetOf, type Operation } from "../wire/operation.ts";
import { inOrderOfResult, likelyFirst } from "./alias_order.ts";
import type { Chartroom } from "./chartroom.ts";
import { checkCount } from "./count.ts";
import { listDetailed } from "./detailed.ts";
import { fullNameOf, type ImageOptions, nameOf } from "./image_target.ts";
import { failureOf, type Finding, shortfallOf, tagByTag } from "./tag_by_tag.ts";
import { stopOf } from "../together.ts";

/** Which tags are asked, and what it may cost. The selector's `sort` and `reverse` change nothing. */
export interface AliasOptions extends SelectOptions, Pick<ImageOptions, "signal"> {
  /** Requests that it may take, those of the listing among them; half are kept for the tags. @default 200 */
  readonly maxRequests?: number;
  /** Told how many of how many tags were asked. */
  readonly onProgress?: (asked: number, of: number) => void;
}

/** Which other tags point to the same manifest, of the tags that were asked. */
export interface Aliases {
  /** Whose aliases they are. */
  readonly target: Target;
  /** The digest that all of them point to. */
  readonly digest: Digest;
  /** The manifest's type, if the registry names it. */
  readonly mediaType?: string;
  /** The other tags with this digest: channels such as `latest`, then versions, newest first, then the rest. */
  readonly tags: readonly TagEntry[];
  /** How many tags were asked. */
  readonly asked: number;
  /** How many there were to ask: those that were listed and chosen, without digests written as tags. */
  readonly candidates: number;
  /** Whether all of them were. */
  readonly complete: boolean;
  /** Why not all: `incomplete`, or `digest_mismatch` where content was forged. */
  readonly shortfall?: RegistryError;
}

/** Which tags are the same image. */
export interface AliasVerbs {
  /**
   * Finds the other tags that point to the same manifest, an index or an image: by the digests that the
   * registry's own web API tells, else by one HEAD each, the likely ones first, as far as `maxRequests`
   * goes. What is known then is returned, with what is missing.
   *
   * @throws {RegistryError} as `digest` for the reference itself, as `tags` for a list without a beginning
   * @throws {RangeError} if an option cannot be read
   */
  aliases(reference: string, options?: AliasOptions): Promise<Aliases>;
}

/** Tells what a tag points to; nothing for one that is gone. */
type DigestOf = (tag: Tag) => Promise<Finding<string | undefined>>;

/** Makes the verb. */
export function aliasVerbs(chartroom: Chartroom): AliasVerbs {
  const { locate, ask, askApi, begin, warn, clean, apiOf, manifests } = chartroom;

  async function aliases(reference: string, options: AliasOptions = {}): Promise<Aliases> {
    const { maxRequests = 200, onProgress } = options;
    checkCount("maxRequests", maxRequests, "find aliases");
    // What cannot be read is told before anything is sent.
    openSelection(options);
    const target = locate(reference);
    const { stop, signal } = stopOf(options.signal);
    const what = `find the aliases of "${fullNameOf(target)}"`;
    const budget = budgetOf(maxRequests);
    const operation = begin(what, target, { signal, budget });
    const resolving = manifests.resolve(target, nameOf(target), operation);
    const listing = list(target, operation, budget);
    // Where the reference itself is not there, that is the error.
    resolving.catch((error) => stop.abort(error));
    await Promise.allSettled([listing]);
    const [asked, listed] = [await resolving, await listing];
    // A tag beside a digest is asked like any other.
    const own = target.digest === undefined ? nameOf(target) : undefined;
    const chosen = selectTags(listed.value, { ...options, noDigestTags: true });
    const entries = new Map(chosen.map((tag) => [tag.name, tag]));
    const others = [...entries.keys()].filter((tag) => tag !== own);
    const tags = likelyFirst(others, target.tag);

    const failures = listed.failure === undefined ? [] : [listed.failure];
    const digestOf = openDigests(target, { entries, operation });
    const same: Tag[] = [];
    let answered = 0;
    for await (const { tag, finding } of tagByTag(tags, digestOf, stop)) {
      if (finding === undefined) continue;
      const { value, failure } = finding;
      if (failure === undefined) answered++;
      else failures.push(failure);
      if (value === asked.digest) same.push(tag);
      onProgress?.(answered, tags.length);
    }
    return {
      target,
      ...told(asked),
      tags: inOrderOfResult(same).map((name) => ({ ...entries.get(name), name })),
      asked: answered,
      candidates: tags.length,
      ...outcome(answered, tags.length, { failures, operation }),
    };
  }

  function openDigests(
    target: Target,
    { entries, operation }: {
      readonly entries: ReadonlyMap<Tag, TagEntry>;
      readonly operation: Operation;
    },
  ): DigestOf {
    return async (tag: Tag): Promise<Finding<string | undefined>> => {
      const told = entries.get(tag)?.digest;
      if (told !== undefined) return { value: told };
      try {
        // Whether this registry's HEAD can be believed, the reference itself has shown.
        return { value: (await manifests.find(target, tag, operation))?.digest };
      } catch (error) {
        return { value: undefined, failure: failureOf(error) };
      }
    };
  }

  /** The tags, as far as they can be listed with half of the requests; with digests where an API tells them. */
  async function list(
    target: Target,
    operation: Operation,
    budget: Budget,
  ): Promise<Finding<readonly TagEntry[]>> {
    const tags: TagEntry[] = [];

    /** What the list tells of all its tags need not be asked again. */
    let isTold = true;

    function checkShare(): void {
      const kept = isTold ? 1 : budget.most / 2;
      if (tags.length === 0 || budget.left > kept) return;
      const reason = `the list takes more than half of ${budget.most} requests`;
      throw operation.fail("incomplete", reason);
    }

    async function askPage<T>(
      place: Place,
      matter: Matter<T>,
      operation: Operation,
    ): Promise<Asked<T>> {
      checkShare();
      return await ask(place, matter, operation);
    }

    async function askApiPage<T>(
      place: Place,
      matter: ApiMatter<T>,
      operation: Operation,
    ): Promise<Answer<T>> {
      checkShare();
      return await askApi(place, matter, operation);
    }

    function pages(): AsyncGenerator<readonly TagEntry[], boolean> {
      const api = apiOf(target, { quiet: true });
      if (api?.tags === undefined) {
        return listTags(target, {}, { ask: askPage, operation, clean, onWarning: warn });
      }
      const room: Chartroom = {
        ...chartroom,
        ask: askPage,
        askApi: askApiPage,
        begin: (_, place, wishes) => begin(operation.what, place, { ...wishes, budget }),
      };
      return listDetailed(target, api, { signal: operation.signal, quiet: true }, room);
    }

    try {
      for await (const page of pages()) {
        for (const tag of page) {
          tags.push(tag);
          isTold &&= tag.digest !== undefined;
        }
      }
      return { value: tags };
    } catch (error) {
      if (tags.length === 0) throw error;
      return { value: tags, failure: failureOf(error) };
    }
  }

  return { aliases };
}

function told({ digest, mediaType }: Resolved): Pick<Aliases, "digest" | "mediaType"> {
  return mediaType === undefined ? { digest } : { digest, mediaType };
}

function outcome(
  asked: number,
  of: number,
  { failures, operation }: {
    readonly failures: readonly RegistryError[];
    readonly operation: Operation;
  },
): Pick<Aliases, "complete" | "shortfall"> {
  if (failures.length === 0) return { complete: true };
  const what = `asked ${asked} of ${of} tags`;
  return { complete: false, shortfall: shortfallOf(what, failures, { operation, whole: asked }) };
}
