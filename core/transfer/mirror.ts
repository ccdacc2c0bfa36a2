import { RegistryError } from "../errors.ts";
import type { TagEntry } from "../endpoints/tags.ts";
import type { Tag } from "../names/tag.ts";
import { fewAtOnce } from "../together.ts";
import type { SelectOptions } from "../versions/options.ts";
import { selectTags } from "../versions/select.ts";
import {
  type Copied,
  copyStale,
  coursesOf,
  refreshThere,
  replacedBy,
  type Standing,
} from "./mirror_copy.ts";
import { failureOf, notBegun, shortfallIn, shortfallOf } from "./mirror_failures.ts";
import { foundBy } from "./mirror_found.ts";
import type { MirrorJob, MirrorPorts } from "./mirror_job.ts";
import { pruneMirror } from "./mirror_prune.ts";
import { isOwnedTag, type OwnedList, type OwnedTag } from "./owned.ts";
import { openOwnedBook, type OwnedBook } from "./owned_book.ts";
import { whyNotPrune } from "./prune.ts";
import { reportedError, type RepositoryReport, type TagReport } from "./report.ts";

/** Tags of one repository that are asked about or copied at once. */
const AT_ONCE = 6;

/** What is wanted of a source's tags. */
interface Choice {
  /** How many there are. */
  readonly listed: number;
  /** Those that are wanted, each once. */
  readonly selected: readonly Tag[];
  /** Selections that choose none. */
  readonly barren: number;
}

/** The tags of a source that are wanted. Digests as tags and lists of plans never are. */
function choose(listed: readonly TagEntry[], selects: readonly SelectOptions[]): Choice {
  const tags = listed.filter(({ name }) => !isOwnedTag(name));
  const chosen = selects.map((select) => selectTags(tags, { ...select, noDigestTags: true }));
  return {
    listed: listed.length,
    selected: [...new Set(chosen.flat().map(({ name }) => name))],
    barren: chosen.filter((each) => each.length === 0).length,
  };
}

/**
 * Mirrors one repository: lists, selects, asks by HEAD what is there, copies what is not, and prunes. Goes on
 * past what fails. What a registry does wrong is told in the report, not thrown.
 */
export async function mirrorRepository(
  job: MirrorJob,
  ports: MirrorPorts,
): Promise<RepositoryReport> {
  const { source } = job;
  const { maxRequests = Infinity } = ports;
  const nothing = untouched(job);
  try {
    const choice = choose(await ports.source.list(), job.selects);
    const { listed, barren } = choice;
    const selected = choice.selected.length;
    const counted = { ...nothing, listed, selected };
    // It would spend all of them each time, and what comes after it would never have its turn.
    if (2 * selected > maxRequests) return { ...counted, tags: choice.selected.map(notBegun) };
    const outcome = selected === 0
      ? counted
      : { ...counted, ...await mirrorTags(choice, job, ports) };
    if (barren === 0 || outcome.error !== undefined) return outcome;
    const reason = whyNotPrune({ listed, selected, barren, failed: 0 });
    const message = `Cannot mirror "${source}": ${reason}`;
    const error = new RegistryError("not_found", message, { side: "source" });
    return { ...outcome, done: false, error: reportedError(error) };
  } catch (error) {
    return { ...nothing, ...shortfallOf(error, ports) };
  }
}

/** The report of a repository that was not come to. */
export function untouched(
  { source, target }: Pick<MirrorJob, "source" | "target">,
): RepositoryReport {
  return { source, target, done: false, listed: 0, selected: 0, present: 0, tags: [] };
}

type Outcome = Pick<RepositoryReport, "done" | "present" | "tags" | "unpruned" | "error">;

async function mirrorTags(
  choice: Choice,
  job: MirrorJob,
  ports: MirrorPorts,
): Promise<Outcome> {
  const { dryRun, platforms, refresh = false } = job;
  const standings = await fewAtOnce(choice.selected, (tag) => look(tag, ports), AT_ONCE);
  const book = await openBook(job, guessOwned(standings, job), ports);
  const failures = standings.flatMap(({ failure = [] }) => failure);
  const there = standings.filter((each) => isDone(each, book, job));
  const stale = standings.filter((each) => !each.failure && !isDone(each, book, job));
  const copied = dryRun
    ? tellStale(stale, book, job)
    : await copyStale(stale, book, platforms, ports);
  const refreshed = refresh && !dryRun ? await refreshThere(there, ports) : [];
  const unsaved = dryRun || book === undefined ? undefined : await shortfallIn(async () => {
    const found = foundBy({ ...choice, there, copied }, book.known);
    await book.save({ ...book.known, tags: copied.owned, found });
  }, ports);
  const brought = [...failures, ...copied.tags, ...refreshed];
  const failed = brought.filter(({ fate }) => fate === "failed").length;
  const courses = coursesOf(standings, platforms);
  const pruned = unsaved === undefined
    ? await pruneMirror({ ...choice, failed, courses }, book, job, ports)
    : { tags: [], ...unsaved };
  const tags = [...brought, ...pruned.tags];
  const done = pruned.done && !tags.some((each) => isOpen(each, job));
  const present = there.length - refreshed.length + copied.present.size;
  return { ...pruned, done, present, tags };
}

/** Whether a tag leaves something to do; `prune: plan` does not ask for it. */
function isOpen({ fate, error }: TagReport, { dryRun }: MirrorJob): boolean {
  return error !== undefined || fate === "failed" ||
    (dryRun && (fate === "to copy" || fate === "to delete"));
}

/** The plan's list. Where nothing is ever pruned, images come although the target takes no list. */
async function openBook(
  { target: repository, plan, platforms, prune }: MirrorJob,
  guess: OwnedList | undefined,
  { target, onWarning }: MirrorPorts,
): Promise<OwnedBook | undefined> {
  if (plan === undefined) return undefined;
  const onRefused = ({ message }: RegistryError) =>
    onWarning?.(`${message}; images come all the same, and are not the plan's`);
  return await openOwnedBook(
    { repository, plan, platforms },
    target,
    prune === false ? { guess, onRefused } : { guess },
  );
}

/** What copying would do. What a smaller index replaces shows only when it is made. */
function tellStale(
  stale: readonly Standing[],
  book: OwnedBook | undefined,
  { platforms }: MirrorJob,
): Copied {
  const before = book?.known.tags ?? new Map();
  const tags = stale.map(({ tag, there, here }): TagReport => {
    const replaces = platforms === undefined ? replacedBy({ tag, here }, book && before) : {};
    return { tag, fate: "to copy", digest: there, ...replaces };
  });
  return { tags, present: new Map(), owned: before };
}

/** Asks both ends about a tag. */
async function look(tag: Tag, ports: MirrorPorts): Promise<Standing> {
  const { source, target, isSpent, onTag } = ports;
  if (isSpent?.()) return { tag, failure: notBegun(tag) };
  try {
    const [there, here] = await Promise.all([source.digestOf(tag), target.digestOf(tag)]);
    if (there !== undefined && there === here) onTag?.();
    return { tag, there, here };
  } catch (error) {
    return { tag, failure: failureOf(tag, error, ports) };
  }
}

/** The list that a plan has where nothing has changed since all of this was copied by it. */
function guessOwned(
  standings: readonly Standing[],
  { target: repository, plan, platforms }: MirrorJob,
): OwnedList | undefined {
  if (plan === undefined) return undefined;
  const tags = new Map<Tag, OwnedTag>();
  for (const { tag, there, here } of standings) {
    if (there === undefined || here === undefined) return undefined;
    if (platforms === undefined && there !== here) return undefined;
    tags.set(tag, { digest: here, from: here === there ? undefined : there });
  }
  return { repository, plan, platforms, tags, found: new Set() };
}

/** Whether a tag of the target is what the source's one was made into. */
function isDone(
  { tag, there, here }: Standing,
  book: OwnedBook | undefined,
  { platforms }: MirrorJob,
): boolean {
  if (there === undefined || here === undefined) return false;
  if (platforms === undefined) return there === here;
  const owned = book?.known.tags.get(tag);
  return owned?.digest === here && (owned.from ?? owned.digest) === there;
}
