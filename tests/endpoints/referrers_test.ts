import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type FoundReferrers, RegistryError } from "../../mod.ts";
import { openTo } from "../flow/asked.ts";
import { redirected } from "../flow/internet.ts";
import {
  buildImage,
  buildIndex,
  buildManifest,
  digestOf,
  type TestDescriptor,
  type TestManifest,
} from "../registry/mod.ts";

const INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const SBOM = "application/spdx+json";
const subject = buildImage();
const index = buildIndex([subject]);
const sbom = buildImage({ subject, artifactType: SBOM });

/** Who asks for the referrers of what, of an open registry that answers about them with `api`. */
async function ask(
  api: (url: URL, count: number) => Response,
  { of = subject, tags = {}, ...options }: {
    readonly of?: TestManifest;
    readonly tags?: Readonly<Record<string, TestManifest>>;
    readonly artifactTypes?: readonly string[];
    readonly maxRequests?: number;
  } = {},
): Promise<{ readonly found: FoundReferrers; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  let count = 0;
  const flow = openTo((request, url) => {
    const path = url.pathname.replace("/v2/team/app/", "");
    asked.push(`${request.method} ${path}${url.search}`);
    if (url.host !== "registry.example") return new Response("elsewhere", { status: 429 });
    if (path === `referrers/${of.digest}`) return api(url, ++count);
    const name = path.replace("manifests/", "");
    const held = name === of.digest ? of : tags[name];
    if (held === undefined) return missing();
    if (request.method === "GET") return answer(held.bytes, held.mediaType);
    return new Response(null, { headers: { "docker-content-digest": held.digest } });
  }, { retries: 1 });
  const found = await flow.referrers(`registry.example/team/app@${of.digest}`, options);
  return { found, asked };
}

function answer(body: BodyInit, type: string, headers: HeadersInit = {}, status = 200): Response {
  return new Response(body, { status, headers: [["content-type", type], ...new Headers(headers)] });
}

function missing(): Response {
  return Response.json({ errors: [{ code: "MANIFEST_UNKNOWN", message: "no" }] }, { status: 404 });
}

function list(manifests: unknown, headers: HeadersInit = {}): Response {
  return answer(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }), INDEX, headers);
}

function entry(seed: string, more: Partial<TestDescriptor> = {}): TestDescriptor {
  const digest = digestOf(new TextEncoder().encode(seed));
  return { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 7, ...more };
}

function refused(status: number, code = "UNSUPPORTED"): Response {
  return Response.json({ errors: [{ code, message: "no" }] }, { status });
}

const UNTYPED = '{"schemaVersion":2,"manifests":[]}';
const tagName = subject.digest.replace(":", "-");
const html = "<!doctype html><title>Sign in</title>";

const UNSUPPORTED: readonly (readonly [name: string, answer: () => Response, reason: string])[] = [
  ["404 text", () => new Response("404 page not found\n", { status: 404 }), "status 404"],
  ["404 JSON", () => refused(404, "NAME_UNKNOWN"), "status 404, NAME_UNKNOWN: no"],
  ["404 page", () => answer(html, "text/html", {}, 404), "status 404 with a web page"],
  [
    "400 for no subject",
    () => refused(400, "MANIFEST_INVALID"),
    "status 400, MANIFEST_INVALID: no",
  ],
  ["403", () => refused(403, "DENIED"), "status 403, DENIED: no"],
  ["405", () => refused(405), "status 405"],
  ["406", () => refused(406), "status 406"],
  ["410", () => refused(410), "status 410"],
  ["415", () => refused(415), "status 415"],
  ["501", () => refused(501), "status 501"],
  ["a page", () => answer(html, "text/html"), '"text/html", not an OCI index'],
  ["a page that lies", () => answer(html, INDEX), "the answer is a web page"],
  ["a page behind spaces", () => answer(`\n  ${html}`, INDEX), "the answer is a web page"],
  ["nothing", () => new Response(null, { status: 204 }), "without a type"],
  ["JSON", () => answer("{}", "application/json"), '"application/json", not an OCI index'],
  ["JSON of no type", () => answer(UNTYPED, "application/json"), '"application/json", not an OCI'],
  ["no JSON", () => answer("hello", "application/json"), '"application/json", not an OCI index'],
  ["an empty object", () => answer("{}", INDEX), "the answer is an empty object"],
  [
    "a listing of tags",
    () => answer('{"name":"team/app","tags":[]}', "application/json"),
    "not an OCI index",
  ],
  ["Docker's list", () => answer(index.bytes, DOCKER_LIST), "not an OCI index"],
  ["two types", () => answer("{}", `${INDEX}, ${INDEX}`), "not an OCI index"],
  ["bytes without a type", () => new Response(new Uint8Array([1, 2])), "without a type"],
  ["the image itself", () => answer(subject.bytes, subject.mediaType), "not an OCI index"],
  ["the image as an index", () => answer(subject.bytes, INDEX), "the answer is the image itself"],
  [
    "a redirect with a truncated digest",
    () => redirected(303, "https://web.example/-/v2/packages/x?token=geheim"),
    "status 303 redirects to https://web.example/-/v2/packages/x",
  ],
  [
    "a redirect to a login page",
    () => redirected(302, "https://accounts.example/ServiceLogin"),
    "redirects to https://accounts.example/ServiceLogin",
  ],
  [
    "a redirect to itself",
    () => redirected(307, "?again"),
    "redirects to https://registry.example",
  ],
  ["a redirect to a file", () => redirected(302, "file:///etc/passwd"), "status 302 redirects to"],
  ["a redirect to plain HTTP", () => redirected(301, "http://registry.example/x"), "status 301"],
  ["a redirect nowhere", () => redirected(302), "redirects to nowhere"],
  ["a redirect that is none", () => redirected(302, "https://["), "cannot be read"],
  ["not modified", () => new Response(null, { status: 304 }), "status 304 redirects to nowhere"],
];

for (const [name, api, reason] of UNSUPPORTED) {
  Deno.test(`referrers() tells ${name} as unsupported, and reads the tags`, async () => {
    const { found, asked } = await ask(api);
    assertEquals(found.api, "unsupported");
    assertStringIncludes(found.reason ?? "", reason);
    assertEquals(found.referrers, []);
    assertEquals<unknown>(found.tag, { name: tagName, reason: "there is no such tag" });
    const expected = [
      `GET referrers/${subject.digest}`,
      ...["", ".att", ".sbom", ".sig"].map((suffix) => `GET manifests/${tagName}${suffix}`),
      // Nobody had said that the image is there.
      `HEAD manifests/${subject.digest}`,
    ];
    assertEquals(asked.toSorted(), expected.toSorted());
  });
}

Deno.test("referrers() of an index is not led astray by the index itself", async () => {
  const { found } = await ask(() => answer(index.bytes, INDEX), {
    of: index,
    tags: { [index.digest.replace(":", "-")]: index },
  });
  assertEquals(found.reason, "the answer is the image itself");
  assertEquals(found.tag?.reason, "it is the image itself");
  assertEquals(found.referrers, []);
});

const BROKEN: readonly (readonly [name: string, answer: () => Response, code: string])[] = [
  ["401", () => refused(401, "UNAUTHORIZED"), "unauthorized"],
  ["429", () => new Response("", { status: 429 }), "rate_limited"],
  ["500", () => refused(500), "unavailable"],
  ["502 page", () => answer(html, "text/html", {}, 502), "unavailable"],
  ["503", () => refused(503), "unavailable"],
  ["no JSON", () => answer("hello", INDEX), "protocol"],
  ["an empty body", () => answer("", INDEX), "protocol"],
  ["half an index", () => answer('{"schemaVersion":2,"manifests":[', INDEX), "protocol"],
  ["a list instead of an object", () => answer("[]", INDEX), "protocol"],
  ["no list", () => answer('{"schemaVersion":2}', INDEX), "protocol"],
  ["an image as an index", () => answer(sbom.bytes, INDEX), "protocol"],
  ["both kinds in one", () => answer(bothKinds(), INDEX), "protocol"],
  [
    "a key twice",
    () => answer('{"schemaVersion":2,"manifests":[],"manifests":[]}', INDEX),
    "protocol",
  ],
  ["a path as digest", () => list([entry("a", { digest: "sha256:../../../other" })]), "protocol"],
  [
    "a digest in upper case",
    () => list([entry("a", { digest: `sha256:${"A".repeat(64)}` })]),
    "protocol",
  ],
  ["a size below 0", () => list([entry("a", { size: -1 })]), "protocol"],
  ["no type", () => list([entry("a", { mediaType: "" })]), "protocol"],
  ["null for an entry", () => list([null]), "protocol"],
  [
    "more than 1000 entries",
    () => list(Array.from({ length: 1001 }, (_, at) => entry(`${at}`))),
    "too_large",
  ],
  ["more than 4 MiB", () => answer(" ".repeat(4 * 2 ** 20) + "{}", INDEX), "too_large"],
  ["a Link that cannot be read", () => list([], { link: "next" }), "protocol"],
];

function bothKinds(): string {
  return JSON.stringify({ schemaVersion: 2, manifests: [], layers: [], config: entry("c") });
}

for (const [name, api, code] of BROKEN) {
  Deno.test(`referrers() fails with ${code} where the API answers ${name}`, async () => {
    const error = await assertRejects(() => ask(api), RegistryError);
    assertEquals(error.code, code);
    assertStringIncludes(error.message, `Cannot list the referrers of "registry.example/team/app@`);
  });
}

Deno.test("referrers() follows every page, by the query of Link alone", async () => {
  const { found, asked } = await ask((url) => {
    const page = Number(url.searchParams.get("p") ?? 0);
    const next = `<https://attacker.test/elsewhere?p=${page + 1}>; rel="next"`;
    return list([entry("same"), entry(`${page}`)], page < 3 ? { link: next } : {});
  });
  assertEquals(found.referrers.map(({ digest }) => digest as string), [
    entry("same").digest,
    ...[0, 1, 2, 3].map((page) => entry(`${page}`).digest),
  ]);
  const pages = ["", "?p=1", "?p=2", "?p=3"].map((query) =>
    `GET referrers/${subject.digest}${query}`
  );
  assertEquals(asked.filter((line) => line.includes("referrers/")), pages);
});

type Api = (url: URL, count: number) => Response;
const ENDLESS: readonly (readonly [name: string, api: Api, reason: string])[] = [
  ["the same page for ever", () => list([entry("a")], next("p=1")), "pages go in circles"],
  ["two pages in turn", (_, n) => list([entry(`${n}`)], next(`p=${n % 2}`)), "pages go in circles"],
  ["fresh cursors, old entries", (_, n) => list([entry("a")], next(`p=${n}`)), "no new referrer"],
  ["a new entry for ever", (_, n) => list([entry(`${n}`)], next(`p=${n}`)), "more than 1000 pages"],
  [
    "full pages for ever",
    (_, n) => list(many(n, 1000), next(`p=${n}`)),
    "more than 10000 referrers",
  ],
  ["a page that turns into a web page", (_, n) => pageThen(n, answer(html, "text/html")), "page 2"],
  [
    "a page that turns into a 404",
    (_, n) => pageThen(n, refused(404)),
    "page 2 is none: status 404",
  ],
  ["a page that leads away", (_, n) => pageThen(n, redirected(302, "https://x.test/")), "page 2"],
  ["a page that fails", (_, n) => pageThen(n, refused(503)), "status 503"],
];

function next(query: string): HeadersInit {
  return { link: `<?${query}>; rel="next"` };
}

function pageThen(count: number, then: Response): Response {
  return count === 1 ? list([entry("a")], next("p=1")) : then;
}

function many(page: number, count: number): readonly TestDescriptor[] {
  const at = (index: number): string => (page * count + index).toString(16).padStart(64, "0");
  return Array.from({ length: count }, (_, index) => entry("", { digest: `sha256:${at(index)}` }));
}

for (const [name, api, reason] of ENDLESS) {
  Deno.test(`referrers() gives what it has, incomplete, at ${name}`, async () => {
    const { found } = await ask(api);
    assertEquals([found.complete, found.shortfall?.code], [false, "incomplete"]);
    assertStringIncludes(found.shortfall?.message ?? "", reason);
    assertEquals(found.referrers.length > 0, true);
  });
}

Deno.test("referrers() accepts an index that is sent as JSON and says what it is", async () => {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry("a")] });
  const { found } = await ask(() => answer(body, "application/json; charset=utf-8"));
  assertEquals([found.api, found.complete, found.referrers.length], ["supported", true, 1]);
});

Deno.test("referrers() gives what the API has where a tag of cosign's fails", async () => {
  const flow = openTo((_, url) => {
    if (url.pathname.includes("/referrers/")) return list([entry("a")]);
    return url.pathname.endsWith(".sig") ? refused(503) : missing();
  });
  const found = await flow.referrers(`registry.example/team/app@${subject.digest}`);
  assertEquals([found.complete, found.referrers.length], [false, 1]);
  assertEquals(found.shortfall?.code, "incomplete");
  assertStringIncludes(found.shortfall?.message ?? "", "status 503");
});

Deno.test("referrers() ends at empty pages that go on for ever", async () => {
  const error = await assertRejects(() => ask((_, n) => list([], next(`p=${n}`))), RegistryError);
  assertEquals(error.code, "protocol");
  assertStringIncludes(error.message, "3 pages in a row brought no new referrer");
});

Deno.test("referrers() asks no more than it may", async () => {
  const endless: Api = (_, count) => list([entry(`${count}`)], next(`p=${count}`));
  const { found, asked } = await ask(endless, { maxRequests: 20 });
  assertEquals([found.complete, found.shortfall?.code, asked.length], [false, "incomplete", 20]);
  assertStringIncludes(found.shortfall?.message ?? "", "more than 20 requests");
  assertEquals(found.shortfall?.facts.hint, "--max-requests N allows more");
});

Deno.test("referrers() filters by type where the registry does not, page by page", async () => {
  const mixed = [
    entry("a", { artifactType: SBOM }),
    entry("b", { artifactType: "x/y" }),
    entry("c"),
  ];
  const { found, asked } = await ask(() => list(mixed), { artifactTypes: [SBOM] });
  assertEquals(found.referrers.map(({ digest }) => digest as string), [entry("a").digest]);
  assertEquals(asked[0], `GET referrers/${subject.digest}?artifactType=application%2Fspdx%2Bjson`);
});

Deno.test("referrers() believes a filter that the registry says it applied, but not against its own word", async () => {
  const mixed = [entry("a"), entry("b", { artifactType: "x/y" })];
  const applied = { "oci-filters-applied": "annotation, artifactType" };
  const { found } = await ask(() => list(mixed, applied), { artifactTypes: [SBOM] });
  assertEquals(found.referrers.map(({ digest }) => digest as string), [entry("a").digest]);
  assertEquals(found.referrers[0]?.artifactType, SBOM);
});

Deno.test("referrers() asks for all types where several are wanted", async () => {
  const mixed = [
    entry("a", { artifactType: SBOM }),
    entry("b", { artifactType: "x/y" }),
    entry("c"),
  ];
  const { found, asked } = await ask(() => list(mixed), { artifactTypes: [SBOM, "x/y"] });
  assertEquals(found.referrers.length, 2);
  assertEquals(asked[0], `GET referrers/${subject.digest}`);
});

const TAGGED:
  readonly (readonly [name: string, tagged: TestManifest, expected: string | number])[] = [
    ["an index", buildIndex([], { also: [entry("a"), entry("b"), entry("a")] }), 2],
    ["Docker's list", buildIndex([], { types: "docker", also: [entry("a")] }), 1],
    ["an empty index", buildIndex([]), 0],
    ["the image itself", subject, "it is the image itself"],
    ["another image", sbom, "it is no index"],
  ];

for (const [name, tagged, expected] of TAGGED) {
  Deno.test(`referrers() reads ${name} under the referrers tag`, async () => {
    const { found } = await ask(() => missing(), { tags: { [tagName]: tagged } });
    if (typeof expected === "string") assertEquals(found.tag?.reason, expected);
    else assertEquals<unknown>(found.tag, { name: tagName });
    assertEquals(found.referrers.length, typeof expected === "number" ? expected : 0);
    assertEquals(found.referrers.every(({ via }) => via.join() === "tag"), true);
  });
}

Deno.test("referrers() does not read the referrers tag where there is an API", async () => {
  const { found, asked } = await ask(() => list([]), { tags: { [tagName]: buildIndex([sbom]) } });
  assertEquals(found.api, "supported");
  assertEquals(found.tag, undefined);
  assertEquals(found.referrers, []);
  assertEquals(asked.length, 4);
});

Deno.test("referrers() refuses a tag whose bytes are not what is announced", async () => {
  const flow = openTo((_, url) => {
    if (url.pathname.includes("/referrers/")) return list([]);
    if (!url.pathname.endsWith(".sig")) return missing();
    return answer(sbom.bytes, sbom.mediaType, { "docker-content-digest": index.digest });
  });
  const ask = () => flow.referrers(`registry.example/team/app@${subject.digest}`);
  const error = await assertRejects(ask, RegistryError);
  assertEquals(error.code, "digest_mismatch");
});

Deno.test("referrers() says that an image is missing where nobody else does", async () => {
  const flow = openTo(() => missing());
  const ask = () => flow.referrers(`registry.example/team/app@${subject.digest}`);
  assertEquals((await assertRejects(ask, RegistryError)).code, "not_found");
});

Deno.test("referrers() of a sha512 digest asks for no tags of cosign's", async () => {
  const { bytes, mediaType } = subject;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  const digest = `sha512:${hash.toHex()}`;
  const of = { ...buildManifest(bytes, mediaType), digest };
  const tag = digest.replace(":", "-").slice(0, 71);
  const { found, asked } = await ask(() => missing(), { of, tags: { [tag]: subject } });
  assertEquals<unknown>(found.tag, { name: tag, reason: "it is the image itself" });
  assertEquals(asked.length, 3);
});
