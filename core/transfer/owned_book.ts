import { RegistryError } from "../errors.ts";
import type { Tag } from "../names/tag.ts";
import type { MirrorTarget } from "./mirror_ends.ts";
import { ownedArtifact, type OwnedList, ownedTagOf } from "./owned.ts";

/** The list of what a plan put at a target, as it lies there. */
export interface OwnedBook {
  /** What it says by now. */
  readonly known: OwnedList;
  /** Keeps another list in its place, unless it is the same. */
  save(list: OwnedList): Promise<void>;
}

/**
 * Opens the list of a plan. Where it is the very list that is guessed, a HEAD tells; that of another
 * repository counts as none. Once images are made for other platforms, it knows none to be as it should.
 *
 * @param guess a list, perhaps the one that is there
 * @param onRefused told of a list that the target does not take @default that throws
 * @throws {RegistryError} `protocol` where something else lies under its tag
 */
export async function openOwnedBook(
  { repository, plan, platforms }: Pick<OwnedList, "repository" | "plan" | "platforms">,
  target: MirrorTarget,
  { guess, onRefused }: {
    readonly guess?: OwnedList;
    readonly onRefused?: (error: RegistryError) => void;
  },
): Promise<OwnedBook> {
  const tag = ownedTagOf(plan);
  let stored = await target.digestOf(tag);
  let isRefused = false;

  async function read(): Promise<OwnedList> {
    const nothing = { repository, plan, tags: new Map(), found: new Set<Tag>() };
    if (stored === undefined) return nothing;
    if (guess !== undefined && stored === (await ownedArtifact(guess)).manifest.digest) {
      return guess;
    }
    const list = await target.readOwned(tag);
    if (list.repository !== repository) return nothing;
    if (list.plan === plan) return list;
    throw new RegistryError("protocol", `Cannot use the tag "${tag}": it is another plan's list`);
  }

  let known = madeFor(platforms, await read());
  return {
    get known() {
      return known;
    },
    async save(list: OwnedList): Promise<void> {
      known = list;
      if (isRefused || (stored === undefined && isEmpty(list))) return;
      const artifact = await ownedArtifact(list);
      if (artifact.manifest.digest === stored) return;
      try {
        await target.writeOwned(tag, artifact);
        stored = artifact.manifest.digest;
      } catch (error) {
        if (onRefused === undefined || !saysNo(error)) throw error;
        isRefused = true;
        onRefused(error);
      }
    },
  };
}

/** A list whose platforms are others stays one of what the plan put, of which nothing is up to date. */
function madeFor(platforms: OwnedList["platforms"], list: OwnedList): OwnedList {
  if (`${platforms}` === `${list.platforms}`) return list;
  // Of whole images the digest alone tells.
  if (platforms === undefined) return { ...list, platforms };
  const tags = [...list.tags].map(([tag, { digest, was }]) =>
    [tag, { was: digest ?? was }] as const
  );
  return { ...list, platforms, tags: new Map(tags) };
}

/** The lists of other plans about a repository among the tags of a target. */
export async function otherLists(
  tags: readonly Tag[],
  { repository, plan }: OwnedList,
  target: MirrorTarget,
): Promise<readonly OwnedList[]> {
  const lists: OwnedList[] = [];
  for (const tag of tags) {
    if (tag !== ownedTagOf(plan)) lists.push(await target.readOwned(tag));
  }
  return lists.filter((list) => list.repository === repository);
}

function isEmpty({ tags, found }: OwnedList): boolean {
  return tags.size === 0 && found.size === 0;
}

/** Whether the registry has said no, and would say so again. */
function saysNo(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError) || error.code === "rate_limited") return false;
  const { status = 0 } = error.facts;
  return status >= 400 && status < 500;
}
