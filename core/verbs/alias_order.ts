import type { Tag } from "../names/tag.ts";
import { compareKeyed, orderKey } from "../versions/order.ts";
import { tagKind } from "../versions/shape.ts";

/** The kinds of tags, as both orders go through them. */
const KINDS = ["channel", "version", "date", "hash"] as const;

/**
 * The order to ask in: those first that are likely to be `tag` by another name. That is one that continues
 * it or that it continues, as `21` and `21.0.7-ol9` do `21.0.7`; then channels, the newest versions, the
 * newest days and commits in turn, because a repository may be full of any of them.
 */
export function likelyFirst(tags: readonly Tag[], tag: Tag | undefined): readonly Tag[] {
  const kin: Tag[] = [];
  const others: Tag[] = [];
  for (const each of tags) (isKin(each, tag) ? kin : others).push(each);
  const queues = byKind(others);
  const longest = Math.max(...queues.map(({ length }) => length));
  const inTurn = Array.from(
    { length: longest },
    (_, at) => queues.flatMap((queue) => queue[at] ?? []),
  );
  return [...newestFirst(kin), ...inTurn.flat()];
}

/** The order to show: channels by name, then versions, days and commits, each newest first. */
export function inOrderOfResult(tags: readonly Tag[]): readonly Tag[] {
  const [channels = [], ...others] = byKind(tags);
  return [...channels.toSorted(), ...others.flat()];
}

function isKin(one: Tag, other: Tag | undefined): boolean {
  return other !== undefined && (one.startsWith(other) || other.startsWith(one));
}

/** Shorter channels first: `stable` before `pr-1234-fix-it`. */
function byKind(tags: readonly Tag[]): readonly (readonly Tag[])[] {
  const groups = Map.groupBy(tags, tagKind);
  return KINDS.map((kind) => {
    const group = groups.get(kind) ?? [];
    if (kind !== "channel") return withShortNames(newestFirst(group));
    return group.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  });
}

function newestFirst(tags: readonly Tag[]): readonly Tag[] {
  const keyed = tags.map((tag) => ({ tag, key: orderKey(tag) }));
  return keyed.sort((a, b) => compareKeyed(b.key, b.tag, a.key, a.tag)).map(({ tag }) => tag);
}

/** Behind each tag what is short for it, as `21.0` and `21` for `21.0.7`: the same image perhaps. */
function withShortNames(tags: readonly Tag[]): readonly Tag[] {
  const left = new Set(tags);
  return tags.flatMap((tag) => {
    const parts = tag.split(".");
    const short = parts.map((_, at) => parts.slice(0, parts.length - at).join("."));
    return short.filter((name): name is Tag => left.delete(name as Tag));
  });
}
