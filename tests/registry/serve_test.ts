import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  cutServer,
  distribution,
  dockerHub,
  endlessAnswer,
  listingAnswer,
  rawAnswer,
  serveRegistry,
  slowAnswer,
} from "./mod.ts";

Deno.test("serveRegistry() serves each host and sees its own name in the URL", async () => {
  await using served = await serveRegistry(dockerHub());
  const origin = served.origins["registry-1.docker.io"];
  const auth = served.origins["auth.docker.io"];
  const answer = await fetch(`${origin}/v2/`);
  assertEquals(answer.status, 401);
  assertEquals(answer.headers.get("content-length"), "87");
  await answer.body?.cancel();
  const scope = "repository%3Alibrary%2Fubuntu%3Apull";
  const { token } = await (await fetch(`${auth}/token?scope=${scope}`)).json();
  const headers = { authorization: `Bearer ${token}` };
  const listed = await fetch(`${origin}/v2/library/ubuntu/tags/list?n=2`, { headers });
  assertEquals(
    listed.headers.get("link"),
    '</v2/library/ubuntu/tags/list?last=12.04&n=2>; rel="next"',
  );
  assertEquals((await listed.json()).tags, ["10.04", "12.04"]);
  assertEquals(served.requests.map((request) => request.url), [
    "https://registry-1.docker.io/v2/",
    `https://auth.docker.io/token?scope=${scope}`,
    "https://registry-1.docker.io/v2/library/ubuntu/tags/list?n=2",
  ]);
  assertEquals(served.requests[2]?.headers.authorization, `Bearer ${token}`);
});

Deno.test("serveRegistry() counts connections, of which requests in a row need one", async () => {
  await using served = await serveRegistry(distribution(), { latency: 20 });
  const url = `${served.origins["registry.example"]}/v2/`;
  const started = performance.now();
  for (let turn = 0; turn < 3; turn++) await (await fetch(url)).text();
  assert(performance.now() - started >= 55);
  assertEquals(served.connections, { "registry.example": 1 });
  await Promise.all([1, 2, 3].map(async () => (await fetch(url)).text()));
  assertEquals(served.connections, { "registry.example": 3 });
});

Deno.test("serveRegistry() rewrites where to go for clients that cannot be told", async () => {
  const realm = "auth.example/token";
  const registry = distribution({ auth: "token", realm });
  await using served = await serveRegistry(registry, { rewrite: true });
  const answer = await fetch(`${served.origins["registry.example"]}/v2/`);
  await answer.body?.cancel();
  assertEquals(
    answer.headers.get("www-authenticate"),
    `Bearer realm="${served.origins["auth.example"]}/token",service="registry.example"`,
  );
});

Deno.test("serveRegistry() sends several challenges as several headers", async () => {
  const registry = distribution({ auth: "token", challengeStyle: "two-headers" });
  await using served = await serveRegistry(registry);
  await using conn = await connect(served.origins["registry.example"]);
  await conn.write(
    new TextEncoder().encode("GET /v2/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
  );
  const text = await new Response(conn.readable).text();
  assertEquals(text.match(/^www-authenticate: /gim)?.length, 2);
});

Deno.test("serveRegistry() ends at once although answers are under way", async () => {
  const answers = [
    () => new Promise<Response>(() => {}),
    () => endlessAnswer("x"),
    () => slowAnswer({ tags: [] }, { every: Infinity }),
  ];
  for (const faults of answers) {
    const served = await serveRegistry(distribution({ faults }));
    const asked = fetch(`${served.origins["registry.example"]}/v2/`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const started = performance.now();
    await Promise.all([
      served[Symbol.asyncDispose](),
      asked.then((answer) => answer.body?.cancel()).catch(() => {}),
    ]);
    assert(performance.now() - started < 1000);
  }
});

Deno.test("cutServer() ends an answer after any byte, in each way", async () => {
  const bytes = await rawAnswer(listingAnswer("org/app", ["1.0", "1.1"]));
  async function outcome(offset: number, how: "close" | "reset" | "stall"): Promise<string> {
    await using server = cutServer(bytes, offset, how);
    const asked = fetch(server.origin, { signal: AbortSignal.timeout(100) });
    const read = asked.then((answer) => answer.text());
    return await read.catch((error) => `${error.name}: ${error.message}`);
  }
  const whole = '{"name":"org/app","tags":["1.0","1.1"]}\n';
  assertEquals(await outcome(bytes.length, "close"), whole);
  assertEquals(
    await outcome(10, "stall"),
    "TimeoutError: The operation was aborted due to timeout",
  );
  for (const how of ["close", "reset"] as const) {
    for (const offset of [0, 10, bytes.length - 1]) {
      assert((await outcome(offset, how)).startsWith("TypeError"), `${how} at ${offset}`);
    }
  }
});

Deno.test("cutServer() counts the connections", async () => {
  await using server = cutServer(new Uint8Array(), 0, "close");
  await assertRejects(() => fetch(server.origin), TypeError);
  assert(server.connections >= 1);
});

async function connect(origin: string | undefined): Promise<Deno.TcpConn & AsyncDisposable> {
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(origin ?? "").port),
  });
  return Object.assign(conn, { [Symbol.asyncDispose]: (): Promise<void> => Promise.resolve() });
}
