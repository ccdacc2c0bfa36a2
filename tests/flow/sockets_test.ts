import { assert, assertEquals } from "@std/assert";
import { type FlowOptions, openFlow, RegistryError } from "../../mod.ts";
import { type Conversation, gzip, serveRaw, write } from "./raw_server.ts";

const GOOD = '{"tags":["1.0","1.1"]}';
const OK = "HTTP/1.1 200 OK\r\nconnection: close\r\n";

interface Ending {
  readonly tags: readonly string[];
  readonly error: unknown;
  readonly requests: number;
}

async function list(talk: Conversation, options: FlowOptions = {}): Promise<Ending> {
  await using server = serveRaw(talk);
  const flow = openFlow({
    origins: { "registry.example": server.origin },
    random: () => 0,
    retries: 2,
    ...options,
  });
  const tags: string[] = [];
  let error: unknown;
  try {
    for await (const { name } of flow.tags("registry.example/team/app")) tags.push(name);
  } catch (thrown) {
    error = thrown;
  }
  return { tags, error, requests: server.count() };
}

/** What is written the first time; the second time it is a good answer. */
const PASSING: Readonly<Record<string, (connection: Deno.TcpConn) => Promise<void>>> = {
  "17, nothing": () => Promise.resolve(),
  "17, half a status line": (connection) => write(connection, "HTTP/1."),
  "17, half of the headers": (connection) => write(connection, `${OK}content-le`),
  "18, half of a chunked body": (connection) =>
    write(connection, `${OK}transfer-encoding: chunked\r\n\r\n8\r\n{"tags":`),
  "20, half of a body without a length": (connection) => write(connection, `${OK}\r\n{"tags":["1.`),
  "20, no body and no length": (connection) => write(connection, `${OK}\r\n`),
  "21, less than Content-Length": (connection) =>
    write(connection, `${OK}content-length: 100\r\n\r\n${GOOD}`),
  "22, half a gzip": async (connection) => {
    const packed = await gzip(new TextEncoder().encode(GOOD));
    await write(connection, `${OK}content-encoding: gzip\r\n\r\n`);
    await write(connection, packed.subarray(0, packed.length - 12));
  },
  "22, a gzip with another sum": async (connection) => {
    const packed = await gzip(new TextEncoder().encode(GOOD));
    packed.fill(0x55, packed.length - 8, packed.length - 4);
    await write(connection, `${OK}content-encoding: gzip\r\n\r\n`);
    await write(connection, packed);
  },
  "58, a megabyte of header": (connection) =>
    write(connection, `${OK}x: ${"a".repeat(1 << 20)}\r\n\r\n${GOOD}`),
  "58, 500 headers": (connection) => write(connection, `${OK}${"x: y\r\n".repeat(500)}\r\n${GOOD}`),
};

for (const [name, talk] of Object.entries(PASSING)) {
  Deno.test(`flow.tags() tries again over a socket after row ${name}`, async () => {
    const ending = await list(async (connection, count) => {
      if (count === 1) return await talk(connection);
      await write(connection, `${OK}content-length: ${GOOD.length}\r\n\r\n${GOOD}`);
    });
    assertEquals(ending, { tags: ["1.0", "1.1"], error: undefined, requests: 2 });
  });

  Deno.test(`flow.tags() gives up over a socket after row ${name}`, async () => {
    const { error, tags } = await list(talk);
    assert(error instanceof RegistryError, String(error));
    assertEquals(tags, []);
    assert(["unavailable", "protocol"].includes(error.code), error.message);
    assertEquals([error.facts.registry, error.facts.attempts], ["registry.example", 3]);
  });
}

/** Answers that are good, however odd. */
const ODD: Readonly<Record<string, (connection: Deno.TcpConn) => Promise<void>>> = {
  "a body without a length": (connection) => write(connection, `${OK}\r\n${GOOD}`),
  "bytes behind the body (row 23)": (connection) =>
    write(connection, `${OK}content-length: ${GOOD.length}\r\n\r\n${GOOD}HTTP/1.1 200 OK\r\n\r\n`),
  "gzip": async (connection) => {
    await write(connection, `${OK}content-encoding: gzip\r\n\r\n`);
    await write(connection, await gzip(new TextEncoder().encode(GOOD)));
  },
  "early hints": (connection) =>
    write(connection, `HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=next\r\n\r\n${OK}\r\n${GOOD}`),
  "bytes one by one": async (connection) => {
    for (const byte of `${OK}\r\n${GOOD}`) await write(connection, byte);
  },
  "a Link of 300 KB without next": (connection) =>
    write(connection, `${OK}x-link: ${"<".repeat(300_000)}\r\n\r\n${GOOD}`),
};

for (const [name, talk] of Object.entries(ODD)) {
  Deno.test(`flow.tags() reads ${name} over a socket`, async () => {
    assertEquals(await list(talk), { tags: ["1.0", "1.1"], error: undefined, requests: 1 });
  });
}

Deno.test("flow.tags() stops a gzip bomb at the limit of a page", async () => {
  const bomb = await gzip(new Uint8Array(64 << 20).fill(0x20));
  const { error, requests } = await list(async (connection) => {
    await write(
      connection,
      `${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`,
    );
    await write(connection, bomb);
  });
  assert(error instanceof RegistryError);
  assertEquals([error.code, requests], ["too_large", 1]);
});

Deno.test("flow.tags() keeps only the beginning of an error body, and lets the rest go", async () => {
  let written = 0;
  const chunk = new Uint8Array(65_536).fill(0x78);
  const { error } = await list(async (connection) => {
    await write(connection, "HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n");
    while (written < 64 << 20) {
      await write(connection, chunk);
      written += chunk.length;
    }
  });
  assert(error instanceof RegistryError);
  assertEquals(error.code, "not_found");
  assert(written < 32 << 20, `${written} bytes were taken`);
});

Deno.test("flow.tags() ends a silent connection, a stalled body and a drip at its timeout", async () => {
  const stalls: readonly string[] = ["", `${OK}`, `${OK}content-length: 100\r\n\r\n{"tags"`];
  for (const start of stalls) {
    const started = performance.now();
    const { error } = await list(async (connection) => {
      await write(connection, start);
      while (start !== "") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await write(connection, start.endsWith("\n") ? "x" : " ");
      }
      await connection.read(new Uint8Array(1));
    }, { timeout: 250, retries: 0 });
    assert(error instanceof RegistryError, String(error));
    assertEquals(error.code, "unavailable");
    assert(performance.now() - started < 10_000);
  }
});

Deno.test("flow.tags() throws the signal's reason in the middle of a body on a socket", async () => {
  await using server = serveRaw(async (connection) => {
    await write(connection, `${OK}content-length: 100\r\n\r\n{"tags"`);
    await connection.read(new Uint8Array(1));
  });
  const flow = openFlow({ origins: { "registry.example": server.origin } });
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort("enough"), 50);
  try {
    for await (const _ of flow.tags("registry.example/a", { signal: controller.signal }));
    assert(false);
  } catch (error) {
    assertEquals(error, "enough");
  } finally {
    clearTimeout(timer);
  }
});

Deno.test("flow.tags() tries twice where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const attempts: number[] = [];
  const flow = openFlow({
    origins: { "registry.example": `http://127.0.0.1:${port}` },
    random: () => 0,
    onExchange: ({ attempt }) => void attempts.push(attempt),
  });
  try {
    for await (const _ of flow.tags("registry.example/team/app"));
    assert(false);
  } catch (error) {
    assert(error instanceof RegistryError);
    assertEquals([error.code, error.facts.attempts, attempts], ["unavailable", 2, [1, 2]]);
  }
});
