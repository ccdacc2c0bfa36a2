import type { Repository } from "../names/reference.ts";
import { together } from "../together.ts";
import type { Asked } from "../wire/ask.ts";
import type { Place } from "../wire/grant.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Operation } from "../wire/operation.ts";
import { refusedAnswer } from "../wire/refusal.ts";
import { readJson } from "../wire/reply.ts";
import { addressIn } from "./address.ts";
import { isRepository } from "./catalog.ts";
import { MOST_PAGES, PAGE_LIMIT } from "./roll.ts";

/** What the walk takes. */
export interface ChildrenPorts extends Pick<Wire, "ask"> {
  /** On whose behalf. */
  readonly operation: Operation;
  /** Ends what is under way, when one of them fails. */
  readonly stop: AbortController;
}

/** What a name turned out to be. */
interface Folder {
  /** Whether something lies under the name itself. */
  readonly isRepository: boolean;
  /** The names below it. */
  readonly children: readonly Repository[];
}

/**
 * Walks through the repositories of a namespace, level by level, where the list of tags of a name tells which
 * names are below it, in a member `child`.
 *
 * Source: go-containerregistry `pkg/v1/google/list.go` and `walk.go`, 2026-08. That a list of tags in several
 * pages tells of all of them on its first one is not written there.
 *
 * @returns whether the registry tells of them at all
 * @throws {RegistryError} what the wire meets; `protocol` for too many
 */
export async function* listChildren(
  place: Omit<Place, "repository">,
  namespace: Repository,
  ports: ChildrenPorts,
): AsyncGenerator<readonly Repository[], boolean> {
  const { operation, stop } = ports;
  const first = await look(place, namespace, ports);
  if (!Array.isArray(first.answer.value?.child)) return false;
  const root = folderOf(namespace, first.answer.value);
  if (root.isRepository) yield [namespace];
  let level = root.children;
  for (let count = level.length; level.length > 0; count += level.length) {
    if (count > MOST_PAGES) {
      throw operation.fail("protocol", `the registry tells of more than ${MOST_PAGES} names`);
    }
    const folders = await together(level, readFolder, stop);
    yield level.filter((_, at) => folders[at]?.isRepository);
    level = folders.flatMap(({ children }) => children);
  }
  return true;

  async function readFolder(name: Repository): Promise<Folder> {
    const asked = await look(place, name, ports);
    const { value } = asked.answer;
    if (value === undefined) throw refusedAnswer(place, asked, operation);
    return folderOf(name, value);
  }
}

async function look(
  place: Omit<Place, "repository">,
  name: Repository,
  { ask, operation }: ChildrenPorts,
): Promise<Asked<Record<string, unknown>>> {
  const here = { ...place, repository: name };
  const read = readJson(PAGE_LIMIT);
  return await ask(here, { url: addressIn(here, "tags/list"), read }, operation);
}

function folderOf(name: Repository, { child, tags, manifest }: Record<string, unknown>): Folder {
  const below = Array.isArray(child) ? child.map((part) => `${name}/${part}`) : [];
  return {
    isRepository: isFilled(tags) || isFilled(manifest),
    children: [...new Set(below.filter(isRepository))],
  };
}

function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
