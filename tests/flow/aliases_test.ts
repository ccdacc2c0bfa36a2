import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Aliases,
  type AliasOptions,
  type FlowOptions,
  openFlow,
  RegistryError,
} from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  type DistributionOptions,
  type Faults,
  type SimulatedNetwork,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";

const one = buildIndex([buildImage(), buildImage({ platform: "linux/arm64" })]);
const two = buildImage({ layers: [{ "two.txt": "2" }] });
const REF = "registry.example/app";

/** Tags of a repository: those named point to `one`, all others to `two`. */
function pointing(names: string, others: string): Readonly<Record<string, TestManifest>> {
  const tags: Record<string, TestManifest> = {};
  for (const name of names.split(" ")) tags[name] = one;
  for (const name of others.split(" ").filter((name) => name !== "")) tags[name] ??= two;
  return tags;
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, at) => `1.${at}.0`).join(" ");
}

interface World {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  aliases(reference: string, options?: AliasOptions): Promise<Aliases>;
}

function world(
  tags: Readonly<Record<string, TestManifest>>,
  options: DistributionOptions & { readonly flow?: FlowOptions } = {},
): World {
  const { flow: flowOptions, ...habits } = options;
  const clock = virtualClock();
  const now = clock.wall;
  const network = simulateNetwork(distribution({ images: { app: { tags } }, now, ...habits }));
  const flow = openFlow({ clock, random: () => 0, fetch: network.fetch, ...flowOptions });
  return { clock, network, aliases: (reference, wishes) => flow.aliases(reference, wishes) };
}

/** `HEAD latest`, `GET tags`: the requests in order. */
function story({ requests }: SimulatedNetwork): string[] {
  return requests.map(({ method, url }) => `${method} ${new URL(url).pathname.split("/").at(-1)}`);
}

function names({ tags }: Aliases): string {
  return tags.map(({ name }) => name).join(" ");
}

Deno.test("aliases() asks a HEAD for each other tag, after one for the tag itself and the list", async () => {
  const { network, aliases } = world(pointing("latest 2.0.0", "1.0.0 1.1.0"));
  const found = await aliases(REF);
  assertEquals(names(found), "2.0.0");
  assertEquals([found.digest, found.mediaType], [one.digest, one.mediaType]);
  assertEquals([found.asked, found.candidates, found.complete], [3, 3, true]);
  assertEquals(found.shortfall, undefined);
  assertEquals(story(network), [
    "HEAD latest",
    "GET list",
    "HEAD 2.0.0",
    "HEAD 1.1.0",
    "HEAD 1.0.0",
  ]);
});

Deno.test("aliases() of a token registry asks for one token", async () => {
  const { network, aliases } = world(pointing("latest 1.0.0", numbered(30)), { auth: "token" });
  assertEquals(names(await aliases(REF)), "1.0.0");
  const asked = story(network);
  assertEquals(asked.filter((line) => line === "GET token").length, 1);
  assertEquals(asked.filter((line) => line.startsWith("HEAD ")).length, 32);
});

/** What is asked for, and the order in which the others are asked. */
const orders: readonly (readonly [reference: string, order: string])[] = [
  [REF, "edge 2.1.0 2024-01-02 sha-0123abc pr-1234-fix 2 2023-01-02 2.0.1 2.0"],
  [`${REF}:2.0.1`, "2.0 2 edge 2.1.0 2024-01-02 sha-0123abc latest 2023-01-02 pr-1234-fix"],
];
for (const [reference, order] of orders) {
  Deno.test(`aliases() of ${reference} asks the likely ones first`, async () => {
    const digestTag = one.digest.replace(":", "-");
    const tags = pointing(
      `latest ${digestTag} ${digestTag}.sig`,
      "2 2.0 2.0.1 2.1.0 pr-1234-fix edge 2023-01-02 2024-01-02 sha-0123abc",
    );
    const { network, aliases } = world(tags);
    await aliases(reference);
    assertEquals(
      story(network).slice(2).map((line) => line.slice("HEAD ".length)).join(" "),
      order,
    );
  });
}

Deno.test("aliases() gives channels, then the newest version first", async () => {
  const all = "v9 1.9.0 1.10.0 stable 2024-01-02 latest edge sha-0123abc 1.10";
  const { aliases } = world(pointing(all, "1.8.0"));
  const found = await aliases(`${REF}@${one.digest}`);
  assertEquals(names(found), "edge latest stable v9 1.10.0 1.10 1.9.0 2024-01-02 sha-0123abc");
});

Deno.test("aliases() of a tag with a digest asks the tag too", async () => {
  const { aliases } = world(pointing("b", "latest a"));
  assertEquals(names(await aliases(`${REF}:a@${one.digest}`)), "b");
  assertEquals(names(await aliases(`${REF}:a@${two.digest}`)), "a latest");
});

Deno.test("aliases() asks those that the selector chooses", async () => {
  const { network, aliases } = world(pointing("latest 2.0.0 1.0.0", numbered(200)));
  const found = await aliases(REF, { include: ["2.*"], exclude: ["*-rc*"] });
  assertEquals([names(found), found.candidates, found.complete], ["2.0.0", 1, true]);
  assertEquals(network.requests.length, 3);
});

Deno.test("aliases() never has more than 6 requests in flight", async () => {
  const { clock, network, aliases } = world(pointing("latest 1.0.0", numbered(150)), {
    faults: async (_, __, answer) => {
      await clock.sleep(100);
      return await answer();
    },
  });
  assert((await aliases(REF)).complete);
  assertEquals(network.traffic.mostInFlight(), 6);
});

Deno.test("aliases() sends as many requests as it may and not one more", async () => {
  for (const auth of ["none", "token"] as const) {
    for (const maxRequests of [4, 5, 6, 7, 8, 9, 10, 20, 30, 42, 43, 44, 45, 46, 47, 60]) {
      const options = { auth, defaultPage: 20 };
      const { network, aliases } = world(pointing("latest 1.39.0", numbered(40)), options);
      const found = await aliases(REF, { maxRequests });
      assertEquals(found.complete, found.shortfall === undefined);
      assertEquals(found.complete, maxRequests >= (auth === "token" ? 46 : 44), `${maxRequests}`);
      const { length } = network.requests;
      if (found.complete) assert(length <= maxRequests);
      else if (found.asked < found.candidates) assertEquals(length, maxRequests, `${maxRequests}`);
    }
  }
});

Deno.test("aliases() is an error where not even the list can be had with the requests", async () => {
  for (const maxRequests of [1, 2, 3]) {
    const { network, aliases } = world(pointing("latest", "1.0.0"), { auth: "token" });
    const error = await assertRejects(() => aliases(REF, { maxRequests }), RegistryError);
    assertEquals(error.code, "incomplete");
    assertEquals(network.requests.length, maxRequests);
  }
});

Deno.test("aliases() asks 200 times unless told otherwise, and says how many tags that were", async () => {
  const { network, aliases } = world(pointing("latest 1.299.0 1.1.0", numbered(299)));
  const found = await aliases(REF);
  assertEquals(network.requests.length, 200);
  assertEquals([names(found), found.asked, found.candidates], ["1.299.0", 198, 300]);
  assertEquals(found.complete, false);
  const { code, message, facts } = found.shortfall ?? {};
  assertEquals(code, "incomplete");
  assertEquals(
    message,
    'Cannot find the aliases of "registry.example/app:latest": asked 198 of 300 tags: ' +
      "it takes more than 200 requests",
  );
  assertEquals(facts?.hint, "--max-requests N allows more; fewer tags, as by --include, need less");
});

Deno.test("aliases() keeps half of the requests for the tags where the list is long", async () => {
  const { network, aliases } = world(pointing("latest 1.0.0", numbered(400)), { defaultPage: 2 });
  const found = await aliases(REF, { maxRequests: 40 });
  assertEquals(story(network).filter((line) => line === "GET list").length, 19);
  assertEquals([network.requests.length, found.asked, found.candidates], [40, 20, 38]);
  assertEquals(found.complete, false);
});

Deno.test("aliases() is complete where tags have vanished since they were listed", async () => {
  for (const manifestHead of ["answers", 404] as const) {
    const { network, aliases } = world(pointing("latest 2.0.0", "1.0.0"), {
      content: { app: ["gone", "3.0.0"] },
      habits: { manifestHead },
    });
    const found = await aliases(REF);
    assertEquals([names(found), found.complete, found.asked], ["2.0.0", true, 4]);
    assertEquals(network.requests.length, manifestHead === "answers" ? 6 : 7);
  }
});

Deno.test("aliases() fails where the reference itself is not there", async () => {
  const { aliases } = world(pointing("1.0.0", ""));
  const error = await assertRejects(() => aliases(REF), RegistryError);
  assertEquals(error.code, "not_found");
});

/** What single tags answer, and what becomes of it: the aliases, whether that is all, the failure's code. */
const answers: readonly (readonly [
  what: string,
  answer: (request: Request, answer: () => Promise<Response>) => Promise<Response>,
  outcome: readonly [tags: string, asked: number, code: string | undefined],
])[] = [
  ["500 for ever", () => Promise.resolve(new Response("", { status: 500 })), [
    "2.0.0",
    3,
    "incomplete",
  ]],
  ["403", () => Promise.resolve(new Response("{}", { status: 403 })), ["2.0.0", 3, "incomplete"]],
  ["no digest", (_, answer) => withDigest(answer, null), ["3.0.0 2.0.0", 4, undefined]],
  ["text for a digest", (_, answer) => withDigest(answer, "../../secret"), [
    "3.0.0 2.0.0",
    4,
    undefined,
  ]],
  ["another digest by HEAD", (_, answer) => withDigest(answer, two.digest), [
    "2.0.0",
    4,
    undefined,
  ]],
  [
    "another digest by GET alone",
    (request, answer) => withDigest(answer, request.method === "GET" ? two.digest : null),
    ["2.0.0", 3, "digest_mismatch"],
  ],
];
for (const [what, answerWith, [tags, asked, code]] of answers) {
  Deno.test(`aliases() meets a tag that answers ${what}`, async () => {
    const faults: Faults = (request, _, answer) =>
      request.url.endsWith("/3.0.0") ? answerWith(request, answer) : undefined;
    const { aliases } = world(pointing("latest 3.0.0 2.0.0", "1.0.0 1.1.0"), { faults });
    const found = await aliases(REF);
    assertEquals([names(found), found.asked, found.shortfall?.code], [tags, asked, code]);
    assertEquals([found.candidates, found.complete], [4, code === undefined]);
  });
}

async function withDigest(
  answer: () => Promise<Response>,
  digest: string | null,
): Promise<Response> {
  const response = await answer();
  if (digest === null) response.headers.delete("docker-content-digest");
  else response.headers.set("docker-content-digest", digest);
  return response;
}

Deno.test("aliases() reads the manifests of a registry that names no digest, once each", async () => {
  const { network, aliases } = world(pointing("latest 2.0.0", "1.0.0 1.1.0"), {
    habits: { digestHeader: "never" },
  });
  assertEquals(names(await aliases(REF)), "2.0.0");
  assertEquals(story(network).slice(3), ["GET 2.0.0", "GET 1.1.0", "GET 1.0.0"]);
});

Deno.test("aliases() stops when the registry asks for more patience than there is, and tells what it has", async () => {
  let heads = 0;
  const faults: Faults = ({ method }) =>
    method === "HEAD" && ++heads > 50
      ? new Response("", { status: 429, headers: { "retry-after": "3600" } })
      : undefined;
  const { network, aliases } = world(pointing("latest 1.149.0", numbered(149)), { faults });
  const found = await aliases(REF);
  assertEquals([names(found), found.asked, found.candidates], ["1.149.0", 49, 150]);
  assertEquals(found.shortfall?.code, "incomplete");
  assert(found.shortfall?.facts.retryAt !== undefined);
  assert(network.requests.length <= 1 + 50 + 6, `${network.requests.length} requests`);
});

Deno.test("aliases() waits for a registry that asks for a little patience", async () => {
  let refused = 0;
  const faults: Faults = ({ method, url }) =>
    method === "HEAD" && url.endsWith("1.20.0") && refused++ === 0
      ? new Response("", { status: 429, headers: { "retry-after": "5" } })
      : undefined;
  const { aliases } = world(pointing("latest 1.0.0", numbered(50)), { faults });
  const found = await aliases(REF);
  assertEquals([names(found), found.complete], ["1.0.0", true]);
});

Deno.test("aliases() gives up on a registry that fails for every tag", async () => {
  const faults: Faults = ({ method, url }) =>
    method === "HEAD" && !url.endsWith("latest") ? new Response("", { status: 500 }) : undefined;
  const { network, aliases } = world(pointing("latest", numbered(1000)), { faults });
  const found = await aliases(REF, { maxRequests: 10_000 });
  assertEquals([found.asked, found.shortfall?.facts.status], [0, 500]);
  assert(network.requests.length < 300, `${network.requests.length} requests`);
});

Deno.test("aliases() tells what it has of a list that broke off", async () => {
  const faults: Faults = ({ url }, count) =>
    url.includes("/tags/list") && count > 2 ? new Response("", { status: 500 }) : undefined;
  const { aliases } = world(pointing("latest 1.0.0", numbered(50)), { faults, defaultPage: 10 });
  const found = await aliases(REF);
  assertEquals([names(found), found.asked, found.candidates], ["1.0.0", 20, 20]);
  assertEquals([found.complete, found.shortfall?.facts.status], [false, 500]);
});

Deno.test("aliases() ends with the caller's reason when it is interrupted, and leaves nothing behind", async () => {
  const interrupt = new AbortController();
  const reason = new Error("enough");
  const faults: Faults = ({ url }) => {
    if (url.endsWith("/1.30.0")) interrupt.abort(reason);
    return undefined;
  };
  const { network, aliases } = world(pointing("latest", numbered(150)), { faults });
  const { signal } = interrupt;
  const error = await assertRejects(() => aliases(REF, { signal }), Error);
  assertEquals(error, reason);
  const { length } = network.requests;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([network.traffic.inFlight(), network.requests.length], [0, length]);
});

Deno.test("aliases() tells of its progress", async () => {
  const { aliases } = world(pointing("latest", numbered(3)));
  const told: string[] = [];
  await aliases(REF, { onProgress: (asked, of) => void told.push(`${asked}/${of}`) });
  assertEquals(told, ["1/3", "2/3", "3/3"]);
});

Deno.test("aliases() refuses what cannot be read before it asks", async () => {
  const { network, aliases } = world(pointing("latest", ""));
  await assertRejects(() => aliases(REF, { maxRequests: 0 }), RangeError, "maxRequests");
  await assertRejects(() => aliases(REF, { range: "x y" }), RangeError);
  await assertRejects(() => aliases("UPPER"), RegistryError);
  assertEquals(network.requests.length, 0);
});

Deno.test("aliases() asks no tag of which the list tells the digest", async () => {
  const manifest = { [one.digest]: { tag: ["2.0.0"] }, [two.digest]: { tag: ["1.0.0"] } };
  const { network, aliases } = world(pointing("latest 2.0.0 2.0", "1.0.0"), {
    extraMembers: { manifest },
  });
  const found = await aliases(REF);
  assertEquals([names(found), found.asked, found.complete], ["2.0.0 2.0", 3, true]);
  assertEquals(story(network), ["HEAD latest", "GET list", "HEAD 2.0"]);
});
