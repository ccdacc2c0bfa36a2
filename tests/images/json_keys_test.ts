import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readJsonKeys } from "../../core/images/json_keys.ts";

const REPEATED: readonly (readonly [text: string, key: string | undefined])[] = [
  [`{}`, undefined],
  [`{"a":1,"b":2}`, undefined],
  [`{"a":1,"a":2}`, "a"],
  [`{"a":1,"b":2,"a":3,"b":4}`, "a"],
  [`{"a":1,"\\u0061":2}`, "a"],
  [`{"\\"":1,"\\u0022":2}`, `"`],
  [`{"a\\\\":1,"a\\\\":2}`, "a\\"],
  [`{"":1,"":2}`, ""],
  [`{"__proto__":1,"__proto__":2}`, "__proto__"],
  [`{"__proto__":1,"constructor":2}`, undefined],
  [`{"a" : 1 ,\n\t"a"\r\n: 2}`, "a"],
  [`{"a":"a","b":"a"}`, undefined],
  [`{"a":"\\"a\\":1,\\"a\\":2"}`, undefined],
  [`{"a":{"a":{"a":1}}}`, undefined],
  [`{"a":{"b":1},"b":{"b":1}}`, undefined],
  [`{"a":[{"b":1},{"b":2}]}`, undefined],
  [`{"a":{"b":1,"b":2}}`, "b"],
  [`{"a":[{"b":1,"b":2}]}`, "b"],
  [`{"a":[{"b":{"c":1,"c":2}}]}`, "c"],
  [`{"a":[{"b":{"c":{"d":1,"d":2}}}]}`, undefined],
  [`{"a":{"b":[]},"a":1}`, "a"],
  [`{"a":{"x":1},"b":{"y":1,"x":1},"c":[["x"],{"x":1}],"a":2}`, "a"],
  [`{"A":1,"a":2}`, undefined],
];

for (const [text, key] of REPEATED) {
  Deno.test(`readJsonKeys() of ${text} finds ${key === undefined ? "none" : `"${key}"`}`, () => {
    assertEquals(readJsonKeys(text), { isTooDeep: false, repeated: key });
  });
}

Deno.test("readJsonKeys() stops beyond 100", () => {
  for (const [open, close] of [["[", "]"], [`{"a":`, "}"]] as const) {
    const nested = (depth: number) => open.repeat(depth) + "1" + close.repeat(depth);
    assert(!readJsonKeys(nested(100)).isTooDeep);
    assert(readJsonKeys(nested(101)).isTooDeep);
  }
  assert(!readJsonKeys("[]".repeat(1000)).isTooDeep);
  assert(!readJsonKeys(`"${"[".repeat(1000)}"`).isTooDeep);
});

Deno.test("readJsonKeys() finds nothing in what JSON.stringify writes", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => {
    assertEquals(readJsonKeys(text), { isTooDeep: false, repeated: undefined });
  }));
});

Deno.test("readJsonKeys() finds whichever key is given twice", () => {
  const names = fc.uniqueArray(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(names, fc.nat(), fc.boolean(), (keys, at, isEscaped) => {
    const twice = keys[at % keys.length] ?? "";
    const members = [...keys, twice].map((key, place) =>
      `${isEscaped && place < keys.length ? escaped(key) : JSON.stringify(key)}:{"${place}":[]}`
    );
    const text = `{${members.join(",")}}`;
    JSON.parse(text);
    assertEquals(readJsonKeys(text).repeated, twice);
  }));
});

Deno.test("readJsonKeys() ends on any text", () => {
  const junk = fc.array(fc.constantFrom(...'{}[]":\\ ,a0u\n'), { maxLength: 60 });
  fc.assert(fc.property(junk, (characters) => {
    try {
      readJsonKeys(characters.join(""));
    } catch (error) {
      assert(error instanceof SyntaxError);
    }
  }));
});

const MEGABYTES_4 = 4 * 1024 * 1024;
const SHAPES: readonly (readonly [name: string, unit: string])[] = [
  ["quotes", `"`],
  ["backslashes", "\\"],
  ["one open string", "a"],
  ["spaces", " "],
  ["strings before spaces", `"" \t\r\n `],
  ["keys without values", `"a":`],
  ["escaped keys", `"\\u0061":`],
  ["empty objects", "{},"],
  ["opened and closed", `{"a":[{"b":{}}]},`],
  ["closing brackets", "]"],
  ["colons", ":"],
  ["quoted backslashes", `"\\\\"`],
];

for (const [name, unit] of SHAPES) {
  Deno.test(`readJsonKeys() looks at no character of ${name} more than three times`, () => {
    for (const start of ["", "{", `"`, `{"x":`]) {
      const text = start + unit.repeat(MEGABYTES_4 / 16 / unit.length);
      const [once, twice] = [looks(text), looks(text + text)];
      assert(once <= 3 * text.length + 3, `${once} looks at ${text.length}`);
      assert(twice <= 6 * text.length + 3, `${twice} looks at ${2 * text.length}`);
    }
  });
}

function escaped(key: string): string {
  const units = Array.from({ length: key.length }, (_, at) => key.charCodeAt(at));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")}"`;
}

/** How often characters of the text are looked at, which is what would grow faster than the text. */
function looks(text: string): number {
  const original = String.prototype.charCodeAt;
  let count = 0;
  String.prototype.charCodeAt = function (position: number): number {
    count++;
    return original.call(this, position);
  };
  try {
    readJsonKeys(text);
  } finally {
    String.prototype.charCodeAt = original;
  }
  return count;
}
