import { assert, assertEquals } from "@std/assert";
import { challenged, internet, json } from "../flow/internet.ts";
import { IDENTITY, LOGIN, PASSWORD } from "../flow/houses.ts";
import { reasonOf } from "../flow/invariants.ts";
import { type Kind, kinds, ORIGIN, REGISTRY_TOKEN } from "./kinds.ts";
import { type Errand, runCase } from "./run_case.ts";

/*
 * HOSTILE.md A8, and D3: the answers of a token endpoint, a listing and the door, for every kind of secret. What
 * they do with the password of the command line alone stands in tests/flow.
 */

const CHALLENGE = `Bearer realm="${ORIGIN}/auth",service="s"`;

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** What a server has seen of a reader with this kind of secret. */
const SEEN: Readonly<Record<Kind, readonly string[]>> = {
  password: [PASSWORD, `${LOGIN.username}:${PASSWORD}`],
  "identity token": [IDENTITY],
  "registry token": [REGISTRY_TOKEN],
  "stored password": [PASSWORD, `${LOGIN.username}:${PASSWORD}`],
  "stored identity token": [IDENTITY],
  "stored registry token": [REGISTRY_TOKEN],
};

/** All of it, in every writing. */
function echoOf(kind: Kind): string {
  return SEEN[kind].flatMap((text) => [text, base64(text), encodeURIComponent(text)]).join(" | ");
}

/** Answers with a secret in them, by status. */
function echoes(echo: string, status: number): Readonly<Record<string, () => Response>> {
  const header = echo.replaceAll(/[^\x21-\x7e]/g, "");
  const errors = (field: string): string => JSON.stringify({ errors: [{ [field]: echo }] });
  return {
    [`${status} with an echo in its message`]: () => new Response(errors("message"), { status }),
    [`${status} with an echo in its code`]: () => new Response(errors("code"), { status }),
    [`${status} with an echo in its detail`]: () => new Response(errors("detail"), { status }),
    [`${status} with an echo as text`]: () => new Response(echo, { status }),
    [`${status} with an echo as a web page`]: () => new Response(`<p>${echo}`, { status }),
    [`${status} with an echo in its challenge`]: () =>
      new Response("{}", {
        status,
        headers: { "www-authenticate": `Bearer realm="http://x.example/${header}"` },
      }),
  };
}

/** What a token may be answered with, none of which is a usable one. */
function unusable(echo: string): Readonly<Record<string, () => Response>> {
  return {
    "a line break in it": () => json({ token: "abc\r\nx-evil: 1" }),
    "a NUL in it": () => json({ token: "abc\0def" }),
    "a space in it": () => json({ token: "abc def" }),
    "a letter beyond ASCII": () => json({ token: "abcdé" }),
    "a megabyte": () => json({ token: "x".repeat(1024 * 1024) }),
    "nothing in it": () => json({ token: "" }),
    "null": () => json({ token: null }),
    "a number": () => json({ token: 12345678 }),
    "an object": () => json({ token: { token: echo } }),
    "a list": () => json([echo]),
    "an echo under another name": () => json({ bearer: echo }),
    "no JSON": () => new Response(`token=${echo}`),
    "half of its JSON": () => new Response(`{"token":"${echo}`),
  };
}

/** Lives that a token may claim. All are usable. */
const lives: Readonly<Record<string, () => Response>> = Object.fromEntries(
  [0, -1, 1e99, "60", null, [], {}, 0.5, Number.MAX_SAFE_INTEGER].flatMap((life) =>
    ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday", undefined].map((issued) => {
      const answer = { token: "m1nt3d-t0k3n", expires_in: life, issued_at: issued };
      return [`a life of ${JSON.stringify(life)} from ${issued}`, () => json(answer)];
    })
  ),
);

/** A registry whose token endpoint, or whose `/v2/`, answers with this. */
function world(place: "token endpoint" | "registry", answer: () => Response): typeof fetch {
  return internet((url, request) => {
    if (url.origin !== ORIGIN) return json({ token: "from-elsewhere-0123456789" });
    if (url.pathname === "/auth") {
      return place === "token endpoint" ? answer() : json({ token: "m1nt3d-t0k3n" });
    }
    if (!request.headers.has("authorization")) return challenged(CHALLENGE);
    if (request.headers.get("authorization") !== "Bearer m1nt3d-t0k3n") {
      return challenged(CHALLENGE);
    }
    return place === "registry" ? answer() : json({ tags: ["1"] });
  });
}

interface Case {
  readonly what: string;
  readonly errand: Errand;
  readonly place: "token endpoint" | "registry";
  readonly answer: () => Response;
}

const STATUSES = [200, 400, 401, 403, 404, 429, 500, 503];

function casesOf(kind: Kind): readonly Case[] {
  const echo = echoOf(kind);
  const everywhere = STATUSES.flatMap((status) => Object.entries(echoes(echo, status)));
  const ofTokens = [...Object.entries(unusable(echo)), ...Object.entries(lives)];
  return (["listing", "door"] as const).flatMap((errand) => [
    ...everywhere.map(([what, answer]): Case => ({ what, errand, place: "registry", answer })),
    ...[...everywhere, ...ofTokens]
      .map(([what, answer]): Case => ({ what, errand, place: "token endpoint", answer })),
  ]);
}

for (const kind of kinds) {
  const cases = casesOf(kind);
  Deno.test(`no answer of ${cases.length} makes the reader's ${kind} show or stray`, async () => {
    const failures: string[] = [];
    for (const one of cases) {
      await check(one, kind).catch((error) => failures.push(describe(one, error)));
    }
    assertEquals(failures.slice(0, 8), [], `${failures.length} of ${cases.length}`);
  });
}

async function check({ errand, place, answer, what }: Case, kind: Kind): Promise<void> {
  const { error } = await runCase(errand, kind, world(place, answer));
  if (Object.hasOwn(lives, what)) assertEquals(error, undefined);
  if (Object.hasOwn(unusable(""), what)) assert(error !== undefined, "it was taken for a token");
}

function describe({ errand, place, what }: Case, error: unknown): string {
  return `${errand}, ${place}, ${what}: ${reasonOf(error)}`;
}
