import type {
  ApiChecks,
  ApiListing,
  ApiPage,
  RegistryApi,
  RepositoryDetails,
  TagDetails,
} from "../core/adapter.ts";

/** The most that a page holds. */
const PAGE = 100;

/**
 * GitHub's Packages API: docs.github.com/rest/packages, 2026. It wants a token with read:packages, for
 * public packages too, and knows neither platforms nor sizes.
 */
export const ghcrApi: RegistryApi = {
  origin: "https://api.github.com",
  login: { required: true, env: "GITHUB_TOKEN" },
  tags(repository: string): readonly ApiListing<TagDetails>[] {
    const [owner = "", ...rest] = repository.split("/");
    const name = encodeURIComponent(rest.join("/"));
    return ["orgs", "users"].map((kind) => {
      return paged(`/${kind}/${owner}/packages/container/${name}/versions?`, readVersion);
    });
  },
  repositories(namespace: string): readonly ApiListing<RepositoryDetails>[] {
    return ["orgs", "users"].map((kind) => {
      return paged(`/${kind}/${namespace}/packages?package_type=container&`, (entry, check) => {
        return readPackage(entry, namespace, check);
      });
    });
  },
};

function paged<T extends { readonly name: string }>(
  address: string,
  read: (entry: unknown, check: ApiChecks) => readonly T[],
): ApiListing<T> {
  return {
    page: (number: number) => `${address}per_page=${PAGE}&page=${number}`,
    read(document: unknown, check: ApiChecks): ApiPage<T> | undefined {
      if (!Array.isArray(document)) return undefined;
      const entries: readonly unknown[] = document;
      return {
        items: entries.flatMap((entry) => read(entry, check)),
        entries: entries.length,
        // It is told by a header alone; a short page may still be a cap that was lowered.
        more: entries.length >= PAGE ? true : undefined,
      };
    },
  };
}

/** A version is a manifest, with any number of tags, none among them. */
function readVersion(entry: unknown, check: ApiChecks): readonly TagDetails[] {
  const container = check.member(check.member(entry, "metadata"), "container");
  const facts = {
    digest: check.digest(check.member(entry, "name")),
    // `created_at` is when the manifest came: a tag that was moved to it today is not that old.
    updatedAt: check.time(check.member(entry, "updated_at")),
  };
  return check.list(check.member(container, "tags"))
    .flatMap((tag) => check.tag(tag) ?? [])
    .map((name) => ({ name, ...facts }));
}

function readPackage(
  entry: unknown,
  namespace: string,
  check: ApiChecks,
): readonly RepositoryDetails[] {
  const name = check.text(check.member(entry, "name"));
  if (name === undefined) return [];
  const visibility = check.text(check.member(entry, "visibility"));
  return [{
    name: `${namespace}/${name}`,
    description: check.text(check.member(entry, "description")),
    updatedAt: check.time(check.member(entry, "updated_at")),
    isPrivate: visibility === undefined ? undefined : visibility !== "public",
  }];
}
