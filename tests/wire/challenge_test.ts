import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import { parseChallenges } from "../../core/wire/challenge.ts";
import { counted } from "./counted.ts";

type Pair = readonly [scheme: string, parameters: Readonly<Record<string, string>>];

const ROWS: readonly (readonly [name: string, header: string, challenges: readonly Pair[]])[] = [
  ["nothing", "", []],
  ["gaps and commas alone", " ,\t, ,", []],
  [
    "a bearer challenge",
    'Bearer realm="https://auth.example/token",service="s",scope="repository:a/b:pull"',
    [
      ["bearer", {
        realm: "https://auth.example/token",
        service: "s",
        scope: "repository:a/b:pull",
      }],
    ],
  ],
  ["commas in quotes", 'Bearer realm="r",scope="repository:a/b:pull,push"', [
    ["bearer", { realm: "r", scope: "repository:a/b:pull,push" }],
  ]],
  [
    "two challenges in one header without a space",
    'Bearer realm="https://a/token",service="s",scope="*",Basic realm="https://a",service="s"',
    [
      ["bearer", { realm: "https://a/token", service: "s", scope: "*" }],
      ["basic", { realm: "https://a", service: "s" }],
    ],
  ],
  ["two headers joined", 'Bearer realm="r",service="s", Basic realm="A Registry"', [
    ["bearer", { realm: "r", service: "s" }],
    ["basic", { realm: "A Registry" }],
  ]],
  ["a bare scheme behind", 'Bearer realm="a", Basic', [["bearer", { realm: "a" }], ["basic", {}]]],
  ["a bare scheme in front", 'Basic, Bearer realm="a"', [["basic", {}], ["bearer", {
    realm: "a",
  }]]],
  ["a bare scheme in front without a space", 'Basic,Bearer realm="a"', [
    ["basic", {}],
    ["bearer", { realm: "a" }],
  ]],
  ["a bare scheme", "Basic", [["basic", {}]]],
  ["two schemes without a comma", "Negotiate Basic realm=x", [
    ["negotiate", {}],
    ["basic", { realm: "x" }],
  ]],
  ["Negotiate and others", 'Negotiate, NTLM, Basic realm="x"', [
    ["negotiate", {}],
    ["ntlm", {}],
    ["basic", { realm: "x" }],
  ]],
  ["a token68", "Negotiate YIIabc+/~-._==", [["negotiate", {}]]],
  ["a token68 without padding", 'Negotiate YII, Basic realm="x"', [
    ["negotiate", {}],
    ["basic", { realm: "x" }],
  ]],
  ["a token68 in the middle", 'Basic realm="x", Negotiate YII=, Bearer realm="y"', [
    ["basic", { realm: "x" }],
    ["negotiate", {}],
    ["bearer", { realm: "y" }],
  ]],
  ["unquoted values", "bearer realm=https://a.example:5000/token?x=y,service=s", [
    ["bearer", { realm: "https://a.example:5000/token?x=y", service: "s" }],
  ]],
  ["lower-case schemes and a placeholder", "basic realm=<x>, bearer realm=<x>", [
    ["basic", { realm: "<x>" }],
    ["bearer", { realm: "<x>" }],
  ]],
  ["upper-case names", 'BEARER REALM="R",Service="S"', [["bearer", { realm: "R", service: "S" }]]],
  ["missing commas", 'Bearer realm="a" service="b" Basic realm="c"', [
    ["bearer", { realm: "a", service: "b" }],
    ["basic", { realm: "c" }],
  ]],
  ["extra commas and gaps", ' ,, Bearer \t realm="a" ,, , service="b" , ', [
    ["bearer", { realm: "a", service: "b" }],
  ]],
  ["no gap behind a quote", 'Bearer realm="a"service="b"', [
    ["bearer", { realm: "a", service: "b" }],
  ]],
  ["gaps around =", 'Bearer realm = "a", service= b, scope =c', [
    ["bearer", { realm: "a", service: "b", scope: "c" }],
  ]],
  ["escapes", 'Basic realm="a \\"b\\" \\\\ \\c"', [["basic", { realm: 'a "b" \\ c' }]]],
  ["an escape at the end", 'Basic realm="a\\', [["basic", { realm: "a" }]]],
  ["an open quote", 'Bearer realm="a, service=b', [["bearer", { realm: "a, service=b" }]]],
  ["an empty quote", 'Bearer realm="",service="s"', [["bearer", { realm: "", service: "s" }]]],
  ["an empty value", "Bearer service=s,realm=", [["bearer", { service: "s", realm: "" }]]],
  ["a parameter given twice", 'Bearer realm="a",realm="b",REALM="c"', [["bearer", { realm: "a" }]]],
  ["a parameter before a scheme", 'realm="x", Basic realm="y"', [["basic", { realm: "y" }]]],
  ["a stray quote", 'Bearer "realm=x", service=s', [["bearer", { service: "s" }]]],
  ["a stray =", "Bearer service=s, =x, = realm=y", [["bearer", { service: "s", realm: "y" }]]],
  ["an error", 'Bearer realm="r",error="invalid_token",error_description="a, b"', [
    ["bearer", { realm: "r", error: "invalid_token", error_description: "a, b" }],
  ]],
  ["the same scheme twice", 'Bearer realm="https://evil.example",Bearer realm="https://a"', [
    ["bearer", { realm: "https://evil.example" }],
    ["bearer", { realm: "https://a" }],
  ]],
  [
    "realms of all kinds, as they are",
    'Bearer realm="//evil.example", Bearer realm="http://2852039166/"',
    [
      ["bearer", { realm: "//evil.example" }],
      ["bearer", { realm: "http://2852039166/" }],
    ],
  ],
];

for (const [name, header, challenges] of ROWS) {
  Deno.test(`parseChallenges() reads ${name}`, () => {
    const found = parseChallenges(header).map((
      { scheme, parameters },
    ) => [scheme, { ...parameters }]);
    assertEquals(found as unknown, challenges as unknown);
  });
}

Deno.test("parseChallenges() keeps __proto__ and constructor as plain keys", () => {
  const [challenge] = parseChallenges('Bearer __proto__="x",constructor=y,realm=z');
  assert(challenge);
  const { parameters } = challenge;
  assertEquals(Object.keys(parameters), ["__proto__", "constructor", "realm"]);
  assertEquals(Object.getPrototypeOf(parameters), null);
  assertEquals(parameters["toString"], undefined);
  assert(Object.isFrozen(parameters));
});

Deno.test("parseChallenges() refuses a header over 8192 characters", () => {
  assertEquals(parseChallenges("a".repeat(8192)).length, 1);
  for (const size of [8193, 300_000]) {
    const error = assertThrows(() => parseChallenges("<".repeat(size)), RegistryError, `${size}`);
    assertEquals(error.code, "protocol");
  }
});

Deno.test("parseChallenges() looks at each character a few times at most", () => {
  const hostile = [
    "<",
    ",",
    " ",
    "=",
    '"',
    "a",
    "a ",
    "a,",
    "a=",
    'a="',
    "a b ",
    "\\",
    '"\\',
    "a =",
    "b a=,",
  ];
  for (const unit of hostile) {
    const text = unit.repeat(Math.floor(8192 / unit.length));
    for (const start of ["", "Bearer ", 'Bearer realm="']) {
      const { header, looks } = counted((start + text).slice(0, 8192));
      parseChallenges(header);
      assertLessOrEqual(looks(), 8 * 8192, `${start}${unit}`);
    }
  }
});

Deno.test("parseChallenges() reads what is written, quoted as needed", () => {
  const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const parameters = fc.dictionary(token, fc.string(), {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  });
  const challenges = fc.array(fc.tuple(token, parameters), { maxLength: 4 });
  fc.assert(fc.property(challenges, fc.constantFrom(",", ", ", " ,\t"), (challenges, comma) => {
    const header = challenges.map(([scheme, parameters]) => {
      const pairs = Object.entries(parameters).map(([name, value]) =>
        `${name}="${value.replace(/["\\]/g, "\\$&")}"`
      );
      return `${scheme} ${pairs.join(comma)}`;
    }).join(comma);
    const found = parseChallenges(header).map((
      { scheme, parameters },
    ) => [scheme, { ...parameters }]);
    assertEquals(found as unknown, challenges as unknown);
  }));
});

Deno.test("parseChallenges() never throws on a header within the limit", () => {
  const piece = fc.constantFrom(
    "Bearer",
    "Basic",
    " ",
    ",",
    "=",
    '"',
    "\\",
    "realm",
    "x",
    "==",
    "\t",
    "é",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (list) => {
      for (const { scheme, parameters } of parseChallenges(list.join(""))) {
        assert(scheme !== "");
        assert(Object.isFrozen(parameters));
      }
    }),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseChallenges(text)));
});
