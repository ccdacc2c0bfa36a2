import { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { fewAtOnce } from "../together.ts";
import type { MirrorTarget } from "./mirror_ends.ts";
import { isOwnedTag, type OwnedList } from "./owned.ts";
import { otherLists } from "./owned_book.ts";
import { decidePrune, type KeptTag, neededBy, type PruneDecision } from "./prune.ts";
import { reportedError, type TagReport } from "./report.ts";

/** Questions to a target at once. */
const AT_ONCE = 6;

/** What came of pruning a target. */
export interface Pruned {
  /** What became of each tag that was there. */
  readonly tags: readonly TagReport[];
  /** Tags that the plan has no claim to any more. */
  readonly released: readonly Tag[];
}

/** A tag that is to go. */
interface Doomed {
  readonly tag: Tag;
  readonly digest: Digest;
}

/**
 * Deletes from a target the tags of a plan's list that are not wanted any more: by tag, or where the registry
 * does not do that by digest, if nothing that stays needs the manifest. What cannot be deleted stays in the
 * list.
 *
 * @param selected tags that stay, also where the target's list does not have them yet
 * @param courses what they point to, as far as that is known
 * @param onlyTell only says what would go
 */
export async function pruneTarget(
  tags: readonly Tag[],
  { owned, selected, courses, target, onlyTell }: {
    readonly owned: OwnedList;
    readonly selected: readonly Tag[];
    readonly courses: ReadonlyMap<Tag, Digest>;
    readonly target: MirrorTarget;
    readonly onlyTell: boolean;
  },
): Promise<Pruned> {
  const listed = await target.list();
  const others = await otherLists(listed.filter(isOwnedTag), owned, target);
  const now = new Map<Tag, Digest>();
  await fewAtOnce(tags, async (tag) => {
    const digest = await target.digestOf(tag);
    if (digest !== undefined) now.set(tag, digest);
  }, AT_ONCE);
  const decisions = decidePrune(tags, { owned, now, others });
  const released = decisions.filter(({ verdict }) => verdict !== "delete");
  const doomed = decisions.flatMap(({ tag, digest, verdict }) =>
    verdict === "delete" && digest !== undefined ? [{ tag, digest }] : []
  );
  const told = released.flatMap(tellReleased);
  if (onlyTell) {
    const fates = doomed.map((each) => tellDoomed(each, courses));
    return { tags: [...told, ...fates], released: [] };
  }
  const known = new Set([...listed, ...selected]);
  const fates = await removeAll(doomed, known, target);
  const deleted = fates.filter(({ fate }) => fate === "deleted").map(({ tag }) => tag as Tag);
  return {
    tags: [...told, ...fates],
    released: [...released.map(({ tag }) => tag), ...deleted],
  };
}

/** Nothing that can be asked tells how a registry deletes. */
function tellDoomed(each: Doomed, courses: ReadonlyMap<Tag, Digest>): TagReport {
  const [by] = [...courses].find(([, digest]) => digest === each.digest) ?? [];
  if (by === undefined) return { ...each, fate: "to delete" };
  const reason = "it stays where the registry deletes no tags: " +
    `the tag ${by} needs the same manifest`;
  return { ...each, fate: "to delete", reason };
}

function tellReleased({ tag, digest, verdict }: PruneDecision): TagReport[] {
  if (verdict === "gone") return [];
  const reason = verdict === "moved"
    ? "somebody else has put another image there"
    : "another plan wants it, or has put it, too";
  return [{ tag, digest, fate: "left", reason }];
}

async function removeAll(
  doomed: readonly Doomed[],
  known: ReadonlySet<Tag>,
  target: MirrorTarget,
): Promise<readonly TagReport[]> {
  const fates: TagReport[] = [];
  const remaining: Doomed[] = [];
  let takesTags = true;
  for (const each of doomed) {
    const removal = takesTags ? await attempt(() => removeTag(each.tag, target)) : "unsupported";
    if (removal === "unsupported") remaining.push(each);
    else if (removal === "deleted") fates.push({ ...each, fate: "deleted" });
    else fates.push(failed(each, removal));
    if (removal === "unsupported") takesTags = false;
  }
  if (remaining.length === 0) return fates;
  const leaving = new Set(doomed.map(({ tag }) => tag));
  const staying = [...known].filter((tag) => !leaving.has(tag));
  const kept = await attempt(() => keptTags(staying, target));
  if (kept instanceof RegistryError) {
    return [...fates, ...remaining.map((each) => failed(each, kept))];
  }
  return [...fates, ...await removeManifests(remaining, kept, target)];
}

/** Some registries answer that there is no such tag where they only delete by digest. */
async function removeTag(tag: Tag, target: MirrorTarget): Promise<"deleted" | "unsupported"> {
  const removal = await target.remove(tag);
  if (removal !== "missing") return removal;
  return await target.digestOf(tag) === undefined ? "deleted" : "unsupported";
}

async function keptTags(tags: readonly Tag[], target: MirrorTarget): Promise<readonly KeptTag[]> {
  return await fewAtOnce(tags, async (tag) => ({ tag, needs: await target.needsOf(tag) }), AT_ONCE);
}

async function removeManifests(
  doomed: readonly Doomed[],
  kept: readonly KeptTag[],
  target: MirrorTarget,
): Promise<readonly TagReport[]> {
  const fates: TagReport[] = [];
  for (const [digest, tags] of Map.groupBy(doomed, ({ digest }) => digest)) {
    const reason = await attempt(() => removeManifest(digest, kept, target));
    fates.push(...tags.map((each): TagReport => {
      if (reason instanceof RegistryError) return failed(each, reason);
      return reason === undefined
        ? { ...each, fate: "deleted" }
        : { ...each, fate: "left", reason };
    }));
  }
  return fates;
}

/** Why it was not deleted, if it was not. */
async function removeManifest(
  digest: Digest,
  kept: readonly KeptTag[],
  target: MirrorTarget,
): Promise<string | undefined> {
  const by = neededBy(digest, kept);
  if (by !== undefined) {
    return `the registry deletes no tags, and the tag ${by} needs the same manifest`;
  }
  const removal = await target.remove(digest);
  return removal === "unsupported" ? "the registry deletes neither tags nor manifests" : undefined;
}

/** What a registry does wrong with one tag does not hide what became of the others. */
async function attempt<T>(work: () => Promise<T>): Promise<T | RegistryError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
}

function failed(each: Doomed, error: RegistryError): TagReport {
  return { ...each, fate: "left", reason: "it could not be deleted", error: reportedError(error) };
}
