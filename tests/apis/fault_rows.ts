import { htmlAnswer } from "../registry/mod.ts";

/** What an API answers to a question for a page, where `own` is what it would have. */
export type Trouble = (page: number, own: () => Promise<Response>) => Promise<Response> | Response;

const HTML = "<!doctype html><title>Log in</title>";
const BIG = 10 * 2 ** 20;

async function changed(
  own: () => Promise<Response>,
  change: (document: Record<string, unknown>, key: string) => unknown,
): Promise<Response> {
  const response = await own();
  const document: unknown = await response.json();
  if (Array.isArray(document)) return Response.json(change({ "": document }, ""));
  const record: Record<string, unknown> = Object.assign({}, document);
  return Response.json(change(record, "results" in record ? "results" : "tags"));
}

function unwrapped(document: Record<string, unknown>, key: string, entries: unknown): unknown {
  return key === "" ? entries : { ...document, [key]: entries };
}

function cut(response: Response): Response {
  const reader = response.body?.getReader();
  return new Response(
    new ReadableStream({
      async pull(controller): Promise<void> {
        const { value } = await reader?.read() ?? {};
        controller.enqueue(value?.slice(0, 200));
        controller.error(new TypeError("connection lost"));
        await reader?.cancel();
      },
    }),
  );
}

/** What an API may do instead of answering; all of these are told of. */
export const DOWN: Readonly<Record<string, Trouble>> = {
  "401": () => Response.json({ detail: "no" }, { status: 401 }),
  "403": () => Response.json({ message: "no" }, { status: 403 }),
  "404": () => Response.json({ message: "gone" }, { status: 404 }),
  "410": () => Response.json({ message: "gone" }, { status: 410 }),
  "451": () => Response.json({ message: "gone" }, { status: 451 }),
  "500": () => new Response("oops", { status: 500 }),
  "501": () => new Response("oops", { status: 501 }),
  "502 as a page": () => new Response(HTML, { status: 502 }),
  "503": () => new Response(null, { status: 503 }),
  "429 for an hour": () => new Response(null, { status: 429, headers: { "retry-after": "3600" } }),
  "429 for ever": () => new Response(null, { status: 429 }),
  "403 and no rate left": () =>
    new Response(null, {
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1999999999" },
    }),
  "a web page": () => htmlAnswer(),
  "a web page with 404": () => new Response(HTML, { status: 404 }),
  "a redirect to a login page": () =>
    new Response(null, { status: 302, headers: { location: "https://login.example/" } }),
  "a redirect to itself": () =>
    new Response(null, { status: 302, headers: { location: "?page=99" } }),
  "an empty body": () => new Response(""),
  "204": () => new Response(null, { status: 204 }),
  "null": () => new Response("null"),
  "a text": () => new Response('"hello"'),
  "an empty object": () => Response.json({}),
  "an error with 200": () => Response.json({ detail: "not found" }),
  "a list of null": () => Response.json({ results: null, tags: null, count: null }),
  "an object for a list": () => Response.json({ results: {}, tags: {}, count: 0 }),
  "no connection": () => {
    throw new TypeError("connection refused");
  },
  "every body cut": async (_, own) => cut(await own()),
  "a body without end": () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(2 ** 20).fill(32)),
      }),
    ),
  "bytes that are no UTF-8": () => new Response(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])),
  "deep nesting": () => new Response(`{"tags":${"[".repeat(100_000)}`),
};

/** What an API may answer besides what it should; the tags come all the same, nothing need be told. */
export const ODD: Readonly<Record<string, Trouble>> = {
  "500 once a page": (() => {
    const failed = new Set<number>();
    return (page: number, own: () => Promise<Response>) => {
      if (failed.has(page)) return own();
      failed.add(page);
      return new Response(null, { status: 500 });
    };
  })(),
  "an empty second page with more to come": async (page, own) =>
    page === 2 ? await changed(own, (document, key) => unwrapped(document, key, [])) : await own(),
  "every page empty": (_, own) => changed(own, (document, key) => unwrapped(document, key, [])),
  "every page the first": (_, own) =>
    changed(
      own,
      (document, key) =>
        unwrapped({ ...document, count: 1e9, next: "x", has_additional: true }, key, [{
          name: "1.0",
        }]),
    ),
  "each tag twice": (_, own) =>
    changed(own, (document, key) => {
      const entries = document[key];
      return unwrapped(document, key, Array.isArray(entries) ? [...entries, ...entries] : []);
    }),
  "garbage among the tags": (_, own) =>
    changed(own, (document, key) => {
      const entries = document[key];
      const garbage = [null, 1, "", [], {}, { name: null }, { name: "../x" }, {
        name: "\u001b[31m",
      }, { name: "a".repeat(129) }];
      return unwrapped(document, key, Array.isArray(entries) ? [...garbage, ...entries] : []);
    }),
  "garbage instead of tags": (_, own) =>
    changed(
      own,
      (document, key) =>
        unwrapped(document, key, [null, 1, { name: {} }, {
          metadata: { container: { tags: [1, null] } },
        }]),
    ),
  "a count that is too high": (_, own) =>
    changed(own, (document, key) => unwrapped({ ...document, count: 100_000 }, key, document[key])),
  "a count that is too low": (_, own) =>
    changed(own, (document, key) => unwrapped({ ...document, count: 0 }, key, document[key])),
  "a count that is none": (_, own) =>
    changed(own, (document, key) => unwrapped({ ...document, count: "many" }, key, document[key])),
  "a count that grows": (page, own) =>
    changed(
      own,
      (document, key) => unwrapped({ ...document, count: page * 1000 }, key, document[key]),
    ),
  "members of the prototype": (_, own) =>
    changed(
      own,
      (document, key) =>
        JSON.parse(
          JSON.stringify(unwrapped(document, key, document[key])).replace(
            /^\{/,
            '{"__proto__":{"next":null,"has_additional":false},"constructor":1,',
          ),
        ),
    ),
  "a page of 10 MB": async (_, own) =>
    new Response(`${" ".repeat(BIG)}${await (await own()).text()}`),
  "a bad time, size and digest": (_, own) =>
    changed(own, (document, key) => {
      const entries = document[key];
      const bad = {
        digest: "sha256:zz",
        manifest_digest: 5,
        full_size: -1,
        size: 1e99,
        tag_last_pushed: "yesterday",
        last_updated: 5e20,
        start_ts: 1e300,
        images: "none",
      };
      return unwrapped(
        document,
        key,
        Array.isArray(entries) ? entries.map((entry) => ({ ...entry, ...bad })) : [],
      );
    }),
};
