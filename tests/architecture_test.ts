import { assertEquals } from "@std/assert";
import { builtin } from "../mod.ts";

/** One source file: its path from the root, its text, and the paths that it imports. */
interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly to: string;
  readonly isType: boolean;
}

const root = new URL("../", import.meta.url);
const sources = [
  ...readSources("adapters/"),
  ...readSources("core/"),
  ...readSources("scripts/"),
  readSource("mod.ts"),
];

Deno.test("scripts import mod.ts and what they share, and only main.ts other scripts", () => {
  const isAllowed = ({ path }: Source, { to }: Import) =>
    ["mod.ts", "deno.json"].includes(to) || to.startsWith("scripts/_") || to.startsWith("@std/") ||
    (path === "scripts/main.ts" && to.startsWith("scripts/"));
  assertEquals(breaches(isIn("scripts/"), isAllowed), []);
});

Deno.test("adapters import the contract, as a type, and nothing else", () => {
  const isAllowed = ({ path }: Source, { to, isType }: Import) =>
    (isType && to === "core/adapter.ts") || (path === "adapters/mod.ts" && isAdapterFile(to)) ||
    to === path.replace(/\.ts$/, "_api.ts");
  assertEquals(breaches(isIn("adapters/"), isAllowed), []);
});

Deno.test("core imports neither adapters nor scripts", () => {
  const isAllowed = (_: Source, { to }: Import) => /^(core\/|@std\/|node:)/.test(to);
  assertEquals(breaches(isIn("core/"), isAllowed), []);
});

Deno.test("core/names imports itself and errors.ts", () => {
  const isAllowed = (_: Source, { to }: Import) =>
    to === "core/errors.ts" || to.startsWith("core/names/");
  assertEquals(breaches(isIn("core/names/"), isAllowed), []);
});

Deno.test("core/versions imports itself, core/names and errors.ts", () => {
  const isAllowed = (_: Source, { to }: Import) =>
    to === "core/errors.ts" || to.startsWith("core/names/") || to.startsWith("core/versions/");
  assertEquals(breaches(isIn("core/versions/"), isAllowed), []);
});

Deno.test("core/images imports itself, core/names and errors.ts", () => {
  const isAllowed = (_: Source, { to }: Import) =>
    to === "core/errors.ts" || to.startsWith("core/names/") || to.startsWith("core/images/");
  assertEquals(breaches(isIn("core/images/"), isAllowed), []);
});

Deno.test("core names no registry and no host", () => {
  const names = builtin.flatMap(({ id, title, hosts }) => [id, title, ...hosts]);
  const others = ["ghcr", "quay", "oracle", "amazon", "harbor", "gitlab", "artifactory", "nexus"];
  const words = [...names, ...others, "jfrog", "gitea", "k8s", "azure", "docker hub", "docker.io"];
  const named = sources.filter(isIn("core/")).flatMap(({ path, text }) =>
    words.filter((word) => text.toLowerCase().includes(word.toLowerCase()))
      .map((word) => `${path}: ${word}`)
  );
  assertEquals(named, []);
});

Deno.test("a registry's host appears in adapters and in examples only", () => {
  const hosts = builtin.flatMap(({ hosts }) => hosts);
  const named = sources.filter(isIn("mod.ts")).flatMap(({ path, text }) =>
    hosts.filter((host) => text.includes(host)).map((host) => `${path}: ${host}`)
  );
  assertEquals(named, []);
});

Deno.test("only one file of core calls fetch", () => {
  assertEquals(filesWith(/\bfetch\(/), ["core/wire/transport.ts"]);
});

Deno.test("only one file of core sets an Authorization header", () => {
  const callers = filesWith(/"authorization"/i);
  assertEquals(callers, ["core/wire/secret.ts"]);
});

Deno.test("only core/system touches the machine", () => {
  const touching = filesWith(
    /\bDeno\.(?!inspect|customInspect)|from "node:|import\("node:|\bsetTimeout\(/,
  );
  assertEquals(touching.filter((path) => !path.startsWith("core/system/")), []);
});

Deno.test("core has no console and no state of its own", () => {
  assertEquals(filesWith(/\bconsole\./), []);
  assertEquals(filesWith(/^(export )?(let|var) /m), []);
  assertEquals(filesWith(/^(export )?const \w+(: [^=]+)? = new (Map|Set)\(\)/m), []);
});

Deno.test("only mod.ts knows both adapters and core", () => {
  const both = sources.filter(({ imports }) =>
    imports.some(({ to }) => to.startsWith("adapters/")) &&
    imports.some(({ to }) => to.startsWith("core/"))
  );
  assertEquals(both.map(({ path }) => path).filter((path) => !path.startsWith("adapters/")), [
    "mod.ts",
  ]);
});

Deno.test("nothing imports itself in a circle", () => {
  const clear = new Set<string>();
  assertEquals(sources.map(({ path }) => circleFrom(path, [], clear)).filter(Boolean), []);
});

Deno.test("no file is past 250 lines", () => {
  const long = sources.filter(({ text }) => text.split("\n").length > 251);
  assertEquals(long.map(({ path }) => path), []);
});

function readSources(folder: string): Source[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return readSources(`${folder}${name}/`);
    return name.endsWith(".ts") ? [readSource(`${folder}${name}`)] : [];
  });
}

function readSource(path: string): Source {
  const text = Deno.readTextFileSync(new URL(path, root));
  const found = text.matchAll(/^(?:import|export)( type)?\b[^;]*?from "([^"]+)"/gm);
  const imports = [...found].map(([, isType, to = ""]) => ({
    to: to.startsWith(".") ? resolve(to, path) : to,
    isType: isType !== undefined,
  }));
  return { path, text, imports };
}

function resolve(to: string, from: string): string {
  return new URL(to, new URL(from, root)).href.slice(root.href.length);
}

function isIn(folder: string): (source: Source) => boolean {
  return ({ path }) => path.startsWith(folder);
}

function isAdapterFile(path: string): boolean {
  return /^adapters\/\w+\.ts$/.test(path);
}

function breaches(
  isConcerned: (source: Source) => boolean,
  isAllowed: (source: Source, imported: Import) => boolean,
): string[] {
  return sources.filter(isConcerned).flatMap((source) =>
    source.imports.filter((imported) => !isAllowed(source, imported))
      .map(({ to }) => `${source.path} imports ${to}`)
  );
}

function filesWith(pattern: RegExp): string[] {
  return sources.filter(isIn("core/")).filter(({ text }) => pattern.test(text))
    .map(({ path }) => path);
}

/** A circle that `path` leads into, unless all of its imports are `clear` of one. */
function circleFrom(
  path: string,
  trail: readonly string[],
  clear: Set<string>,
): string | undefined {
  const seen = trail.indexOf(path);
  if (seen >= 0) return [...trail.slice(seen), path].join(" -> ");
  if (clear.has(path)) return undefined;
  const source = sources.find((candidate) => candidate.path === path);
  for (const { to } of source?.imports ?? []) {
    const circle = circleFrom(to, [...trail, path], clear);
    if (circle !== undefined) return circle;
  }
  clear.add(path);
  return undefined;
}
