import type {
  ApiChecks,
  ApiListing,
  ApiPage,
  NamespaceDetails,
  RegistryApi,
  RepositoryDetails,
  TagDetails,
} from "../core/adapter.ts";

/** The most that a page holds; more is lowered without a word: badges/shields #4562, 2020. */
const PAGE = 100;
/** Of one tag. */
const MOST_IMAGES = 1000;

/**
 * Newest first: what is pushed while the pages are read moves the rest towards the end, where `count` shows
 * it; without an order a push and a deletion could hide each other. renovate `docker/dockerhub-cache.ts`, 2026-08.
 */
const BY_AGE = "&ordering=last_updated";

/** https://hub.docker.com, of which docker/docs `reference/api/hub/latest.yaml` tells, 2026. */
export const dockerHubApi: RegistryApi = {
  origin: "https://hub.docker.com",
  login: {
    exchanges: [
      // A password, a personal access token or an organisation's: same document.
      {
        path: "/v2/auth/token",
        username: "identifier",
        password: "secret",
        token: "access_token",
      },
      // The older one, for accounts alone: "Docker Registry API v2", 2019-06.
      { path: "/v2/users/login", username: "username", password: "password", token: "token" },
    ],
  },
  tags(repository: string): readonly ApiListing<TagDetails>[] {
    const [namespace = "", ...rest] = repository.split("/");
    const name = rest.join("/");
    return [
      // Answers everybody about public repositories: renovate `docker/dockerhub-cache.ts`, 2026-08.
      paged(`/v2/repositories/${namespace}/${name}/tags`, readTag, BY_AGE),
      // The one that is documented, with a login.
      paged(`/v2/namespaces/${namespace}/repositories/${name}/tags`, readTag, BY_AGE),
    ];
  },
  repositories(namespace: string): readonly ApiListing<RepositoryDetails>[] {
    return [
      // "Docker Registry API v2", 2019-06.
      paged(`/v2/repositories/${namespace}/`, (entry, check) => {
        return readRepository(entry, namespace, check);
      }),
      paged(`/v2/namespaces/${namespace}/repositories`, (entry, check) => {
        return readRepository(entry, namespace, check);
      }),
    ];
  },
  namespaces(): readonly ApiListing<NamespaceDetails>[] {
    // Same article; all at once.
    return [{
      page: () => "/v2/repositories/namespaces/",
      read(document: unknown, check: ApiChecks): ApiPage<NamespaceDetails> | undefined {
        const names = check.member(document, "namespaces");
        if (!Array.isArray(names)) return undefined;
        const items = names.flatMap((name) => check.text(name) ?? []).map((name) => ({ name }));
        return { items, entries: names.length, more: false };
      },
    }];
  },
};

function paged<T extends { readonly name: string }>(
  path: string,
  read: (entry: unknown, check: ApiChecks) => T | undefined,
  more: string = "",
): ApiListing<T> {
  return {
    page: (number: number) => `${path}?page=${number}&page_size=${PAGE}${more}`,
    read(document: unknown, check: ApiChecks): ApiPage<T> | undefined {
      const entries = check.member(document, "results");
      if (!Array.isArray(entries)) return undefined;
      return {
        items: entries.flatMap((entry) => read(entry, check) ?? []),
        entries: entries.length,
        total: check.count(check.member(document, "count")),
        more: readMore(check.member(document, "next"), check),
      };
    },
  };
}

/** The last page says null; one that says nothing has told nothing. */
function readMore(next: unknown, check: ApiChecks): boolean | undefined {
  return next === null ? false : check.text(next) === undefined ? undefined : true;
}

/** `digest`, `tag_last_pushed` and `architecture` can be null, `images` missing: renovate `docker/schema.ts`, 2026-08. */
function readTag(entry: unknown, check: ApiChecks): TagDetails | undefined {
  const name = check.tag(check.member(entry, "name"));
  if (name === undefined) return undefined;
  const images = check.list(check.member(entry, "images")).slice(0, MOST_IMAGES)
    .flatMap((image) => readImage(image, check) ?? []);
  // As looking into the images would choose.
  const usual = images.find(({ sizeOf }) => sizeOf === "linux/amd64") ?? images[0];
  const { size, sizeOf } = usual ?? { size: check.count(check.member(entry, "full_size")) };
  return {
    name,
    // The index's: renovate `docker/index.ts`, 2026-08.
    digest: check.digest(check.member(entry, "digest")),
    platforms: images.length === 0 ? undefined : [...new Set(images.map((image) => image.sizeOf))],
    size,
    sizeOf: size === undefined ? undefined : sizeOf,
    pushedAt: check.time(check.member(entry, "tag_last_pushed")),
    updatedAt: check.time(check.member(entry, "last_updated")),
  };
}

/** The size of one platform's image. Of what `full_size` is the size, nothing tells. */
function readImage(
  image: unknown,
  check: ApiChecks,
): { readonly size?: number; readonly sizeOf: string } | undefined {
  const [os, architecture, variant] = ["os", "architecture", "variant"]
    .map((name) => check.member(image, name));
  // An attestation of BuildKit.
  if (os === "unknown" || architecture === "unknown") return undefined;
  const sizeOf = check.platform(os, architecture, variant);
  return sizeOf === undefined
    ? undefined
    : { size: check.count(check.member(image, "size")), sizeOf };
}

function readRepository(
  entry: unknown,
  namespace: string,
  check: ApiChecks,
): RepositoryDetails | undefined {
  const name = check.text(check.member(entry, "name"));
  if (name === undefined) return undefined;
  return {
    name: `${check.text(check.member(entry, "namespace")) ?? namespace}/${name}`,
    description: check.text(check.member(entry, "description")),
    stars: check.count(check.member(entry, "star_count")),
    pulls: check.count(check.member(entry, "pull_count")),
    updatedAt: check.time(check.member(entry, "last_updated")),
    isPrivate: check.flag(check.member(entry, "is_private")),
  };
}
