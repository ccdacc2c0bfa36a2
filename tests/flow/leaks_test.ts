import { assertEquals } from "@std/assert";
import { challenged, internet, json, redirected } from "./internet.ts";
import { LOGIN, PASSWORD, passwordCanaries } from "./houses.ts";
import { type Canary, judge, reasonOf } from "./invariants.ts";
import { runListing } from "./run_listing.ts";

const ORIGIN = "https://registry.example";
const TOKEN = `eyJhbGciOiJSUzI1NiJ9.${"Q4n4ryT0k3n".repeat(40)}.s1gn4tur3+/==`;
const CANARIES: readonly Canary[] = [
  ...passwordCanaries([ORIGIN]),
  { what: "the token", value: TOKEN, audience: [ORIGIN] },
];

/** How a server may write what it was sent. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "in base64": (text) => base64(text),
  "in base64 without padding": (text) => base64(text).replaceAll("=", ""),
  "percent-encoded": (text) => encodeURIComponent(text),
  "percent-encoded in lower case": (text) =>
    encodeURIComponent(text).replaceAll(/%../g, (hex) => hex.toLowerCase()),
};

const ECHOED: Readonly<Record<string, string>> = {
  "the password": PASSWORD,
  "user name and password": `${LOGIN.username}:${PASSWORD}`,
  "the Basic header": base64(`${LOGIN.username}:${PASSWORD}`),
  "the token": TOKEN,
};

/** Where a server may write it. Each is the answer to an authorised listing. */
const PLACES: Readonly<Record<string, (text: string) => Response>> = {
  "the message of an error": (text) => error(403, text),
  "the code of an error": (text) => json403({ errors: [{ code: text }] }),
  "the message of an error, behind 290 characters": (text) => error(403, "x".repeat(290) + text),
  "the message of a 503": (text) => error(503, text),
  "a body that is no JSON": (text) => new Response(text),
  "a body that is no JSON, behind 70 characters": (text) => new Response("x".repeat(70) + text),
  "a body that is cut": (text) => new Response(`{"you sent":"${text}`),
  "an array": (text) => json([text]),
  "a web page": (text) => new Response(`<p>${text}</p>`),
  "a web page with 500": (text) => new Response(`<p>${text}</p>`, { status: 500 }),
  "the target of a redirect": (text) => redirected(302, `https://a.example/${header(text)}`),
  "the query of a redirect": (text) => redirected(302, `https://a.example/?q=${header(text)}`),
  "a redirect that is no address": (text) => redirected(302, `https://[${header(text)}`),
  "a Link": (text) => json({ tags: ["1"] }, { link: `</x?last=${header(text)}>; rel="next"` }),
  "a challenge": (text) => challenged(`Bearer realm="ftp://x.example/${header(text)}"`),
  "a tag": (text) => json({ tags: ["1", `-${text}`] }),
  "a tag that is an object": (text) => json({ tags: ["1", { text }] }),
  "a list that is none": (text) => json({ tags: text, errors: [{ message: text }] }),
};

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** What can stand in a header. */
function header(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, "");
}

function json403(value: unknown): Response {
  return new Response(JSON.stringify(value), { status: 403 });
}

function error(status: number, message: string): Response {
  return new Response(JSON.stringify({ errors: [{ code: "DENIED", message }] }), { status });
}

/** A registry that gives a token to whoever logs in, and then answers `listing`. */
function registry(listing: () => Response, token: () => Response): typeof fetch {
  return internet((url, request) => {
    if (url.origin !== ORIGIN) return new Response("elsewhere", { status: 404 });
    if (url.pathname === "/token") return token();
    return request.headers.get("authorization")?.startsWith("Bearer ")
      ? listing()
      : challenged(`Bearer realm="${ORIGIN}/token"`);
  });
}

async function leaksOf(handle: typeof fetch): Promise<string | undefined> {
  const run = await runListing("registry.example/team/app", handle, {
    flow: { credentials: () => LOGIN },
  });
  try {
    judge(run, { canaries: CANARIES, tokenAudience: [ORIGIN], limited: true, mostTime: 2e6 });
  } catch (error) {
    return reasonOf(error);
  }
}

for (const [place, answer] of Object.entries(PLACES)) {
  Deno.test(`flow.tags() shows no secret that a server echoes in ${place}`, async () => {
    const leaks: string[] = [];
    for (const [what, secret] of Object.entries(ECHOED)) {
      for (const [form, write] of Object.entries(FORMS)) {
        const text = write(secret);
        const leak = await leaksOf(registry(() => answer(text), () => json({ token: TOKEN })));
        if (leak !== undefined) leaks.push(`${what} ${form}: ${leak}`);
      }
    }
    assertEquals(leaks.slice(0, 12), [], `${leaks.length} leaks`);
  });
}

Deno.test("flow.tags() shows no token of an answer that is cut at any byte", async () => {
  const whole = JSON.stringify({ token: TOKEN, expires_in: 300 });
  const leaks: string[] = [];
  for (let length = 0; length < whole.length; length += length < 120 ? 1 : 23) {
    const cut = (): Response => new Response(whole.slice(0, length));
    const leak = await leaksOf(registry(() => json({ tags: [] }), cut));
    if (leak !== undefined) leaks.push(`cut at ${length}: ${leak}`);
  }
  assertEquals(leaks.slice(0, 3), []);
});

Deno.test("flow.tags() shows no token of an answer that it does not understand", async () => {
  const answers: Readonly<Record<string, () => Response>> = {
    "an array": () => json([TOKEN]),
    "a string": () => json(TOKEN),
    "text": () => new Response(TOKEN),
    "a token with a line feed": () => json({ token: `${TOKEN}\r\nx: y` }),
    "a token under another name": () => json({ bearer: TOKEN }),
    "a form": () => new Response(`access_token=${encodeURIComponent(TOKEN)}&token_type=bearer`),
    "the query of a redirect": () => redirected(302, `https://sso.example/?token=${TOKEN}`),
    "the fragment of a redirect": () => redirected(302, `/done#access_token=${TOKEN}`),
    "the user of a redirect": () => redirected(302, `https://oauth2:${TOKEN}@sso.example/`),
  };
  const leaks: string[] = [];
  for (const [name, answer] of Object.entries(answers)) {
    const leak = await leaksOf(registry(() => json({ tags: [] }), answer));
    if (leak !== undefined) leaks.push(`${name}: ${leak}`);
  }
  assertEquals(leaks.slice(0, 12), [], `${leaks.length} leaks`);
});
