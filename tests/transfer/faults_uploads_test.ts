import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import type { SimulatedHost } from "../registry/mod.ts";
import { amd64, type FaultRun, runFaultCase, TARGET } from "./fault_world.ts";

const STREAMED = amd64.blobs[2]?.digest ?? "";
const REFUSED: readonly (readonly [name: string, to: string])[] = [
  ["another host", "https://evil.example{path}"],
  ["another host without a scheme", "//evil.example{path}"],
  ["another host over http", "http://evil.example{path}"],
  ["the machine itself", "http://127.0.0.1{path}"],
  ["another port", `https://${TARGET}:8443{path}`],
  ["a name that begins alike", `https://${TARGET}.evil.example{path}`],
  ["a user", `https://someone:pass@${TARGET}{path}`],
  ["a user that looks like the host", `https://${TARGET}@evil.example{path}`],
  ["a file", "file:///etc/passwd"],
  ["a data URL", "data:text/plain,x"],
  ["a blob URL", `blob:https://${TARGET}{path}`],
  ["backslashes", "\\\\evil.example\\x"],
  ["nothing", ""],
  ["what is no URL", "https://[::1{path}"],
];

for (const method of ["POST", "PATCH"]) {
  Deno.test(`copy() sends nothing where the Location of ${method} leads astray`, async (t) => {
    for (const [name, to] of REFUSED) {
      await t.step(name, async () => {
        const run = await runFaultCase({
          target: [{
            on: method === "POST" ? "uploads" : "upload",
            method,
            does: { kind: "location", to },
          }],
          others: evil(),
          copy: method === "PATCH" ? { chunk: 400_000 } : {},
        });
        assert(run.error instanceof RegistryError, "it was followed");
        assert(["blocked", "protocol"].includes(run.error.code), run.error.message);
        assertEquals(run.error.facts.side, "destination");
        assertEquals(hostsOf(run), ["source.example", TARGET]);
      });
    }
  });
}

Deno.test("copy() stays with TLS where a Location names the host over http", async () => {
  const run = await runFaultCase({
    target: [{
      on: "uploads",
      method: "POST",
      does: { kind: "location", to: `http://${TARGET}{path}` },
    }],
  });
  assertEquals(run.error, undefined);
  assert(run.network.requests.every(({ url }) => url.startsWith("https://")));
});

Deno.test("copy() gives up an upload that is sent to another repository", async () => {
  const to = `https://${TARGET}/v2/other/app/blobs/uploads/1?_state=x`;
  const run = await runFaultCase({
    target: [{ on: "uploads", method: "POST", does: { kind: "location", to } }],
  });
  assert(run.error instanceof RegistryError);
  assertEquals(run.error.facts.side, "destination");
});

Deno.test("copy() renews a token that runs out between two chunks", async () => {
  const run = await runFaultCase({
    targetOptions: { expiresIn: 300, lifetime: 60 },
    pause: 10_000,
    copy: { chunk: 200_000 },
  });
  assertEquals(run.error, undefined);
  assert(run.elapsed > 120_000);
});

Deno.test("copy() renews a token that ran out while a blob was on its way", async () => {
  const run = await runFaultCase({
    target: [{
      on: "upload",
      method: "PUT",
      times: 1,
      does: {
        kind: "answer",
        answer: () =>
          new Response(null, {
            status: 401,
            headers: {
              "www-authenticate":
                `Bearer realm="https://${TARGET}/token",service="${TARGET}",scope="repository:team/app:pull,push",error="invalid_token"`,
            },
          }),
      },
    }],
  });
  assertEquals(run.error, undefined);
});

for (const chunk of [undefined, 200_000]) {
  const how = chunk === undefined ? "whole" : "in chunks";
  Deno.test(`copy() takes longer than a verb may where bytes keep coming, ${how}`, async () => {
    const run = await runFaultCase({
      pause: 20_000,
      flow: { timeout: 60_000 },
      copy: { chunk },
      // After a long upload too there is time for another try.
      target: [{
        on: "upload",
        method: "PUT",
        times: 1,
        does: chunk === undefined ? { kind: "request-cut", at: 1_000_000 } : { kind: "lost" },
      }],
    });
    assertEquals(run.error, undefined, String(run.error));
    assert(run.elapsed > 300_000);
  });
}

Deno.test("copy() does not wait for a source that stalls for ever", async () => {
  const run = await runFaultCase({
    source: [{ on: "blob", method: "GET", of: STREAMED, does: { kind: "stalled", at: 70_000 } }],
  });
  assert(run.error instanceof RegistryError);
  assertEquals([run.error.code, run.error.facts.side], ["unavailable", "source"]);
});

Deno.test("copy() does not wait for a target that takes nothing", async () => {
  const run = await runFaultCase({
    target: [{ on: "upload", method: "PUT", does: { kind: "request-stalled", at: 0 } }],
  });
  assert(run.error instanceof RegistryError);
  assertEquals([run.error.code, run.error.facts.side], ["unavailable", "destination"]);
  const tries = run.network.requests.filter(({ method, url }) =>
    method === "PUT" && url.includes(STREAMED)
  );
  assert(tries.length <= 3, `${tries.length} tries`);
});

Deno.test("copy() asks for no more than it may", async () => {
  for (const maxRequests of [1, 5, 20]) {
    const run = await runFaultCase({ copy: { maxRequests } });
    assert(run.error instanceof RegistryError);
    assertEquals(run.error.code, "incomplete");
    assert(run.exchanges.length <= maxRequests, `${run.exchanges.length} requests`);
  }
});

Deno.test("copy() throws the signal's reason, wherever it is when that comes", async () => {
  for (let after = 1; after < 40; after += 3) {
    const stop = new AbortController();
    let steps = 0;
    const reason = new Error("enough");
    const watch = () => ++steps === after && stop.abort(reason);
    const { error } = await runFaultCase({
      copy: { signal: stop.signal, onBytes: watch, onPlanned: watch },
      stops: reason,
    });
    if (stop.signal.aborted) assertEquals(error, reason);
  }
});

function hostsOf({ network }: FaultRun): readonly string[] {
  return [...new Set(network.requests.map(({ host }) => host))].sort();
}

/** Hosts that take whatever comes. */
function evil(): readonly SimulatedHost[] {
  return ["evil.example", "127.0.0.1", `${TARGET}:8443`, `${TARGET}.evil.example`].map((host) => ({
    host,
    handle: () => new Response(null, { status: 201 }),
  }));
}

/** How an upload is answered, and how it is told. */
const REFUSALS: readonly (readonly [status: number, code: string, words: string])[] = [
  [403, "denied", "does not let the credentials write there"],
  [404, "not_found", "no such repository to write to"],
];
for (const [status, code, words] of REFUSALS) {
  Deno.test(`copy() says of an upload that is answered with ${status} that it is about writing`, async () => {
    const { error } = await runFaultCase({
      target: [{ on: "uploads", method: "POST", does: { kind: "status", status } }],
    });
    assert(error instanceof RegistryError);
    assertEquals([error.code, error.facts.side], [code, "destination"]);
    assertStringIncludes(error.message, words);
  });
}

Deno.test("copy() names the blob that the source has lost", async () => {
  const { error } = await runFaultCase({
    source: [{ on: "blob", of: STREAMED, does: { kind: "status", status: 404 } }],
  });
  assert(error instanceof RegistryError);
  assertStringIncludes(error.message, `there is no blob ${STREAMED}`);
  assertStringIncludes(error.facts.hint ?? "", "lost");
});

Deno.test("copy() hints at the registry that wants a login", async () => {
  const flow = openFlow({ fetch: () => Promise.resolve(new Response("{}", { status: 401 })) });
  const copying = () => flow.copy("a.example/x:1", "b.example/x:1");
  const { facts } = await assertRejects(copying, RegistryError);
  const host = facts.side === "source" ? "a.example" : "b.example";
  assertEquals(facts.hint, `A login helps: portolan login ${host} keeps one`);
});
