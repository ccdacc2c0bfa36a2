import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { realTests } from "./available.ts";
import { ANN, LISTED, login, openWorld, skopeoLogin, staleFile, tags } from "./login_world.ts";
import { runCommand, type RunResult } from "./run_command.ts";

const { test } = realTests("tests/real/login_test.ts");

for (const kind of ["htpasswd", "token"] as const) {
  test(`tags uses the login that skopeo made when the registry has ${kind} auth`, async () => {
    await using world = await openWorld(kind);
    const { ann } = world;
    const refused: RunResult = await tags(world, "team/closed");
    assertEquals([refused.code !== 0, refused.stdout], [true, ""]);
    const authFile: string = join(ann.home, "auth", "auth.json");
    const dockerFolder: string = join(ann.home, "docker");
    await skopeoLogin(world, authFile);
    const variables = { REGISTRY_AUTH_FILE: authFile };
    assertEquals(await tags(world, "team/closed", { variables }), {
      code: 0,
      stdout: LISTED,
      stderr: "",
    });
    await skopeoLogin(world, join(dockerFolder, "config.json"));
    const docker: RunResult = await tags(world, "team/closed", {
      variables: { DOCKER_CONFIG: dockerFolder },
    });
    assertEquals([docker.code, docker.stdout, docker.stderr], [0, LISTED, ""]);
    const anonymous: RunResult = await tags(world, "team/closed", {
      variables,
      flags: ["--anonymous"],
    });
    assertEquals([anonymous.code !== 0, anonymous.stdout], [true, ""]);
  });

  test(`skopeo uses the login that portolan made when the registry has ${kind} auth, until logout`, async () => {
    await using world = await openWorld(kind);
    const { registry, ann } = world;
    const { host } = registry;
    assertEquals(await login(world), {
      code: 0,
      stdout: "",
      stderr: `portolan: the login for ${host} is kept in ~/.docker/config.json, ` +
        "which is not encrypted\n",
    });
    const file: Deno.FileInfo = await Deno.stat(join(ann.home, ".docker", "config.json"));
    assertEquals((file.mode ?? 0) & 0o777, 0o600);
    const asked = ["list-tags", "--tls-verify=false", `docker://${host}/team/closed`];
    const theirs: RunResult = await ann.skopeo(asked);
    assertEquals(theirs.code, 0, theirs.stderr);
    assertEquals(JSON.parse(theirs.stdout).Tags, ["1.0"]);
    assertEquals((await tags(world, "team/closed")).stdout, LISTED);

    const gone: RunResult = await ann.portolan(["logout", host]);
    const from = `portolan: removed the login for ${host} from ~/.docker/config.json\n`;
    assertEquals([gone.code, gone.stdout, gone.stderr], [0, "", from]);
    assert((await ann.skopeo(asked)).code !== 0);
    assert((await tags(world, "team/closed")).code !== 0);
    const again: RunResult = await ann.portolan(["logout", host]);
    const none = `portolan: there was no login for ${host} to remove\n`;
    assertEquals([again.code, again.stdout, again.stderr], [0, "", none]);
  });

  test(`login exits with 4 and keeps nothing when the password is wrong and the registry has ${kind} auth`, async () => {
    await using world = await openWorld(kind);
    const refused: RunResult = await login(world, "no-such-password");
    assertEquals([refused.code, refused.stdout], [4, ""], refused.stderr);
    assertEquals(refused.stderr.includes("no-such-password"), false);
    assertEquals([...Deno.readDirSync(world.ann.home)].map(({ name }) => name), []);
  });

  test(`tags exits with 4 and names the file when its password is wrong and the registry has ${kind} auth`, async () => {
    await using world = await openWorld(kind);
    await world.ann.write(".docker/config.json", staleFile(world));
    const refused: RunResult = await tags(world, "team/closed");
    assertEquals([refused.code, refused.stdout], [4, ""], refused.stderr);
    assertStringIncludes(refused.stderr, "refuses the credentials from ~/.docker/config.json");
    assertEquals(refused.stderr.includes("no-such-password"), false);
  });

  test(`tags exits with 4 and names the command line when its password is wrong and the registry has ${kind} auth`, async () => {
    await using world = await openWorld(kind);
    const flags = ["--username", ANN.username, "--password-stdin"];
    const typed = { flags, input: "no-such-password\n" };
    const refused: RunResult = await tags(world, "team/closed", typed);
    assertEquals([refused.code, refused.stdout], [4, ""], refused.stderr);
    assertStringIncludes(refused.stderr, "refuses the credentials from the command line");
  });
}

test("tags lists a public repository with one warning when the stored login is stale", async () => {
  await using world = await openWorld("token");
  const { ann, registry } = world;
  await ann.write(".docker/config.json", staleFile(world));
  const listed: RunResult = await tags(world, "team/open");
  assertEquals([listed.code, listed.stdout], [0, LISTED], listed.stderr);
  assertEquals(
    listed.stderr,
    `portolan: warning: ${registry.host} refuses the credentials from ~/.docker/config.json: ` +
      "going on without\n",
  );
  const quiet: RunResult = await tags(world, "team/open", { flags: ["--quiet"] });
  assertEquals([quiet.code, quiet.stdout, quiet.stderr], [0, LISTED, ""]);
});

test("tags lists a public repository with one warning when the helper is missing or fails", async () => {
  await using world = await openWorld("token");
  const { ann, registry } = world;
  const helpers = { none: undefined, broken: "#!/bin/sh\necho s3cr3t-words; exit 3\n" };
  for (const [name, script] of Object.entries(helpers)) {
    if (script !== undefined) await ann.write(`bin/docker-credential-${name}`, script, 0o700);
    await ann.write(".docker/config.json", JSON.stringify({ credsStore: name }));
    const reason = script === undefined ? "is not on PATH" : "failed with exit code 3";
    const why = `Cannot use the login for "${registry.host}": docker-credential-${name} ` +
      `(named in ~/.docker/config.json) ${reason}`;
    const lenient: RunResult = await tags(world, "team/open");
    assertEquals([lenient.code, lenient.stdout], [0, LISTED], lenient.stderr);
    assertEquals(lenient.stderr, `portolan: warning: ${why}\n`);
    const strict: RunResult = await tags(world, "team/open", { flags: ["--strict-credentials"] });
    assertEquals([strict.code, strict.stdout], [4, ""]);
    assertStringIncludes(strict.stderr, `portolan: ${why}\n`);
  }
});

test("login keeps the login with a helper, and tags and logout ask it", async () => {
  await using world = await openWorld("htpasswd");
  const { ann, registry } = world;
  const script = `#!/bin/sh
set -e
case $1 in
  store) cat > ${ann.home}/kept ;;
  erase) rm ${ann.home}/kept ;;
  get) cat ${ann.home}/kept 2>/dev/null || { echo credentials not found in native keychain; exit 1; } ;;
esac
`;
  await ann.write("bin/docker-credential-test", script, 0o700);
  await ann.write(".docker/config.json", '{"credsStore":"test","detachKeys":"ctrl-x"}');
  const by = "docker-credential-test (named in ~/.docker/config.json)";
  const kept: RunResult = await login(world);
  assertEquals(kept.stderr, `portolan: the login for ${registry.host} is kept by ${by}\n`);
  assertEquals((await tags(world, "team/closed")).stdout, LISTED);
  const config: string = await Deno.readTextFile(join(ann.home, ".docker", "config.json"));
  assertEquals(config.includes(btoa("ann").slice(0, 4)), false);
  assertStringIncludes(config, '"detachKeys":"ctrl-x"');
  const gone: RunResult = await ann.portolan(["logout", registry.host]);
  assertEquals(gone.stderr, `portolan: removed the login for ${registry.host} from ${by}\n`);
  assert((await tags(world, "team/closed")).code !== 0);
});

test("tags --token-stdin gives the registry a token that was got elsewhere", async () => {
  await using world = await openWorld("token");
  const { tokens, registry } = world;
  assert(tokens !== undefined);
  const { realm, service } = tokens.auth;
  const url = new URL(realm);
  url.searchParams.set("service", service);
  url.searchParams.set("scope", "repository:team/closed:pull");
  const bytes: Uint8Array = new TextEncoder().encode(`${ANN.username}:${ANN.password}`);
  const authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  const answer: Response = await fetch(url, { headers: { authorization } });
  const { token }: { token: string } = await answer.json();
  const asked: number = tokens.requests.length;
  const listed: RunResult = await world.ann.portolan(
    ["tags", "--token-stdin", `${registry.host}/team/closed`],
    { input: `${token}\n` },
  );
  assertEquals([listed.code, listed.stdout, listed.stderr], [0, LISTED, ""]);
  assertEquals(tokens.requests.length, asked, "the token endpoint was asked");
  const wrong: RunResult = await world.ann.portolan(
    ["tags", "--token-stdin", `${registry.host}/team/closed`],
    { input: `${token.slice(0, -4)}AAAA\n` },
  );
  assertEquals([wrong.code, wrong.stdout], [4, ""], wrong.stderr);
  assertEquals(wrong.stderr.includes(token.slice(0, 40)), false);
});

test("login and logout take any name of a registry that has several", async () => {
  await using world = await openWorld("htpasswd");
  const { ann, registry } = world;
  const origin = ["--origin", `docker.io=${registry.origin}`];
  const who = ["--username", ANN.username, "--password-stdin"];
  const words = ["login", ...origin, ...who, "index.docker.io"];
  const kept: RunResult = await ann.portolan(words, { input: ANN.password });
  assertEquals(
    kept.stderr,
    "portolan: the login for docker.io is kept in ~/.docker/config.json, which is not encrypted\n",
  );
  const file: string = join(ann.home, ".docker", "config.json");
  const { auths }: { auths: object } = JSON.parse(await Deno.readTextFile(file));
  assertEquals(Object.keys(auths), ["https://index.docker.io/v1/"]);
  assertEquals((await ann.portolan(["tags", ...origin, "team/closed"])).stdout, LISTED);
  const gone: RunResult = await ann.portolan(["logout", "registry-1.docker.io"]);
  assertEquals(
    gone.stderr,
    "portolan: removed the login for docker.io from ~/.docker/config.json\n",
  );
  assert((await ann.portolan(["tags", ...origin, "team/closed"])).code !== 0);
});

test("login says what is shadowed, and what it may not write", async () => {
  await using world = await openWorld("htpasswd");
  const { ann, registry } = world;
  const auth: string = btoa(`${ANN.username}:${ANN.password}`);
  const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [registry.host]: { auth } } });
  const words = ["login", "--username", ANN.username, "--password-stdin", registry.host];
  const shadowed: RunResult = await ann.portolan(words, {
    input: ANN.password,
    variables: { DOCKER_AUTH_CONFIG },
  });
  assertEquals(shadowed.code, 0);
  assertStringIncludes(
    shadowed.stderr,
    `portolan: warning: the login for ${registry.host} from environment DOCKER_AUTH_CONFIG comes before it\n`,
  );
  const [program = "", ...args] = [...ann.command, ...words];
  const refused: RunResult = await runCommand(
    program,
    args.filter((word) => word !== "--allow-write"),
    { env: ann.environment, input: ANN.password },
  );
  assertEquals([refused.code, refused.stdout], [4, ""]);
  assertStringIncludes(refused.stderr, `--allow-write=${join(ann.home, ".docker")} is not given`);
});
