import { internet, json } from "../flow/internet.ts";
import type { Law } from "../flow/invariants.ts";
import { type Run, runListing, type RunOptions } from "../flow/run_listing.ts";

/** Where the listings of these tests are. */
export const ORIGIN = "https://registry.example";
/** What is listed. */
export const REFERENCE = "registry.example/team/app";

/** What every one of these runs is judged by, and its truth. */
export function law(truth: readonly string[], more: Partial<Law> = {}): Law {
  return {
    canaries: [],
    tokenAudience: [],
    truth,
    registry: "registry.example",
    adapter: "spec",
    ...more,
  };
}

/** One page: its entries, and the query of the next one. */
export interface Page {
  readonly tags: unknown;
  readonly next?: string;
}

/** Lists what an open registry answers by the query of the question, from `""` on. */
export async function listPages(
  pages: (query: string, count: number) => Page | Response,
  options: RunOptions = {},
): Promise<Run> {
  let count = 0;
  return await runListing(
    REFERENCE,
    internet((url) => {
      const page = pages(url.search.slice(1), ++count);
      if (page instanceof Response) return page;
      const link = page.next === undefined ? undefined : { link: `<?${page.next}>; rel="next"` };
      return json({ name: "team/app", tags: page.tags }, link);
    }),
    options,
  );
}

/** Answers an error in the shape of the distribution spec. */
export function refusal(status: number, headers: HeadersInit = {}): Response {
  return new Response(JSON.stringify({ errors: [{ code: "UNSUPPORTED", message: "no" }] }), {
    status,
    headers,
  });
}
