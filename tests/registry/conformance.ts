import { assert, assertEquals } from "@std/assert";
import {
  type Credentials,
  type Flow,
  openFlow,
  parseReference,
  type RegistryAdapter,
  RegistryError,
} from "../../mod.ts";
import { simulateNetwork } from "./network.ts";
import type { SimulatedRegistry } from "./simulated_registry.ts";

/** A simulation of an adapter's registry, and what is true of it. */
export interface AdapterWorld {
  /** Makes a fresh simulation; its first host is the one that lists tags. */
  readonly registry: () => SimulatedRegistry;
  /** A repository that it holds, as a person writes it: `ubuntu`. */
  readonly reference: string;
  /** All tags of that repository, in any order. */
  readonly tags: readonly string[];
  /** How many requests listing them takes, tokens included. */
  readonly requests: number;
  /** A repository that it does not hold. */
  readonly missing: string;
  /** The login of a user who may read the repository, where not everybody may. */
  readonly credentials?: Credentials;
}

/** One case of the conformance suite. */
export interface AdapterCase {
  /** What is true if it passes. */
  readonly name: string;
  /** Rejects if it is not. */
  run(): void | Promise<void>;
}

const CANARY = "canary-3f1c77c2";

/**
 * The conformance suite for one adapter, for any test runner:
 * `for (const { name, run } of adapterCases(acme, world)) Deno.test(name, run);`
 *
 * Without a world only the record itself is checked.
 */
export function adapterCases(
  adapter: RegistryAdapter,
  world?: AdapterWorld,
): readonly AdapterCase[] {
  const cases = [
    ...recordCases(adapter),
    ...(world === undefined ? [] : worldCases(adapter, world)),
  ];
  return cases.map(({ name, run }) => ({ name: `${adapter.id}: ${name}`, run }));
}

function recordCases(adapter: RegistryAdapter): readonly AdapterCase[] {
  const { id, title, hosts, origin, namespace, token, pages, credentials, hints } = adapter;
  return [
    {
      name: "id and title can be printed",
      run() {
        assert(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id), `id "${id}" is not lower-case words with "-"`);
        assert(/^[\x20-\x7e]+$/.test(title), `title "${title}" is not plain text`);
      },
    },
    {
      name: "hosts are hosts in their canonical spelling, each once",
      run() {
        for (const host of hosts) assertEquals(parseReference(`${host}/x`).registry, host);
        assertEquals(new Set(hosts).size, hosts.length);
      },
    },
    {
      name: "origin and realm are https addresses without user or fragment",
      run() {
        if (origin !== undefined) assertEquals(new URL(origin).origin, origin);
        for (const address of [origin, token?.realm]) {
          if (address === undefined) continue;
          const { protocol, username, hash } = new URL(address);
          assertEquals([protocol, username, hash], ["https:", "", ""], address);
        }
      },
    },
    {
      name: "the namespace is the first part of a repository",
      run() {
        if (namespace === undefined) return;
        assertEquals(
          openFlow({ adapters: [adapter] }).locate(`${hosts[0]}/x`).repository,
          `${namespace}/x`,
        );
      },
    },
    {
      name: "page sizes are whole numbers, and none is past the maximum",
      run() {
        const { ask, fallback, max } = pages ?? {};
        for (const size of [ask, fallback, max]) {
          if (size === undefined) continue;
          assert(Number.isInteger(size) && size > 0 && size <= (max ?? Infinity), `${size}`);
        }
      },
    },
    {
      name: "variables have the names of variables, hints are sentences in plain text",
      run() {
        for (const variable of credentials?.env ?? []) assert(/^[A-Z][A-Z0-9_]*$/.test(variable));
        for (const hint of Object.values(hints ?? {})) {
          assert(/^[\x20-\x7e]{1,400}$/.test(hint) && !hint.endsWith("."), hint);
        }
      },
    },
  ];
}

function worldCases(adapter: RegistryAdapter, world: AdapterWorld): readonly AdapterCase[] {
  const { reference, credentials } = world;
  return [
    {
      name: "lists every tag once, with as many requests as it takes",
      async run() {
        const { flow, network } = enter(adapter, world.registry(), credentials);
        assertEquals((await namesOf(flow, reference)).sort(), [...world.tags].sort());
        assertEquals(
          network.requests.length,
          world.requests,
          network.requests.map(shown).join("\n"),
        );
      },
    },
    {
      name: "every host is the same registry",
      run() {
        const { flow } = enter(adapter, world.registry(), credentials);
        const { repository } = flow.locate(reference);
        for (const host of adapter.hosts) {
          const target = flow.locate(`${host}/${repository}`);
          assertEquals([target.adapter.id, target.registry], [adapter.id, adapter.hosts[0]]);
        }
      },
    },
    {
      name: "a registry that fails once is asked again",
      async run() {
        const { flow } = enter(adapter, failingOnce(world.registry()), credentials);
        assertEquals((await namesOf(flow, reference)).length, world.tags.length);
      },
    },
    {
      name: "a missing repository is told as not found, or as not for this reader",
      async run() {
        const { flow } = enter(adapter, world.registry());
        const error = await namesOf(flow, world.missing).then(() => undefined, (error) => error);
        assert(error instanceof RegistryError, `${error}`);
        assert(["not_found", "unauthorized", "denied"].includes(error.code), error.message);
        assertEquals(error.facts.adapter, adapter.id);
        if (adapter.anonymous !== "account") assertEquals(error.code, "not_found");
        if (error.code === "not_found") {
          assert(/private/.test(`${error.message} ${error.facts.hint}`));
        }
      },
    },
    {
      name: "a password goes to the registry and its token endpoint alone, and into no error",
      async run() {
        const login = { username: "somebody", password: CANARY };
        const { flow, network } = enter(adapter, world.registry(), login);
        const error = await namesOf(flow, reference).then(() => undefined, (error) => error);
        const audience = [
          world.registry().hosts[0]?.host,
          adapter.token && new URL(adapter.token.realm).host,
        ];
        const encoded = btoa(`somebody:${CANARY}`);
        for (const request of network.requests) {
          const text = JSON.stringify(request);
          const holdsIt = text.includes(CANARY) || text.includes(encoded);
          assert(
            !holdsIt || audience.includes(request.host),
            `the password went to ${request.host}`,
          );
        }
        assert(!Deno.inspect(error, { depth: 9 }).includes(CANARY), "the password is in the error");
      },
    },
  ];
}

function enter(adapter: RegistryAdapter, registry: SimulatedRegistry, login?: Credentials) {
  const network = simulateNetwork(registry);
  const flow = openFlow({
    adapters: [adapter],
    defaultRegistry: adapter.hosts[0],
    fetch: network.fetch,
    random: () => 0,
    credentials: login && (() => login),
  });
  return { flow, network };
}

async function namesOf(flow: Flow, reference: string): Promise<string[]> {
  const names: string[] = [];
  for await (const tag of flow.tags(reference)) names.push(tag.name);
  return names;
}

/** The same registry, except that the first question to each host meets a 503. */
function failingOnce(registry: SimulatedRegistry): SimulatedRegistry {
  return {
    hosts: registry.hosts.map(({ host, handle }) => {
      let failed = false;
      return {
        host,
        handle(request: Request): Response | Promise<Response> {
          if (failed) return handle(request);
          failed = true;
          return new Response("busy\n", { status: 503, headers: { "retry-after": "0" } });
        },
      };
    }),
  };
}

function shown({ method, url }: { readonly method: string; readonly url: string }): string {
  return `${method} ${url}`;
}
