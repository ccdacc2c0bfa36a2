import { assert, assertEquals, assertMatch } from "@std/assert";
import { isTag } from "../../core/names/tag.ts";
import { parseVersion, tagKind } from "../../core/versions/shape.ts";
import { type Word, WORDS } from "../../core/versions/words.ts";

for (const entry of WORDS) {
  const { word, role, example } = entry;
  Deno.test(`the ${role} word ${word} is read in ${example}`, () => {
    assert(isTag(example));
    assert(example.toLowerCase().includes(word));
    checks[role](entry);
  });
}

const checks: Readonly<Record<Word["role"], (word: Word) => void>> = {
  prefix({ word, example }) {
    const version = parseVersion(example);
    assertEquals(version?.flavour, "");
    assertEquals(version?.prefix.replace(/[-_.]$/, "").toLowerCase(), word);
  },
  architecture: ({ example }) => assertEquals(tagKind(example), "channel"),
  counter: ({ example }) => assertEquals(tagKind(example), "channel"),
  base: ({ example }) => assertEquals(tagKind(example), "channel"),
  moving: ({ example }) => assertEquals(tagKind(example), "channel"),
  pre({ word, example, rank }) {
    const version = parseVersion(example);
    const found = version?.parts.find(({ role }) => role === "pre");
    assertEquals(found?.mark.toLowerCase(), word);
    assertEquals(found?.rank, rank);
    assert(version?.isPre);
  },
  release({ word, example }) {
    const version = parseVersion(example);
    assert(version?.shape.toLowerCase().includes(word));
    assert(!version?.variant.toLowerCase().includes(word));
    assert(!version?.isPre);
  },
  build({ word, example }) {
    const { parts = [], behind = [] } = parseVersion(example) ?? {};
    const marks = [...parts, ...behind].map(({ mark }) =>
      mark.toLowerCase().replace(/^\W|\W$/g, "")
    );
    assert(marks.includes(word), marks.join());
  },
};

Deno.test("words are lower case, each once in its role", () => {
  const names = WORDS.map(({ word, role }) => `${role} ${word}`);
  assertEquals(new Set(names).size, names.length);
  for (const { word, role, rank } of WORDS) {
    assertMatch(word, /^[a-z0-9_]+$/);
    assertEquals(rank !== undefined, role === "pre");
  }
});
