import { RegistryError } from "../errors.ts";
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
  /** Why nobody knows. */
  readonly failure?: RegistryError;
}

const NOTHING: Folder = { isRepository: false, children: [] };

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
    const failure = folders.find(({ failure }) => failure !== undefined)?.failure;
    if (failure !== undefined) throw failure;
    level = folders.flatMap(({ children }) => children);
  }
  return true;

  /** What one name fails with is told once the others of its level are. */
  async function readFolder(name: Repository): Promise<Folder> {
    try {
      const asked = await look(place, name, ports);
      const { value, status } = asked.answer;
      // It is gone since.
      if (status === 404) return NOTHING;
      if (value === undefined) throw refusedAnswer(place, asked, operation);
      return folderOf(name, value);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const reason = `what is below ${name} cannot be read: ${operation.reasonOf(error)}`;
      return { ...NOTHING, failure: operation.fail("incomplete", reason, error.facts, error) };
    }
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
