import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { removeJson, setJson, type SetValue } from "../../core/system/json_edit.ts";

const entry = { auth: "YTpi" };

const SET: readonly (readonly [
  name: string,
  before: string,
  path: readonly string[],
  after: string,
])[] = [
  [
    "an empty object",
    "{}",
    ["auths", "h"],
    '{\n\t"auths": {\n\t\t"h": {\n\t\t\t"auth": "YTpi"\n\t\t}\n\t}\n}',
  ],
  ["one line", '{"b":1,"a":2}', ["auths", "h"], '{"b":1,"a":2,"auths":{"h":{"auth":"YTpi"}}}'],
  [
    "one line with spaces",
    '{"b": 1, "a": 2}',
    ["auths", "h"],
    '{"b": 1, "a": 2, "auths": {"h": {"auth": "YTpi"}}}',
  ],
  [
    "two spaces",
    '{\n  "x": 1\n}\n',
    ["auths", "h"],
    '{\n  "x": 1,\n  "auths": {\n    "h": {\n      "auth": "YTpi"\n    }\n  }\n}\n',
  ],
  [
    "line endings of Windows",
    '{\r\n    "auths": {}\r\n}\r\n',
    ["auths", "h"],
    '{\r\n    "auths": {\r\n        "h": {\r\n            "auth": "YTpi"\r\n        }\r\n    }\r\n}\r\n',
  ],
  [
    "an entry that is there",
    '{\n\t"auths": {\n\t\t"h": { "auth": "old" },\n\t\t"i": {}\n\t}\n}',
    ["auths", "h", "auth"],
    '{\n\t"auths": {\n\t\t"h": { "auth": {\n\t\t\t\t"auth": "YTpi"\n\t\t\t} },\n\t\t"i": {}\n\t}\n}',
  ],
  ["null on the way", '{"auths":null}', ["auths", "h"], '{"auths":{"h":{"auth":"YTpi"}}}'],
  ["text on the way", '{"auths":"a{"}', ["auths", "h"], '{"auths":{"h":{"auth":"YTpi"}}}'],
  [
    "numbers that JavaScript cannot hold",
    '{"n":12345678901234567890,"f":1.0,"e":1E400,"2":0,"1":0}',
    ["h"],
    '{"n":12345678901234567890,"f":1.0,"e":1E400,"2":0,"1":0,"h":{"auth":"YTpi"}}',
  ],
  [
    "brackets and quotes in text",
    '{"a":"}\\"]{","b":["{\\\\"],"auths":{"x":{}}}',
    ["auths", "h"],
    '{"a":"}\\"]{","b":["{\\\\"],"auths":{"x":{},"h":{"auth":"YTpi"}}}',
  ],
  ["a key twice", '{"h":1,"h":2}', ["h"], '{"h":1,"h":{"auth":"YTpi"}}'],
  ["a key with escapes", '{"a\\/b":1}', ["a/b"], '{"a\\/b":{"auth":"YTpi"}}'],
  [
    "a key of the prototype",
    "{ }",
    ["__proto__"],
    '{\n\t"__proto__": {\n\t\t"auth": "YTpi"\n\t}\n}',
  ],
];

for (const [name, before, path, after] of SET) {
  Deno.test(`setJson() in ${name}`, () => assertEquals(setJson(before, path, entry), after));
}

const REMOVE: readonly (readonly [name: string, before: string, after: string])[] = [
  ["the only one", '{ "auths": { "h": {} }, "x": 1 }', '{ "auths": {}, "x": 1 }'],
  ["the first", '{"auths":{"h":{},"i":{}}}', '{"auths":{"i":{}}}'],
  ["the last", '{"auths":{"i":{},"h":{}}}', '{"auths":{"i":{}}}'],
  [
    "one of three lines",
    '{\n\t"auths": {\n\t\t"a": {},\n\t\t"h": {},\n\t\t"b": {}\n\t}\n}',
    '{\n\t"auths": {\n\t\t"a": {},\n\t\t"b": {}\n\t}\n}',
  ],
  [
    "the last of two lines",
    '{\n\t"auths": {\n\t\t"a": {},\n\t\t"h": {}\n\t}\n}',
    '{\n\t"auths": {\n\t\t"a": {}\n\t}\n}',
  ],
  ["one that is there twice", '{"auths":{"h":{},"a":1,"h":{}}}', '{"auths":{"a":1}}'],
  ["one that is not there", '{"auths":{"a":{}}}', '{"auths":{"a":{}}}'],
  ["from nothing", '{"x":1}', '{"x":1}'],
  ["from null", '{"auths":null}', '{"auths":null}'],
];

for (const [name, before, after] of REMOVE) {
  Deno.test(`removeJson() takes ${name}`, () => {
    assertEquals(removeJson(before, ["auths"], new Set(["h"])), after);
  });
}

const key = fc.oneof(fc.constantFrom("auths", "a", "b", "__proto__", "1"), fc.string());
const { document } = fc.letrec<{ document: Record<string, unknown>; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.integer(),
    fc.constantFrom(null, true, []),
    tie("document"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
  document: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));
const indent = fc.constantFrom<string | number>("", "\t", 1, 2, 4);

Deno.test("setJson() changes what it is told to and nothing else", () => {
  const value: fc.Arbitrary<SetValue> = fc.oneof(fc.string(), fc.dictionary(key, fc.string()));
  fc.assert(fc.property(document, indent, key, key, value, (document, indent, a, b, value) => {
    const text = JSON.stringify(document, null, indent);
    const edited = setJson(text, [a, b], value);
    const expected = new Map(Object.entries(document));
    const old = expected.get(a);
    const isObject = typeof old === "object" && old !== null && !Array.isArray(old);
    const inside = new Map(Object.entries(isObject ? old : {}));
    expected.set(a, Object.fromEntries(inside.set(b, value)));
    assertEquals(JSON.parse(edited), JSON.parse(JSON.stringify(Object.fromEntries(expected))));
  }));
});

Deno.test("setJson() lays out as JSON.stringify() does", () => {
  const items = fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string(), { minKeys: 1 });
  fc.assert(fc.property(items, indent, fc.string(), (items, indent, value) => {
    const text = JSON.stringify({ x: items }, null, indent);
    const expected = JSON.stringify({ x: items, auths: { h: { auth: value } } }, null, indent);
    assertEquals(setJson(text, ["auths", "h"], { auth: value }), expected);
  }));
});

Deno.test("removeJson() takes back what setJson() added", () => {
  fc.assert(fc.property(document, indent, fc.string(), (document, indent, value) => {
    const text = JSON.stringify({ auths: { kept: 1 }, ...document }, null, indent);
    const before = JSON.parse(text);
    if (typeof before.auths !== "object" || before.auths === null) return;
    if (Array.isArray(before.auths) || Object.keys(before.auths).length === 0) return;
    if (Object.hasOwn(before.auths, "h")) return;
    const added = setJson(text, ["auths", "h"], value);
    assertEquals(removeJson(added, ["auths"], new Set(["h"])), text);
  }));
});
