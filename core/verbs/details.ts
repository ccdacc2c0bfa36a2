import type { TagDetails } from "../adapter.ts";
import type { Resolved } from "../endpoints/manifests.ts";
import { isMissing, RegistryError } from "../errors.ts";
import { isDigest } from "../names/digest.ts";
import { parseTag, type Tag } from "../names/tag.ts";
import { fullName, type Target } from "../target.ts";
import type { Chartroom } from "./chartroom.ts";
import { checkCount } from "./count.ts";
import type { ImageOptions } from "./image_target.ts";
import { openFacts } from "./tag_facts.ts";
import type { Operation } from "../wire/operation.ts";
import { failureOf, type Finding, shortfallOf, tagByTag } from "./tag_by_tag.ts";
import { stopOf } from "../together.ts";

/** What looking for details may cost. */
export interface DetailsOptions extends Pick<ImageOptions, "signal"> {
  /** Requests that it may take. @default 200, none of which is a pull where the registry counts pulls */
  readonly maxRequests?: number;
}

/**
 * What is known of tags, one record each, in their order. Nothing is sent before iteration begins.
 *
 * Iteration ends normally even where not everything could be asked: what is not known is absent then, and
 * `shortfall` tells of it. A tag that is gone has nothing but its name.
 */
export interface DetailsListing extends AsyncIterable<TagDetails> {
  /** Whose tags they are. */
  readonly target: Target;
  /** What the latest iteration lacks: `incomplete`, or `digest_mismatch` where content was forged; `protocol` where it has nothing. Absent if nothing lacks. */
  readonly shortfall?: RegistryError;
}

/** What else is known of tags. */
export interface DetailsVerbs {
  /**
   * Looks up digest, type, platforms, size and build time of tags: a HEAD each, then for each distinct
   * digest its manifest and a config, and for an index the manifest of one image, of which `size` and
   * `createdAt` are: that for linux/amd64 if there is one, else the first. When a tag was pushed, no
   * registry tells in this way. What is known of a tag already, as from `tags` with details, is kept and not
   * asked again: with a digest there is no HEAD, with a size no manifest and no config. Where the
   * registry counts pulls, no manifest is read unless `maxRequests` says how many may be.
   *
   * @throws {RegistryError} `reference_invalid`, also for a reference with a tag or digest, and for a tag
   *   that is none
   * @throws {RangeError} if `maxRequests` is not a whole number from 1
   */
  details(
    reference: string,
    tags: Iterable<string | TagDetails>,
    options?: DetailsOptions,
  ): DetailsListing;
}

/** Requests, where the caller does not say. */
const MOST_REQUESTS = 200;

/** Tells all that is known of a tag. */
type DetailsOf = (tag: Tag) => Promise<Finding<TagDetails>>;

/** Makes the verb. */
export function detailsVerbs({ locate, ask, begin, pause, manifests }: Chartroom): DetailsVerbs {
  function details(
    reference: string,
    tags: Iterable<string | TagDetails>,
    options: DetailsOptions = {},
  ): DetailsListing {
    const { maxRequests = MOST_REQUESTS } = options;
    checkCount("maxRequests", maxRequests, "tell the details of tags");
    const target = locate(reference);
    const { tag, digest } = target;
    const what = `tell the details of tags of "${fullName(target)}"`;
    if (tag !== undefined || digest !== undefined) {
      const message = `Cannot ${what}: "${reference}" names one image`;
      throw new RegistryError("reference_invalid", message);
    }
    const known = new Map<Tag, TagDetails>();
    const names = Array.from(tags, (tag) => {
      const entry = typeof tag === "string" ? { name: tag } : tag;
      const name = parseTag(entry.name);
      known.set(name, entry);
      return name;
    });
    let shortfall: RegistryError | undefined;

    async function* iterate(): AsyncGenerator<TagDetails> {
      shortfall = undefined;
      const { stop, signal } = stopOf(options.signal);
      const operation = begin(what, target, { signal, maxRequests });
      const factsOf = openFacts(target, { ask, pause, manifests, operation });
      const isDear = target.adapter.pulls === "counted" && options.maxRequests === undefined;
      const spared = new Set<Tag>();
      const failures: RegistryError[] = [];
      let lacking = 0;

      const detailsOf: DetailsOf = async (tag) => {
        const told = known.get(tag) ?? { name: tag };
        try {
          const found: Resolved = isDigest(told.digest)
            ? { digest: told.digest }
            : await manifests.resolve(target, tag, operation);
          const pointed = { ...told, ...pointer(found) };
          if (told.size !== undefined) return { value: pointed };
          if (isDear) {
            spared.add(tag);
            return { value: pointed };
          }
          const { value, failure } = await factsOf(found);
          return { value: { ...pointed, ...value }, failure };
        } catch (error) {
          return { value: told, ...(isMissing(error) ? {} : { failure: failureOf(error) }) };
        }
      };

      for await (const { tag, finding } of tagByTag(names, detailsOf, stop)) {
        const failure = finding?.failure;
        if (failure !== undefined) failures.push(failure);
        if (finding === undefined || failure !== undefined || spared.has(tag)) lacking++;
        const before = operation.left();
        yield finding?.value ?? known.get(tag) ?? { name: tag };
        operation.extend(before - operation.left());
      }
      if (lacking === 0) return;
      if (spared.size > 0) failures.push(tooDear(target, operation));
      const missing = `${lacking} of ${names.length} tags lack details`;
      const whole = names.length - lacking;
      shortfall = shortfallOf(missing, failures, { operation, whole });
    }

    return {
      target,
      get shortfall() {
        return shortfall;
      },
      [Symbol.asyncIterator]: iterate,
    };
  }

  return { details };
}

function tooDear({ adapter }: Target, operation: Operation): RegistryError {
  const reason = `${adapter.title} counts each manifest that is read as a pull`;
  return operation.fail("incomplete", reason, { hint: "--max-requests N reads some" });
}

function pointer({ digest, mediaType }: Resolved): Pick<Resolved, "digest" | "mediaType"> {
  return mediaType === undefined ? { digest } : { digest, mediaType };
}
