import { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import { fewAtOnce, type MirrorTarget } from "./mirror_ends.ts";
import { isOwnedTag, type OwnedList } from "./owned.ts";
import { otherLists } from "./owned_book.ts";
import { decidePrune, type KeptTag, neededBy, type PruneDecision } from "./prune.ts";
import type { TagReport } from "./report.ts";

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
 * @param onlyTell only says what would go
 */
export async function pruneTarget(
  tags: readonly Tag[],
  { owned, target, onlyTell }: {
    readonly owned: OwnedList;
    readonly target: MirrorTarget;
    readonly onlyTell: boolean;
  },
): Promise<Pruned> {
  const listed = await target.list();
  const others = await otherLists(listed.filter(isOwnedTag), owned.plan, target);
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
    const fates = doomed.map((each): TagReport => ({ ...each, fate: "to delete" }));
    return { tags: [...told, ...fates], released: [] };
  }
  const fates = await removeAll(doomed, listed, target);
  const deleted = fates.filter(({ fate }) => fate === "deleted").map(({ tag }) => tag as Tag);
  return {
    tags: [...told, ...fates],
    released: [...released.map(({ tag }) => tag), ...deleted],
  };
}

function tellReleased({ tag, digest, verdict }: PruneDecision): TagReport[] {
  if (verdict === "gone") return [];
  const reason = verdict === "moved"
    ? "somebody else has put another image there"
    : "another plan has put it, too";
  return [{ tag, digest, fate: "left", reason }];
}

async function removeAll(
  doomed: readonly Doomed[],
  listed: readonly Tag[],
  target: MirrorTarget,
): Promise<readonly TagReport[]> {
  const fates: TagReport[] = [];
  const remaining: Doomed[] = [];
  let takesTags = true;
  for (const each of doomed) {
    const isGone = takesTags && await removeTag(each.tag, target);
    if (isGone === true) fates.push({ ...each, fate: "deleted" });
    else remaining.push(each);
    if (isGone === "unsupported") takesTags = false;
  }
  if (remaining.length === 0) return fates;
  const leaving = new Set(doomed.map(({ tag }) => tag));
  const kept = await keptTags(listed.filter((tag) => !leaving.has(tag)), target);
  return [...fates, ...await removeManifests(remaining, kept, target)];
}

/** Some registries answer that there is no such tag where they only delete by digest. */
async function removeTag(tag: Tag, target: MirrorTarget): Promise<true | "unsupported"> {
  const removal = await target.remove(tag);
  if (removal === "deleted") return true;
  if (removal === "missing" && await target.digestOf(tag) === undefined) return true;
  return "unsupported";
}

async function keptTags(
  tags: readonly Tag[],
  target: MirrorTarget,
): Promise<readonly KeptTag[] | RegistryError> {
  try {
    return await fewAtOnce(
      tags,
      async (tag) => ({ tag, needs: await target.needsOf(tag) }),
      AT_ONCE,
    );
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
}

async function removeManifests(
  doomed: readonly Doomed[],
  kept: readonly KeptTag[] | RegistryError,
  target: MirrorTarget,
): Promise<readonly TagReport[]> {
  const fates: TagReport[] = [];
  for (const [digest, tags] of Map.groupBy(doomed, ({ digest }) => digest)) {
    const reason = kept instanceof RegistryError
      ? `what else needs it could not be found out: ${kept.message}`
      : await removeManifest(digest, kept, target);
    const fate = reason === undefined ? "deleted" : "left";
    fates.push(...tags.map((each): TagReport => ({ ...each, fate, reason })));
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
