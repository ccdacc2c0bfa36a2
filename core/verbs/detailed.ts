import type { RegistryApi, TagDetails } from "../adapter.ts";
import { type ApiOutcome, listApi } from "../endpoints/api_pages.ts";
import type { ListingOptions } from "../endpoints/names.ts";
import { listTags, type TagEntry } from "../endpoints/tags.ts";
import { RegistryError } from "../errors.ts";
import { formatReference } from "../names/reference.ts";
import type { Tag } from "../names/tag.ts";
import type { Target } from "../target.ts";
import type { Chartroom } from "./chartroom.ts";
import { stopOf } from "./together.ts";

/** How a detailed listing is asked for. */
export interface DetailedOptions extends ListingOptions {
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal;
}

/**
 * Lists tags with what the registry's own web API tells of them. Where that does not answer, or where its
 * pages moved while they were read, the plain listing gives the tags that are missing, without details.
 *
 * @returns whether it came to the end
 */
export async function* listDetailed(
  target: Target,
  api: RegistryApi,
  options: DetailedOptions,
  chartroom: Chartroom,
): AsyncGenerator<readonly TagEntry[], boolean> {
  const { limit = Infinity } = options;
  const seen = new Set<string>();

  function fresh(tags: readonly TagDetails[]): readonly TagEntry[] {
    const left = limit - seen.size;
    const news = tags.filter(({ name }) => !seen.has(name) && seen.add(name));
    return news.slice(0, left).map((tag) => ({ ...tag, name: tag.name as Tag }));
  }

  let doubt: string | undefined;
  try {
    const outcome = yield* fromApi(target, api, { ...options, fresh, seen }, chartroom);
    if (outcome === "cut") return false;
    const { steady, total } = outcome;
    if (steady && (total === undefined || total <= seen.size)) return true;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    doubt = error.message;
  }
  const name = nameOf(target);
  const operation = chartroom.begin(`list tags of "${name}"`, target, { signal: options.signal });
  const ports = { ...chartroom, operation, onWarning: chartroom.warn };
  for await (const page of listTags(target, { pageSize: options.pageSize }, ports)) {
    // Told once the plain listing answers: else its own error says all there is to say.
    if (doubt !== undefined) chartroom.warn(`${name}: dates and sizes are missing: ${doubt}`);
    doubt = undefined;
    const news = fresh(page);
    if (news.length > 0) yield news;
    if (seen.size > limit) return false;
  }
  return true;
}

/** How the plain listing goes on after the API. */
interface Walk extends DetailedOptions {
  readonly fresh: (tags: readonly TagDetails[]) => readonly TagEntry[];
  readonly seen: ReadonlySet<string>;
}

async function* fromApi(
  target: Target,
  api: RegistryApi,
  { signal: outer, limit = Infinity, fresh, seen }: Walk,
  { begin, askApi }: Chartroom,
): AsyncGenerator<readonly TagEntry[], ApiOutcome | "cut"> {
  const { stop, signal } = stopOf(outer);
  const operation = begin(`read the details of "${nameOf(target)}"`, target, { signal });
  const pages = listApi(target, api, api.tags?.(target.repository) ?? [], {
    askApi,
    operation,
    stop,
  });
  for (;;) {
    const next = await pages.next();
    if (next.done) return next.value;
    const news = fresh(next.value);
    if (news.length > 0) yield news;
    if (seen.size <= limit) continue;
    await pages.return({ steady: true });
    return "cut";
  }
}

function nameOf({ registry, repository }: Target): string {
  return formatReference({ registry, repository });
}
