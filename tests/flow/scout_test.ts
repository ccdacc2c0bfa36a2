import { assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

Deno.test("flow.digest() of 100 tags meets one challenge, and asks for one token", async () => {
  const counts = { challenged: 0, tokens: 0, heads: 0 };
  function answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.pathname === "/token") {
      counts.tokens++;
      return Promise.resolve(Response.json({ token: "t" }));
    }
    if (new Headers(init?.headers).has("authorization")) {
      counts.heads++;
      return Promise.resolve(
        new Response(null, { headers: { "docker-content-digest": DIGEST } }),
      );
    }
    counts.challenged++;
    const challenge = `Bearer realm="https://registry.example/token",service="r"`;
    return Promise.resolve(
      new Response(null, { status: 401, headers: { "www-authenticate": challenge } }),
    );
  }
  const flow = openFlow({ fetch: answer as typeof fetch });
  const tags = Array.from({ length: 100 }, (_, index) => `registry.example/a/b:1.${index}`);
  const found = await Promise.all(tags.map((tag) => flow.digest(tag)));
  assertEquals(new Set(found.map(({ digest }) => String(digest))), new Set([DIGEST]));
  assertEquals(counts, { challenged: 1, tokens: 1, heads: 100 });
});
