import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readPartOf, readScope } from "../../core/wire/scope.ts";

Deno.test("readPartOf() never asks for more than reading one repository, or one word", () => {
  const word = fc.constantFrom(
    "repository",
    "team/app",
    "other",
    "pull",
    "push",
    "*",
    ":",
    ",",
    " ",
    "",
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 12 }), (words) => {
    const part = readPartOf(words.join(""), "team/app");
    for (const one of part?.split(" ") ?? []) {
      const isOwn =
        /^repository:team\/app:(pull|content_read|metadata_read)(,(pull|content_read|metadata_read))*$/;
      assertEquals(isOwn.test(one) || !one.includes(":"), true, one);
    }
  }));
  assertEquals(readScope("a/b"), "repository:a/b:pull");
});
