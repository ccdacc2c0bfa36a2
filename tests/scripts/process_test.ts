import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

type Answer = (url: URL, closing: Promise<Response>) => Response | Promise<Response>;

/** The answer to `/v2/NAME/tags/list`, by name. */
const answers: Readonly<Record<string, Answer>> = {
  good: () => Response.json({ name: "good", tags: ["1", "2"] }),
  gone: () => new Response("{}", { status: 404 }),
  basic: () => new Response("", { status: 401, headers: { "www-authenticate": "Basic realm=x" } }),
  limited: () => new Response("", { status: 429 }),
  down: () => new Response("", { status: 503 }),
  garbage: () => Response.json({ tags: "no" }),
  broken: (url) => url.search === "" ? page("broken", 0) : new Response("", { status: 503 }),
  endless: (url) => page("endless", Number(url.searchParams.get("last") ?? 0)),
  hanging: (url, closing) => url.search === "" ? page("hanging", 0) : closing,
};

function page(name: string, last: number): Response {
  const tags = Array.from({ length: 100 }, (_, index) => `${name}-${last + index + 1}`);
  const link = `</v2/${name}/tags/list?last=${last + 100}>; rel="next"`;
  return Response.json({ name, tags }, { headers: { link } });
}

/** A registry on a socket, for one test. */
interface Served extends AsyncDisposable {
  readonly host: string;
}

function serve(): Served {
  const closing = Promise.withResolvers<Response>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const url = new URL(request.url);
    const name = url.pathname.split("/")[2] ?? "";
    return answers[name]?.(url, closing.promise) ?? new Response("", { status: 404 });
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      closing.resolve(new Response());
      await server.shutdown();
    },
  };
}

function start(script: string, words: readonly string[], net = "127.0.0.1"): Deno.ChildProcess {
  const flags = ["run", "--quiet", "--no-prompt", `--allow-net=${net}`, `scripts/${script}`];
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, ...words],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function finish(child: Deno.ChildProcess): Promise<Finished> {
  const { code, stdout, stderr } = await child.output();
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

const endings: readonly (readonly [name: string, code: number, stdout: RegExp])[] = [
  ["good", 0, /^1\n2\n$/],
  ["gone", 3, /^$/],
  ["basic", 4, /^$/],
  ["limited", 5, /^$/],
  ["down", 6, /^$/],
  ["broken", 7, /^broken-1\n(.*\n){98}broken-100\n$/],
  ["garbage", 8, /^$/],
];
for (const [name, code, stdout] of endings) {
  Deno.test(`scripts/tags.ts exits with ${code} when the repository is ${name}`, async () => {
    await using registry = serve();
    const words = ["tags", "--retries", "0", `${registry.host}/${name}`];
    const outcome = await finish(start("main.ts", words));
    assertEquals(outcome.code, code, outcome.stderr);
    assert(stdout.test(outcome.stdout), outcome.stdout);
    assertEquals(outcome.stderr.startsWith("portolan: Cannot list tags of"), code !== 0);
    assert(!/\n {4}at /.test(outcome.stderr), outcome.stderr);
  });
}

Deno.test("scripts/tags.ts exits with 2 on a mistake, and prints its help, alone too", async () => {
  const mistaken = await finish(start("tags.ts", ["--limit", "x", "a"]));
  assertEquals([mistaken.code, mistaken.stdout], [2, ""]);
  assertStringIncludes(mistaken.stderr, "usage: portolan tags");
  const helped = await finish(start("tags.ts", ["--help"]));
  assertEquals([helped.code, helped.stderr], [0, ""]);
});

Deno.test("scripts/tags.ts names the permission that it lacks, without a stack", async () => {
  await using registry = serve();
  const outcome = await finish(start("tags.ts", [`${registry.host}/good`], "other.example"));
  assert(outcome.code !== 0);
  assertStringIncludes(outcome.stderr, "--allow-net");
  assert(!/\n {4}at /.test(outcome.stderr), outcome.stderr);
});

Deno.test("scripts/tags.ts ends quietly when its reader has had enough", async () => {
  await using registry = serve();
  const child = start("tags.ts", [`${registry.host}/endless`]);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertStringIncludes(new TextDecoder().decode(value), "endless-1\n");
  await reader.cancel();
  const [stderr, { code }] = await Promise.all([child.stderr.text(), child.status]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test({
  name: "scripts/tags.ts exits with 130 on an interrupt, what was printed stays",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using registry = serve();
    const child = start("tags.ts", [`${registry.host}/hanging`]);
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assertStringIncludes(new TextDecoder().decode(value), "hanging-100\n");
    child.kill("SIGINT");
    const [stderr, { code }] = await Promise.all([child.stderr.text(), child.status]);
    assertEquals([code, stderr, (await reader.read()).done], [130, "", true]);
  },
});
