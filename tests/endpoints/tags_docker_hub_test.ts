import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { internet, json } from "../flow/internet.ts";
import { judge } from "../flow/invariants.ts";
import { type Run, runListing } from "../flow/run_listing.ts";
import { body, refused } from "../flow/faults.ts";

const TRUTH = Array.from({ length: 2500 }, (_, index) => `v${String(index).padStart(4, "0")}`);

/** How Docker Hub may fail to list all tags at once. */
const FAILURES: Readonly<Record<string, () => Response | Promise<Response>>> = {
  "504": () => refused(504),
  "500": () => refused(500),
  "503 with HTML": () => new Response("<html>", { status: 503 }),
  "503 and patience": () => refused(503, { "retry-after": "3" }),
  "408": () => refused(408),
  "no answer": () => new Promise(() => {}),
  "a stalled body": () => body('{"tags":["v0000"', "stalls"),
  "more than 16 MiB": () => new Response(new Uint8Array(17 << 20).fill(0x20)),
};

function hub(allAtOnce: (count: number) => Response | Promise<Response>): typeof fetch {
  let count = 0;
  return internet((url) => {
    if (url.host === "auth.docker.io") return json({ token: "t".repeat(20) });
    const n = Number(url.searchParams.get("n") ?? 0);
    if (n === 0) return allAtOnce(++count);
    const from = Number(url.searchParams.get("last") ?? 0);
    const link = { link: `<?n=${n}&last=${from + n}>; rel="next"` };
    return json({ tags: TRUTH.slice(from, from + n) }, from + n < TRUTH.length ? link : {});
  });
}

function queriesOf({ requests }: Run): string[] {
  return requests.filter(({ origin }) => origin === "https://registry-1.docker.io")
    .map(({ url }) => new URL(url).search);
}

const LAW = {
  canaries: [],
  tokenAudience: ["https://registry-1.docker.io"],
  truth: TRUTH,
  registry: "docker.io",
  adapter: "docker-hub",
};

for (const [name, failure] of Object.entries(FAILURES)) {
  Deno.test(`flow.tags() pages Docker Hub by 1000 after ${name}`, async () => {
    const run = await runListing("hexpm/elixir", hub(failure));
    judge(run, LAW);
    assertEquals(run.error, undefined);
    assertEquals(queriesOf(run), ["", "?n=1000", "?n=1000&last=1000", "?n=1000&last=2000"]);
    assert(run.elapsed <= 46_000, `${run.elapsed}`);
  });
}

Deno.test("flow.tags() asks Docker Hub for all at once again after a 429", async () => {
  const run = await runListing(
    "hexpm/elixir",
    hub((count) => count === 1 ? refused(429, { "retry-after": "2" }) : json({ tags: TRUTH })),
  );
  judge(run, LAW);
  assertEquals(queriesOf(run), ["", ""]);
});

Deno.test("flow.tags() asks Docker Hub by the wished page size, and does not fall back then", async () => {
  const run = await runListing("hexpm/elixir", hub(() => refused(504)), { pageSize: 2000 });
  judge(run, LAW);
  assertEquals(queriesOf(run), ["?n=2000", "?n=2000&last=2000"]);
});

Deno.test("flow.tags() gives up on Docker Hub where pages by 1000 fail as well", async () => {
  const run = await runListing(
    "hexpm/elixir",
    internet((url) =>
      url.host === "auth.docker.io" ? json({ token: "t".repeat(20) }) : refused(504)
    ),
  );
  judge(run, LAW);
  assert(run.error instanceof RegistryError);
  assertEquals(run.error.code, "unavailable");
  assertEquals(queriesOf(run), ["", ..."?n=1000 ".repeat(5).trim().split(" ")]);
});

Deno.test("flow.tags() leaves time for pages by 1000 where Docker Hub is silent and time is short", async () => {
  const run = await runListing("hexpm/elixir", hub(() => new Promise(() => {})), {
    flow: { timeout: 10_000 },
  });
  judge(run, LAW);
  assertEquals([run.error, Math.round(run.elapsed)], [undefined, 5000]);
});
