import { jsonAnswer } from "./answer.ts";
import { bearerOf } from "./challenge.ts";
import type { ContentStore } from "./content_store.ts";
import { byName, queryNumber } from "./paging.ts";
import type { RegistryOptions, SimulatedHost } from "./simulated_registry.ts";
import {
  madeUpDigest,
  numberedPage,
  openTagShelf,
  type ShelfTag,
  type TagShelfOptions,
} from "./tag_shelf_api.ts";

/** What GitHub's Packages API can be told. */
export interface GhcrApiOptions extends TagShelfOptions {
  /**
   * The scopes of each token.
   * @default { "ghp_reader0123456789": ["read:packages"] }
   */
  readonly tokens?: Readonly<Record<string, readonly string[]>>;
  /**
   * Owners which are organisations; the others are users.
   * @default []
   */
  readonly organizations?: readonly string[];
  /**
   * How many versions without any tag come after each one that has some.
   * @default 0
   */
  readonly untagged?: number;
}

/** A manifest, with all tags that point to it. */
interface PackageVersion {
  readonly digest: string;
  readonly pushed: number;
  readonly tags: readonly string[];
}

const DAY = 86_400_000;

/** `api.github.com`: docs.github.com/rest/packages, 2026. Newest first is an inference. */
export function ghcrApi(
  store: ContentStore,
  registry: RegistryOptions & { readonly api?: GhcrApiOptions },
): SimulatedHost {
  const { api = {} } = registry;
  const { tokens = { "ghp_reader0123456789": ["read:packages"] } } = api;
  const secluded = new Set(registry.private);
  const organizations = new Set(api.organizations);
  const shelf = openTagShelf(store, api);

  /** Always needs a token with read:packages, for public packages too. */
  function stop(request: Request): Response | undefined {
    const token = bearerOf(request);
    if (token === undefined) return message(401, "Requires authentication");
    if (!Object.hasOwn(tokens, token)) return message(401, "Bad credentials");
    if (tokens[token]?.includes("read:packages")) return undefined;
    return message(403, "You need at least read:packages scope to list packages.");
  }

  function answer(request: Request): Response {
    const url = new URL(request.url);
    const stopped = stop(request);
    if (stopped !== undefined) return stopped;
    const [, kind, owner = "", packages, type, name, last, ...more] = url.pathname.split("/");
    const isOrganization = organizations.has(owner);
    const isKind = kind === (isOrganization ? "orgs" : "users");
    if (!isKind || packages !== "packages" || more.length > 0) return message(404, "Not Found");
    if (type === undefined) return packagesOf(url, owner);
    // The name is URL-encoded, its slashes too.
    if (type !== "container" || name === undefined || last !== "versions") {
      return message(404, "Not Found");
    }
    return versionsOf(url, `${owner}/${decodeURIComponent(name)}`);
  }

  function versionsOf(url: URL, repository: string): Response {
    shelf.turn(repository);
    const tags = shelf.newestFirst(repository);
    if (tags === undefined) return message(404, "Package not found.");
    return listed(url, versionsIn(tags, api.untagged ?? 0).map(versionEntry));
  }

  function packagesOf(url: URL, owner: string): Response {
    if (url.searchParams.get("package_type") !== "container") {
      return message(400, "Missing or invalid parameter: package_type");
    }
    const names = byName(store.names().filter((name) => name.startsWith(`${owner}/`)));
    return listed(
      url,
      names.map((full, index) => ({
        id: index,
        name: full.slice(owner.length + 1),
        package_type: "container",
        owner: { login: owner },
        version_count: 1,
        visibility: secluded.has(full) ? "private" : "public",
        created_at: "2025-01-01T00:00:00Z",
        updated_at: "2026-08-01T10:00:00Z",
        html_url: `https://github.com/users/${owner}/packages/container/package/x`,
      })),
    );
  }

  return { host: "api.github.com", handle: answer };
}

function versionsIn(tags: readonly ShelfTag[], untagged: number): readonly PackageVersion[] {
  const versions = new Map<string, { digest: string; pushed: number; tags: string[] }>();
  for (const { name, digest, pushed } of tags) {
    const version = versions.get(digest) ?? { digest, pushed, tags: [] };
    versions.set(digest, version);
    version.tags.push(name);
  }
  return [...versions.values()].flatMap((version) => [
    version,
    ...Array.from({ length: untagged }, (_, index) => ({
      digest: madeUpDigest(`${version.digest} ${index}`),
      pushed: version.pushed,
      tags: [],
    })),
  ]);
}

function versionEntry({ digest, pushed, tags }: PackageVersion, id: number): unknown {
  // The manifest came a day before its tags were moved there.
  const [created, updated] = [pushed - DAY, pushed]
    .map((time) => new Date(time).toISOString().replace(".000Z", "Z"));
  return {
    id,
    name: digest,
    url: `https://api.github.com/versions/${id}`,
    created_at: created,
    updated_at: updated,
    html_url: `https://github.com/versions/${id}`,
    metadata: { package_type: "container", container: { tags } },
  };
}

/** 30 without `per_page`, 100 at most, paged by Link. */
function listed(url: URL, entries: readonly unknown[]): Response {
  const asked = queryNumber(url.searchParams, "per_page") || 30;
  const size = Number.isNaN(asked) ? 30 : Math.min(asked, 100);
  const page = queryNumber(url.searchParams, "page") || 1;
  const part = numberedPage(entries, page, size);
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  const headers: Record<string, string> = part.hasMore ? { link: `<${next}>; rel="next"` } : {};
  return jsonAnswer(200, part.entries, { headers, type: "application/json; charset=utf-8" });
}

function message(status: number, text: string): Response {
  return jsonAnswer(status, { message: text, status: String(status) });
}
