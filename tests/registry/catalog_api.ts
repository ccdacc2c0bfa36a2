import { errorAnswer, jsonAnswer } from "./answer.ts";
import type { ContentStore } from "./content_store.ts";
import type { DistributionOptions } from "./distribution_options.ts";
import { byName, indexAfter, queryNumber, takePage } from "./paging.ts";
import { madeUpDigest, openTagShelf } from "./tag_shelf_api.ts";

/** The greatest `n` (`maxentries`); more is a 400, also in 2.8.3. */
const MOST = 1000;

/** `/v2/_catalog` of CNCF distribution: `registry/handlers/catalog.go`, v2.8.3 to v3.1.1. */
export function catalogAnswer(
  store: ContentStore,
  search: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const query = new URLSearchParams(search);
  const n = queryNumber(query, "n") ?? 100;
  if (Number.isNaN(n) || n === 0 || n > MOST) {
    return errorAnswer(400, {
      code: "PAGINATION_NUMBER_INVALID",
      message: "invalid number of results requested",
      detail: { n: query.get("n") },
    }, { headers });
  }
  const names = byName(store.names());
  const last = query.get("last");
  const page = takePage(names, last === null ? 0 : indexAfter(names, last), n);
  const ended = page.tags.at(-1);
  const link: Record<string, string> = page.next === undefined || ended === undefined
    ? {}
    : { link: `</v2/_catalog?last=${encodeURIComponent(ended)}&n=${n}>; rel="next"` };
  return jsonAnswer(200, { repositories: page.tags }, { headers: { ...headers, ...link } });
}

/** The challenge of the catalog: it asks for `registry:catalog:*`. */
export function askingForCatalog(refusal: Response): Response {
  const challenge = refusal.headers.get("www-authenticate");
  if (challenge?.startsWith("Bearer ")) {
    refusal.headers.set("www-authenticate", `${challenge},scope="registry:catalog:*"`);
  }
  return refusal;
}

/** The names below a name, without those below them. */
export function childrenOf(store: ContentStore, repository: string): readonly string[] {
  const below = store.names().filter((name) => name.startsWith(`${repository}/`));
  return [...new Set(below.map((name) => name.slice(repository.length + 1).split("/")[0] ?? ""))];
}

/**
 * A page of tags with `manifest`, as Artifact Registry adds it: by digest what is known of the page's tags, numbers as text
 * (ggcr google/list.go, 2026-08).
 */
export async function withManifestMap(
  response: Response,
  { store, repository, options }: {
    readonly store: ContentStore;
    readonly repository: string;
    readonly options: DistributionOptions;
  },
): Promise<Response> {
  if (options.manifestMap !== true || response.status !== 200) return response;
  const page: { readonly tags?: readonly unknown[] } = await response.json();
  const manifest: Record<string, { readonly tag: string[] }> = {};
  const shelf = openTagShelf(store);
  for (const tag of shelf.newestFirst(repository) ?? []) {
    if (!page.tags?.includes(tag.name)) continue;
    const known = manifest[tag.digest]?.tag;
    if (known !== undefined) {
      known.push(tag.name);
      continue;
    }
    manifest[tag.digest] = Object.assign({ tag: [tag.name] }, {
      imageSizeBytes: String(tag.size),
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      // An image that names no moment is told as built in 1970.
      timeCreatedMs: tag.isIndex ? "0" : String(tag.pushed - 1000),
      timeUploadedMs: String(tag.pushed),
    });
  }
  if (store.has(repository)) manifest[madeUpDigest(`${repository} without a tag`)] = { tag: [] };
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  const type = headers.get("content-type") ?? undefined;
  return jsonAnswer(200, { ...page, child: childrenOf(store, repository), manifest }, {
    headers,
    type,
  });
}
