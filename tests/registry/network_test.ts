import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  badUtf8Answer,
  distribution,
  endlessAnswer,
  endlessPages,
  type Faults,
  gzipBombAnswer,
  htmlAnswer,
  listingAnswer,
  redirectAnswer,
  simulateNetwork,
  slowAnswer,
  truncatedAnswer,
} from "./mod.ts";

const list = "https://registry.example/v2/org/app/tags/list";

function answering(faults: Faults): typeof fetch {
  return simulateNetwork(distribution({ faults })).fetch;
}

Deno.test("simulateNetwork() rejects for a host that no registry has", async () => {
  const network = simulateNetwork(distribution());
  await assertRejects(() => network.fetch("https://attacker.test/v2/"), TypeError, "fetch failed");
  await assertRejects(() => network.fetch("https://registry.example:444/v2/"), TypeError);
  assertEquals(network.requests.length, 0);
});

Deno.test("simulateNetwork() records everything that was received", async () => {
  const network = simulateNetwork([distribution(), distribution({ host: "other.example:5000" })]);
  await network.fetch("https://other.example:5000/v2/?a=%20b", {
    method: "POST",
    headers: { authorization: "Bearer secret", "x-token": "1" },
    body: "text",
  });
  assertEquals(network.requests, [{
    host: "other.example:5000",
    method: "POST",
    url: "https://other.example:5000/v2/?a=%20b",
    headers: {
      authorization: "Bearer secret",
      "content-type": "text/plain;charset=UTF-8",
      "x-token": "1",
    },
    body: "text",
  }]);
  network.reset();
  assertEquals(network.requests, []);
});

Deno.test("simulateNetwork() gives up with the signal's reason on a handler that never answers", async () => {
  const silent = answering(() => new Promise(() => {}));
  await assertRejects(
    () => silent(list, { signal: AbortSignal.abort(new Error("early")) }),
    Error,
    "early",
  );
  const controller = new AbortController();
  const answer = silent(list, { signal: controller.signal });
  controller.abort(new Error("late"));
  await assertRejects(() => answer, Error, "late");
});

Deno.test("simulateNetwork() breaks a body off with the signal's reason", async () => {
  for (const make of [() => endlessAnswer("x"), () => slowAnswer([1], { every: Infinity })]) {
    const controller = new AbortController();
    const answer = await answering(make)(list, { signal: controller.signal });
    const reader = answer.body?.getReader();
    assertEquals((await reader?.read())?.done, false);
    controller.abort(new Error("enough"));
    await assertRejects(
      async () => {
        while (!(await reader?.read())?.done);
      },
      Error,
      "enough",
    );
  }
});

Deno.test("simulateNetwork() turns what a fault throws into a failed fetch", async () => {
  const failing = answering(() => Promise.reject(new Error("connection reset")));
  const error = await assertRejects(() => failing(list), TypeError, "fetch failed");
  assertStringIncludes(String(error.cause), "connection reset");
});

Deno.test("simulateNetwork() decodes gzip unless identity was asked for", async () => {
  const bomb = answering(() => gzipBombAnswer("org/app", 5_000_000));
  const decoded = await (await bomb(list)).text();
  assertEquals(decoded.length, 5_000_000 + '{"name":"org/app","tags":[]}'.length);
  const raw = await (await bomb(list, { headers: { "accept-encoding": "identity" } })).bytes();
  assert(raw.length < 10_000);
});

Deno.test("simulateNetwork() lets a gzip body be dropped half-way", async () => {
  const answer = await answering(() => gzipBombAnswer("org/app", 50_000_000))(list);
  const reader = answer.body?.getReader();
  await reader?.read();
  await reader?.cancel();
});

Deno.test("simulateNetwork() gives redirects back, and no body on HEAD", async () => {
  const moved = await answering(() => redirectAnswer("https://attacker.test/", 301))(list);
  assertEquals([moved.status, moved.headers.get("location")], [301, "https://attacker.test/"]);
  const head = await answering(() => htmlAnswer())(list, { method: "HEAD" });
  assertEquals([await head.text(), head.headers.get("content-length")], ["", "59"]);
  assertEquals(head.url, list);
});

Deno.test("faults count each path on its own", async () => {
  const fetch = answering((_, count) => count === 2 ? htmlAnswer(503) : undefined);
  const paths = ["", "", "?n=1"].map((query) => list + query).concat(
    "https://registry.example/v2/",
  );
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await fetch(path)).status);
  assertEquals(statuses, [404, 503, 404, 200]);
});

Deno.test("endlessPages() never comes to a page without a Link", async () => {
  const expected = {
    self: [["1.0", "1.1"], ["1.0", "1.1"], ["1.0", "1.1"]],
    cycle: [["1.0"], ["2.0"], ["1.0"]],
    "same-tags": [["1.0", "1.1"], ["1.0", "1.1"], ["1.0", "1.1"]],
    empty: [[], [], []],
    "one-tag": [["1.0.1"], ["1.0.2"], ["1.0.3"]],
  } as const;
  for (const how of Object.keys(expected) as (keyof typeof expected)[]) {
    const fetch = answering(endlessPages(how));
    const pages: unknown[] = [];
    let url = list;
    while (pages.length < 3) {
      const answer = await fetch(url);
      pages.push((await answer.json()).tags);
      const link = answer.headers.get("link") ?? "";
      url = new URL(link.slice(1, link.indexOf(">")), url).href;
    }
    assertEquals(pages, expected[how].map((page) => [...page]));
  }
});

Deno.test("broken bodies are broken", async () => {
  await assertRejects(async () => (await truncatedAnswer({ tags: ["1"] }, 9)).json(), SyntaxError);
  const bytes = await badUtf8Answer("x").bytes();
  assert(bytes.includes(0xff));
  assertEquals(await listingAnswer("x", [null, ""]).json(), { name: "x", tags: [null, ""] });
  assertEquals(await slowAnswer({ tags: [] }, { bytes: 4, every: 1 }).json(), { tags: [] });
});
