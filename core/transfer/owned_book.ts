import type { Tag } from "../names/tag.ts";
import type { MirrorTarget } from "./mirror_ends.ts";
import { ownedArtifact, type OwnedList, ownedTagOf } from "./owned.ts";
import { RegistryError } from "../errors.ts";

/** The list of what a plan put at a target, as it lies there. */
export interface OwnedBook {
  /** What it says by now. */
  readonly known: OwnedList;
  /** Keeps another list in its place, unless it is the same. */
  save(list: OwnedList): Promise<void>;
}

/**
 * Opens the list of a plan. Where it is the very list that is guessed, a HEAD tells.
 *
 * @throws {RegistryError} `protocol` where something else lies under its tag
 */
export async function openOwnedBook(
  plan: string,
  guess: OwnedList | undefined,
  target: MirrorTarget,
): Promise<OwnedBook> {
  const tag = ownedTagOf(plan);
  let stored = await target.digestOf(tag);

  async function read(): Promise<OwnedList> {
    if (stored === undefined) return { plan, tags: new Map() };
    if (guess !== undefined && stored === (await ownedArtifact(guess)).manifest.digest) {
      return guess;
    }
    const list = await target.readOwned(tag);
    if (list.plan === plan) return list;
    throw new RegistryError("protocol", `Cannot use the tag "${tag}": it is another plan's list`);
  }

  let known = await read();
  return {
    get known() {
      return known;
    },
    async save(list: OwnedList): Promise<void> {
      known = list;
      if (stored === undefined && list.tags.size === 0) return;
      const artifact = await ownedArtifact(list);
      if (artifact.manifest.digest === stored) return;
      await target.writeOwned(tag, artifact);
      stored = artifact.manifest.digest;
    },
  };
}

/** The lists of other plans among the tags of a target. */
export async function otherLists(
  tags: readonly Tag[],
  plan: string,
  target: MirrorTarget,
): Promise<readonly OwnedList[]> {
  const lists: OwnedList[] = [];
  for (const tag of tags) {
    if (tag !== ownedTagOf(plan)) lists.push(await target.readOwned(tag));
  }
  return lists;
}
