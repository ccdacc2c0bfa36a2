import { assert, assertEquals } from "@std/assert";
import { builtin, openFlow, RegistryError } from "../../mod.ts";
import { LOGIN, PASSWORD } from "./houses.ts";
import { challenged, internet, json } from "./internet.ts";
import { holds, reasonOf } from "./invariants.ts";
import { runListing } from "./run_listing.ts";

const HOSTS = [
  "docker.io",
  "ghcr.io",
  "quay.io",
  "container-registry.oracle.com",
  "public.ecr.aws",
];

/** Spellings that are not the host, or not to be trusted to be. */
function lookAlikes(host: string): string[] {
  const [first = "", ...rest] = host.split(".");
  const swapped = `${first.slice(0, 1)}${first.charAt(2)}${first.charAt(1)}${first.slice(3)}`;
  return [
    `${host}.attacker.test`,
    `evil-${host}`,
    `evil${host}`,
    `${host}@attacker.test`,
    `user:word@${host}`,
    `${host}:444`,
    `${host}:80`,
    `${host}:4430`,
    `${host}:5000`,
    `${host}.`,
    `${host}..`,
    `.${host}`,
    `${first}-${rest.join(".")}`,
    `${first}.${rest.join("-")}.test`,
    `${host}%2eattacker.test`,
    `${host}%00.attacker.test`,
    `${host}\\attacker.test`,
    `${host}#attacker.test`,
    `${host}?attacker.test`,
    `${host};attacker.test`,
    `${host} attacker.test`,
    `\t${host}`,
    `xn--${host}`,
    `ⓧ${host}`,
    `ｇ${host.slice(1)}`,
    host.replace("o", "0"),
    host.replace("o", "о"),
    host.replace(".", "。"),
    host.replace(".", "．"),
    `us.${host}`,
    `eu.${host}`,
    `${swapped}.${rest.join(".")}`,
    `attacker.test/${host}`,
    `attacker.test:443/${host}`,
    `[::1]/${host}`,
    `127.0.0.1/${host}`,
    `${host}/..`,
    `//${host}`,
    `ftp://${host}`,
  ].filter((fake) => fake !== host && fake !== "docker-io"); // that one has no dot: a repository
}

/** Anything on the internet asks for the password at its own realm. */
function greedy(requests: string[]): typeof fetch {
  return internet((url, request) => {
    requests.push(`${url} ${JSON.stringify([...request.headers])}`);
    if (url.pathname === "/token") return json({ token: "x".repeat(30) });
    return request.headers.has("authorization")
      ? json({ tags: ["1"] })
      : challenged(`Bearer realm="${url.origin}/token"`, 'Basic realm="x"');
  });
}

for (const host of HOSTS) {
  Deno.test(`flow.tags() takes no look-alike for ${host}`, async () => {
    const broken: string[] = [];
    for (const fake of lookAlikes(host)) {
      const requests: string[] = [];
      const run = await runListing(`${fake}/team/app`, greedy(requests), {
        flow: {
          // A login for the true host alone.
          credentials: ({ registry }) => registry === host ? LOGIN : undefined,
        },
      });
      try {
        assert(
          run.error === undefined || run.error instanceof RegistryError,
          Deno.inspect(run.error),
        );
        const sent = requests.join("\n");
        assert(!sent.toLowerCase().includes('"basic '), `the password went out: ${sent}`);
        assert(!holds(sent, PASSWORD), sent);
        if (run.error !== undefined) continue;
        const target = openFlow().locate(`${fake}/team/app`);
        const known = builtin.some(({ id }) => id === target.adapter.id);
        assert(
          !known || target.adapter.id === "docker-hub" && target.repository.includes("/team/app"),
          `${target.adapter.id} at ${target.origin}`,
        );
      } catch (error) {
        broken.push(`${fake}: ${reasonOf(error)}`);
      }
    }
    assertEquals(broken, []);
  });
}

Deno.test("flow.locate() knows each adapter by its own names in any case, and with the port of https", () => {
  const flow = openFlow();
  for (const adapter of builtin) {
    for (const host of adapter.hosts) {
      for (
        const spelling of [
          host,
          host.toUpperCase(),
          `${host}:443`,
          `https://${host}`,
          `docker://${host}`,
        ]
      ) {
        const target = flow.locate(`${spelling}/team/app`);
        assertEquals(
          [target.adapter.id, target.registry],
          [adapter.id, adapter.hosts[0]],
          spelling,
        );
        assert(target.origin.startsWith("https://"));
      }
    }
  }
});

Deno.test("flow.tags() asks for the credentials of Docker Hub under one name", async () => {
  for (
    const host of [
      "docker.io",
      "index.docker.io",
      "registry-1.docker.io",
      "https://index.docker.io",
    ]
  ) {
    const asked: string[] = [];
    await runListing(`${host}/team/app`, greedy([]), {
      flow: {
        credentials({ registry }): undefined {
          asked.push(registry);
        },
      },
    });
    assertEquals([...new Set(asked)], ["docker.io"], host);
  }
});
