import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readToken } from "../../core/wire/token.ts";

Deno.test("readToken() gives a usable token or nothing, for any JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (token, other, life) => {
      const found = readToken({ token, access_token: other, expires_in: life });
      if (found === undefined) return;
      assertEquals(/^[\x21-\x7e]+$/.test(found.value), true);
      assertEquals(
        found.usableFor >= 4500 && found.usableFor <= 3_240_000,
        true,
        `${found.usableFor}`,
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("readToken() takes any expires_in for what it is worth", () => {
  const deep = JSON.parse(`${"[".repeat(50_000)}1${"]".repeat(50_000)}`);
  const rows: readonly (readonly [life: unknown, usableFor: number])[] = [
    [300, 270_000],
    ["300", 270_000],
    [1, 4500],
    [0, 54_000],
    [-5, 54_000],
    [1e400, 3_240_000],
    [undefined, 54_000],
    [null, 54_000],
    [{ toString: 1, valueOf: 1 }, 54_000],
    [deep, 54_000],
  ];
  for (const [life, usableFor] of rows) {
    assertEquals(readToken({ token: "t", expires_in: life }), { value: "t", usableFor });
  }
});
