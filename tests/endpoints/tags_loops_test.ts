import { assert, assertEquals } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import { internet, json } from "../flow/internet.ts";
import { judge } from "../flow/invariants.ts";
import type { Run } from "../flow/run_listing.ts";
import { law, listPages, type Page } from "./pages.ts";

/** Registries whose listing has no end. */
const LOOPS: Readonly<Record<string, (query: string, count: number) => Page>> = {
  "a page that names itself": (query) => ({ tags: ["1"], next: query }),
  "a page that names the first": () => ({ tags: ["1", "2"], next: "" }),
  "two pages that name each other": (query) =>
    query === "b" ? { tags: ["2"], next: "a" } : { tags: ["1"], next: "b" },
  "a fresh cursor and the same tags": (_, count) => ({ tags: ["1", "2"], next: `c=${count}` }),
  "a fresh cursor and no tags after the first page": (_, count) =>
    count === 1 ? { tags: ["1"], next: "c=1" } : { tags: [], next: `c=${count}` },
  "a fresh cursor and nothing but invalid tags": (_, count) => ({
    tags: count === 1 ? ["1"] : [`-${count}`, null, ""],
    next: `c=${count}`,
  }),
  "null and a fresh cursor": (_, count) =>
    count === 1 ? { tags: ["1"], next: "c=1" } : { tags: null, next: `c=${count}` },
};

for (const [name, pages] of Object.entries(LOOPS)) {
  Deno.test(`flow.tags() throws incomplete for ${name}`, async () => {
    const run = await listPages(pages);
    judge(run, law([], { mostRequests: 6 }));
    assertEquals(codeOf(run), "incomplete");
  });
}

Deno.test("flow.tags() throws protocol for empty pages without end", async () => {
  const run = await listPages((_, count) => ({ tags: [], next: `c=${count}` }));
  judge(run, law([], { mostRequests: 4 }));
  assertEquals(codeOf(run), "protocol");
});

Deno.test("flow.tags() stops after 10000 pages of one tag each", async () => {
  const run = await listPages((_, count) => ({ tags: [`t${count}`], next: `c=${count}` }));
  judge(run, law([], { mostRequests: 10_000 }));
  assertEquals(codeOf(run), "incomplete");
  assertEquals(run.tags.length, 10_000);
});

Deno.test("flow.tags() takes two pages without news before another with some", async () => {
  const pages: Page[] = [
    { tags: ["1"], next: "a" },
    { tags: [], next: "b" },
    { tags: ["1"], next: "c" },
    { tags: ["2"] },
  ];
  const run = await listPages((_, count) => pages[count - 1] ?? { tags: [] });
  judge(run, law(["1", "2"]));
  assertEquals(run.error, undefined);
});

Deno.test("flow.tags() ends at an empty page behind a Link on the last one", async () => {
  const run = await listPages((query) =>
    query === "" ? { tags: ["1"], next: "last=1" } : { tags: [] }
  );
  judge(run, law(["1"], { mostRequests: 2 }));
  assertEquals(run.error, undefined);
});

Deno.test("flow.tags() throws incomplete where a page after the first fails", async () => {
  for (const status of [404, 400, 403, 410, 500]) {
    const run = await listPages((query) =>
      query === "" ? { tags: ["1"], next: "a" } : new Response("{}", { status })
    );
    judge(run, law([]));
    assert(run.error instanceof RegistryError);
    assertEquals([run.error.code, run.error.facts.status], ["incomplete", status]);
    assert(run.error.message.includes("after 1 tags"), run.error.message);
  }
});

Deno.test("flow.tags() lists a million tags in less than 256 MiB", async () => {
  const size = 10_000;
  let asked = 0;
  const flow = openFlow({
    fetch: internet(() => {
      const tags = Array.from({ length: size }, (_, index) => `v${asked}.${index}`);
      const link = { link: `<?c=${asked}>; rel="next"` };
      return json({ tags }, ++asked < 100 ? link : {});
    }),
  });
  const before = Deno.memoryUsage().heapUsed;
  let most = 0;
  let count = 0;
  const listing = flow.tags("registry.example/team/app");
  for await (const page of listing.pages()) {
    count += page.length;
    most = Math.max(most, Deno.memoryUsage().heapUsed - before);
  }
  assertEquals([count, listing.complete], [1_000_000, true]);
  assert(most < 256 << 20, `${Math.round(most / (1 << 20))} MiB`);
});

Deno.test("flow.tags() throws incomplete for more than a million tags", async () => {
  const size = 50_000;
  const run = await listPages((_, count) => ({
    tags: Array.from({ length: size }, (_, index) => `v${count}.${index}`),
    next: `c=${count}`,
  }));
  judge(run, law([]));
  assertEquals(codeOf(run), "incomplete");
  assert(run.tags.length <= 1_000_000 + size);
});

Deno.test("flow.tags() throws too_large for a page of more than 16 MiB, however it is packed", async () => {
  const chunk = new Uint8Array(1 << 20).fill(0x20);
  let given = 0;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      given++;
      controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
  const run = await listPages(() => new Response(endless));
  judge(run, law([], { mostRequests: 1 }));
  assertEquals(codeOf(run), "too_large");
  assert(given <= 19, `${given} MiB were read`);
});

function codeOf(run: Run): string | undefined {
  return run.error instanceof RegistryError ? run.error.code : String(run.error);
}
