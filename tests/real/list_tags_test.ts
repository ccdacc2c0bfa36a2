import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  type ErrorCode,
  type Flow,
  openFlow,
  RegistryError,
  type TagListing,
  type TagOptions,
} from "../../mod.ts";
import { realTests } from "./available.ts";
import { type RealRegistry, startDockerRegistry } from "./docker_registry.ts";
import { deleteImage, pushTags } from "./image.ts";
import type { RunResult } from "./run_command.ts";
import { runTags, type TagsAsker } from "./run_tags.ts";
import { type SkopeoListing, skopeoListTags, type User } from "./skopeo.ts";
import { startTokenServer, type TokenServer, type TokenServerOptions } from "./token_server.ts";

const { test } = realTests("tests/real/list_tags_test.ts");

const ANN: User = { username: "ann", password: "right-password-of-ann" };
const WRONG: User = { username: "ann", password: "wrong-password-of-ann" };
const USERS: Readonly<Record<string, string>> = { [ANN.username]: ANN.password };
const TAGS: readonly string[] = ["1.0", "1.1", "2.0-rc.1", "latest", "a", "b", "Z_9"];

test("tags() lists what skopeo lists when the registry is plain", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  await pushTags(registry, "team/app", TAGS);
  await pushTags(registry, "app", ["only"]);
  await listsAsSkopeo(registry, "team/app");
  await listsAsSkopeo(registry, "app");
});

test("tags() lists all 300 tags when the registry takes no notice of a page's size", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  const names: string[] = Array.from({ length: 300 }, (_, index: number): string => `1.${index}`);
  await pushTags(registry, "team/app", names);
  await listsAsSkopeo(registry, "team/app");
  const listed: readonly string[] = await list(registry, "team/app", {}, { pageSize: 100 });
  assertEquals([...listed].sort(), names.sort());
  assertEquals((await list(registry, "team/app", {}, { limit: 7 })).length, 7);
});

test("tags() lists nothing and is complete when every tag was deleted", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  const digest: string = await pushTags(registry, "team/app", TAGS);
  await deleteImage(registry, "team/app", digest);
  await listsAsSkopeo(registry, "team/app");
  const reference = `${registry.host}/team/app`;
  const lines: RunResult = await runTags([reference]);
  assertEquals([lines.code, lines.stdout], [0, ""], lines.stderr);
  const json: RunResult = await runTags(["--format", "json", reference]);
  const document: { complete: boolean; tags: unknown[] } = JSON.parse(json.stdout);
  assertEquals([document.complete, document.tags], [true, []]);
});

test("tags() fails with not_found when a plain registry has no such repository", async () => {
  await using registry: RealRegistry = await startDockerRegistry();
  const failure: Failure = await fails(registry, "team/none", {});
  assertEquals([failure.error.code, failure.run.code], ["not_found", 3]);
  assertEquals(failure.error.facts.status, 404);
});

test("tags() lists what skopeo lists when the registry has htpasswd", async () => {
  await using registry: RealRegistry = await startHtpasswd();
  await listsAsSkopeo(registry, "team/app", { user: ANN });
});

for (const [who, user] of [["nobody asks", undefined], ["the password is wrong", WRONG]] as const) {
  test(`tags() fails with unauthorized when ${who} and the registry has htpasswd`, async () => {
    await using registry: RealRegistry = await startHtpasswd();
    const failure: Failure = await fails(registry, "team/app", { user });
    assertEquals([failure.error.code, failure.run.code], ["unauthorized", 4]);
  });
}

for (const field of ["token", "access_token", "both"] as const) {
  test(`tags() lists what skopeo lists when the token server answers ${field}`, async () => {
    await using tokens: TokenServer = await startTokens({ field });
    await using registry: RealRegistry = await startTokenAuth(tokens);
    await listsAsSkopeo(registry, "team/open");
    await listsAsSkopeo(registry, "team/closed", { user: ANN, trust: tokens.host });
  });
}

test("tags() asks for a token once when it lists a repository twice", async () => {
  await using tokens: TokenServer = await startTokens();
  await using registry: RealRegistry = await startTokenAuth(tokens);
  const before: number = tokens.requests.length;
  const flow: Flow = open({ user: ANN, trust: tokens.host });
  for (let turn = 0; turn < 2; turn++) await collect(flow.tags(`${registry.host}/team/closed`));
  const scope = "repository:team/closed:pull";
  assertEquals(tokens.requests.slice(before), [
    {
      service: tokens.auth.service,
      scopes: [scope],
      user: ANN.username,
      granted: [scope],
      status: 200,
    },
  ]);
});

test("tags() fails when an anonymous token grants nothing", async () => {
  await using tokens: TokenServer = await startTokens();
  await using registry: RealRegistry = await startTokenAuth(tokens);
  const { error, run }: Failure = await fails(registry, "team/closed", {});
  const either: readonly ErrorCode[] = ["not_found", "unauthorized"];
  assert(either.includes(error.code), error.code);
  assertEquals(run.code, error.code === "not_found" ? 3 : 4);
});

test("tags() fails with unauthorized when the token server refuses the password", async () => {
  await using tokens: TokenServer = await startTokens();
  await using registry: RealRegistry = await startTokenAuth(tokens);
  const asker: TagsAsker = { user: WRONG, trust: tokens.host };
  const { error, run }: Failure = await fails(registry, "team/closed", asker);
  assertEquals([error.code, run.code], ["unauthorized", 4]);
});

test("tags() fails with not_found when a token reaches no repository", async () => {
  await using tokens: TokenServer = await startTokens();
  await using registry: RealRegistry = await startTokenAuth(tokens);
  const asker: TagsAsker = { user: ANN, trust: tokens.host };
  const { error, run }: Failure = await fails(registry, "team/none", asker);
  assertEquals([error.code, run.code], ["not_found", 3]);
});

test("tags() gives no credentials to a token server that is not trusted", async () => {
  await using tokens: TokenServer = await startTokens();
  await using registry: RealRegistry = await startTokenAuth(tokens);
  const before: number = tokens.requests.length;
  const { error, run }: Failure = await fails(registry, "team/closed", { user: ANN });
  assertEquals(error.code, "blocked");
  assertStringIncludes(`${error.message} ${error.facts.hint}`, tokens.host);
  assertStringIncludes(run.stderr, tokens.host);
  assertStringIncludes(run.stderr, "--trust-realm");
  assertEquals(tokens.requests.slice(before).filter(({ user }) => user !== undefined), []);
});

test("tags() lists a public repository when its token server is not trusted", async () => {
  await using tokens: TokenServer = await startTokens();
  await using registry: RealRegistry = await startTokenAuth(tokens);
  const before: number = tokens.requests.length;
  const listed: readonly string[] = await list(registry, "team/open", { user: ANN });
  assertEquals([...listed].sort(), [...TAGS].sort());
  assertEquals(tokens.requests.slice(before).filter(({ user }) => user !== undefined), []);
});

async function startHtpasswd(): Promise<RealRegistry> {
  await using stack = new AsyncDisposableStack();
  const registry: RealRegistry = stack.use(
    await startDockerRegistry({ auth: { kind: "htpasswd", users: USERS } }),
  );
  await pushTags(registry, "team/app", TAGS, ANN);
  stack.move();
  return registry;
}

function startTokens(options: Pick<TokenServerOptions, "field"> = {}): Promise<TokenServer> {
  return startTokenServer({ users: USERS, publicRepositories: ["team/open"], ...options });
}

async function startTokenAuth({ auth }: TokenServer): Promise<RealRegistry> {
  await using stack = new AsyncDisposableStack();
  const registry: RealRegistry = stack.use(await startDockerRegistry({ auth }));
  await pushTags(registry, "team/open", TAGS, ANN);
  await pushTags(registry, "team/closed", [...TAGS, "secret"], ANN);
  stack.move();
  return registry;
}

/** The library and the program both give skopeo's tags, in skopeo's order. */
async function listsAsSkopeo(
  registry: RealRegistry,
  repository: string,
  asker: TagsAsker = {},
): Promise<void> {
  const skopeo: SkopeoListing = await skopeoListTags(registry, repository, asker.user);
  assertEquals(skopeo.code, 0, skopeo.stderr);
  const listed: readonly string[] = await list(registry, repository, asker);
  assertEquals([...listed].sort(), [...skopeo.tags].sort());
  assertEquals(listed, skopeo.tags, "the same tags in another order");
  const reference = `${registry.host}/${repository}`;
  const run: RunResult = await runTags(["--format", "skopeo", reference], asker);
  assertEquals([run.code, run.stdout], [0, skopeo.stdout], run.stderr);
}

/** How the library failed, and how the program did. */
interface Failure {
  readonly error: RegistryError;
  readonly run: RunResult;
}

/** Both fail, without a word on stdout and without the password anywhere. */
async function fails(
  registry: RealRegistry,
  repository: string,
  asker: TagsAsker,
): Promise<Failure> {
  const error: unknown = await list(registry, repository, asker).then(
    (tags: readonly string[]): string => `listed ${tags}`,
    (reason: unknown): unknown => reason,
  );
  assertInstanceOf(error, RegistryError, String(error));
  const run: RunResult = await runTags([`${registry.host}/${repository}`], asker);
  assertEquals(run.stdout, "");
  assert(run.code !== 0);
  const said = `${error.message} ${JSON.stringify(error.facts)} ${run.stderr}`;
  assert(asker.user === undefined || !said.includes(asker.user.password), said);
  return { error, run };
}

function list(
  registry: RealRegistry,
  repository: string,
  asker: TagsAsker,
  options?: TagOptions,
): Promise<readonly string[]> {
  return collect(open(asker).tags(`${registry.host}/${repository}`, options));
}

function open({ user, trust }: TagsAsker): Flow {
  return openFlow({
    credentials: (): User | undefined => user,
    trustedRealms: trust === undefined ? [] : [trust],
  });
}

async function collect(listing: TagListing): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of listing) names.push(name);
  return names;
}
