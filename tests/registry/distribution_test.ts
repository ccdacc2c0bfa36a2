import { assertEquals, assertStringIncludes } from "@std/assert";
import { askToken, walkListing } from "./listing_walk.ts";
import {
  distribution,
  type DistributionOptions,
  type PresetName,
  presets,
  simulateNetwork,
} from "./mod.ts";

const content = { "org/app": ["3", "1", "5", "2", "4"], "org/secret": ["1"] };

/** What the first page of two, and an n beyond every cap, look like without a challenge in the way. */
async function probe(name: PresetName | undefined, query: string): Promise<unknown[]> {
  const options: DistributionOptions = name === undefined ? {} : presets[name];
  const host = options.host ?? "registry.example";
  const open = { ...options, auth: "none" as const, content };
  const network = simulateNetwork(distribution(open));
  const answer = await network.fetch(`https://${host}/v2/org/app/tags/list${query}`);
  const text = await answer.text();
  const tags = answer.status === 200 ? JSON.parse(text).tags : undefined;
  return [answer.status, tags, answer.headers.get("link")];
}

const link = (query: string, path = "/v2/org/app/tags/list"): string =>
  `<${path}?${query}>; rel="next"`;

const everything = ["1", "2", "3", "4", "5"];

const cases: readonly (readonly [PresetName | undefined, string, ...unknown[]])[] = [
  [undefined, "", 200, everything, null],
  [undefined, "?n=2", 200, ["1", "2"], link("last=2&n=2")],
  [undefined, "?n=2&last=4", 200, ["5"], null],
  [undefined, "?n=0", 200, [], null],
  [undefined, "?n=-1", 400, undefined, null],
  [undefined, "?last=5", 200, [], null],
  [undefined, "?last=25&n=1", 200, ["3"], link("last=3&n=1")],
  ["distribution30", "?last=25&n=1", 200, ["4"], link("last=4&n=1")],
  ["distribution30", "?last=5", 200, null, null],
  ["distribution30", "?n=9999", 200, everything, null],
  ["distribution310", "?n=1000", 200, everything, null],
  ["distribution310", "?n=1001", 400, undefined, null],
  ["distribution311", "?n=1001", 200, everything, null],
  ["acr", "?n=2", 200, ["1", "2"], link("last=2&n=2&orderby=")],
  ["zot", "?n=2", 200, ["1", "2"], link("n=2&last=2")],
  ["zot", "?last=25", 404, undefined, null],
  ["gitea", "?n=5", 200, everything, link("last=5&n=5")],
  ["gitea", "?n=5&last=5", 200, [], null],
  [
    "nexus",
    "?n=1",
    200,
    ["1", null],
    link("last=1&n=1", "https://nexus.example/repository/org/v2/org/app/tags/list"),
  ],
];

for (const [name, query, ...expected] of cases) {
  Deno.test(`distribution() as ${name ?? "the spec has it"} answers ${query || "a bare listing"}`, async () => {
    assertEquals(await probe(name, query), expected);
  });
}

Deno.test("distribution() 2.8 ignores n and last and lists in the order of its storage", async () => {
  const [status, tags, next] = await probe("distribution28", "?n=2&last=3");
  assertEquals([status, [...tags as string[]].sort(), next], [200, everything, null]);
});

Deno.test("distribution() as jfrog drops the repository key from Link and lists a digest", async () => {
  const [, tags, next] = await probe("jfrog", "?n=1");
  assertEquals(next, link("last=1&n=1", "/v2/app/tags/list"));
  assertStringIncludes(String(tags), "1,sha256:");
});

Deno.test("distribution() as ecrPrivate links to an absolute URL and refuses n above 1000", async () => {
  const host = presets.ecrPrivate.host;
  const [, tags, next] = await probe("ecrPrivate", "?n=2");
  assertEquals((tags as string[]).length, 2);
  assertStringIncludes(String(next), `<https://${host}/v2/org/app/tags/list?last=`);
  assertEquals((await probe("ecrPrivate", "?n=1001"))[0], 405);
});

/** The challenges of `/v2/` and of a listing, and of a listing with a token that nobody issued. */
async function challenges(name: PresetName): Promise<unknown[]> {
  const network = simulateNetwork(
    distribution({ ...presets[name], content, private: ["org/secret"] }),
  );
  const origin = `https://${presets[name].host}`;
  const asked = [
    network.fetch(`${origin}/v2/`),
    network.fetch(`${origin}/v2/org/secret/tags/list`),
    network.fetch(`${origin}/v2/org/secret/tags/list`, { headers: { authorization: "Bearer x" } }),
  ];
  const answers = await Promise.all(asked);
  return answers.map((answer) => [answer.status, answer.headers.get("www-authenticate")]);
}

const harbor = 'Bearer realm="https://harbor.example/service/token",service="harbor-registry"';
const gitea =
  'Bearer realm="https://gitea.example/v2/token",service="container_registry",scope="*"';
const giteaBasic = ', Basic realm="Gitea Container Registry"';
const google = 'Bearer realm="https://us-docker.pkg.dev/v2/token",service="us-docker.pkg.dev"';

const doors: readonly (readonly [PresetName, ...unknown[]])[] = [
  ["harbor", [401, harbor], [401, `${harbor},scope="repository:org/secret:pull"`], [
    401,
    'Basic realm="harbor"',
  ]],
  ["gitea", [401, gitea + giteaBasic], [401, gitea + giteaBasic], [
    401,
    `${gitea},error="invalid_token"${giteaBasic}`,
  ]],
  ["artifactRegistry", [401, google], [401, null], [401, null]],
  ["zot", [200, "basic realm=zot"], [401, "basic realm=zot"], [401, "basic realm=zot"]],
];

for (const [name, ...expected] of doors) {
  Deno.test(`distribution() as ${name} challenges as that does`, async () => {
    assertEquals(await challenges(name), expected);
  });
}

Deno.test("distribution() lets a token read what its user may, and says what a missing repository is", async () => {
  const realm = "auth.example/token";
  const network = simulateNetwork(
    distribution({ auth: "token", realm, content, private: ["org/secret"] }),
  );
  const ask = (names: string, user?: string): Promise<string> => {
    const scopes = names.split(" ").map((name) => `scope=repository:${name}:pull`).join("&");
    return askToken(network, `https://${realm}?service=registry.example&${scopes}`, user);
  };
  const list = (name: string): string => `https://registry.example/v2/${name}/tags/list`;
  const anyone = await ask("org/app org/secret org/missing");
  const alice = await ask("org/secret", "alice:wonderland");
  assertEquals((await walkListing(network, list("org/app"), anyone)).flat(), everything);
  assertEquals((await walkListing(network, list("org/secret"), alice)).flat(), ["1"]);
  const hidden = await network.fetch(list("org/secret"), { headers: { authorization: anyone } });
  assertStringIncludes(hidden.headers.get("www-authenticate") ?? "", 'error="insufficient_scope"');
  const missing = await network.fetch(list("org/missing"), { headers: { authorization: anyone } });
  assertEquals(missing.status, 404);
});

Deno.test("distribution() as registryK8s redirects and loses the query", async () => {
  const network = simulateNetwork(distribution({ ...presets.registryK8s, content }));
  const ping = await network.fetch("https://registry.k8s.io/v2/");
  assertEquals([ping.status, await ping.text()], [200, ""]);
  const answer = await network.fetch("https://registry.k8s.io/v2/org/app/tags/list?n=2");
  const location = answer.headers.get("location") ?? "";
  assertEquals(answer.status, 307);
  assertEquals(
    location,
    "https://us-west1-docker.pkg.dev/v2/k8s-artifacts-prod/images/org/app/tags/list",
  );
  const listed = await (await network.fetch(location)).json();
  assertEquals(listed, { name: "k8s-artifacts-prod/images/org/app", tags: everything });
});

Deno.test("distribution() repeats the last tag of a page where it was told to", async () => {
  const network = simulateNetwork(distribution({ content, repeatsLast: true }));
  const pages = await walkListing(network, "https://registry.example/v2/org/app/tags/list?n=2");
  assertEquals(pages, [["1", "2"], ["2", "3", "4"], ["4", "5"]]);
});
