import type {
  ApiChecks,
  ApiListing,
  ApiPage,
  RegistryApi,
  RepositoryDetails,
  TagDetails,
} from "../core/adapter.ts";

/**
 * https://quay.io/api/v1. What is private wants an OAuth token of its own kind, neither a robot's password
 * nor a token of V2 (renovate `docker/index.ts`, 2026-08), so nobody is logged in here.
 */
export const quayApi: RegistryApi = {
  origin: "https://quay.io",
  tags(repository: string, containing?: string): readonly ApiListing<TagDetails>[] {
    const filter = containing === undefined
      ? ""
      : `&filter_tag_name=like:${encodeURIComponent(containing)}`;
    return [{
      // 100 is the most, more is lowered: quay `endpoints/api/tag.py`, 2026-08. So are the fields.
      page: (number: number) =>
        `/api/v1/repository/${repository}/tag/?limit=100&page=${number}&onlyActiveTags=true${filter}`,
      read(document: unknown, check: ApiChecks): ApiPage<TagDetails> | undefined {
        const entries = check.member(document, "tags");
        if (!Array.isArray(entries)) return undefined;
        return {
          items: entries.flatMap((entry) => readTag(entry, check) ?? []),
          entries: entries.length,
          more: check.flag(check.member(document, "has_additional")),
        };
      },
    }];
  },
  repositories(namespace: string): readonly ApiListing<RepositoryDetails>[] {
    const query = `namespace=${encodeURIComponent(namespace)}&public=true&last_modified=true`;
    return [{
      // docs.quay.io, "Quay.io API", 2026: pages by a cursor.
      page: (_: number, cursor?: string) =>
        `/api/v1/repository?${query}` +
        (cursor === undefined ? "" : `&next_page=${encodeURIComponent(cursor)}`),
      read(document: unknown, check: ApiChecks): ApiPage<RepositoryDetails> | undefined {
        const entries = check.member(document, "repositories");
        if (!Array.isArray(entries)) return undefined;
        return {
          items: entries.flatMap((entry) => readRepository(entry, namespace, check) ?? []),
          entries: entries.length,
          next: check.text(check.member(document, "next_page")),
        };
      },
    }];
  },
};

function readTag(entry: unknown, check: ApiChecks): TagDetails | undefined {
  const name = check.tag(check.member(entry, "name"));
  if (name === undefined) return undefined;
  return {
    name,
    digest: check.digest(check.member(entry, "manifest_digest")),
    // Null for an index.
    size: check.count(check.member(entry, "size")),
    // Since when the tag points there.
    pushedAt: secondsToTime(check.member(entry, "start_ts"), check),
  };
}

function readRepository(
  entry: unknown,
  namespace: string,
  check: ApiChecks,
): RepositoryDetails | undefined {
  const name = check.text(check.member(entry, "name"));
  if (name === undefined) return undefined;
  const isPublic = check.flag(check.member(entry, "is_public"));
  return {
    name: `${check.text(check.member(entry, "namespace")) ?? namespace}/${name}`,
    description: check.text(check.member(entry, "description")),
    updatedAt: secondsToTime(check.member(entry, "last_modified"), check),
    isPrivate: isPublic === undefined ? undefined : !isPublic,
  };
}

function secondsToTime(value: unknown, check: ApiChecks): string | undefined {
  const seconds = check.count(value);
  return seconds === undefined ? undefined : check.time(seconds * 1000);
}
