import { assert, assertEquals } from "@std/assert";
import { LOGIN, passwordCanaries, READERS } from "./houses.ts";
import { challenged, internet, json, redirected } from "./internet.ts";
import { judge, reasonOf } from "./invariants.ts";
import { type Run, runListing } from "./run_listing.ts";
import { inHeader, LOCAL_NAMES, type PointedAt, TARGETS } from "./targets.ts";

const ORIGIN = "https://registry.example";
const WHO = ["anonymous", "alice", "identity"] as const;
const LIST = "/v2/team/app/tags/list";
const STATUSES = [301, 302, 303, 307, 308] as const;

/** Who is redirected, and where. */
const SITUATIONS = ["token", "open", "page 2 with a token", "page 1 with a token"] as const;

interface Case {
  readonly target: PointedAt;
  readonly status: number;
  readonly situation: typeof SITUATIONS[number];
  readonly who: keyof typeof READERS;
}

function registry({ target, status, situation }: Case): typeof fetch {
  return internet((url, request) => {
    const away = (): Response => redirected(status, inHeader(target.url));
    if (url.origin !== ORIGIN) return json({ tags: ["elsewhere"] });
    // `/token` is where the targets on the registry's own origin lead.
    if (url.pathname === "/token") return json({ tags: ["home"] });
    if (url.pathname === "/auth") {
      return situation === "token" ? away() : json({ token: "t0k3n-x" });
    }
    if (url.pathname !== LIST) return new Response("", { status: 404 });
    if (situation === "open") return away();
    if (!request.headers.has("authorization")) {
      return challenged(`Bearer realm="${ORIGIN}/auth"`);
    }
    if (situation === "page 1 with a token" || url.search !== "") return away();
    return json({ tags: ["1"] }, { link: "<?page=2>; rel=next" });
  });
}

function check(result: Run, { target, situation, who }: Case): void {
  const elsewhere = result.requests.filter(({ origin }) => origin !== ORIGIN);
  for (const { headers } of elsewhere) assert(!("authorization" in headers));
  if (situation === "token") {
    assert(result.error !== undefined, "a token endpoint redirected");
    assertEquals(result.requests.length, 2, "a redirect of the token endpoint was followed");
    return;
  }
  const mayLeave = situation === "open" && who === "anonymous" && target.kind === "public";
  assertEquals(elsewhere.length, mayLeave ? 1 : 0, elsewhere.map(({ url }) => url).join());
  assertEquals(result.error === undefined, mayLeave || target.kind === "own", String(result.error));
}

function suite(name: string, targets: readonly PointedAt[]): void {
  const cases = targets.flatMap((target) =>
    STATUSES.flatMap((status) =>
      SITUATIONS.flatMap((situation) =>
        WHO.map((who): Case => ({ target, status, situation, who }))
      )
    )
  );
  Deno.test(`flow.tags() sends nothing astray for ${cases.length} ${name}`, async () => {
    const broken: string[] = [];
    for (const one of cases) {
      try {
        const result = await runListing("registry.example/team/app", registry(one), {
          flow: { credentials: READERS[one.who] },
        });
        judge(result, {
          canaries: passwordCanaries([ORIGIN]),
          tokenAudience: [ORIGIN],
          registry: "registry.example",
          mostRequests: 6,
        });
        check(result, one);
      } catch (error) {
        const { target, status, situation, who } = one;
        broken.push(`${status} ${target.url}, ${situation}, ${who}: ${reasonOf(error)}`);
      }
    }
    assertEquals(broken.slice(0, 12), [], `${broken.length} of ${cases.length}`);
  });
}

suite("redirects", TARGETS);
suite("redirects to names of this machine", LOCAL_NAMES);

/** Answers by path; the visitor is open. */
function chain(paths: Readonly<Record<string, string>>): typeof fetch {
  return internet((url) => {
    const next = paths[url.href.replace(ORIGIN, "")];
    return next === undefined ? json({ tags: ["1"] }) : redirected(307, next);
  });
}

Deno.test("flow.tags() follows three redirects and not a fourth, and no loop", async () => {
  const chains: readonly (readonly [Record<string, string>, boolean])[] = [
    [{ [LIST]: "/a", "/a": "/b", "/b": "/c" }, true],
    [{ [LIST]: "/a", "/a": "/b", "/b": "/c", "/c": "/d" }, false],
    [{ [LIST]: LIST }, false],
    [{ [LIST]: "/a", "/a": LIST }, false],
  ];
  for (const [paths, succeeds] of chains) {
    const result = await runListing("registry.example/team/app", chain(paths));
    judge(result, { canaries: [], tokenAudience: [ORIGIN], truth: ["1"], mostRequests: 4 });
    assertEquals(result.error === undefined, succeeds, JSON.stringify(paths));
  }
});

Deno.test("flow.tags() refuses a redirect without Location, and a login of the host behind one", async () => {
  const bare = await runListing(
    "registry.example/team/app",
    internet(() => redirected(302)),
  );
  judge(bare, { canaries: [], tokenAudience: [], mostRequests: 1 });
  assert(bare.error !== undefined);
  const behind = await runListing(
    "registry.example/team/app",
    internet((url) =>
      url.origin === ORIGIN
        ? redirected(307, `https://mirror.example${url.pathname}`)
        : challenged('Bearer realm="https://mirror.example/token"', 'Basic realm="x"')
    ),
  );
  judge(behind, { canaries: [], tokenAudience: [], mostRequests: 2 });
  assert(behind.error !== undefined);
});

Deno.test("flow.tags() shows no signature of an address that it is redirected to", async () => {
  for (const who of ["anonymous", "alice"] as const) {
    const signed = "https://storage.example/list?X-Amz-Signature=s1gn3dQu3ryC4n4ry0123456789";
    const result = await runListing(
      "registry.example/team/app",
      internet((url) => url.origin === ORIGIN ? redirected(307, signed) : json({ tags: ["1"] })),
      { flow: who === "alice" ? { credentials: () => LOGIN } : {} },
    );
    judge(result, {
      canaries: [{
        what: "a signed query",
        value: "s1gn3dQu3ryC4n4ry0123456789",
        audience: ["https://storage.example"],
      }],
      tokenAudience: [ORIGIN],
    });
  }
});
