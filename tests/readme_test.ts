import { assert, assertEquals } from "@std/assert";
import { builtin, type RegistryAdapter, type RegistryApi } from "../mod.ts";
import { EXIT } from "../scripts/_exit.ts";
import { selectorOptions } from "../scripts/_selector.ts";
import { commands } from "../scripts/main.ts";
import config from "../deno.json" with { type: "json" };

const readme = Deno.readTextFileSync(new URL("../README.md", import.meta.url));

Deno.test("README's table of habits says what the adapters say", () => {
  const rows = tableAfter("## What is known of each registry");
  assertEquals(rows, builtin.map(habits));
});

Deno.test("README's table of APIs says what the adapters say", () => {
  const rows = tableAfter("### What else there is");
  assertEquals(
    rows,
    builtin.flatMap(({ title, api }) => api === undefined ? [] : [apiOf(title, api)]),
  );
});

Deno.test("README's table of exit codes is the one in the code", () => {
  const rows = tableAfter("json` errors").map(([code]) => Number(code));
  assertEquals(rows, Object.values(EXIT).map(([code]) => code));
});

Deno.test("README's table of permissions names every host that an adapter talks to", () => {
  const rows = tableAfter("## Permissions").map(([, flags]) => flags).slice(0, builtin.length);
  assertEquals(rows, builtin.map((adapter) => `\`--allow-net=${hostsOf(adapter).join(",")}\``));
});

Deno.test("README lists every command", () => {
  const rows = tableAfter("## The command line").map(([call = ""]) => /\w+/.exec(call)?.[0]);
  assertEquals(rows, commands.map(({ name }) => name));
});

Deno.test("README's table of rules has every flag of the selector", () => {
  const rules = tableAfter("### Newest versions").map(([, rule = ""]) => rule).join(" ");
  const named = [...rules.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag);
  const known = selectorOptions.map(({ name }) => name).filter((name) => name !== "explain");
  assertEquals(named.toSorted(), known.toSorted());
});

Deno.test("README's tasks exist", () => {
  const named = [...readme.matchAll(/task (\w+)/g)].map(([, task = ""]) => task);
  assert(named.includes("demo") && named.includes("test"));
  for (const task of named) assert(task in config.tasks, task);
});

/** The cells of the first table after `text`, without its header. */
function tableAfter(text: string): string[][] {
  const start = readme.indexOf(text);
  assert(start >= 0, text);
  const lines = readme.slice(start).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(first).findIndex((line) => !line.startsWith("|"));
  return lines.slice(first + 2, first + length).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

function habits(adapter: RegistryAdapter): string[] {
  const { title, hosts, namespace, anonymous, scope, pages, credentials } = adapter;
  const readers = {
    open: "need nothing",
    token: "need a token",
    account: "mostly need an account",
  };
  return [
    title,
    code(hosts[0]),
    namespace === undefined ? "" : `${code("NAME")} → ${code(`${namespace}/NAME`)}`,
    anonymous === undefined ? "" : readers[anonymous],
    scope === undefined ? "the repository" : code(scope),
    `${pages?.ask ?? "none"}${pages?.fallback ? `, ${pages.fallback} if that fails` : ""}`,
    `${pages?.max ?? ""}`,
    pages?.order?.replace("-", " ") ?? "",
    (credentials?.env ?? []).map(code).join(", "),
  ];
}

function apiOf(title: string, api: RegistryApi): string[] {
  const { origin, login, tags, repositories, namespaces } = api;
  const topics = { tags, repos: repositories, namespaces };
  const told = Object.entries(topics).filter(([, tells]) => tells).map(([topic]) => code(topic));
  const kind = login?.env === undefined ? "as the registry" : code(login.env);
  const needed = login?.required ? `${kind}, needed` : kind;
  return [title, code(origin), told.join(", "), login === undefined ? "none" : needed];
}

function hostsOf({ hosts, origin, token }: RegistryAdapter): string[] {
  const addresses = [origin ?? `https://${hosts[0]}`, token?.realm ?? ""];
  return [...new Set(addresses.map((address) => `${new URL(address).host}:443`))];
}

function code(text: string): string {
  return `\`${text}\``;
}
