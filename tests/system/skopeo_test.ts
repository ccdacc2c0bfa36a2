import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { openLogins } from "../../core/system/login_sources.ts";
import { removeLogin, storeLogin } from "../../core/system/login_store.ts";
import { type Machine, systemMachine } from "../../core/system/machine.ts";
import { realTests } from "../real/available.ts";
import { type RealRegistry, startDockerRegistry } from "../real/docker_registry.ts";
import { runCommand, type RunResult } from "../real/run_command.ts";
import { query } from "./examples.ts";

const { test } = realTests("tests/system/skopeo_test.ts");

const ANN = { username: "ann", password: "right: a colon, ä" };

/** skopeo with a home of its own, which has no login file unless one is named. */
function skopeo(
  registry: RealRegistry,
  args: readonly string[],
  input?: string,
): Promise<RunResult> {
  return runCommand("skopeo", args, {
    input,
    env: {
      PATH: `${registry.directory}:${Deno.env.get("PATH") ?? ""}`,
      HOME: registry.directory,
      XDG_RUNTIME_DIR: registry.directory,
      _CONTAINERS_ROOTLESS_UID: "1000",
    },
  });
}

/** This machine, with the same home. */
function machineOf(registry: RealRegistry): Machine {
  const variables = new Map(Object.entries({
    PATH: `${registry.directory}:/usr/bin:/bin`,
    HOME: registry.directory,
    XDG_RUNTIME_DIR: registry.directory,
  }));
  return { ...systemMachine(), variable: (name) => variables.get(name) };
}

function startWithAnn(): Promise<RealRegistry> {
  return startDockerRegistry({
    auth: { kind: "htpasswd", users: { [ANN.username]: ANN.password } },
  });
}

async function skopeoLogin(registry: RealRegistry, ...flags: string[]): Promise<void> {
  const args = ["login", "--tls-verify=false", ...flags, "--username", ANN.username];
  const { code, stderr } = await skopeo(
    registry,
    [...args, "--password-stdin", registry.host],
    ANN.password,
  );
  assertEquals(code, 0, stderr);
}

test("openLogins() finds the login that skopeo made", async () => {
  await using registry = await startWithAnn();
  await skopeoLogin(registry);
  const { credentials } = await openLogins(machineOf(registry))
    .find(query(registry.host, "team/app"));
  assertEquals(credentials, { ...ANN, source: "~/containers/auth.json", stored: true });
});

test("openLogins() finds the login that skopeo made in Docker's file", async () => {
  await using registry = await startWithAnn();
  const file = join(registry.directory, ".docker", "config.json");
  await skopeoLogin(registry, "--authfile", file);
  const { credentials } = await openLogins(machineOf(registry))
    .find(query(registry.host, "team/app"));
  assertEquals(credentials, { ...ANN, source: "~/.docker/config.json", stored: true });
});

test("skopeo finds the login that storeLogin() made, and the registry takes it", async () => {
  await using registry = await startWithAnn();
  const machine = machineOf(registry);
  await storeLogin(query("other.example"), { username: "bob", password: "s" }, machine);
  await storeLogin(query(registry.host), ANN, machine);
  const known = await skopeo(registry, ["login", "--get-login", registry.host]);
  assertEquals([known.code, known.stdout.trim()], [0, "ann"], known.stderr);
  const used = await skopeo(registry, [
    "list-tags",
    "--tls-verify=false",
    `docker://${registry.host}/team/app`,
  ]);
  // A reader who is let in hears that there is no such repository.
  assertStringIncludes(used.stderr, "404 (Not Found)");

  await removeLogin(query(registry.host), machine);
  const gone = await skopeo(registry, ["login", "--get-login", registry.host]);
  assertEquals(gone.code === 0, false);
  const other = await skopeo(registry, ["login", "--get-login", "other.example"]);
  assertEquals(other.stdout.trim(), "bob");
});

test("skopeo finds the login that storeLogin() made for the default registry", async () => {
  await using registry = await startDockerRegistry();
  await storeLogin(query("docker.io"), ANN, machineOf(registry));
  const known = await skopeo(registry, ["login", "--get-login", "docker.io"]);
  assertEquals([known.code, known.stdout.trim()], [0, "ann"], known.stderr);
});

test("skopeo and openLogins() choose the same entry of a namespace", async () => {
  await using registry = await startDockerRegistry();
  const machine = machineOf(registry);
  const directory = join(registry.directory, ".docker");
  await Deno.mkdir(directory);
  const keys = ["registry.example", "registry.example/team", "registry.example/team/app"];
  const auths = Object.fromEntries(keys.map((key, n) => [key, { auth: btoa(`user${n}:s`) }]));
  await Deno.writeTextFile(join(directory, "config.json"), JSON.stringify({ auths }));
  for (const repository of ["team/app/web", "team/app", "team/web", "team", "teams/app"]) {
    const args = ["login", "--get-login", `registry.example/${repository}`];
    const { stdout } = await skopeo(registry, args);
    const { credentials } = await openLogins(machine).find(
      query("registry.example", repository),
    );
    const user = credentials && "username" in credentials ? credentials.username : "";
    assertEquals(user, stdout.trim() || "user0", repository);
  }
});

test("skopeo and openLogins() share a helper", async () => {
  await using registry = await startWithAnn();
  const machine = machineOf(registry);
  const directory = join(registry.directory, ".docker");
  await Deno.mkdir(directory);
  const config = { credHelpers: { [registry.host]: "test" } };
  await Deno.writeTextFile(join(directory, "config.json"), JSON.stringify(config));
  const script = `#!/bin/sh
file="$HOME/kept.json"
case "$1" in
store) cat > "$file" ;;
get) [ -f "$file" ] && cat "$file" || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) rm "$file" ;;
esac
`;
  const path = join(registry.directory, "docker-credential-test");
  await Deno.writeTextFile(path, script, { mode: 0o755 });

  assertEquals((await storeLogin(query(registry.host), ANN, machine)).kind, "helper");
  const known = await skopeo(registry, ["login", "--get-login", registry.host]);
  assertEquals([known.code, known.stdout.trim()], [0, "ann"], known.stderr);
  assertEquals((await removeLogin(query(registry.host), machine)).map(({ kind }) => kind), [
    "helper",
  ]);

  await skopeoLogin(registry, "--authfile", join(directory, "config.json"));
  const { credentials } = await openLogins(machine).find(query(registry.host, "a"));
  assertEquals(credentials, {
    ...ANN,
    source: "docker-credential-test (named in ~/.docker/config.json)",
    stored: true,
  });
});
