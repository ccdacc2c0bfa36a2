import { assertEquals } from "@std/assert";
import { challenged, internet, json } from "./internet.ts";
import { judge } from "./invariants.ts";
import { runListing } from "./run_listing.ts";

const ORIGIN = "https://registry.example";
const CHALLENGE = `Bearer realm="${ORIGIN}/token",service="s"`;
const LAW = {
  canaries: [],
  tokenAudience: [ORIGIN],
  registry: "registry.example",
  adapter: "spec",
};

/** Answers of a token endpoint, and whether there is a token in them. */
const ANSWERS: readonly (readonly [name: string, answer: string, isToken: boolean])[] = [
  ["token", '{"token":"abc"}', true],
  ["access_token", '{"access_token":"abc"}', true],
  ["both", '{"token":"abc","access_token":"abc"}', true],
  ["an empty token and a good one", '{"token":"","access_token":"abc"}', true],
  ["expires_in 0", '{"token":"abc","expires_in":0}', true],
  ["expires_in -1", '{"token":"abc","expires_in":-1}', true],
  ["expires_in 1e99", '{"token":"abc","expires_in":1e99}', true],
  ["expires_in 1e999", '{"token":"abc","expires_in":1e999}', true],
  ["expires_in as text", '{"token":"abc","expires_in":"60"}', true],
  ["expires_in null", '{"token":"abc","expires_in":null}', true],
  ["expires_in as an object", '{"token":"abc","expires_in":{"valueOf":1,"toString":2}}', true],
  [
    "expires_in nested 50000 times",
    `{"token":"abc","expires_in":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    true,
  ],
  ["issued_at in 1970", '{"token":"abc","issued_at":"1970-01-01T00:00:00Z"}', true],
  ["issued_at in 2099", '{"token":"abc","issued_at":"2099-01-01T00:00:00Z"}', true],
  ["issued_at as a number", '{"token":"abc","issued_at":1e400}', true],
  ["no token", "{}", false],
  ["null", '{"token":null}', false],
  ["a number", '{"token":123}', false],
  ["an object", '{"token":{"token":"abc"}}', false],
  ["a line feed", '{"token":"a\\r\\nx-evil: 1"}', false],
  ["NUL", '{"token":"a\\u0000b"}', false],
  ["a space", '{"token":"a b"}', false],
  ["letters beyond ASCII", '{"token":"ä"}', false],
  ["U+2028", '{"token":"a\\u2028"}', false],
  ["a megabyte", `{"token":"${"a".repeat(1 << 20)}"}`, false],
];

for (const [name, answer, isToken] of ANSWERS) {
  Deno.test(`flow.tags() meets a token answer with ${name}`, async () => {
    const run = await runListing(
      "registry.example/team/app",
      internet((url, request) => {
        if (url.pathname === "/token") return new Response(answer);
        return request.headers.has("authorization") ? json({ tags: ["1"] }) : challenged(CHALLENGE);
      }),
    );
    judge(run, { ...LAW, truth: ["1"], mostRequests: 3 });
    assertEquals(run.error === undefined, isToken, String(run.error));
  });
}
