import { assert, assertEquals } from "@std/assert";
import npm from "../deno.json" with { type: "json" };
import jsr from "../deno.jsr.json" with { type: "json" };

const fromNpm = new Map<string, string>(Object.entries(npm.imports));
const fromJsr = new Map<string, string>(Object.entries(jsr.imports));

/** Only there: `Deno.test` does its work here. */
const ONLY_ON_JSR = ["@std/testing"];

Deno.test("deno.jsr.json maps the same names as deno.json", () => {
  const names = [...fromJsr.keys()].filter((name) => !ONLY_ON_JSR.includes(name));
  assertEquals(names, [...fromNpm.keys()]);
});

Deno.test("deno.jsr.json takes std from JSR, and the rest as deno.json does", () => {
  for (const [name, specifier] of fromJsr) {
    if (!name.startsWith("@std/")) assertEquals(specifier, fromNpm.get(name));
    else {
      const [, packageName, path] = /^(@std\/\w+)(\/.*)?$/.exec(name) ?? [];
      const expected = new RegExp(`^jsr:${packageName}@\\^?\\d+\\.\\d+\\.\\d+${path ?? ""}$`);
      assert(expected.test(specifier), `${name}: ${specifier}`);
    }
  }
});

Deno.test("deno.json takes std from one npm package, from the file of the same name", () => {
  for (const [name, specifier] of fromNpm) {
    if (!name.startsWith("@std/")) continue;
    const [, folder = "", file = "mod"] = /^@std\/(\w+)(?:\/(.*))?$/.exec(name) ?? [];
    const path = `${folder}/${file.replaceAll("-", "_")}.js`;
    assertEquals(specifier, `npm:deno-std@1.4.0/${path}`);
  }
});

Deno.test("deno.jsr.json describes the same package", () => {
  const { name, version, license, exports } = npm;
  const { imports: _, ...described } = jsr;
  assertEquals(described, { name, version, license, exports });
});
