import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import type { Credentials } from "../../core/credentials.ts";
import { RegistryError } from "../../core/errors.ts";
import { openLogins } from "../../core/system/login_sources.ts";
import { removeLogin, storeLogin } from "../../core/system/login_store.ts";
import { type Machine, systemMachine } from "../../core/system/machine.ts";
import { base64, query } from "./examples.ts";
import { fakeMachine } from "./fake_machine.ts";

const CANARY = "canary-secret";
const PATH = "/home/ann/.docker/config.json";
const KEY = "https://index.docker.io/v1/";
const ann: Credentials = { username: "ann", password: CANARY };
const auth = base64(`ann:${CANARY}`);
const registry = query("registry.example");
const hub = query("docker.io");

async function textAt(machine: Machine): Promise<string> {
  const reading = await machine.readFile(PATH, 1024 * 1024);
  return reading.kind === "text" ? reading.text : "";
}

function fileWith(text: string) {
  return fakeMachine({ files: { [PATH]: text } });
}

Deno.test("storeLogin() makes the file as Docker lays it out", async () => {
  const machine = fakeMachine();
  assertEquals(await storeLogin(registry, ann, machine), {
    kind: "file",
    place: "~/.docker/config.json",
  });
  const expected = { auths: { "registry.example": { auth } } };
  assertEquals(await textAt(machine), JSON.stringify(expected, null, "\t"));
});

Deno.test("storeLogin() uses the key that Docker uses", async () => {
  const machine = fakeMachine();
  await storeLogin(hub, ann, machine);
  await storeLogin(query("registry.example:5000"), ann, machine);
  const { auths } = JSON.parse(await textAt(machine));
  assertEquals(Object.keys(auths), [KEY, "registry.example:5000"]);
});

Deno.test("storeLogin() writes into DOCKER_CONFIG where that is set", async () => {
  const machine = fakeMachine({ variables: { DOCKER_CONFIG: "/etc/docker-user" } });
  const { place } = await storeLogin(registry, ann, machine);
  assertEquals(place, "/etc/docker-user/config.json");
});

const FIELDS: readonly (readonly [name: string, login: Credentials, entry: object])[] = [
  ["a name and a password", ann, { auth }],
  ["colons in the password", { username: "a", password: ":b:" }, { auth: base64("a::b:") }],
  ["an identity token", { identityToken: "t" }, { identitytoken: "t" }],
  ["a registry token", { registryToken: "t" }, { registrytoken: "t" }],
  ["a source", { ...ann, source: "here", stored: true }, { auth }],
];

for (const [name, login, entry] of FIELDS) {
  Deno.test(`storeLogin() writes ${name} as it is read again`, async () => {
    const machine = fakeMachine();
    await storeLogin(registry, login, machine);
    assertEquals(JSON.parse(await textAt(machine)), { auths: { "registry.example": entry } });
    const { credentials } = await openLogins(machine).find(registry);
    assertEquals(credentials, { ...login, source: "~/.docker/config.json", stored: true });
  });
}

const WRONG: readonly Credentials[] = [
  { username: "", password: "p" },
  { username: "a", password: "" },
  { username: "a:b", password: "p" },
  { identityToken: "" },
  { registryToken: "" },
];

for (const login of WRONG) {
  Deno.test(`storeLogin() takes no ${Deno.inspect(login)}`, async () => {
    const machine = fakeMachine();
    await assertRejects(() => storeLogin(registry, login, machine), TypeError);
    assertEquals(await textAt(machine), "");
  });
}

Deno.test("storeLogin() changes its own entry and not one other byte", async () => {
  const before = `{
  "zeta": 12345678901234567890,
  "auths": {
    "b.example": { "auth": "old" },
    "registry.example": {
      "email": "a@b",
      "auth": "old",
      "unknown": [1,  2],
      "identitytoken": "old"
    },
    "a.example": {}
  },
  "HttpHeaders": { "X": "1" }, "__proto__": {"y": 1}
}
`;
  const machine = fileWith(before);
  await storeLogin(registry, ann, machine);
  const after = before.replace(
    '"email": "a@b",\n      "auth": "old"',
    `"email": "a@b",\n      "auth": "${auth}"`,
  )
    .replace(',\n      "identitytoken": "old"', "");
  assertEquals(await textAt(machine), after);
});

for (const entry of ["null", '"text"', "[]", "5", "{}"]) {
  Deno.test(`storeLogin() replaces an entry that is ${entry}`, async () => {
    const machine = fileWith(`{"auths":{"registry.example":${entry}}}`);
    await storeLogin(registry, ann, machine);
    assertEquals(await textAt(machine), `{"auths":{"registry.example":{"auth":"${auth}"}}}`);
  });
}

for (const text of ["{", "[]", '{"auths":5}']) {
  Deno.test(`storeLogin() leaves a file alone that is ${text}`, async () => {
    const machine = fileWith(text);
    const error = await assertRejects(() => storeLogin(registry, ann, machine), RegistryError);
    assertEquals(error.code, "unauthorized");
    assert(error.message.includes("~/.docker/config.json"), error.message);
    assertEquals(await textAt(machine), text);
  });
}

Deno.test("storeLogin() gives the login to a helper, and takes the old one out of the file", async () => {
  const machine = fakeMachine({
    files: {
      [PATH]: `{"auths":{"registry.example":{"auth":"${auth}","email":"a@b"}},"credsStore":"pass"}`,
    },
    helpers: { pass: () => "" },
  });
  assertEquals(await storeLogin(registry, ann, machine), {
    kind: "helper",
    place: "docker-credential-pass (named in ~/.docker/config.json)",
  });
  assertEquals(
    await textAt(machine),
    '{"auths":{"registry.example":{"email":"a@b"}},"credsStore":"pass"}',
  );
  assertEquals(machine.ran.map(({ command, args }) => [command, ...args]), [
    ["docker-credential-pass", "store"],
  ]);
});

Deno.test("storeLogin() leaves the stub in the file that Docker leaves", async () => {
  const machine = fakeMachine({
    files: { [PATH]: '{"credsStore":"pass"}' },
    helpers: { pass: () => "" },
  });
  await storeLogin(hub, ann, machine);
  assertEquals(await textAt(machine), `{"credsStore":"pass","auths":{"${KEY}":{}}}`);
  assertEquals(JSON.parse(machine.ran[0]?.input ?? "").ServerURL, KEY);
});

Deno.test("storeLogin() asks the helper that is named for the registry", async () => {
  const machine = fakeMachine({
    files: { [PATH]: '{"credsStore":"a","credHelpers":{"docker.io":"b"}}' },
    helpers: { a: () => "", b: () => "" },
  });
  await storeLogin(hub, ann, machine);
  assertEquals(machine.ran.map(({ command }) => command), ["docker-credential-b"]);
  assertEquals(JSON.parse(machine.ran[0]?.input ?? "").ServerURL, "docker.io");
});

Deno.test("storeLogin() writes into the file where the helper's name is empty", async () => {
  const machine = fileWith('{"credsStore":"a","credHelpers":{"registry.example":""}}');
  assertEquals((await storeLogin(registry, ann, machine)).kind, "file");
});

Deno.test("storeLogin() writes nothing anywhere when the helper fails", async () => {
  const text = '{"credsStore":"pass"}';
  const failing = () => ({ kind: "ended", code: 1, stdout: CANARY } as const);
  const machines = [
    fakeMachine({ files: { [PATH]: text }, helpers: { pass: failing } }),
    fakeMachine({ files: { [PATH]: text } }),
  ];
  for (const machine of machines) {
    const error = await assertRejects(() => storeLogin(registry, ann, machine), RegistryError);
    assertEquals(error.code, "unauthorized");
    assert(!Deno.inspect(error).includes(CANARY));
    assertEquals(await textAt(machine), text);
  }
});

Deno.test("storeLogin() says that it knows no home directory", async () => {
  const machine = fakeMachine({ variables: { HOME: "" } });
  const error = await assertRejects(() => storeLogin(registry, ann, machine), RegistryError);
  assert(error.message.endsWith("no home directory is known"), error.message);
});

Deno.test("removeLogin() takes every spelling of the registry, and no other", async () => {
  const others = { "registry.example:5000": {}, "registry.example/team": {}, "x.example": {} };
  const auths = {
    "registry.example": { auth },
    "https://registry.example/v1/": { auth },
    "http://registry.example": {},
    ...others,
  };
  const machine = fileWith(JSON.stringify({ auths, x: 1 }));
  assertEquals(await removeLogin(registry, machine), [
    { kind: "file", place: "~/.docker/config.json" },
  ]);
  assertEquals(await textAt(machine), JSON.stringify({ auths: others, x: 1 }));
});

Deno.test("removeLogin() takes every name of the default registry", async () => {
  const names = [KEY, "docker.io", "index.docker.io", "https://registry-1.docker.io/v2/"];
  const auths = Object.fromEntries(names.map((name) => [name, { auth }]));
  const machine = fileWith(JSON.stringify({ auths }));
  await removeLogin(hub, machine);
  assertEquals(await textAt(machine), '{"auths":{}}');
});

Deno.test("removeLogin() says that there was nothing, and makes no file", async () => {
  const machine = fakeMachine();
  assertEquals(await removeLogin(registry, machine), []);
  assertEquals(await textAt(machine), "");
});

Deno.test("removeLogin() has the helper forget, and takes the stub away", async () => {
  const machine = fakeMachine({
    files: { [PATH]: '{"auths":{"registry.example":{}},"credsStore":"pass"}' },
    helpers: { pass: () => '{"Username":"a","Secret":"s"}' },
  });
  assertEquals(await removeLogin(registry, machine), [
    { kind: "helper", place: "docker-credential-pass (named in ~/.docker/config.json)" },
  ]);
  assertEquals(machine.ran.map(({ args }) => args[0]), ["get", "erase"]);
  assertEquals(await textAt(machine), '{"auths":{},"credsStore":"pass"}');
});

Deno.test("removeLogin() erases nothing that the helper does not have", async () => {
  const machine = fakeMachine({
    files: { [PATH]: '{"credsStore":"pass"}' },
    helpers: { pass: () => undefined },
  });
  assertEquals(await removeLogin(registry, machine), []);
  assertEquals(machine.ran.map(({ args }) => args[0]), ["get"]);
});

Deno.test("removeLogin() removes nothing when the helper fails", async () => {
  const text = `{"auths":{"registry.example":{"auth":"${auth}"}},"credsStore":"pass"}`;
  const machine = fileWith(text);
  await assertRejects(() => removeLogin(registry, machine), RegistryError);
  assertEquals(await textAt(machine), text);
});

Deno.test("storeLogin() loses no login of many that are stored at once", async () => {
  const directory = await Deno.makeTempDir();
  const machine: Machine = {
    ...systemMachine(),
    variable: (name) => name === "DOCKER_CONFIG" ? join(directory, "new") : undefined,
  };
  const hosts = Array.from({ length: 20 }, (_, n) => `r${n}.example`);
  await Promise.all(hosts.map((host) => storeLogin(query(host), ann, machine)));
  await Promise.all(hosts.slice(0, 10).map((host) => removeLogin(query(host), machine)));
  const path = join(directory, "new", "config.json");
  const { auths } = JSON.parse(await Deno.readTextFile(path));
  assertEquals(Object.keys(auths).sort(), hosts.slice(10).sort());
  assertEquals([...Deno.readDirSync(join(directory, "new"))].length, 1);
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  await Deno.remove(directory, { recursive: true });
});
