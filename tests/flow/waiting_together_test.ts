import { assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { buildImage, buildIndex, distribution, simulateNetwork } from "../registry/mod.ts";
import { virtualClock } from "../virtual_clock.ts";

Deno.test("requests that wait for one host together take the patience of one", async () => {
  const images = Array.from({ length: 40 }, (_, at) => buildImage({ config: { author: `${at}` } }));
  const clock = virtualClock();
  let count = 0;
  const network = simulateNetwork(distribution({
    images: { app: { tags: { latest: buildIndex(images) } } },
    now: clock.wall,
    faults: ({ url }) =>
      url.includes("/manifests/sha256") && ++count === 3
        ? new Response("", { status: 429, headers: { "retry-after": "5" } })
        : undefined,
  }));
  const flow = openFlow({ clock, random: () => 0, fetch: network.fetch });
  assertEquals((await flow.inspect("registry.example/app")).images.length, 40);
  assertEquals(clock.now(), 5000);
});
