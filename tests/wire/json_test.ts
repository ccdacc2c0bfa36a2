import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeJson, decodeJsonList, diagnose, isHtml, NotJson } from "../../core/wire/json.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("decodeJson() gives an object or throws NotJson, for any bytes", () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.json().map(bytes),
    fc.json().chain((text) => fc.nat(text.length).map((end) => bytes(text.slice(0, end)))),
  );
  fc.assert(
    fc.property(body, (data) => {
      try {
        assertEquals(typeof decodeJson(data), "object");
      } catch (error) {
        assertEquals(error instanceof NotJson, true, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeJson() calls a cut object cut at every byte, and HTML HTML", () => {
  const whole = '{"tags":["a","b"],"x":{"y":[1]}}';
  for (let end = 0; end < whole.length; end++) {
    const kind = kindOf(whole.slice(0, end));
    assertEquals(kind === "cut" || whole.charAt(end - 1) === "}", true, whole.slice(0, end));
  }
  for (const text of ["<html>", " \n<!doctype html>", "\ufeff<html>", "<"]) {
    assertEquals([kindOf(text), isHtml(bytes(text))], ["html", true]);
  }
  for (const text of ["[]", "1", "null", '"x"', "{}{}", "junk"]) {
    assertEquals(kindOf(text), "malformed");
  }
});

Deno.test("decodeJsonList() calls a cut list cut at every byte", () => {
  const whole = '[{"tags":["a","b"]},{"x":[1]}]';
  for (let end = 0; end < whole.length; end++) {
    const kind = kindOf(whole.slice(0, end), decodeJsonList);
    assertEquals(kind === "cut" || whole.charAt(end - 1) === "]", true, whole.slice(0, end));
  }
  assertEquals(kindOf(whole, decodeJsonList), "fine");
  assertEquals(kindOf("[1][2]", decodeJsonList), "malformed");
});

function kindOf(text: string, decode: (body: Uint8Array) => unknown = decodeJson): string {
  try {
    decode(bytes(text));
    return "fine";
  } catch (error) {
    return error instanceof NotJson ? error.kind : "another error";
  }
}

Deno.test("diagnose() gives at most five printable lines, for any body", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.string(), (value, text) => {
    for (const body of [{ errors: value }, { errors: [{ code: text, message: text }] }, value]) {
      const lines = diagnose(bytes(JSON.stringify(body)));
      assertEquals(lines.length <= 5, true);
      // deno-lint-ignore no-control-regex
      for (const line of lines) assertEquals(/[\x00-\x1f\x7f-\x9f\u202e]/.test(line), false);
    }
  }));
});
