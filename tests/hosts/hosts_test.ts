import { assertEquals } from "@std/assert";
import type { RunResult } from "../real/run_command.ts";
import { type ServedRegistry, serveRegistry } from "../registry/mod.ts";
import {
  apiText,
  type Example,
  EXAMPLES,
  manyTags,
  oldQuay,
  openExample,
  oracleExample,
  pushedTags,
  skopeoText,
} from "./examples.ts";
import { runTags, type TagsRun } from "./programs.ts";
import { startTlsWorld, type TlsWorld } from "./tls_world.ts";

for (const example of [...EXAMPLES, oldQuay]) {
  const { reference, open } = example;
  const name = open === oldQuay.open ? `${reference} of 2023` : reference;

  Deno.test(`tags --format api lists ${name}`, async () => {
    const tags: readonly string[] = pushedTags(example);
    await using world: TlsWorld = await startTlsWorld(openExample(example));
    await prints(apiText(example, tags), "api", example, world);
    assertEquals(world.requests.length, example.requests(tags.length));
    assertEquals(world.connections, eachOnce(example));
    assertEquals(world.refused, []);
  });

  Deno.test(`tags --format skopeo lists ${name}`, async () => {
    await using world: TlsWorld = await startTlsWorld(openExample(example));
    await prints(skopeoText(example, pushedTags(example)), "skopeo", example, world);
  });
}

/** Around the ends of pages, and many of them. */
const SIZES: readonly (readonly [host: string, sizes: readonly number[]])[] = [
  ["registry-1.docker.io", [1, 5000]],
  ["ghcr.io", [1, 999, 1001, 2500]],
  ["quay.io", [1, 99, 101, 1234]],
  ["container-registry.oracle.com", [1, 3000]],
  ["public.ecr.aws", [1, 999, 1001, 2500]],
];

for (const [host, sizes] of SIZES) {
  for (const example of EXAMPLES.filter(({ hosts }) => hosts[0] === host)) {
    for (const size of sizes) {
      const count: number = example.requests(size);
      Deno.test(`tags sends ${count} requests on one connection for ${size} tags of ${host}`, async () => {
        const tags: readonly string[] = manyTags(size);
        await using world: TlsWorld = await startTlsWorld(openExample(example, tags));
        await prints(apiText(example, tags), "api", example, world);
        assertEquals(world.requests.length, count);
        assertEquals(world.connections, eachOnce(example));
      });
    }
  }
}

Deno.test("tags sends exactly as many requests when the last page is full", async () => {
  for (const [host, size] of [["ghcr.io", 1000], ["quay.io", 100], ["public.ecr.aws", 1000]]) {
    for (const example of EXAMPLES.filter(({ hosts }) => hosts[0] === host)) {
      const tags: readonly string[] = manyTags(Number(size));
      await using world: TlsWorld = await startTlsWorld(openExample(example, tags));
      const run: RunResult = await runTags(
        ["--format", "api", example.reference],
        asker(example, world),
      );
      assertEquals([run.code, run.stdout], [0, apiText(example, tags)], run.stderr);
      assertEquals(world.requests.length, example.requests(tags.length));
    }
  }
});

Deno.test("tags logs in with OCR_USERNAME and OCR_PASSWORD", async () => {
  const { user, reference } = oracleExample;
  await using world: TlsWorld = await startTlsWorld(openExample(oracleExample));
  const how: TagsRun = asker({ ...oracleExample, user: undefined }, world);
  const run: RunResult = await runTags(["--format", "api", reference], {
    ...how,
    environment: {
      ...how.environment,
      OCR_USERNAME: user?.username,
      OCR_PASSWORD: user?.password,
    },
  });
  const expected: string = apiText(oracleExample, pushedTags(oracleExample));
  assertEquals([run.code, run.stdout, run.stderr], [0, expected, ""]);
  assertEquals(world.requests.length, 2);
  assertEquals(world.connections, eachOnce(oracleExample));
});

for (const example of [...EXAMPLES, oldQuay]) {
  const { reference, open } = example;
  const name = open === oldQuay.open ? `${reference} of 2023` : reference;

  Deno.test(`tags --origin lists ${name} from another place`, async () => {
    await using served: ServedRegistry = await serveRegistry(openExample(example));
    const places: readonly string[] = Object.entries(served.origins)
      .flatMap(([host, origin]) => ["--origin", `${host}=${origin}`]);
    const run: RunResult = await runTags([...places, "--format", "api", reference], {
      net: Object.values(served.origins).map((origin) => new URL(origin).host),
      environment: {},
      user: example.user,
    });
    const expected: string = apiText(example, pushedTags(example));
    assertEquals([run.code, run.stdout, run.stderr], [0, expected, ""]);
  });
}

async function prints(
  expected: string,
  format: string,
  example: Example,
  world: TlsWorld,
): Promise<void> {
  const run: RunResult = await runTags(
    ["--format", format, example.reference],
    asker(example, world),
  );
  assertEquals([run.code, run.stdout, run.stderr], [0, expected, ""]);
}

/** The example's user with the example's hosts, who knows the world by two variables alone. */
function asker({ hosts, user }: Example, { environment }: TlsWorld): TagsRun {
  const { HTTPS_PROXY, DENO_CERT } = environment;
  return {
    net: hosts.map((host) => `${host}:443`),
    environment: { HTTPS_PROXY, DENO_CERT },
    user,
  };
}

function eachOnce({ hosts }: Example): Readonly<Record<string, number>> {
  return Object.fromEntries(hosts.map((host) => [host, 1]));
}
