import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { json } from "../flow/internet.ts";
import { judge } from "../flow/invariants.ts";
import { law, listPages, ORIGIN } from "./pages.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** Bodies of a listing that is one page, and the tags in it. */
const BODIES: readonly (readonly [name: string, body: string, tags: readonly string[]])[] = [
  ["null", '{"name":"team/app","tags":null}', []],
  ["an empty list", '{"name":"team/app","tags":[]}', []],
  ["no tags", '{"name":"team/app"}', []],
  ["an empty object", "{}", []],
  ["another name", '{"name":"library/other","tags":["1"]}', ["1"]],
  ["a name that is a number", '{"name":7,"tags":["1"]}', ["1"]],
  ["duplicates", '{"tags":["1","2","1","1"]}', ["1", "2"]],
  ["null among tags", '{"tags":[null,"1",null]}', ["1"]],
  ["empty text among tags", '{"tags":["","1"]}', ["1"]],
  ["a digest among tags", `{"tags":["${DIGEST}","1"]}`, ["1"]],
  ["a tag that begins with a dash", '{"tags":["-ot-beta-jmx","1"]}', ["1"]],
  ["tags with a slash, a colon, a space", '{"tags":["a/b","a:b","a b","1"]}', ["1"]],
  ["a tag of 128 characters", `{"tags":["${"x".repeat(128)}"]}`, ["x".repeat(128)]],
  ["a tag of 129 characters", `{"tags":["${"x".repeat(129)}","1"]}`, ["1"]],
  ["path tricks", '{"tags":["..","../x","%2e%2e","1"]}', ["1"]],
  ["line feeds", '{"tags":["1\\n","a\\nb","1"]}', ["1"]],
  ["escape sequences", '{"tags":["\\u001b]0;x\\u0007","\\u009b2J","\\u202e1","1"]}', ["1"]],
  ["letters of other scripts", '{"tags":["é","１","1"]}', ["1"]],
  ["numbers and objects", '{"tags":[1,true,{"a":1},["b"],"1"]}', ["1"]],
  ["names of members", '{"tags":["__proto__","constructor","toString"]}', [
    "__proto__",
    "constructor",
    "toString",
  ]],
  ["a member named __proto__", '{"__proto__":{"tags":["no"]},"tags":["1"]}', ["1"]],
  ["only a member named __proto__", '{"__proto__":{"tags":["no"]}}', []],
  ["the last of two members", '{"tags":["no"],"tags":["1"]}', ["1"]],
  ["tags in another case", '{"Tags":["no"],"TAGS":["no"]}', []],
  ["an order of its own", '{"tags":["b","a","10","9","B"]}', ["b", "a", "10", "9", "B"]],
  ["a byte order mark", '\ufeff{"tags":["1"]}', ["1"]],
  ["white space around", ' \r\n\t{"tags":["1"]}\n\n ', ["1"]],
  ["errors beside tags", '{"errors":[],"tags":["1"]}', ["1"]],
];

for (const [name, body, tags] of BODIES) {
  Deno.test(`flow.tags() lists a page with ${name}`, async () => {
    const run = await listPages(() => new Response(body));
    judge(run, law(tags));
    assertEquals(run.error, undefined);
    assertEquals(run.tags, tags);
    const leftOut = /null,|null\]|""|sha256|-ot|a\/b|\.\.|\\n|\\u|é|x{129}|\[1,/.test(body);
    assertEquals(run.warnings.length, leftOut ? 1 : 0, run.warnings.join());
  });
}

/** Bodies that are no listing. */
const NO_LISTINGS: readonly (readonly [name: string, body: string])[] = [
  ["text", '{"tags":"1"}'],
  ["an object", '{"tags":{"0":"1","length":1}}'],
  ["a number", '{"tags":1}'],
  ["false", '{"tags":false}'],
  ["errors", '{"errors":[{"code":"X","message":"\\u001b[2J"}]}'],
  ["errors and null", '{"errors":[{"code":"X"}],"tags":null}'],
];

for (const [name, body] of NO_LISTINGS) {
  Deno.test(`flow.tags() throws protocol where tags are ${name}`, async () => {
    const run = await listPages(() => new Response(body));
    judge(run, law([], { mostRequests: 1 }));
    assert(run.error instanceof RegistryError);
    assertEquals(run.error.code, "protocol");
  });
}

Deno.test("flow.tags() survives an entry that is nested a million times", async () => {
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  const run = await listPages(() => new Response(`{"tags":["1",${deep}]}`));
  judge(run, law(["1"]));
});

Deno.test("flow.tags() survives errors that are nested a million times", async () => {
  const deep = "[".repeat(10_000) + "]".repeat(10_000);
  const run = await listPages(() =>
    new Response(`{"errors":[{"code":${deep},"message":${deep}}]}`, { status: 403 })
  );
  judge(run, law([]));
  assert(run.error instanceof RegistryError);
});

Deno.test("flow.tags() says what was left out, once", async () => {
  const run = await listPages((query) =>
    query === ""
      ? { tags: ["1", null, "", DIGEST, "-a\u202e"], next: "b" }
      : { tags: ["2", null, DIGEST, "-b"] }
  );
  judge(run, law(["1", "2"]));
  assertEquals(run.warnings, [
    "registry.example/team/app: left out of the list: 3 empty, 2 digests, 2 that are no valid tags, " +
    'such as "-a\\u{202e}"',
  ]);
});

Deno.test("flow.tags() leaves out what came on an earlier page, and keeps the order", async () => {
  const run = await listPages((query) =>
    query === "" ? { tags: ["c", "a", "b"], next: "x" } : { tags: ["b", "z", "a", "d"] }
  );
  assertEquals(run.tags, ["c", "a", "b", "z", "d"]);
});

Deno.test("flow.tags() takes any content-type, and sends no cookie back", async () => {
  const run = await listPages((query) => {
    const headers = [
      ["content-type", "text/html"],
      ["set-cookie", "session=c00k1e"],
      ["link", '<?p=2>; rel="next"'],
    ].slice(0, query === "" ? 3 : 2) as [string, string][];
    return new Response(JSON.stringify({ tags: [query || "1"].map((tag) => tag.slice(0, 1)) }), {
      headers,
    });
  });
  judge(run, law(["1", "p"]));
  assertEquals(run.requests.map(({ url }) => url), [
    `${ORIGIN}/v2/team/app/tags/list`,
    `${ORIGIN}/v2/team/app/tags/list?p=2`,
  ]);
});

Deno.test("flow.tags() takes the next query as it is", async () => {
  const cursors = [
    "last=a%2Fb+c%20d==&n=0",
    "next_page=gAAAA-_=",
    "last=&orderby=",
    "%zz",
    "a'b\"c",
  ];
  for (const cursor of cursors) {
    const run = await listPages((query) =>
      query === "" ? json({ tags: ["1"] }, { link: `<?${cursor}>; rel="next"` }) : { tags: ["2"] }
    );
    judge(run, law(["1", "2"], { mostRequests: 2 }));
    const sent = new URL(run.requests[1]?.url ?? "").search.slice(1);
    assertEquals(sent, cursor.replaceAll('"', "%22").replaceAll("'", "%27"));
  }
});
