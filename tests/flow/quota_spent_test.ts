import { assertEquals, assertRejects } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import { buildImage, dockerHub, simulateNetwork } from "../registry/mod.ts";

Deno.test("flow.manifest() does not wait for pulls that come back in hours", async () => {
  const network = simulateNetwork(dockerHub({
    images: { "library/app": { tags: { latest: buildImage() } } },
    pullLimit: { limit: 100, used: 100 },
  }));
  const clock = virtualClock();
  const flow = openFlow({ fetch: network.fetch, clock });
  const error = await assertRejects(() => flow.manifest("app"), RegistryError);
  assertEquals([error.code, error.facts.attempts], ["rate_limited", 1]);
  const asked = network.requests.filter(({ url }) => url.includes("/manifests/"));
  assertEquals([asked.length, clock.now()], [1, 0]);
});
