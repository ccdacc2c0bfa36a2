import { assert, assertEquals } from "@std/assert";
import { type Flow, type FlowOptions, openFlow } from "../../mod.ts";
import { internet } from "../flow/internet.ts";
import { LOGIN } from "../flow/houses.ts";
import { listing } from "../flow/asked.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";

/* An API that does not answer costs little time, however much is asked of it. */

interface World {
  readonly flow: Flow;
  readonly clock: VirtualClock;
  readonly warnings: readonly string[];
  /** What the API was asked. */
  readonly asked: readonly string[];
  /** Lists a repository with details; gives the milliseconds that it took. */
  list(repository: string): Promise<number>;
}

/** Docker Hub, whose API is `answer`. */
function openWorld(
  answer: (request: Request, clock: VirtualClock) => Promise<Response>,
  options: FlowOptions = {},
): World {
  const clock = virtualClock();
  const warnings: string[] = [];
  const asked: string[] = [];
  const flow = openFlow({
    clock,
    random: () => 0.5,
    ...options,
    onWarning: (message) => void warnings.push(message),
    fetch: internet(async ({ host, pathname }, request) => {
      if (host === "auth.docker.io") return Response.json({ token: "t" });
      if (host !== "hub.docker.com") return listing("1", "2");
      asked.push(pathname);
      return await answer(request, clock);
    }),
  });
  return {
    flow,
    clock,
    warnings,
    asked,
    async list(repository: string): Promise<number> {
      const started = clock.now();
      const tags = flow.tags(`docker.io/${repository}`, { details: true });
      assertEquals((await Array.fromAsync(tags)).map(({ name }) => String(name)), ["1", "2"]);
      return clock.now() - started;
    },
  };
}

async function silence({ signal }: Request, clock: VirtualClock): Promise<Response> {
  await clock.sleep(3_600_000, signal);
  throw new Error("it should have been given up");
}

for (const credentials of [undefined, () => LOGIN]) {
  const who = credentials === undefined ? "without a login" : "with a login";
  Deno.test(`an API that is silent holds one listing for 20 s, and the next for nothing: ${who}`, async () => {
    const { list, asked, warnings, clock } = openWorld(silence, credentials && { credentials });
    const first = await list("team/app");
    assert(first < 20_000, `${first} ms`);
    const before = asked.length;
    for (let at = 0; at < 20; at++) assertEquals(await list(`team/app${at}`), 0);
    assertEquals(asked.length, before);
    assertEquals(warnings.length, 1, warnings.join("\n"));
    // It may be back.
    await clock.sleep(300_000);
    await list("team/app");
    assert(asked.length > before);
  });
}

Deno.test("an API that answers with a status is asked again for the next repository", async () => {
  const { list, asked } = openWorld(() => Promise.resolve(new Response(null, { status: 501 })));
  await list("team/a");
  await list("team/b");
  assertEquals(asked.length, 2);
});

Deno.test("an API whose body drips is given up", async () => {
  const drip = (_: Request, clock: VirtualClock) =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          async pull(controller): Promise<void> {
            await clock.sleep(20_000);
            controller.enqueue(new Uint8Array([32]));
          },
        }),
      ),
    );
  const took = await openWorld(drip).list("team/app");
  assert(took <= 65_000, `${took} ms`);
});

Deno.test("an API that was silent is asked all the same where nothing else will do", async () => {
  let isBack = false;
  const { flow, list } = openWorld((request, clock) =>
    isBack
      ? Promise.resolve(Response.json({ count: 1, next: null, results: [{ name: "app" }] }))
      : silence(request, clock)
  );
  await list("team/app");
  isBack = true;
  const found = await Array.fromAsync(flow.repositories("docker.io", "team"));
  assertEquals(found.map(({ name }) => name), ["team/app"]);
});
