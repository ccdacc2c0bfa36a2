import { assertEquals } from "@std/assert";
import { LOGIN, passwordCanaries } from "./houses.ts";
import { challenged, internet, json } from "./internet.ts";
import { judge, reasonOf } from "./invariants.ts";
import { runListing } from "./run_listing.ts";
import { inHeader, LOCAL_NAMES, TARGETS } from "./targets.ts";

const ORIGIN = "https://registry.example";
const LIST = `${ORIGIN}/v2/team/app/tags/list`;

/** Targets of `Link`, each with the query that asks for the second page. */
const TRICKS: readonly string[] = [
  "/v2/team/app/tags/list",
  "https://attacker/v2/x/tags/list",
  "http://registry.example/v2/team/app/tags/list",
  "//attacker/x",
  "\\\\attacker\\x",
  "/\t/attacker/x",
  "/\\attacker/x",
  "https:attacker/x",
  "https:/attacker/x",
  "/v2/other/secret/tags/list",
  "/v2/%2e%2e/x",
  "/v2/../../x",
  "../../../other/tags/list",
  ";/x",
  "?x=1#",
  "https://user:word@registry.example/v2/team/app/tags/list",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "",
];

/** How a target stands in the header; `{}` is replaced by it. */
const HEADERS: readonly string[] = [
  '<{}>; rel="next"',
  "<{}>;rel=next",
  '<{}>; REL="NEXT"',
  '</v2/a?page=9>; rel="prev", <{}>; rel="next"',
  '<{}>; rel="prev next"',
  '<{}>; rel="next", <https://attacker/?page=7>; rel="next"',
];

/** Two pages; a question that is not one of ours is not answered. */
function registry(header: string, wantsToken: boolean): typeof fetch {
  return internet((url, request) => {
    if (url.pathname === "/token") return json({ token: "t0k3n-c4n4ry-0123456789" });
    if (wantsToken && !request.headers.has("authorization")) {
      return challenged(`Bearer realm="${ORIGIN}/token"`);
    }
    if (url.searchParams.get("page") === "2") return json({ tags: ["3"] });
    return json({ tags: ["1", "2"] }, { link: header });
  });
}

Deno.test("flow.tags() stays on its own address whatever Link says", async () => {
  const broken: string[] = [];
  const targets = [...TRICKS, ...[...TARGETS, ...LOCAL_NAMES].map(({ url }) => url)];
  let cases = 0;
  for (const target of targets) {
    for (const form of HEADERS) {
      for (const who of ["anonymous", "token", "alice"] as const) {
        cases++;
        const mark = target.includes("?") ? "&" : "?";
        const address = target.includes("#") ? target : `${target}${mark}page=2`;
        const header = inHeader(form.replace("{}", address));
        const run = await runListing(
          "registry.example/team/app",
          registry(header, who !== "anonymous"),
          {
            flow: who === "alice" ? { credentials: () => LOGIN } : {},
          },
        );
        try {
          judge(run, {
            canaries: passwordCanaries([ORIGIN]),
            tokenAudience: [ORIGIN],
            // A fragment hides the query, and the same page comes again.
            truth: target.includes("#") ? undefined : ["1", "2", "3"],
            mostRequests: 6,
          });
          const strays = run.requests.map(({ url }) => url.split("?")[0])
            .filter((address) => address !== LIST && address !== `${ORIGIN}/token`);
          assertEquals(strays, []);
        } catch (error) {
          broken.push(`${header}, ${who}: ${reasonOf(error)}`);
        }
      }
    }
  }
  assertEquals(broken.slice(0, 12), [], `${broken.length} of ${cases}`);
});

Deno.test("flow.tags() refuses a Link of more than 8 KiB, and takes one a little shorter", async () => {
  for (const [size, succeeds] of [[8000, true], [8300, false], [300_000, false]] as const) {
    const header = `<?page=2&x=${"a".repeat(size)}>; rel="next"`;
    const run = await runListing("registry.example/team/app", registry(header, false));
    judge(run, { canaries: [], tokenAudience: [], truth: ["1", "2", "3"] });
    assertEquals(run.error === undefined, succeeds, `${size}`);
  }
});
