import { RegistryError } from "../errors.ts";
import type { TagEntry } from "../endpoints/tags.ts";
import type { Tag } from "../names/tag.ts";
import type { SelectOptions } from "../versions/options.ts";
import { selectTags } from "../versions/select.ts";
import { copyStale, failureOf, type Standing } from "./mirror_copy.ts";
import { fewAtOnce, type MirrorSource, type MirrorTarget } from "./mirror_ends.ts";
import { isOwnedTag, type OwnedList, type OwnedTag } from "./owned.ts";
import { openOwnedBook, type OwnedBook } from "./owned_book.ts";
import { unwanted, whyNotPrune } from "./prune.ts";
import { pruneTarget } from "./prune_target.ts";
import type { Leftover, RepositoryReport, TagReport } from "./report.ts";
import { reportedError } from "./report.ts";

/** Tags of one repository that are asked about or copied at once. */
const AT_ONCE = 6;

/** One repository that is mirrored to another. */
export interface MirrorJob {
  /** Where images come from: `registry.example/org/app`. */
  readonly source: string;
  /** Where they go to. */
  readonly target: string;
  /** The plan's name; it owns nothing without one. */
  readonly plan?: string;
  /** Which tags are wanted: what any of these selects. */
  readonly selects: readonly SelectOptions[];
  /** The platforms that are wanted. @default all */
  readonly platforms?: readonly string[];
  /** Whether tags that are no longer wanted go, or are only named. */
  readonly prune: boolean | "plan";
  /** Whether nothing may be changed. */
  readonly dryRun: boolean;
  /** What an earlier run has left to do. @default all */
  readonly leftover?: Leftover;
}

/** Both ends of a job. */
export interface MirrorPorts {
  /** What is mirrored. */
  readonly source: MirrorSource;
  /** Where to. */
  readonly target: MirrorTarget;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Told as each tag is dealt with. */
  readonly onTag?: () => void;
}

/** The tags of a source that are wanted, each once. Digests as tags and lists of plans never are. */
export function chooseTags(
  listed: readonly TagEntry[],
  selects: readonly SelectOptions[],
): readonly Tag[] {
  const tags = listed.filter(({ name }) => !isOwnedTag(name));
  const chosen = selects.flatMap((select) => selectTags(tags, { ...select, noDigestTags: true }));
  return [...new Set(chosen.map(({ name }) => name))];
}

/**
 * Mirrors one repository: lists, selects, asks by HEAD what is there, copies what is not, and prunes. Goes on
 * past what fails. What a registry does wrong is told in the report, not thrown.
 */
export async function mirrorRepository(
  job: MirrorJob,
  ports: MirrorPorts,
): Promise<RepositoryReport> {
  const { source, target } = job;
  const nothing = { source, target, done: false, listed: 0, selected: 0, present: 0, tags: [] };
  try {
    const listed = await ports.source.list();
    const selected = chooseTags(listed, job.selects);
    const counted = { ...nothing, listed: listed.length, selected: selected.length };
    if (selected.length > 0) {
      return { ...counted, ...await mirrorTags(selected, listed, job, ports) };
    }
    const reason = whyNotPrune({ ...counted, complete: true, failed: 0 });
    const message = `Cannot mirror "${source}": ${reason}`;
    return { ...counted, error: reportedError(new RegistryError("not_found", message)) };
  } catch (error) {
    ports.signal?.throwIfAborted();
    const told = reportedError(error);
    if (told === undefined) throw error;
    return { ...nothing, error: told };
  }
}

type Outcome = Pick<RepositoryReport, "done" | "present" | "tags" | "unpruned" | "error">;

async function mirrorTags(
  selected: readonly Tag[],
  listed: readonly TagEntry[],
  job: MirrorJob,
  ports: MirrorPorts,
): Promise<Outcome> {
  const { leftover = "all", dryRun, plan } = job;
  const wanted = leftover === "all" ? selected : selected.filter((tag) => leftover.has(tag));
  const standings = await fewAtOnce(wanted, (tag) => look(tag, ports), AT_ONCE);
  const guess = leftover === "all" ? guessOwned(standings, job) : undefined;
  const book = plan === undefined ? undefined : await openOwnedBook(plan, guess, ports.target);
  const stale = standings.filter((each) => each.failure === undefined && !isDone(each, book, job));
  const failures = standings.flatMap(({ failure = [] }) => failure);
  const present = standings.length - stale.length - failures.length;
  const copied = dryRun
    ? stale.map(({ tag, there }): TagReport => ({ tag, fate: "to copy", digest: there }))
    : await copyStale(stale, book, job, ports);
  const tags = [...failures, ...copied];
  const failed = tags.filter(({ fate }) => fate === "failed").length;
  const pruning = await prune({ listed: listed.length, selected, failed }, book, job, ports);
  const done = failed === 0 && pruning.error === undefined;
  return { ...pruning, done, present, tags: [...tags, ...pruning.tags] };
}

/** Asks both ends about a tag. */
async function look(tag: Tag, { source, target, signal, onTag }: MirrorPorts): Promise<Standing> {
  try {
    const [there, here] = await Promise.all([source.digestOf(tag), target.digestOf(tag)]);
    if (there !== undefined && there === here) onTag?.();
    return { tag, there, here };
  } catch (error) {
    return { tag, failure: failureOf(tag, error, signal) };
  }
}

/** The list that a plan has where nothing has changed since all of this was copied by it. */
function guessOwned(
  standings: readonly Standing[],
  { plan, platforms }: MirrorJob,
): OwnedList | undefined {
  if (plan === undefined) return undefined;
  const tags = new Map<Tag, OwnedTag>();
  for (const { tag, there, here } of standings) {
    if (there === undefined || here === undefined) return undefined;
    if (platforms === undefined && there !== here) return undefined;
    tags.set(tag, { digest: here, from: here === there ? undefined : there });
  }
  return { plan, platforms, tags };
}

/** Whether a tag of the target is what the source's one was made into. */
function isDone(
  { tag, there, here }: Standing,
  book: OwnedBook | undefined,
  { platforms }: MirrorJob,
): boolean {
  if (there === undefined || here === undefined) return false;
  if (platforms === undefined) return there === here;
  if (`${book?.known.platforms}` !== `${platforms}`) return false;
  const owned = book?.known.tags.get(tag);
  return owned?.digest === here && (owned.from ?? owned.digest) === there;
}

/** What becomes of the tags that the plan put there and does not want any more. */
async function prune(
  { listed, selected, failed }: {
    readonly listed: number;
    readonly selected: readonly Tag[];
    readonly failed: number;
  },
  book: OwnedBook | undefined,
  { prune, dryRun }: MirrorJob,
  { target, signal }: MirrorPorts,
): Promise<Pick<Outcome, "tags" | "unpruned" | "error">> {
  if (prune === false || book === undefined) return { tags: [] };
  const owned = book.known;
  const tags = unwanted(owned, new Set(selected));
  if (tags.length === 0) return { tags: [] };
  const ground = { listed, complete: true, selected: selected.length, failed };
  const unpruned = whyNotPrune(ground);
  if (unpruned !== undefined) return { tags: [], unpruned };
  const onlyTell = dryRun || prune === "plan";
  try {
    const pruned = await pruneTarget(tags, { owned, target, onlyTell });
    if (!onlyTell) await book.save(without(owned, pruned.released));
    return { tags: pruned.tags };
  } catch (error) {
    signal?.throwIfAborted();
    const told = reportedError(error);
    if (told === undefined) throw error;
    return { tags: [], error: told };
  }
}

function without(owned: OwnedList, released: readonly Tag[]): OwnedList {
  const tags = new Map([...owned.tags].filter(([tag]) => !released.includes(tag)));
  return { ...owned, tags };
}
