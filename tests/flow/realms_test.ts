import { assert, assertEquals } from "@std/assert";
import { LOGIN, passwordCanaries, READERS } from "./houses.ts";
import { challenged, internet, json } from "./internet.ts";
import { judge, reasonOf } from "./invariants.ts";
import { type Run, runListing } from "./run_listing.ts";
import { inHeader, LOCAL_NAMES, type PointedAt, TARGETS } from "./targets.ts";

const ORIGIN = "https://registry.example";
const WHO = ["anonymous", "alice", "identity"] as const;
const GOOD = `Bearer realm="${ORIGIN}/token",service="s"`;
const PAGES = [["1", "2"], ["3", "4"], ["5", "6"]];

/** How the hostile challenge comes. */
const MANNERS = ["alone", "first of two", "second of two", "on page 3"] as const;

interface Case {
  readonly target: PointedAt;
  readonly manner: typeof MANNERS[number];
  readonly who: keyof typeof READERS;
}

function challengesOf({ target, manner }: Case): string[] {
  const hostile = `Bearer realm="${quoted(target.url)}",service="s"`;
  if (manner === "first of two") return [hostile, GOOD];
  return manner === "second of two" ? [GOOD, hostile] : [hostile];
}

function quoted(text: string): string {
  return inHeader(text.replaceAll("\\", "\\\\"));
}

/** Three pages behind a token; anybody else on the internet gives tokens to everybody. */
function registry(one: Case): typeof fetch {
  let challengedOnPage3 = false;
  return internet((url, request) => {
    const isListing = url.origin === ORIGIN && url.pathname === "/v2/team/app/tags/list";
    if (!isListing) return json({ token: `t-${btoa(url.host)}` });
    const page = Number(url.searchParams.get("page") ?? 0);
    if (!request.headers.has("authorization")) {
      return challenged(...(one.manner === "on page 3" ? [GOOD] : challengesOf(one)));
    }
    if (page === 2 && one.manner === "on page 3" && !challengedOnPage3) {
      challengedOnPage3 = true;
      return challenged(...challengesOf(one));
    }
    const link = page < 2 ? { link: `<?page=${page + 1}>; rel=next` } : undefined;
    return json({ tags: PAGES[page] }, link);
  });
}

async function run(one: Case): Promise<Run> {
  const result = await runListing("registry.example/team/app", registry(one), {
    flow: { credentials: READERS[one.who] },
  });
  judge(result, {
    canaries: passwordCanaries([ORIGIN]),
    tokenAudience: [ORIGIN],
    truth: PAGES.flat(),
    registry: "registry.example",
    adapter: "spec",
    mostRequests: 8,
  });
  return result;
}

function check(result: Run, { target, manner, who }: Case): void {
  const elsewhere = result.requests.filter(({ origin }) => origin !== ORIGIN);
  for (const { headers, url } of elsewhere) {
    assert(!("authorization" in headers), `authorization at ${url}`);
    assert(url.startsWith("https:"), url);
  }
  if (target.kind !== "public") assertEquals(elsewhere.map(({ url }) => url), []);
  if (manner === "alone") {
    assertEquals(result.error === undefined, target.kind !== "closed", String(result.error));
  }
  if (manner === "first of two" || manner === "second of two") {
    assertEquals(result.error, undefined);
    // The realm that may have the password is the better one, wherever it stands.
    if (who !== "anonymous") assertEquals(elsewhere.map(({ url }) => url), []);
  }
  const isWithheld = who !== "anonymous" && elsewhere.length > 0;
  assertEquals(result.warnings.length > 0, isWithheld, result.warnings.join());
}

function suite(name: string, targets: readonly PointedAt[]): void {
  const cases = targets.flatMap((target) =>
    MANNERS.flatMap((manner) => WHO.map((who): Case => ({ target, manner, who })))
  );
  Deno.test(`flow.tags() sends nothing astray for ${cases.length} ${name}`, async () => {
    const broken: string[] = [];
    for (const one of cases) {
      try {
        check(await run(one), one);
      } catch (error) {
        broken.push(`${one.target.url}, ${one.manner}, ${one.who}: ${reasonOf(error)}`);
      }
    }
    assertEquals(broken.slice(0, 12), [], `${broken.length} of ${cases.length}`);
  });
}

suite("realms", TARGETS);
suite("realms with names of this machine", LOCAL_NAMES);

Deno.test("flow.tags() gives the password to a realm on another host that is trusted", async () => {
  const realm = "https://auth.example:8443/token";
  const one: Case = { target: { url: realm, kind: "public" }, manner: "alone", who: "alice" };
  const trusted = await runListing("registry.example/team/app", registry(one), {
    flow: { credentials: () => LOGIN, trustedRealms: ["auth.example:8443"] },
  });
  const places = [ORIGIN, "https://auth.example:8443"];
  judge(trusted, {
    canaries: passwordCanaries(places),
    tokenAudience: [ORIGIN],
    truth: PAGES.flat(),
  });
  const asked = trusted.requests.find(({ origin }) => origin === "https://auth.example:8443");
  assert(asked?.headers.authorization?.startsWith("Basic "));
  assertEquals(trusted.warnings, []);
});

Deno.test("flow.tags() names the host and the flag where credentials are kept from a realm", async () => {
  const handle = internet((url) =>
    url.origin === ORIGIN
      ? challenged('Bearer realm="https://auth.example/token"')
      : new Response('{"errors":[{"code":"DENIED"}]}', { status: 401 })
  );
  const result = await runListing("registry.example/team/app", handle, {
    flow: { credentials: () => LOGIN },
  });
  judge(result, { canaries: passwordCanaries([ORIGIN]), tokenAudience: [ORIGIN] });
  assert(result.error instanceof Error && "facts" in result.error);
  assert(JSON.stringify(result.error.facts).includes("--trust-realm auth.example"));
  assert(result.error.message.includes("auth.example"));
});
