import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { askToken, walkListing } from "./listing_walk.ts";
import { dockerHub, ecrPublic, ghcr, oracle, quay, sampleContent, simulateNetwork } from "./mod.ts";

const hub = "https://registry-1.docker.io/v2";
const hubToken = "https://auth.docker.io/token?service=registry.docker.io&scope=repository:";
const ocr = "https://container-registry.oracle.com";

Deno.test("dockerHub() refuses a token once its lifetime is over", async () => {
  let now = 1_700_000_000_000;
  const network = simulateNetwork(dockerHub({ now: () => now, tokenLifetime: 60 }));
  const authorization = await askToken(network, `${hubToken}library/ubuntu:pull`);
  const url = `${hub}/library/ubuntu/tags/list?n=1`;
  assertEquals((await network.fetch(url, { headers: { authorization } })).status, 200);
  now += 60_000;
  const late = await network.fetch(url, { headers: { authorization } });
  assertEquals(late.status, 401);
  assertEquals(
    late.headers.get("www-authenticate"),
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/ubuntu:pull",error="invalid_token"',
  );
});

Deno.test("dockerHub() tells a hidden repository from an open one by insufficient_scope", async () => {
  const content = { "library/open": ["1"], "alice/secret": ["2"] };
  const network = simulateNetwork(dockerHub({ content, private: ["alice/secret"] }));
  async function status(name: string, user?: string): Promise<[number, boolean]> {
    const authorization = await askToken(network, `${hubToken}${name}:pull`, user);
    const answer = await network.fetch(`${hub}/${name}/tags/list`, { headers: { authorization } });
    const challenge = answer.headers.get("www-authenticate") ?? "";
    return [answer.status, challenge.includes('error="insufficient_scope"')];
  }
  assertEquals(await status("library/open"), [200, false]);
  assertEquals(await status("alice/secret"), [401, true]);
  assertEquals(await status("alice/secret", "alice:wonderland"), [200, false]);
  assertEquals(await status("alice/missing", "alice:wonderland"), [404, false]);
  assertEquals(await status("bob/missing", "alice:wonderland"), [401, true]);
});

Deno.test("dockerHub() refuses wrong credentials with its own words, takes a refresh token by POST", async () => {
  const network = simulateNetwork(dockerHub());
  const wrong = await network.fetch("https://auth.docker.io/token", {
    headers: { authorization: `Basic ${btoa("alice:guess")}` },
  });
  assertEquals(wrong.status, 401);
  assertEquals(await wrong.json(), { details: "incorrect username or password" });
  const posted = await network.fetch("https://auth.docker.io/token", {
    method: "POST",
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "wonderland" }),
  });
  assertEquals(posted.status, 200);
  await posted.body?.cancel();
  assertStringIncludes(network.requests[1]?.body ?? "", "refresh_token=wonderland");
});

Deno.test("dockerHub() fails or stalls on a huge listing without n", async () => {
  for (const allAtOnce of ["fails", "stalls"] as const) {
    const network = simulateNetwork(dockerHub({ allAtOnce, allAtOnceLimit: 400 }));
    const authorization = await askToken(network, `${hubToken}library/ubuntu:pull`);
    const pages = await walkListing(
      network,
      `${hub}/library/ubuntu/tags/list?n=100`,
      authorization,
    );
    assertEquals(pages.map((page) => page.length), [100, 100, 100, 100, 11]);
    const huge = network.fetch(`${hub}/library/ubuntu/tags/list`, {
      headers: { authorization },
      signal: AbortSignal.timeout(20),
    });
    const outcome = await huge.then((answer) => answer.status, (error) => error.name);
    assertEquals(outcome, allAtOnce === "fails" ? 504 : "TimeoutError");
  }
});

Deno.test("dockerHub() answers 429 of both kinds for as long as it was told", async () => {
  for (
    const [kind, words] of [["abuse", "Too Many Requests"], ["pull", "TOOMANYREQUESTS"]] as const
  ) {
    const tooMany = { kind, after: 1, times: 1, retryAfter: "1" };
    const network = simulateNetwork(dockerHub({ tooMany }));
    const headers = { authorization: await askToken(network, `${hubToken}library/ubuntu:pull`) };
    const seen: [number, string | null, boolean][] = [];
    for (let turn = 0; turn < 3; turn++) {
      const answer = await network.fetch(`${hub}/library/ubuntu/tags/list?n=1`, { headers });
      const text = await answer.text();
      seen.push([answer.status, answer.headers.get("retry-after"), text.includes(words)]);
    }
    assertEquals(seen, [[200, null, false], [429, "1", true], [200, null, false]]);
  }
});

Deno.test("ghcr() refuses a token for what is hidden, and takes a user's secret in base64", async () => {
  const network = simulateNetwork(ghcr({ refusal: 401, private: ["linuxserver/hedgedoc"] }));
  const token = "https://ghcr.io/token?service=ghcr.io&scope=repository:linuxserver/hedgedoc:pull";
  const refused = await network.fetch(token);
  assertEquals(refused.status, 401);
  assertEquals(await refused.json(), {
    errors: [{ code: "DENIED", message: "requested access to the resource is denied" }],
  });
  const list = "https://ghcr.io/v2/linuxserver/hedgedoc/tags/list?n=10000";
  const tags = [...sampleContent()["linuxserver/hedgedoc"] ?? []];
  assertEquals(await walkListing(network, list, `Bearer ${btoa("wonderland")}`), [tags]);
  const authorization = await askToken(network, token, "alice:wonderland");
  assertEquals(await walkListing(network, list, authorization), [tags]);
});

Deno.test("quay() lists the same tags in both eras, by age and by name", async () => {
  const tags = sampleContent()["ansible/creator-ee"] ?? [];
  const url = "https://quay.io/v2/ansible/creator-ee/tags/list";
  const old = await walkListing(simulateNetwork(quay({ era: "2023" })), url);
  assertEquals(old.map((page) => page.length), [50, 50, 20]);
  assertEquals(old.flat(), [...tags]);
  const now = await walkListing(simulateNetwork(quay()), url);
  assertEquals(now.map((page) => page.length), [100, 20]);
  assertEquals(now.flat(), [...tags].sort());
});

Deno.test("quay() of 2023 does not know last, and a robot reads what is private", async () => {
  const network = simulateNetwork(quay({ era: "2023", private: ["ansible/creator-ee"] }));
  const url = "https://quay.io/v2/ansible/creator-ee/tags/list";
  const token = "https://quay.io/v2/auth?service=quay.io&scope=repository:ansible/creator-ee:pull";
  const headers = { authorization: await askToken(network, token, "ansible+reader:robot-secret") };
  assertEquals((await network.fetch(url)).status, 401);
  const answer = await network.fetch(`${url}?last=v0.3.1&n=3`, { headers });
  assertEquals((await answer.json()).tags, sampleContent()["ansible/creator-ee"]?.slice(0, 3));
});

Deno.test("oracle() serves open repositories to anyone, and refuses a plus only where told to", async () => {
  const network = simulateNetwork(oracle());
  const service = "service=Oracle%20Registry";
  const scope = "scope=repository:os/oraclelinux:pull";
  const authorization = await askToken(network, `${ocr}/auth?${service}&${scope}`);
  const list = `${ocr}/v2/os/oraclelinux/tags/list`;
  const [tags] = await walkListing(network, `${list}?n=2`, authorization);
  assert(tags?.includes("8-slim") && !tags.includes("latest"));
  for (const [plus, status] of [["space", 200], ["refused", 401]] as const) {
    const url = `${ocr}/auth?service=Oracle+Registry&${scope}`;
    assertEquals((await simulateNetwork(oracle({ plus })).fetch(url)).status, status);
  }
});

Deno.test("oracle() denies a licensed repository until the licence was accepted", async () => {
  for (const accepted of [[], ["java/jdk"]]) {
    const network = simulateNetwork(oracle({ licensed: ["java/jdk"], accepted }));
    const url = `${ocr}/auth?service=Oracle%20Registry&scope=repository:java/jdk:pull`;
    const headers = { authorization: await askToken(network, url, "alice:wonderland") };
    const answer = await network.fetch(`${ocr}/v2/java/jdk/tags/list`, { headers });
    assertEquals(answer.status, accepted.length === 0 ? 401 : 200);
  }
});

Deno.test("ecrPublic() lists everything through its own cursors, in no order", async () => {
  const network = simulateNetwork(ecrPublic());
  const authorization = await askToken(network, "https://public.ecr.aws/token/");
  const url = "https://public.ecr.aws/v2/cloudwatch-agent/cloudwatch-agent/tags/list";
  const tags = sampleContent()["cloudwatch-agent/cloudwatch-agent"] ?? [];
  const pages = await walkListing(network, url, authorization);
  assertEquals(pages.map((page) => page.length), Array(15).fill(100));
  assertEquals(pages.flat().sort(), [...tags].sort());
  assert(String(pages.flat()) !== String([...tags].sort()));
  assertEquals((await walkListing(network, `${url}?n=1000`, authorization)).length, 2);
  const missing = await network.fetch("https://public.ecr.aws/v2/a/b/tags/list", {
    headers: { authorization },
  });
  assertEquals(missing.status, 404);
});
