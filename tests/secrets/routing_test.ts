import { assert, assertEquals } from "@std/assert";
import { challenged, internet, json, redirected } from "../flow/internet.ts";
import { reasonOf } from "../flow/invariants.ts";
import { inHeader, LOCAL_NAMES, type PointedAt, TARGETS } from "../flow/targets.ts";
import { type Kind, kinds, ORIGIN } from "./kinds.ts";
import { type Errand, runCase } from "./run_case.ts";

/*
 * HOSTILE.md A1, A2, A3 and A7 for every kind of secret. Uploads and the `urls` of foreign layers (A4, A5) do
 * not exist in this program yet. A6 is in hosts_test.ts, A8 in answers_test.ts.
 */

/** Where the registry points a reader astray. */
interface Trap {
  readonly what: string;
  readonly errand: Errand;
  /** The answer to a request of the registry; nothing for the usual one. */
  readonly answer: (url: URL, request: Request, target: string) => Response | undefined;
}

const GOOD = `Bearer realm="${ORIGIN}/auth",service="s"`;

const targets = TARGETS.length + LOCAL_NAMES.length;

function hostile(target: string): Response {
  return challenged(`Bearer realm="${inHeader(target.replaceAll("\\", "\\\\"))}",service="s"`);
}

function isMinted(request: Request): boolean {
  return request.headers.get("authorization") === "Bearer minted-by-the-registry";
}

const realms: readonly Trap[] = [
  {
    what: "the realm of a listing",
    errand: "listing",
    answer: (_, request, target) => isMinted(request) ? undefined : hostile(target),
  },
  {
    what: "the realm of page 2",
    errand: "listing",
    answer: (url, _, target) => url.searchParams.has("page") ? hostile(target) : undefined,
  },
  {
    what: "the realm at the door",
    errand: "door",
    answer: (_, request, target) => isMinted(request) ? undefined : hostile(target),
  },
];

const links: readonly Trap[] = [{
  what: "the Link of page 1",
  errand: "listing",
  answer: (url, request, target) =>
    isMinted(request) && url.pathname !== "/auth" && url.search === ""
      ? json({ tags: ["1"] }, { link: `<${inHeader(target)}>; rel="next"` })
      : undefined,
}];

function redirects(status: number): readonly Trap[] {
  const away = (target: string): Response => redirected(status, inHeader(target));
  return [
    {
      what: `${status} of a listing`,
      errand: "listing",
      answer: (url, request, target) =>
        isMinted(request) && url.pathname !== "/auth" ? away(target) : undefined,
    },
    {
      what: `${status} of a listing before anybody is asked for a token`,
      errand: "listing",
      answer: (url, _, target) => url.pathname === "/auth" ? undefined : away(target),
    },
    {
      what: `${status} of page 2`,
      errand: "listing",
      answer: (url, _, target) => url.searchParams.has("page") ? away(target) : undefined,
    },
    {
      what: `${status} of the door`,
      errand: "door",
      answer: (url, _, target) => url.pathname === "/auth" ? undefined : away(target),
    },
    ...(["listing", "door"] as const).map((errand): Trap => ({
      what: `${status} of the token endpoint for a ${errand}`,
      errand,
      answer: (url, _, target) => url.pathname === "/auth" ? away(target) : undefined,
    })),
  ];
}

/** The registry with its trap, and everybody else, who asks for whatever a reader may have. */
function world(trap: Trap, { url: target }: PointedAt, onSprung: () => void): typeof fetch {
  return internet((url, request) => {
    if (url.origin !== ORIGIN) {
      if (url.pathname === "/token") return json({ token: "minted-elsewhere-0123456789" });
      return challenged(`Bearer realm="${url.origin}/token"`, 'Basic realm="x"');
    }
    const trapped = trap.answer(url, request, target);
    if (trapped !== undefined) {
      onSprung();
      return trapped;
    }
    if (url.pathname === "/auth") return json({ token: "minted-by-the-registry" });
    if (!isMinted(request)) return challenged(GOOD);
    const isLast = url.searchParams.has("page");
    return json({ tags: [isLast ? "2" : "1"] }, isLast ? {} : { link: "<?page=2>; rel=next" });
  });
}

async function broken(traps: readonly Trap[], kind: Kind): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const trap of traps) {
    let sprung = 0;
    for (const target of [...TARGETS, ...LOCAL_NAMES]) {
      try {
        const run = await runCase(trap.errand, kind, world(trap, target, () => sprung++));
        const strays = run.requests.filter(({ origin }) => origin !== ORIGIN);
        if (target.kind !== "public") assertEquals(strays.map(({ url }) => url), []);
        assert(run.requests.length > 0, "nothing was asked");
      } catch (error) {
        failures.push(`${trap.what} to ${target.url}: ${reasonOf(error)}`);
      }
    }
    if (sprung < targets) failures.push(`${trap.what}: only ${sprung} were led astray`);
  }
  return failures;
}

const groups: Readonly<Record<string, readonly Trap[]>> = {
  realms,
  links,
  redirects: [301, 302, 303, 307, 308].flatMap(redirects),
};

for (const [name, traps] of Object.entries(groups)) {
  for (const kind of kinds) {
    Deno.test(`${kind} goes nowhere astray by ${traps.length * targets} ${name}`, async () => {
      const failures = await broken(traps, kind);
      assertEquals(failures.slice(0, 8), [], `${failures.length} of ${traps.length * targets}`);
    });
  }
}

Deno.test("the table of secret routing has at least 1,000 cases", () => {
  const traps = Object.values(groups).flat().length;
  assert(traps * targets * kinds.length >= 1000, `${traps * targets * kinds.length}`);
});
