import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../mod.ts";
import { internet, json } from "../flow/internet.ts";
import { judge } from "../flow/invariants.ts";
import { runListing } from "../flow/run_listing.ts";
import { virtualClock } from "../virtual_clock.ts";
import { ORIGIN, REFERENCE } from "./pages.ts";

/** A registry that was made up, and a reader of it. */
interface World {
  readonly tags: readonly string[];
  /** Entries that are no tags, and where they stand. */
  readonly noise: readonly (readonly [at: number, entry: unknown])[];
  /** The server's page, whatever is asked for; 0 takes the reader's wish. */
  readonly serverPage: number;
  readonly pageSize: number | undefined;
  readonly limit: number | undefined;
  /** Tags of the page before that are given again. */
  readonly repeats: number;
  /** Whether every page comes in reverse. */
  readonly reversed: boolean;
  readonly opaque: boolean;
  readonly linkOnLast: boolean;
  readonly refusesNumbers: boolean;
  readonly wantsToken: boolean;
  readonly expiresEvery: number;
  /** Faults, by the number of the request that they strike. */
  readonly faults: readonly (readonly [request: number, fault: FaultName])[];
}

const FAULTS = {
  "503": () => new Response("{}", { status: 503 }),
  "429": () => new Response("{}", { status: 429, headers: { "retry-after": "2" } }),
  "reset": () => Promise.reject(new Error("connection reset")),
  "cut": () => new Response('{"tags":["x'),
  "silence": () => new Promise<Response>(() => {}),
  "404": () => new Response("{}", { status: 404 }),
} as const;
type FaultName = keyof typeof FAULTS;

const tag = fc.oneof(
  fc.constantFrom("latest", "__proto__", "constructor", "1.0", "1.0-rc1", "_", "toString"),
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,9}$/),
);
const noise = fc.constantFrom<unknown>(null, "", "-x", "a/b", 7, {}, `sha256:${"a".repeat(64)}`);
const world: fc.Arbitrary<World> = fc.record({
  tags: fc.uniqueArray(tag, { maxLength: 40 }),
  noise: fc.array(fc.tuple(fc.nat(40), noise), { maxLength: 4 }),
  serverPage: fc.constantFrom(0, 1, 2, 5, 100),
  pageSize: fc.constantFrom(undefined, 1, 3, 10, 1000),
  limit: fc.constantFrom(undefined, undefined, undefined, 1, 5, 40),
  repeats: fc.nat(2),
  reversed: fc.boolean(),
  opaque: fc.boolean(),
  linkOnLast: fc.boolean(),
  refusesNumbers: fc.boolean(),
  wantsToken: fc.boolean(),
  expiresEvery: fc.constantFrom(0, 0, 3, 7),
  faults: fc.array(
    fc.tuple(fc.nat(30), fc.constantFrom(...Object.keys(FAULTS) as FaultName[])),
    { maxLength: 3 },
  ),
});

/** The answers of the world, by the specification and not by the client. */
function registryOf(model: World): typeof fetch {
  let requests = 0;
  let uses = 0;
  let serial = 0;
  let good = "";

  function list(query: URLSearchParams): Response {
    const n = query.get("n");
    if (n !== null && model.refusesNumbers && !query.has("at")) {
      return new Response("{}", { status: 400 });
    }
    const size = model.serverPage || Number(n ?? 0) || 1000;
    const cursor = query.get("at") ?? "0";
    const at = Number(model.opaque && query.has("at") ? atob(cursor) : cursor);
    const own = model.tags.slice(at, at + size);
    const again = model.tags.slice(Math.max(0, at - model.repeats), at);
    const dirt = model.noise.filter(([place]) => place >= at && place < at + size)
      .map(([, entry]) => entry);
    const entries = [...again, ...own, ...dirt];
    const isMore = at + size < model.tags.length || (model.linkOnLast && own.length > 0);
    const next = model.opaque ? encodeURIComponent(btoa(`${at + size}`)) : at + size;
    const link = isMore ? { link: `</v2/x?at=${next}&n=${n ?? ""}>; rel="next"` } : undefined;
    return json({ tags: model.reversed ? entries.reverse() : entries }, link);
  }

  return internet((url, request) => {
    const fault = model.faults.find(([number]) => number === requests)?.[1];
    requests++;
    if (fault !== undefined) return FAULTS[fault]();
    if (url.pathname === "/token") {
      uses = 0;
      good = `token-${++serial}`;
      return json({ token: good });
    }
    if (!model.wantsToken) return list(url.searchParams);
    const isExpired = model.expiresEvery > 0 && ++uses > model.expiresEvery;
    if (isExpired || request.headers.get("authorization") !== `Bearer ${good}`) {
      const headers = { "www-authenticate": `Bearer realm="${ORIGIN}/token"` };
      return new Response("{}", { status: 401, headers });
    }
    return list(url.searchParams);
  });
}

Deno.test("flow.tags() of any registry ends in its whole truth or in an error that says so", async () => {
  let ended = 0;
  let failed = 0;
  await fc.assert(
    fc.asyncProperty(world, async (model) => {
      const { pageSize, limit } = model;
      const run = await runListing(REFERENCE, registryOf(model), {
        pageSize,
        limit,
        clock: virtualClock(),
      });
      judge(run, {
        canaries: [],
        tokenAudience: [ORIGIN],
        truth: model.tags,
        limited: limit !== undefined,
        mostRequests: 200,
        registry: "registry.example",
        adapter: "spec",
      });
      const hopeless = model.faults.some(([, fault]) => fault === "404");
      if (run.error !== undefined) {
        failed++;
        assert(run.error instanceof RegistryError);
        assert(hopeless, `nothing was final, and it failed: ${run.error.message}`);
        return;
      }
      ended++;
      if (limit === undefined) return;
      assertEquals(run.tags.length, Math.min(limit, model.tags.length));
      if (run.complete) assertEquals([...run.tags].sort(), [...model.tags].sort());
    }),
    { numRuns: 1500 },
  );
  assert(ended > 500 && failed > 20, `${ended} ended and ${failed} failed: nothing was tried`);
});
