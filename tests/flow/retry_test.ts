import { assert, assertEquals } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import { START, virtualClock } from "../virtual_clock.ts";
import { body, broken, dateAt, refused } from "./faults.ts";
import { internet, json } from "./internet.ts";
import { judge } from "./invariants.ts";
import { type Run, runListing, type RunOptions } from "./run_listing.ts";

const LAW = { canaries: [], tokenAudience: [], registry: "registry.example", adapter: "spec" };

/** Answers each request by its number, from 1, and the rest with a list. */
async function list(
  answers: readonly (() => Response | Promise<Response>)[],
  options: RunOptions = {},
): Promise<Run> {
  let count = 0;
  const handle = internet(() => answers[count++]?.() ?? json({ tags: ["1"] }));
  const run = await runListing("registry.example/team/app", handle, options);
  judge(run, { ...LAW, truth: ["1"] });
  return run;
}

function timesOf({ requests }: Run): number[] {
  return requests.map(({ at }) => Math.round(at));
}

function errorOf({ error }: Run): RegistryError {
  assert(error instanceof RegistryError, String(error));
  return error;
}

/** Answers, and when each request is sent. `random` is 1, so that a wait has its whole length. */
const SCHEDULES: readonly (readonly [
  name: string,
  answers: readonly (() => Response | Promise<Response>)[],
  times: readonly number[],
])[] = [
  ["four 503", Array(4).fill(() => refused(503)), [0, 300, 900, 2100, 4500]],
  ["five 503", Array(5).fill(() => refused(503)), [0, 300, 900, 2100, 4500]],
  ["two refused connections", Array(9).fill(() => broken("Connection refused")), [0, 300]],
  ["two unknown names", Array(9).fill(() => broken("dns error: no record")), [0, 300]],
  ["resets", Array(9).fill(() => broken("connection reset")), [0, 300, 900, 2100, 4500]],
  ["Retry-After: 7", [() => refused(429, { "retry-after": "7" })], [0, 7000]],
  ["Retry-After: 0", [() => refused(429, { "retry-after": "0" })], [0, 0]],
  ["Retry-After: 60", [() => refused(503, { "retry-after": "60" })], [0, 60_000]],
  ["Retry-After: 61", [() => refused(503, { "retry-after": "61" })], [0]],
  [
    "Retry-After of 30 thrice",
    Array(3).fill(() => refused(429, { "retry-after": "30" })),
    [0, 30_000, 60_000],
  ],
  [
    "Retry-After that counts down",
    [20, 15, 10].map((seconds) => () => refused(429, { "retry-after": `${seconds}` })),
    [0, 20_000, 35_000, 45_000],
  ],
  ["no headers twice", Array(2).fill(() => new Promise(() => {})), [0, 15_300, 30_900]],
  ["a stalled body", [() => body("{", "stalls")], [0, 30_300]],
];

for (const [name, answers, times] of SCHEDULES) {
  Deno.test(`flow.tags() meets ${name} at ${times.join(", ")} ms`, async () => {
    const run = await list(answers, { flow: { random: () => 1 } });
    assertEquals(timesOf(run), times);
  });
}

Deno.test("flow.tags() spreads its waits over the whole span", async () => {
  const quick = await list(Array(4).fill(() => refused(503)), { flow: { random: () => 0 } });
  assertEquals(timesOf(quick), [0, 0, 0, 0, 0]);
});

Deno.test("flow.tags() sends as often as retries allows", async () => {
  for (const retries of [0, 1, 2, 7]) {
    const run = await list(Array(20).fill(() => refused(503)), {
      flow: { retries, random: () => 0.1 },
    });
    assertEquals(run.requests.length, retries + 1);
    assertEquals(errorOf(run).facts.attempts, retries + 1);
    assertEquals(errorOf(run).message.includes("attempts"), retries > 0);
  }
});

Deno.test("flow.tags() ends within its timeout, whatever is slow", async () => {
  const rows: Readonly<Record<string, () => Response | Promise<Response>>> = {
    headers: () => new Promise(() => {}),
    body: () => body("{", "stalls"),
    patience: () => refused(429, { "retry-after": "9" }),
  };
  for (const [name, answer] of Object.entries(rows)) {
    for (const timeout of [1, 500, 5000, 20_000, 100_000]) {
      const run = await list(Array(500).fill(answer), { flow: { timeout, retries: Infinity } });
      judge(run, { ...LAW, mostTime: timeout + 1, mostRequests: 400 });
      errorOf(run);
      assert(run.elapsed <= timeout + 1, `${name}: ${run.elapsed} of ${timeout}`);
    }
  }
});

Deno.test("flow.tags() ends a body of one byte every ten seconds at its timeout", async () => {
  const clock = virtualClock();
  const gone = new AbortController();
  const run = await runListing(
    "registry.example/team/app",
    internet(() =>
      new Response(
        new ReadableStream<Uint8Array<ArrayBuffer>>({
          async pull(controller): Promise<void> {
            await clock.sleep(10_000, gone.signal).catch(() => {});
            if (!gone.signal.aborted) controller.enqueue(Uint8Array.of(0x20));
          },
          cancel: () => gone.abort(),
        }, { highWaterMark: 0 }),
      )
    ),
    { clock },
  );
  judge(run, { ...LAW, mostTime: 900_001, mostRequests: 1 });
  assertEquals(errorOf(run).code, "unavailable");
  assert(run.elapsed >= 890_000);
});

Deno.test("flow.tags() tells at once when a limit beyond its patience ends", async () => {
  const rows: readonly (readonly [headers: Record<string, string>, until: number])[] = [
    [{ "retry-after": "3600" }, START + 3_600_000],
    [{ "retry-after": "2147484" }, START + 2_147_484_000],
    [{ "retry-after": dateAt(7200) }, START + 7_200_000],
    [{ "retry-after": dateAt(7200, 1e9), date: dateAt(0, 1e9) }, START + 7_200_000],
  ];
  for (const [headers, until] of rows) {
    const run = await list([() => refused(429, headers)]);
    assertEquals([run.requests.length, run.elapsed], [1, 0]);
    const { code, facts } = errorOf(run);
    assertEquals([code, facts.retryAt?.getTime(), facts.status], ["rate_limited", until, 429]);
    assert(facts.hint !== undefined);
  }
});

Deno.test("flow.tags() sends nothing to a host that asked another listing for patience", async () => {
  const clock = virtualClock();
  const sent: number[] = [];
  const flow = openFlow({
    clock,
    fetch: internet(() => {
      sent.push(clock.now());
      return sent.length === 1 ? refused(429, { "retry-after": "30" }) : json({ tags: ["1"] });
    }),
  });
  async function listAfter(ms: number, host: string): Promise<void> {
    await clock.sleep(ms);
    for await (const _ of flow.tags(`${host}/team/app`));
  }
  await Promise.all([
    listAfter(0, "registry.example"),
    ...Array.from({ length: 9 }, (_, index) => listAfter(1000 + index, "registry.example")),
    listAfter(5000, "other.example"),
  ]);
  assertEquals(sent.filter((at) => at < 30_000), [0, 5000]);
  assertEquals(sent.length, 12);
});

Deno.test("flow.tags() tells later listings of a limit beyond their patience without asking", async () => {
  const clock = virtualClock();
  let sent = 0;
  const flow = openFlow({
    clock,
    fetch: internet(() => {
      sent++;
      return refused(429, { "retry-after": "600" });
    }),
  });
  for (let round = 0; round < 3; round++) {
    try {
      for await (const _ of flow.tags("registry.example/team/app"));
      assert(false, "it was listed");
    } catch (error) {
      assert(error instanceof RegistryError, String(error));
      assertEquals([error.code, error.facts.retryAt?.getTime()], ["rate_limited", START + 600_000]);
    }
  }
  assertEquals(sent, 1);
});

for (const [hosts, ofOne, ofAll] of [[1, 6, 6], [3, 6, 18], [8, 6, 24]] as const) {
  Deno.test(`flow.tags() has at most ${ofAll} questions open for ${hosts} hosts`, async () => {
    const open = new Map<string, number>();
    let most = 0;
    let mostOfOne = 0;
    const clock = virtualClock();
    const flow = openFlow({
      clock,
      fetch: internet(async ({ host }) => {
        open.set(host, (open.get(host) ?? 0) + 1);
        most = Math.max(most, [...open.values()].reduce((a, b) => a + b));
        mostOfOne = Math.max(mostOfOne, open.get(host) ?? 0);
        await clock.sleep(100);
        open.set(host, (open.get(host) ?? 1) - 1);
        return json({ tags: [] });
      }),
    });
    await Promise.all(Array.from({ length: 120 }, async (_, index) => {
      const host = `r${Math.floor(index * hosts / 120)}.example`;
      for await (const _ of flow.tags(`${host}/team/app${index}`));
    }));
    assertEquals([mostOfOne, most], [ofOne, ofAll]);
  });
}
