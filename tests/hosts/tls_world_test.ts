import { assert, assertEquals, assertMatch } from "@std/assert";
import { distribution } from "../registry/mod.ts";
import { runCommand, type RunResult } from "../real/run_command.ts";
import { bareWith, ROOT } from "./programs.ts";
import { startTlsWorld, type TlsWorld } from "./tls_world.ts";

const HOST = "registry.example";
const TAGS_LIST = `https://${HOST}/v2/library/ubuntu/tags/list`;

Deno.test("startTlsWorld() serves a host under its own name", async () => {
  await using world: TlsWorld = await startTlsWorld(distribution());
  const run: RunResult = await fetchIn(world, [TAGS_LIST, `https://${HOST}/v2/`]);
  assertEquals([run.code, run.stdout], [0, "200 200\n"], run.stderr);
  assertEquals(world.requests.map(({ host, method, url }) => [host, method, url]), [
    [HOST, "GET", TAGS_LIST],
    [HOST, "GET", `https://${HOST}/v2/`],
  ]);
  assertEquals(world.connections, { [HOST]: 1 });
});

Deno.test("startTlsWorld() speaks HTTP/2 and HTTP/1.1", async () => {
  for (const [client, connections] of [["http2", 1], ["http1", 3]] as const) {
    await using world: TlsWorld = await startTlsWorld(distribution(), { latency: 20 });
    const run: RunResult = await fetchIn(world, [TAGS_LIST, TAGS_LIST, TAGS_LIST], { client });
    assertEquals([run.code, run.stdout], [0, "200 200 200\n"], run.stderr);
    assertEquals([world.connections, world.accepted], [{ [HOST]: connections }, connections]);
  }
});

Deno.test("startTlsWorld() refuses other hosts and other ports", async () => {
  await using world: TlsWorld = await startTlsWorld(distribution());
  const strangers = ["https://other.example/", `https://${HOST}:8443/`, `https://x.${HOST}/`];
  const run: RunResult = await fetchIn(world, strangers);
  assertEquals([run.code, run.stdout], [0, "failed failed failed\n"], run.stderr);
  assertEquals(world.refused, ["other.example:443", `${HOST}:8443`, `x.${HOST}:443`]);
  assertEquals([world.requests, world.connections], [[], {}]);
});

Deno.test("startTlsWorld() is not trusted by whoever was not told to", async () => {
  await using world: TlsWorld = await startTlsWorld(distribution());
  const run: RunResult = await fetchIn(world, [TAGS_LIST], { changed: { DENO_CERT: undefined } });
  assertEquals([run.code, run.stdout], [0, "failed\n"], run.stderr);
  assertEquals(world.requests, []);
});

Deno.test("startTlsWorld() wins over inherited proxy variables", async () => {
  await using world: TlsWorld = await startTlsWorld(distribution());
  const nowhere = "http://127.0.0.1:1";
  const inherited = {
    NO_PROXY: "*",
    no_proxy: `${HOST},.example`,
    https_proxy: nowhere,
    ALL_PROXY: nowhere,
    all_proxy: nowhere,
  };
  const run: RunResult = await fetchIn(world, [TAGS_LIST], {
    changed: { ...inherited, ...world.environment },
  });
  assertEquals([run.code, run.stdout], [0, "200\n"], run.stderr);
});

Deno.test("startTlsWorld() holds every answer back", async () => {
  await using world: TlsWorld = await startTlsWorld(distribution(), { latency: 150 });
  const started: number = performance.now();
  const run: RunResult = await fetchIn(world, [TAGS_LIST, TAGS_LIST]);
  assertEquals([run.code, run.stdout], [0, "200 200\n"], run.stderr);
  assert(performance.now() - started >= 300);
});

Deno.test("startTlsWorld() ends while a request waits", async () => {
  await using world: TlsWorld = await startTlsWorld(distribution(), { latency: 60_000 });
  let ended = false;
  const asked: Promise<RunResult> = fetchIn(world, [TAGS_LIST]).finally(() => ended = true);
  while (world.requests.length === 0 && !ended) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await world[Symbol.asyncDispose]();
  const run: RunResult = await asked;
  assertEquals([run.code, run.stdout], [0, "failed\n"], run.stderr);
});

/** How a process fetches. */
interface Fetching {
  /** Variables beside the two that it is told of the world. @default {} */
  readonly changed?: Readonly<Record<string, string | undefined>>;
  /**
   * `http1` and `http2` ask for everything at once, with a client that knows no other version; the usual one asks one by one.
   * @default "usual"
   */
  readonly client?: "usual" | "http1" | "http2";
}

/**
 * Fetches in a process of its own, since the variables of this one would count here too, and prints each status, or `failed`.
 */
async function fetchIn(
  world: TlsWorld,
  urls: readonly string[],
  { changed = {}, client = "usual" }: Fetching = {},
): Promise<RunResult> {
  const { HTTPS_PROXY, DENO_CERT } = world.environment;
  const code = `const [kind, ...urls] = Deno.args;
    const versions = { http1: kind === "http1", http2: kind === "http2" };
    const init = kind === "usual" ? {} : { client: Deno.createHttpClient(versions) };
    const status = (url) => fetch(url, init).then((r) => r.bytes().then(() => r.status)).catch(() => "failed");
    const seen = [];
    if (kind === "usual") for (const url of urls) seen.push(await status(url));
    else seen.push(...await Promise.all(urls.map(status)));
    await Deno.stdout.write(new TextEncoder().encode(seen.join(" ") + "\\n"));
    Deno.exit();`;
  const script = `data:text/javascript,${encodeURIComponent(code)}`;
  const run: RunResult = await runCommand(
    Deno.execPath(),
    ["run", "--no-prompt", "--allow-net", script, client, ...urls],
    { cwd: ROOT, env: bareWith({ HTTPS_PROXY, DENO_CERT, ...changed }) },
  );
  assertMatch(run.stdout, /\n$/, run.stderr);
  return run;
}
