import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RegistryError } from "../../core/errors.ts";
import { openLogins } from "../../core/system/login_sources.ts";
import { base64, query } from "./examples.ts";
import { fakeMachine } from "./fake_machine.ts";

const DOCKER = "/home/ann/.docker/config.json";
const registry = query("registry.example", "team/app");

function login(key: string): string {
  return JSON.stringify({ auths: { [key]: { auth: base64("ann:canary-secret") } } });
}

Deno.test("openLogins() reads nothing before it is asked", () => {
  const machine = fakeMachine({ files: { [DOCKER]: login("registry.example") } });
  openLogins(machine);
  assertEquals(machine.read, []);
  assertEquals(machine.variables.has("DOCKER_AUTH_CONFIG"), false);
});

Deno.test("openLogins() reads no file after the one that has the login", async () => {
  const machine = fakeMachine({ files: { [DOCKER]: login("registry.example") } });
  await openLogins(machine).find(registry);
  assertEquals(machine.read, [DOCKER]);
});

Deno.test("openLogins() reads no file where a variable has the login", async () => {
  const machine = fakeMachine({ variables: { DOCKER_AUTH_CONFIG: login("registry.example") } });
  await openLogins(machine).find(registry);
  assertEquals(machine.read, []);
});

Deno.test("openLogins() reads each file once for many repositories", async () => {
  const machine = fakeMachine();
  const { find } = openLogins(machine);
  await Promise.all([1, 2, 3].map((n) => find(query("registry.example", `team/app${n}`))));
  await find(query("docker.io", "library/ubuntu"));
  assertEquals(machine.read.length, new Set(machine.read).size);
  assertEquals(machine.read.length, 3);
});

Deno.test("openLogins() runs a helper once for all repositories of a registry", async () => {
  const machine = fakeMachine({
    files: { [DOCKER]: '{"credsStore":"pass"}' },
    helpers: { pass: () => '{"Username":"ann","Secret":"s"}' },
  });
  const { find } = openLogins(machine);
  await Promise.all([1, 2, 3].map((n) => find(query("registry.example", `team/app${n}`))));
  await find(query("other.example", "a"));
  assertEquals(machine.ran.map(({ input }) => input), ["registry.example", "other.example"]);
});

Deno.test("openLogins() names every source that it looked at", async () => {
  const machine = fakeMachine({
    variables: { XDG_RUNTIME_DIR: "/run/user/1000", REGISTRY_AUTH_FILE: "/etc/auth.json" },
    files: {
      "/etc/auth.json": { kind: "refused", reason: "permission denied" },
      [DOCKER]: "{}",
      "/home/ann/.config/containers/auth.json": login("docker.io"),
    },
  });
  const { looked } = await openLogins(machine).find(query("docker.io", "library/ubuntu"));
  assertEquals(looked, [
    { source: "environment DOCKER_AUTH_CONFIG", outcome: "absent" },
    { source: "environment DOCKER_USERNAME and DOCKER_PASSWORD", outcome: "absent" },
    { source: "/etc/auth.json", outcome: "refused", reason: "permission denied" },
    { source: "~/.docker/config.json", outcome: "nothing" },
    { source: "/run/user/1000/containers/auth.json", outcome: "absent" },
    { source: "~/.config/containers/auth.json", outcome: "found" },
  ]);
});

Deno.test("openLogins() asks a file once that two variables name", async () => {
  const machine = fakeMachine({ variables: { REGISTRY_AUTH_FILE: DOCKER } });
  await openLogins(machine).find(registry);
  assertEquals(machine.read.filter((path) => path === DOCKER).length, 1);
});

Deno.test("credentials() marks what comes from a store, and says where", async () => {
  const machine = fakeMachine({ files: { [DOCKER]: login("registry.example") } });
  assertEquals(await openLogins(machine).credentials(registry), {
    username: "ann",
    password: "canary-secret",
    source: "~/.docker/config.json",
    stored: true,
  });
});

Deno.test("credentials() warns once and gives none when a helper is missing", async () => {
  const warnings: string[] = [];
  const machine = fakeMachine({ files: { [DOCKER]: '{"credsStore":"pass"}' } });
  const { credentials } = openLogins(machine, { onWarning: (text) => warnings.push(text) });
  assertEquals(await credentials(registry), undefined);
  assertEquals(await credentials(query("registry.example", "other")), undefined);
  assertEquals(warnings, [
    'Cannot use the login for "registry.example": docker-credential-pass ' +
    "(named in ~/.docker/config.json) is not on PATH",
  ]);
});

Deno.test("credentials() throws for a helper that is missing when strict", async () => {
  const machine = fakeMachine({ files: { [DOCKER]: '{"credsStore":"pass"}' } });
  const { credentials } = openLogins(machine, { strict: true });
  const error = await assertRejects(async () => await credentials(registry), RegistryError);
  assertEquals([error.code, error.facts.registry], ["unauthorized", "registry.example"]);
  assertStringIncludes(error.message, "docker-credential-pass");
});

Deno.test("credentials() takes a file that may not be read for absent", async () => {
  const warnings: string[] = [];
  const files = { [DOCKER]: { kind: "refused", reason: "permission denied" } as const };
  const { credentials } = openLogins(fakeMachine({ files }), {
    onWarning: (text) => warnings.push(text),
  });
  assertEquals([await credentials(registry), ...warnings], [undefined]);
});

Deno.test("credentials() throws for a file that may not be read when strict", async () => {
  const files = { [DOCKER]: { kind: "refused", reason: "permission denied" } as const };
  const { credentials } = openLogins(fakeMachine({ files }), { strict: true });
  const error = await assertRejects(async () => await credentials(registry), RegistryError);
  assertStringIncludes(error.message, "~/.docker/config.json cannot be read: permission denied");
});

Deno.test("credentials() warns once when others can read a login", async () => {
  const warnings: string[] = [];
  const text = login("registry.example");
  const files = { [DOCKER]: { kind: "text", text, isExposed: true } as const };
  const { credentials } = openLogins(fakeMachine({ files }), {
    onWarning: (text) => warnings.push(text),
  });
  await credentials(registry);
  await credentials(query("other.example", "a"));
  assertEquals(warnings, [
    "Others on this machine can read the logins in ~/.docker/config.json: chmod 600 it",
  ]);
});

Deno.test("credentials() warns of no mode when the file holds no login itself", async () => {
  const warnings: string[] = [];
  const text = '{"auths":{"registry.example":{}},"currentContext":"x"}';
  const files = { [DOCKER]: { kind: "text", text, isExposed: true } as const };
  const { credentials } = openLogins(fakeMachine({ files }), {
    onWarning: (text) => warnings.push(text),
  });
  await credentials(registry);
  assertEquals(warnings, []);
});

Deno.test("openLogins() holds nothing that shows when it is inspected", async () => {
  const machine = fakeMachine({ files: { [DOCKER]: login("registry.example") } });
  const logins = openLogins(machine);
  await logins.find(registry);
  const shown = Deno.inspect(logins, { depth: 9 });
  assert(!shown.includes("canary-secret") && !shown.includes(base64("ann:canary-secret")));
});

Deno.test("openLogins() escapes what a path would do to a terminal", async () => {
  const path = "/tmp/\x1b[2J/auth.json";
  const machine = fakeMachine({
    variables: { REGISTRY_AUTH_FILE: path },
    files: { [path]: login("registry.example") },
  });
  const { credentials } = await openLogins(machine).find(registry);
  assertEquals(credentials?.source, "/tmp/\\u{1b}[2J/auth.json");
});
