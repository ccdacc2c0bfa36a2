import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { realTests } from "./available.ts";
import { type RealRegistry, startDockerRegistry } from "./docker_registry.ts";
import { deleteImage, pushTags } from "./image.ts";
import { type PlainAnswer, plainFetch } from "./plain_fetch.ts";
import { runCommand } from "./run_command.ts";
import { type SkopeoListing, skopeoListTags, type User } from "./skopeo.ts";
import { startTokenServer, type TokenServer } from "./token_server.ts";

const { test } = realTests("tests/real/harness_test.ts");

const ANN: User = { username: "ann", password: "right: a colon, a space" };
const WRONG: User = { username: "ann", password: "wrong" };
const USERS: Readonly<Record<string, string>> = { [ANN.username]: ANN.password };

test("startDockerRegistry() lists what was pushed when plain", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  await pushTags(registry, "team/app", ["1.0", "1.1", "latest"]);
  const listing: SkopeoListing = await skopeoListTags(registry, "team/app");
  assertEquals(listing.code, 0, listing.stderr);
  assertEquals(listing.repository, `${registry.host}/team/app`);
  assertEquals([...listing.tags].sort(), ["1.0", "1.1", "latest"]);
  assertEquals(await plainTags(registry, "team/app"), listing.tags);
});

test("startDockerRegistry() leaves no process and no directory when disposed", async () => {
  const registry: RealRegistry = await startDockerRegistry();
  await pushTags(registry, "team/app", ["1.0"]);
  await registry[Symbol.asyncDispose]();
  await assertRejects(() => Deno.stat(registry.directory), Deno.errors.NotFound);
  await assertRejects(() => fetch(`${registry.origin}/v2/`), TypeError);
});

test("startDockerRegistry() says why when it does not start", async () => {
  const auth = { kind: "token", realm: "", service: "", issuer: "", certificate: "" } as const;
  const error: Error = await assertRejects(() => startDockerRegistry({ auth }), Error);
  assertStringIncludes(error.message, "docker-registry did not start");
  assertStringIncludes(error.message, "token auth requires");
});

test("runCommand() ends a command that outlives its time", async () => {
  await assertRejects(
    () => runCommand("sleep", ["30"], { timeout: 50 }),
    Error,
    "sleep was killed after 50 ms",
  );
});

test("deleteImage() leaves an empty repository when every tag pointed to it", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  const digest: string = await pushTags(registry, "team/app", ["1.0", "1.1"]);
  await deleteImage(registry, "team/app", digest);
  const answer: PlainAnswer = await plainFetch()(`${registry.origin}/v2/team/app/tags/list`);
  assertEquals(answer.status, 200);
  assertEquals(JSON.parse(new TextDecoder().decode(answer.bytes)), {
    name: "team/app",
    tags: null,
  });
  const listing: SkopeoListing = await skopeoListTags(registry, "team/app");
  assertEquals([listing.code, listing.tags], [0, []], listing.stderr);
});

test("pushTags() pushes 300 tags", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  const tags: string[] = Array.from({ length: 300 }, (_, index: number): string => `1.${index}`);
  await pushTags(registry, "team/app", tags);
  const listing: SkopeoListing = await skopeoListTags(registry, "team/app");
  assertEquals([...listing.tags].sort(), tags.sort());
});

test("startDockerRegistry() lets in by password when it has htpasswd", async () => {
  const auth = { kind: "htpasswd", users: USERS } as const;
  await using registry: RealRegistry = await startDockerRegistry({ auth });
  await pushTags(registry, "team/app", ["1.0", "latest"], ANN);
  const listing: SkopeoListing = await skopeoListTags(registry, "team/app", ANN);
  assertEquals([...listing.tags].sort(), ["1.0", "latest"], listing.stderr);
  assertEquals(await plainTags(registry, "team/app", ANN), listing.tags);
  for (const user of [undefined, WRONG]) {
    const refused: SkopeoListing = await skopeoListTags(registry, "team/app", user);
    assert(refused.code !== 0);
    const url = `${registry.origin}/v2/team/app/tags/list`;
    assertEquals((await plainFetch(user)(url)).status, 401);
  }
});

for (const field of ["token", "access_token", "both"] as const) {
  test(`startTokenServer() lets skopeo in when it answers ${field}`, async () => {
    await using tokens: TokenServer = await startTokenServer({
      users: USERS,
      publicRepositories: ["team/open"],
      field,
    });
    await using registry: RealRegistry = await startDockerRegistry({ auth: tokens.auth });
    await pushTags(registry, "team/open", ["1.0", "1.1"], ANN);
    await pushTags(registry, "team/closed", ["2.0", "2.1"], ANN);
    const seen: readonly string[] = (await skopeoListTags(registry, "team/open")).tags;
    assertEquals([...seen].sort(), ["1.0", "1.1"]);
    const closed: SkopeoListing = await skopeoListTags(registry, "team/closed", ANN);
    assertEquals([...closed.tags].sort(), ["2.0", "2.1"], closed.stderr);
    assertEquals(await plainTags(registry, "team/closed", ANN), closed.tags);
    for (const user of [undefined, WRONG]) {
      const refused: SkopeoListing = await skopeoListTags(registry, "team/closed", user);
      assert(refused.code !== 0);
    }
  });
}

test("startTokenServer() records who asked for what and what was granted", async () => {
  await using tokens: TokenServer = await startTokenServer({
    users: USERS,
    publicRepositories: ["team/open"],
  });
  await using registry: RealRegistry = await startDockerRegistry({ auth: tokens.auth });
  for (
    const [repository, user] of [["open", undefined], ["closed", ANN], ["closed", WRONG]] as const
  ) {
    await plainFetch(user)(`${registry.origin}/v2/team/${repository}/tags/list`);
  }
  const { service } = tokens.auth;
  const open = "repository:team/open:pull";
  const closed = "repository:team/closed:pull";
  assertEquals([...tokens.requests], [
    { service, scopes: [open], user: undefined, granted: [open], status: 200 },
    { service, scopes: [closed], user: "ann", granted: [closed], status: 200 },
    { service, scopes: [closed], user: "ann", granted: [], status: 401 },
  ]);
});

async function plainTags(
  registry: RealRegistry,
  repository: string,
  user?: User,
): Promise<readonly string[]> {
  const url = `${registry.origin}/v2/${repository}/tags/list`;
  const answer: PlainAnswer = await plainFetch(user)(url);
  assertEquals(answer.status, 200);
  const listing: { tags: string[] } = JSON.parse(new TextDecoder().decode(answer.bytes));
  return listing.tags;
}
