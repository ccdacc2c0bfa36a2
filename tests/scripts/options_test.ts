import { assertEquals, assertThrows } from "@std/assert";
import { type Option, parseArguments } from "../../scripts/_options.ts";

const options: readonly Option[] = [
  { name: "limit", value: "N", help: "" },
  { name: "origin", value: "HOST=URL", help: "", repeatable: true },
  { name: "quiet", help: "" },
  { name: "help", help: "" },
];

const cases: readonly (readonly [words: readonly string[], expected: unknown])[] = [
  [["a", "b"], { operands: ["a", "b"] }],
  [["1", "0x10", "1e3"], { operands: ["1", "0x10", "1e3"] }],
  [["--limit", "5", "a"], { operands: ["a"], limit: "5" }],
  [["a", "--limit=5"], { operands: ["a"], limit: "5" }],
  [["--limit=5", "--limit", "6", "a"], { operands: ["a"], limit: "6" }],
  [["--limit=-1", "a"], { operands: ["a"], limit: "-1" }],
  [["--limit=a=b", "a"], { operands: ["a"], limit: "a=b" }],
  [["--quiet", "true"], { operands: ["true"], quiet: true }],
  [["--quiet", "false"], { operands: ["false"], quiet: true }],
  [["--quiet", "--quiet", "a"], { operands: ["a"], quiet: true }],
  [["--origin", "a=1", "--origin=b=2"], { operands: [], origin: ["a=1", "b=2"] }],
  [["--origin", "a=1", "x"], { operands: ["x"], origin: ["a=1"] }],
  [["--quiet", "--", "--limit", "-x", "--"], { operands: ["--limit", "-x", "--"], quiet: true }],
  [["a", "--", "b"], { operands: ["a", "b"] }],
  [["--limit", "true"], { operands: [], limit: "true" }],
  [["-h", "true"], { operands: ["true"], help: true }],
  [["", "-"], { operands: ["", "-"] }],
];

for (const [words, expected] of cases) {
  Deno.test(`parseArguments() sorts ${JSON.stringify(words)}`, () => {
    const args = parseArguments(words, options);
    const found = {
      operands: args.operands,
      ...(args.has("limit") && { limit: args.one("limit") }),
      ...(args.has("origin") && { origin: args.all("origin") }),
      ...(args.has("quiet") && { quiet: true }),
      ...(args.has("help") && { help: true }),
    };
    assertEquals<unknown>(found, expected);
  });
}

Deno.test("Arguments.has() throws when the flag was not declared", () => {
  assertThrows(() => parseArguments([], options).has("lmit"), TypeError, "--lmit");
});
