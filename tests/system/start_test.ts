import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

/** A module as `deno info --json` tells of it, as far as it is used here. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier?: string };
  }[];
}

const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

// Loading the Node layer takes 8 to 10 ms; all of a start took 31 ms with it and takes 21 ms without.
for (const door of ["mod.ts", "scripts/main.ts", "scripts/tags.ts"]) {
  Deno.test(`${door} loads no module of Node at its start`, async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", door],
      cwd: ROOT,
    }).output();
    const { modules }: { modules: Module[] } = JSON.parse(new TextDecoder().decode(stdout));
    const loaded = modules.flatMap(({ specifier, dependencies = [] }) =>
      dependencies.map((dependency) => ({ ...dependency, from: specifier }))
    ).filter(({ code }) => code?.specifier?.startsWith("node:"));
    assert(loaded.length > 0, "none is found, not even those that are loaded when needed");
    const early = loaded.filter(({ isDynamic }) => isDynamic !== true);
    assertEquals(early.map(({ from, specifier }) => `${from}: ${specifier}`), []);
  });
}
