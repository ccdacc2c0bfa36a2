import type { RegistryApi, TagDetails } from "../adapter.ts";
import { type ApiPorts, listApi } from "../endpoints/api_pages.ts";
import type { ApiOutcome } from "../endpoints/api_watch.ts";
import type { ListingOptions } from "../endpoints/names.ts";
import { listTags, type TagEntry } from "../endpoints/tags.ts";
import { type ErrorFacts, RegistryError } from "../errors.ts";
import { isTag, type Tag } from "../names/tag.ts";
import { fullName, type Target } from "../target.ts";
import type { Chartroom } from "./chartroom.ts";
import { stopOf } from "../together.ts";

/** How a detailed listing is asked for. */
export interface DetailedOptions extends ListingOptions {
  /** Tags without this text are not wanted, and need not come. */
  readonly containing?: string;
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
  /** Which end of a copy the repository is. */
  readonly side?: ErrorFacts["side"];
  /** Whether nothing is said where the API does not answer, since names alone will do. @default false */
  readonly quiet?: boolean;
}

/**
 * Lists tags with what the registry's own web API tells of them. Where that does not answer, or where its
 * pages may have moved while they were read, the plain listing gives the tags that are missing, without details.
 *
 * @returns whether it came to the end
 * @throws {RegistryError} as the plain listing, `incomplete` once there were tags
 */
export async function* listDetailed(
  target: Target,
  api: RegistryApi,
  options: DetailedOptions,
  chartroom: Chartroom,
): AsyncGenerator<readonly TagEntry[], boolean> {
  const { limit = Infinity, containing, signal: outer } = options;
  const { stop, signal } = stopOf(outer);
  const operation = chartroom.begin(`read the details of "${fullName(target)}"`, target, {
    signal,
  });
  const seen = new Set<string>();

  function fresh(tags: readonly TagDetails[]): readonly TagEntry[] {
    const left = Math.max(0, limit - seen.size);
    const news = tags.filter(({ name }) => isTag(name) && !seen.has(name) && seen.add(name));
    return news.slice(0, left).map((tag) => ({ ...tag, name: tag.name as Tag }));
  }

  const walk = { ...options, fresh, seen };
  let doubt: string | undefined;
  let lack: string | undefined;
  try {
    const outcome = yield* fromApi(target, api, walk, { ...chartroom, operation, stop });
    if (outcome === "cut") return false;
    const { steady, total = 0 } = outcome;
    // An empty list is worth another look where all were asked for: hardly any repository has no tag.
    const isLikely = seen.size > 0 || containing !== undefined;
    if (steady === "yes" && total <= seen.size && isLikely) return true;
    lack = steady === "no"
      ? "the API's list changed while it was read"
      : "the API does not list them";
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const subject = isWhateverAsked(error, api) ? target.registry : fullName(target);
    doubt = `${subject}: dates are missing: ${operation.reasonOf(error)}`;
  }
  return yield* fromPlain(target, { ...walk, doubt, lack }, chartroom);
}

/** Whether an API's failure is none of the one repository. Where nobody can log in, 401 is. */
function isWhateverAsked({ code }: RegistryError, { login }: RegistryApi): boolean {
  return code === "unavailable" || code === "rate_limited" ||
    (code === "unauthorized" && login !== undefined);
}

/** How the plain listing goes on after the API. */
interface Walk extends DetailedOptions {
  readonly fresh: (tags: readonly TagDetails[]) => readonly TagEntry[];
  readonly seen: ReadonlySet<string>;
}

async function* fromPlain(
  target: Target,
  { signal, side, pageSize, limit, containing = "", quiet, doubt, lack, fresh, seen }: Walk & {
    /** Why the API told nothing, or not all. */
    readonly doubt?: string;
    /** Why tags may be found here that the API did not tell of. */
    readonly lack?: string;
  },
  chartroom: Chartroom,
): AsyncGenerator<readonly TagEntry[], boolean> {
  const name = fullName(target);
  const operation = chartroom.begin(listTagsOf(target, side), target, { signal, side });
  const ports = { ...chartroom, operation, onWarning: chartroom.warn };
  const most = limit ?? Infinity;
  // Of its tags the API may have given some already: then it is not known how many are needed.
  const pages = listTags(target, { pageSize, limit: seen.size === 0 ? limit : undefined }, ports);
  let untold = quiet ? undefined : doubt;
  let bare = 0;
  try {
    for (;;) {
      const next = await pages.next();
      if (next.done) return next.value;
      // Told once the plain listing answers: else its own error says all there is to say.
      if (untold !== undefined) chartroom.warnOnce(untold);
      untold = undefined;
      const news = fresh(next.value);
      bare += news.filter((tag) => tag.name.includes(containing)).length;
      if (news.length > 0) yield news;
      if (seen.size > most) return false;
    }
  } catch (error) {
    if (error instanceof RegistryError && error.code === "incomplete") throw error;
    throw operation.brokenOff(error, Math.min(seen.size, most), "tags");
  } finally {
    await pages.return(false);
    if (lack !== undefined && bare > 0 && !quiet) {
      const tags = bare === 1 ? "1 tag comes" : `${bare} tags come`;
      chartroom.warn(`${name}: ${tags} without dates: ${lack}`);
    }
  }
}

async function* fromApi(
  target: Target,
  api: RegistryApi,
  { limit = Infinity, containing, fresh, seen }: Walk,
  ports: Pick<ApiPorts, "askApi" | "operation" | "stop">,
): AsyncGenerator<readonly TagEntry[], ApiOutcome | "cut"> {
  const pages = listApi(target, api, api.tags?.(target.repository, containing) ?? [], {
    ...ports,
    optional: true,
    // One more tells that there are more.
    most: limit + 1,
  });
  try {
    for (;;) {
      const next = await pages.next();
      if (next.done) return next.value;
      const news = fresh(next.value);
      if (news.length > 0) yield news;
      if (seen.size > limit) return "cut";
    }
  } finally {
    // Also where the reader has had enough.
    await pages.return({ steady: "unknown", entries: 0, items: 0 });
  }
}

/** What a plain listing does, to follow "Cannot". */
export function listTagsOf(target: Target, side: ErrorFacts["side"]): string {
  return `list tags of ${side === undefined ? "" : `the ${side} `}"${fullName(target)}"`;
}
