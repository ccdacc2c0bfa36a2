import { assertEquals, assertRejects } from "@std/assert";
import { openFlow, RegistryError, type SelectOptions } from "../../mod.ts";
import {
  distribution,
  oracle,
  sampleContent,
  type SimulatedNetwork,
  simulateNetwork,
} from "../registry/mod.ts";

const HOST = "container-registry.oracle.com";
const JDK = `${HOST}/java/jdk`;

function open(network: SimulatedNetwork): ReturnType<typeof openFlow> {
  return openFlow({
    fetch: network.fetch,
    retries: 0,
    credentials: () => ({ username: "alice", password: "wonderland" }),
  });
}

const asked: readonly (readonly [options: SelectOptions | undefined, tags: string])[] = [
  [{ like: "21.0.1" }, "21.0.7"],
  [{ like: "21.0.1", newest: 3 }, "21.0.7 21.0.6 21.0.5"],
  [{ like: "1.8.0_371-oraclelinux8" }, "1.8.0_441-oraclelinux8"],
  [{ per: "major", variant: "none" }, "24.0.1 21.0.7 17.0.15 11.0.27 1.8.0_441"],
  [undefined, "24.0.1"],
];
for (const [options, tags] of asked) {
  Deno.test(`flow.latest() of java/jdk with ${JSON.stringify(options)} is ${tags}`, async () => {
    const network = simulateNetwork(oracle({ content: sampleContent() }));
    const found = await open(network).latest(JDK, options);
    assertEquals([...found].map(({ name }) => name as string), tags.split(" "));
  });
}

Deno.test("flow.latest() says shape and reason, and how many tags there are", async () => {
  const network = simulateNetwork(
    oracle({ content: { "java/jdk": ["1.0.0", "1.0.1", "latest"] } }),
  );
  const found = await open(network).latest(JDK);
  const { shape, reason, listed } = found;
  const why = "1.0.1: 2 releases have the shape #.#.#, the only shape without a variant";
  assertEquals([shape, reason, listed], ["#.#.#", why, 3]);
});

Deno.test("flow.latest() goes through every page, as large as is asked for", async () => {
  const tags = Array.from({ length: 25 }, (_, index) => `1.${index}.0`);
  const network = simulateNetwork(
    distribution({ content: { app: tags }, host: "registry.example" }),
  );
  const [newest] = await open(network).latest("registry.example/app", { pageSize: 10, limit: 1 });
  assertEquals(newest?.name as string, "1.24.0");
  assertEquals(network.requests.filter(({ url }) => url.includes("n=10")).length, 3);
});

Deno.test("flow.latest() throws where the list breaks off: a part has no latest", async () => {
  let pages = 0;
  const flow = openFlow({
    retries: 0,
    fetch: () => {
      if (pages++ > 0) return Promise.resolve(new Response("", { status: 503 }));
      const link = '</v2/app/tags/list?last=x>; rel="next"';
      return Promise.resolve(Response.json({ tags: ["1.0.0"] }, { headers: { link } }));
    },
  });
  const find = () => flow.latest("registry.example/app", { like: "1.0.0" });
  const error = await assertRejects(find, RegistryError);
  assertEquals([error.code, pages], ["incomplete", 2]);
});

Deno.test("flow.latest() refuses a reference to one image and options it cannot read, and asks nobody", async () => {
  let asks = 0;
  const flow = openFlow({ fetch: () => Promise.reject(new Error(`asked ${++asks}`)) });
  const error = await assertRejects(() => flow.latest("registry.example/app:1"), RegistryError);
  assertEquals(error.code, "reference_invalid");
  for (const options of [{ like: "latest" }, { newest: 0 }, { pageSize: 0 }, { range: "new" }]) {
    await assertRejects(() => flow.latest("registry.example/app", options), RangeError);
  }
  assertEquals(asks, 0);
});

Deno.test("flow.latest() ends with the signal's reason", async () => {
  const reason = new Error("enough");
  const flow = openFlow({ fetch: () => Promise.resolve(Response.json({ tags: ["1.0"] })) });
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() => flow.latest("registry.example/app", { signal }));
  assertEquals(error, reason);
});
