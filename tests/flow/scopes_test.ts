import { assertEquals } from "@std/assert";
import { IDENTITY } from "./houses.ts";
import { challenged, internet, json } from "./internet.ts";
import { runListing } from "./run_listing.ts";

const ORIGIN = "https://registry.example";
const OWN = "repository:team/app:pull";

/** What a challenge names as scope, and the scope that a token is asked for with. */
const ROWS: readonly (readonly [challenge: string, asked: string])[] = [
  ["", OWN],
  [OWN, OWN],
  ["repository:team/app:pull,push,delete", OWN],
  ["repository:team/app:*", OWN],
  ["repository:team/app:push", OWN],
  ["repository:team/app:", OWN],
  ["repository:team/app", OWN],
  ["repository:other/secret:pull,push,delete", OWN],
  ["repository:user/image:pull", OWN],
  ["repository:team/app:pull repository:other/secret:pull", OWN],
  ["repository:other/secret:pull repository:team/app:pull", OWN],
  ["repository:team/app/more:pull", OWN],
  ["repository:team/ap:pull", OWN],
  ["repository(plugin):team/app:pull", OWN],
  ["registry:catalog:*", OWN],
  [
    "repository:team/app:content_read,metadata_read",
    "repository:team/app:content_read,metadata_read",
  ],
  ["aws", "aws"],
  ["*", "*"],
  ["  ", OWN],
];

/** Ways to write a realm whose own query fights with ours. */
const REALMS: readonly (readonly [query: string, rest: readonly (readonly [string, string])[]])[] =
  [
    ["", []],
    ["?account=mallory", [["account", "mallory"]]],
    ["?scope=repository:other/secret:pull,push", []],
    ["?account=mallory&scope=repository:other/secret:*&service=other", [["account", "mallory"]]],
    ["?scope=a&scope=b", []],
    ["?%73cope=repository:other/secret:pull", []],
    ["?offline_token=true", [["offline_token", "true"]]],
    ["#scope=x", []],
  ];

async function askedWith(challenge: string): Promise<URLSearchParams> {
  let asked = new URLSearchParams();
  await runListing(
    "registry.example/team/app",
    internet((url, request) => {
      if (url.pathname === "/token") {
        asked = url.searchParams;
        return json({ token: "t".repeat(20) });
      }
      return request.headers.has("authorization") ? json({ tags: [] }) : challenged(challenge);
    }),
  );
  return asked;
}

Deno.test("flow.tags() asks for its own scope and no wider one", async () => {
  for (const [scope, expected] of ROWS) {
    const asked = await askedWith(`Bearer realm="${ORIGIN}/token",scope="${scope}"`);
    assertEquals(asked.getAll("scope"), [expected], scope);
  }
});

Deno.test("flow.tags() lets no realm write its scope or service", async () => {
  for (const [query, rest] of REALMS) {
    const asked = await askedWith(`Bearer realm="${ORIGIN}/token${query}",service="A b+c&d"`);
    const expected = [...rest, ["service", "A b+c&d"], ["scope", OWN]];
    assertEquals([...asked].map((pair) => pair.join()), expected.map((pair) => pair.join()), query);
  }
});

Deno.test("flow.tags() lets no realm widen the scope of a refresh token's form", async () => {
  const asked: string[] = [];
  await runListing(
    "registry.example/team/app",
    internet(async (url, request) => {
      if (url.pathname === "/token") {
        const form = new URLSearchParams(await request.text());
        asked.push(...url.searchParams.getAll("scope"), ...form.getAll("scope"));
        return json({ token: "t".repeat(20) });
      }
      return request.headers.has("authorization")
        ? json({ tags: [] })
        : challenged(`Bearer realm="${ORIGIN}/token?scope=repository:other/secret:*"`);
    }),
    { flow: { credentials: () => ({ identityToken: IDENTITY }) } },
  );
  assertEquals(asked, [OWN]);
});
