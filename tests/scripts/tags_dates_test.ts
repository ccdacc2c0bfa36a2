import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Credentials } from "../../mod.ts";
import { runCommand } from "../../scripts/_cli.ts";
import { chooseCredentials } from "../../scripts/_credentials.ts";
import { Arguments } from "../../scripts/_options.ts";
import { latest } from "../../scripts/latest.ts";
import { tags } from "../../scripts/tags.ts";
import { builtin, openFlow } from "../../mod.ts";
import { distribution, dockerHub, simulateNetwork } from "../registry/mod.ts";
import { timeOf } from "../../core/versions/age.ts";
import { createFake } from "./fake.ts";
import { createImageWorld } from "./image_world.ts";

/** Pushed a minute apart, on 2026-01-01. */
const content = { "library/app": ["1.0", "0.9", "2.0", "edge"] };

Deno.test("timeOf() prefers when it was pushed, then updated, then built", () => {
  const dates = { pushedAt: "2026-03-03", updatedAt: "2026-02-02", createdAt: "2026-01-01" };
  assertEquals(timeOf(dates), Date.UTC(2026, 2, 3));
  assertEquals(timeOf({ ...dates, pushedAt: undefined }), Date.UTC(2026, 1, 2));
  assertEquals(timeOf({ createdAt: dates.createdAt }), Date.UTC(2026, 0, 1));
});

Deno.test("tags --sort date is by when tags were pushed", async () => {
  const { run } = createImageWorld(dockerHub({ content }));
  const { code, stdout, stderr } = await run(tags, ["--sort", "date", "app"]);
  assertEquals([code, stdout, stderr], [0, "edge\n2.0\n0.9\n1.0\n", ""]);
});

Deno.test("tags --min-age and --max-age are by when tags were pushed", async () => {
  const { run } = createImageWorld(dockerHub({ content }));
  assertEquals((await run(tags, ["--max-age", "1h", "app"])).stdout, "");
  assertEquals((await run(tags, ["--min-age", "1h", "--limit", "2", "app"])).stdout, "edge\n2.0\n");
});

Deno.test("latest --min-age asks the API", async () => {
  const world = createImageWorld(dockerHub({ content }));
  const { code, stdout } = await world.run(latest, ["--min-age", "1h", "app"]);
  assertEquals([code, stdout], [0, "docker.io/library/app:2.0\n"]);
  assert(world.network.requests.some(({ url }) => url.startsWith("https://hub.docker.com/")));
  const none = await world.run(latest, ["--max-age", "1h", "app"]);
  assertEquals(none.code, 3);
});

Deno.test("tags --sort date says once where dates are missing", async () => {
  const hub = createImageWorld(dockerHub({ content, api: { unknown: ["2.0"] } }));
  const some = await hub.run(tags, ["--sort", "date", "app"]);
  assertEquals([some.code, some.stdout], [0, "edge\n0.9\n1.0\n2.0\n"]);
  assertStringIncludes(some.stderr, "no date is known of 1 tag");
  const plain = createImageWorld(distribution({ content }));
  const all = await plain.run(tags, ["--sort", "date", "registry.example/library/app"]);
  assertEquals(all.code, 0);
  assertEquals(all.stderr.split("\n").length, 2);
  assertStringIncludes(all.stderr, "no date is known of 4 tags");
});

Deno.test("tags --format table --sort date shows each date by its name", async () => {
  const { run } = createImageWorld(dockerHub({ content }));
  const { stdout } = await run(tags, ["--format", "table", "--sort", "date", "app"]);
  assertEquals(stdout.split("\n")[0]?.split(/ +/), ["TAG", "PUSHED", "UPDATED"]);
});

/** The hosts that logins are looked up for, by the words of a command. */
async function lookedUp(words: readonly string[]): Promise<readonly string[]> {
  const fake = createFake();
  const network = simulateNetwork(dockerHub({ content }));
  await runCommand(tags, words, {
    ...fake.surroundings,
    open: (options) => openFlow({ ...options, fetch: network.fetch, retries: 0 }),
  });
  return fake.prepared.filter((step) => step.startsWith("look up"));
}

Deno.test("logins of a web API are looked up beforehand, where it is going to be asked", async () => {
  const plain = "look up docker.io/library/app";
  assertEquals(await lookedUp(["app"]), [plain]);
  assertEquals(await lookedUp(["--details", "app"]), [plain, "look up hub.docker.com/undefined"]);
  assertEquals(await lookedUp(["--sort", "date", "ghcr.io/a/b"]), [
    "look up ghcr.io/a/b",
    "look up api.github.com/undefined",
  ]);
});

Deno.test("chooseCredentials() finds a token for the API's host, and for a registry as a whole", async () => {
  const token: Credentials = { registryToken: "t", source: "environment GITHUB_TOKEN" };
  const login: Credentials = { username: "me", password: "p" };
  const fake = createFake({ logins: { "api.github.com": token, "ghcr.io": login } });
  const names = ["username", "password-stdin", "token-stdin", "anonymous", "strict-credentials"];
  const args = new Arguments([], new Map(names.map((name) => [name, []])));
  const context = { ...fake.surroundings, report: () => Promise.resolve(1) };
  const target = openFlow().locate("ghcr.io/a/b");
  const adapter = builtin.find(({ id }) => id === "ghcr") ?? target.adapter;
  const ofApi = await chooseCredentials(args, context, { targets: [target], besides: "api" });
  assertEquals(await ofApi?.({ adapter, registry: "api.github.com" }), token);
  assertEquals(await ofApi?.({ adapter, registry: "ghcr.io", repository: "a/b" }), login);
  assertEquals(await ofApi?.({ adapter, registry: "ghcr.io" }), undefined);
  const ofAll = await chooseCredentials(args, context, { targets: [target], besides: "registry" });
  assertEquals(await ofAll?.({ adapter, registry: "ghcr.io" }), login);
});
