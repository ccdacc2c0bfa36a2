import { assertEquals } from "@std/assert";
import type { CredentialQuery } from "../../core/credentials.ts";
import { type LoginFinding, openLogins } from "../../core/system/login_sources.ts";
import { base64, query } from "./examples.ts";
import { fakeMachine, type FakeOptions } from "./fake_machine.ts";

/*
 * What the expectations come from:
 *
 * [D] "docker login", docs.docker.com/reference/cli/docker/login (docker/cli `docs/reference/commandline/login.md`)
 * [C] docker/cli `cli/config/configfile/file.go` and `cli/config/credentials/{file,native}_store.go`, 2025
 * [E] docker/cli #6008, DOCKER_AUTH_CONFIG, 2025-04
 * [P] containers-auth.json(5), containers/image `docs/containers-auth.json.5.md`
 * [I] containers/image `pkg/docker/config/config.go`, 2022 to 2025
 * [H] docker/docker-credential-helpers `client/client.go` and `credentials/error.go`
 * [O] our own rule, where the two differ or are silent
 */

/** One search: what the machine has, what is asked, and the `user source` that comes of it. */
interface Row {
  readonly name: string;
  readonly has: FakeOptions;
  readonly asked: CredentialQuery;
  /** `user from source`, `token TOKEN from source`, `nothing`, or `problem: words`. */
  readonly expected: string;
}

const DOCKER = "/home/ann/.docker/config.json";
const RUNTIME = "/run/user/1000/containers/auth.json";
const CONFIG = "/home/ann/.config/containers/auth.json";
const KEY = "https://index.docker.io/v1/";
const XDG = { XDG_RUNTIME_DIR: "/run/user/1000" };

const plain = query("registry.example", "team/app/web");
const ported = query("registry.example:5000", "team/app");
const hub = query("docker.io", "library/ubuntu");

/** A login file whose entries are the users of their keys; an empty user is an empty entry. */
function logins(users: Readonly<Record<string, string>>, more: object = {}): string {
  const auths = Object.entries(users).map(([key, user]) => [
    key,
    user === "" ? {} : { auth: base64(`${user}:secret`) },
  ]);
  return JSON.stringify({ auths: Object.fromEntries(auths), ...more });
}

function inDocker(users: Readonly<Record<string, string>>, more?: object): FakeOptions {
  return { files: { [DOCKER]: logins(users, more) } };
}

function knows(server: string, user: string): (asked: string) => string | undefined {
  return (asked) =>
    asked === server ? JSON.stringify({ Username: user, Secret: "secret" }) : undefined;
}

function row(name: string, has: FakeOptions, asked: CredentialQuery, expected: string): Row {
  return { name, has, asked, expected };
}

const here = "from ~/.docker/config.json";
const byPass = "from docker-credential-pass (named in ~/.docker/config.json)";

const KEYS: readonly Row[] = [
  row("nothing at all", {}, plain, "nothing"),
  row("[D] the host", inDocker({ "registry.example": "ann" }), plain, `ann ${here}`),
  row("[D] host and port", inDocker({ "registry.example:5000": "ann" }), ported, `ann ${here}`),
  row("[C] a key without the port", inDocker({ "registry.example": "ann" }), ported, "nothing"),
  row("[C] a key with a port", inDocker({ "registry.example:5000": "ann" }), plain, "nothing"),
  row("[C] another port", inDocker({ "registry.example:443": "ann" }), plain, "nothing"),
  row("[C] a subdomain", inDocker({ "a.registry.example": "ann" }), plain, "nothing"),
  row("[C] the parent domain", inDocker({ "example": "ann" }), plain, "nothing"),
  row("[O] the host in upper case", inDocker({ "REGISTRY.example": "ann" }), plain, "nothing"),
  row("[C][I] https", inDocker({ "https://registry.example": "ann" }), plain, `ann ${here}`),
  row("[C][I] http", inDocker({ "http://registry.example": "ann" }), plain, `ann ${here}`),
  row("[C][I] https and /", inDocker({ "https://registry.example/": "ann" }), plain, `ann ${here}`),
  row("[C][I] /v1/", inDocker({ "https://registry.example/v1/": "ann" }), plain, `ann ${here}`),
  row("[C][I] /v1", inDocker({ "https://registry.example/v1": "ann" }), plain, `ann ${here}`),
  row("[C][I] /v2/", inDocker({ "http://registry.example/v2/": "ann" }), plain, `ann ${here}`),
  row("[C] no scheme, /v1/", inDocker({ "registry.example/v1/": "ann" }), plain, `ann ${here}`),
  row(
    "[C][I] scheme and port",
    inDocker({ "https://registry.example:5000/v1/": "ann" }),
    ported,
    `ann ${here}`,
  ),
  row(
    "[C] a scheme on another port",
    inDocker({ "https://registry.example:5000/v1/": "ann" }),
    plain,
    "nothing",
  ),
  row(
    "[C][I] the plain key before one with a scheme",
    inDocker({ "https://registry.example": "old", "registry.example": "ann" }),
    plain,
    `ann ${here}`,
  ),
  row(
    "[O] a path of no old API behind a scheme",
    inDocker({ "https://registry.example/other": "ann" }),
    plain,
    "nothing",
  ),
  row(
    "[O] user information in a key",
    inDocker({ "https://bob@registry.example/": "ann" }),
    plain,
    "nothing",
  ),
  row("[O] another scheme", inDocker({ "ftp://registry.example": "ann" }), plain, "nothing"),
  row("[P] a namespace", inDocker({ "registry.example/team": "ann" }), plain, `ann ${here}`),
  row("[P] two levels", inDocker({ "registry.example/team/app": "ann" }), plain, `ann ${here}`),
  row(
    "[P] the whole repository",
    inDocker({ "registry.example/team/app/web": "ann" }),
    plain,
    `ann ${here}`,
  ),
  row(
    "[P] the most specific of all",
    inDocker({
      "registry.example": "host",
      "registry.example/team": "team",
      "registry.example/team/app": "app",
    }),
    plain,
    `app ${here}`,
  ),
  row(
    "[P] the next parent",
    inDocker({ "registry.example": "host", "registry.example/team": "team" }),
    plain,
    `team ${here}`,
  ),
  row("[P] another namespace", inDocker({ "registry.example/other": "ann" }), plain, "nothing"),
  row(
    "[P] a longer repository",
    inDocker({ "registry.example/team/app/web/x": "a" }),
    plain,
    "nothing",
  ),
  row(
    "[P] the beginning of a namespace",
    inDocker({ "registry.example/te": "ann" }),
    plain,
    "nothing",
  ),
  row("[P] a namespace and a slash", inDocker({ "registry.example/team/": "a" }), plain, "nothing"),
  row("[P] a tag", inDocker({ "registry.example/team/app/web:1": "a" }), plain, "nothing"),
  row(
    "[P] a namespace where no repository is asked for",
    inDocker({ "registry.example/team": "ann" }),
    query("registry.example"),
    "nothing",
  ),
  row(
    "[P] a namespace behind a port",
    inDocker({ "registry.example:5000/team": "ann" }),
    ported,
    `ann ${here}`,
  ),
  row(
    "[I] an empty entry hides less specific ones",
    inDocker({ "registry.example/team": "", "registry.example": "ann" }),
    plain,
    "nothing",
  ),
  row(
    "[C][I] an empty entry hides spellings",
    inDocker({ "registry.example": "", "https://registry.example/v1/": "ann" }),
    plain,
    "nothing",
  ),
  row("[D] the default registry", inDocker({ [KEY]: "ann" }), hub, `ann ${here}`),
  row("[P] its short name", inDocker({ "docker.io": "ann" }), hub, `ann ${here}`),
  row("[I] its index", inDocker({ "index.docker.io": "ann" }), hub, `ann ${here}`),
  row("[I] its API", inDocker({ "registry-1.docker.io": "ann" }), hub, `ann ${here}`),
  row("[I] its index, v2", inDocker({ "https://index.docker.io/v2/": "ann" }), hub, `ann ${here}`),
  row(
    "[C] its key before its name",
    inDocker({ "docker.io": "b", [KEY]: "ann" }),
    hub,
    `ann ${here}`,
  ),
  row(
    "[P] its namespace",
    inDocker({ "docker.io/library": "ann", [KEY]: "b" }),
    hub,
    `ann ${here}`,
  ),
  row("[C] its key for another host", inDocker({ [KEY]: "ann" }), plain, "nothing"),
  row(
    "[O] the site of it",
    inDocker({ "hub.docker.com": "ann", "docker.com": "b" }),
    hub,
    "nothing",
  ),
  row("IPv6", inDocker({ "[::1]:5000": "ann" }), query("[::1]:5000", "a"), `ann ${here}`),
  row(
    "IPv6, http",
    inDocker({ "http://[::1]:5000/v1/": "ann" }),
    query("[::1]:5000", "a"),
    `ann ${here}`,
  ),
];

const HELPERS: readonly Row[] = [
  row(
    "[D] a helper for the host",
    {
      ...inDocker({}, { credHelpers: { "registry.example": "pass" } }),
      helpers: { pass: knows("registry.example", "ann") },
    },
    plain,
    `ann ${byPass}`,
  ),
  row(
    "[D] a store",
    {
      ...inDocker({}, { credsStore: "pass" }),
      helpers: { pass: knows("registry.example", "ann") },
    },
    plain,
    `ann ${byPass}`,
  ),
  row(
    "[C] a store with the stub that Docker writes",
    {
      ...inDocker({ "registry.example": "" }, { credsStore: "pass" }),
      helpers: { pass: knows("registry.example", "ann") },
    },
    plain,
    `ann ${byPass}`,
  ),
  row(
    "[D] the store is not asked where a helper is named",
    {
      ...inDocker({}, { credsStore: "pass", credHelpers: { "registry.example": "other" } }),
      helpers: { pass: knows("registry.example", "ann"), other: () => undefined },
    },
    plain,
    "nothing",
  ),
  row(
    "[P] the entry is not used where a helper is named",
    {
      ...inDocker({ "registry.example": "ann" }, { credHelpers: { "registry.example": "pass" } }),
      helpers: { pass: () => undefined },
    },
    plain,
    "nothing",
  ),
  row(
    "[I] a helper before entries for a namespace",
    {
      ...inDocker({ "registry.example/team": "b" }, {
        credHelpers: { "registry.example": "pass" },
      }),
      helpers: { pass: knows("registry.example", "ann") },
    },
    plain,
    `ann ${byPass}`,
  ),
  row(
    "[C] a helper for another host",
    {
      ...inDocker({}, { credHelpers: { "other.example": "pass" } }),
      helpers: { pass: () => '{"Username":"ann","Secret":"secret"}' },
    },
    plain,
    "nothing",
  ),
  row(
    "[C] a helper for another port",
    {
      ...inDocker({}, { credHelpers: { "registry.example": "pass" } }),
      helpers: { pass: () => '{"Username":"ann","Secret":"secret"}' },
    },
    ported,
    "nothing",
  ),
  row(
    "[C] an empty name means the file",
    {
      ...inDocker({ "registry.example": "ann" }, {
        credsStore: "pass",
        credHelpers: { "registry.example": "" },
      }),
      helpers: { pass: knows("registry.example", "b") },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[C] the store before the entry of the host",
    {
      ...inDocker({ "registry.example": "b" }, { credsStore: "pass" }),
      helpers: { pass: knows("registry.example", "ann") },
    },
    plain,
    `ann ${byPass}`,
  ),
  row(
    "[I] the entry of the host where the store has nothing",
    {
      ...inDocker({ "registry.example": "ann" }, { credsStore: "pass" }),
      helpers: { pass: () => undefined },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[P] an entry for a namespace before the store",
    {
      ...inDocker({ "registry.example/team": "ann" }, { credsStore: "pass" }),
      helpers: { pass: knows("registry.example", "b") },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[D] the store for the default registry",
    {
      ...inDocker({}, { credsStore: "pass" }),
      helpers: { pass: knows(KEY, "ann") },
    },
    hub,
    `ann ${byPass}`,
  ),
  row(
    "[D] a helper for the default registry",
    {
      ...inDocker({}, { credHelpers: { [KEY]: "pass" } }),
      helpers: { pass: knows(KEY, "ann") },
    },
    hub,
    `ann ${byPass}`,
  ),
  row(
    "[P] a helper for its name",
    {
      ...inDocker({}, { credHelpers: { "docker.io": "pass" } }),
      helpers: { pass: knows("docker.io", "ann") },
    },
    hub,
    `ann ${byPass}`,
  ),
  row(
    "[D] an identity token",
    {
      ...inDocker({}, { credsStore: "pass" }),
      helpers: { pass: () => '{"Username":"<token>","Secret":"abc"}' },
    },
    plain,
    `token abc ${byPass}`,
  ),
  row(
    "[C] an empty answer",
    {
      ...inDocker({}, { credsStore: "pass" }),
      helpers: { pass: () => '{"Username":"","Secret":""}' },
    },
    plain,
    "nothing",
  ),
  row(
    "[H] credentials not found",
    {
      ...inDocker({}, { credsStore: "pass" }),
      helpers: { pass: () => undefined },
    },
    plain,
    "nothing",
  ),
  row(
    "[O] no such helper, and the entry is not used",
    {
      ...inDocker({ "registry.example": "ann" }, { credsStore: "pass" }),
    },
    plain,
    "problem: docker-credential-pass (named in ~/.docker/config.json) is not on PATH",
  ),
  row(
    "[O] a helper that fails, and no other file is used",
    {
      files: {
        [DOCKER]: logins({}, { credHelpers: { "registry.example": "pass" } }),
        [CONFIG]: logins({ "registry.example": "ann" }),
      },
      helpers: { pass: () => ({ kind: "ended", code: 3, stdout: "locked" }) },
    },
    plain,
    "problem: docker-credential-pass (named in ~/.docker/config.json) failed with exit code 3",
  ),
  row(
    "[O] a name that is a path",
    {
      ...inDocker({}, { credsStore: "../../evil" }),
    },
    plain,
    "problem: docker-credential-../../evil (named in ~/.docker/config.json) has a name that no helper may have",
  ),
];

const SOURCES: readonly Row[] = [
  row(
    "[E] DOCKER_AUTH_CONFIG before everything",
    {
      variables: { DOCKER_AUTH_CONFIG: logins({ "registry.example": "ann" }) },
      ...inDocker({ "registry.example": "b" }),
    },
    plain,
    "ann from environment DOCKER_AUTH_CONFIG",
  ),
  row(
    "[E] DOCKER_AUTH_CONFIG with the key of the default registry",
    {
      variables: {
        DOCKER_AUTH_CONFIG: logins({ [KEY]: "ann" }),
        DOCKER_USERNAME: "b",
        DOCKER_PASSWORD: "secret",
      },
    },
    hub,
    "ann from environment DOCKER_AUTH_CONFIG",
  ),
  row(
    "[E] DOCKER_AUTH_CONFIG without the registry",
    {
      variables: { DOCKER_AUTH_CONFIG: logins({ "other.example": "b" }) },
      ...inDocker({ "registry.example": "ann" }),
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[E] helpers in DOCKER_AUTH_CONFIG",
    {
      variables: { DOCKER_AUTH_CONFIG: logins({}, { credsStore: "pass" }) },
      helpers: { pass: knows("registry.example", "ann") },
    },
    plain,
    "nothing",
  ),
  row(
    "[O] DOCKER_AUTH_CONFIG that is no JSON",
    {
      variables: { DOCKER_AUTH_CONFIG: "ann:secret" },
      ...inDocker({ "registry.example": "ann" }),
    },
    plain,
    "problem: environment DOCKER_AUTH_CONFIG cannot be used: it is not JSON",
  ),
  row(
    "[O] the variables of the adapter",
    {
      variables: { DOCKER_USERNAME: "ann", DOCKER_PASSWORD: "secret" },
      ...inDocker({ [KEY]: "b" }),
    },
    hub,
    "ann from environment DOCKER_USERNAME",
  ),
  row(
    "[O] one variable of two",
    {
      variables: { DOCKER_USERNAME: "b" },
      ...inDocker({ [KEY]: "ann" }),
    },
    hub,
    `ann ${here}`,
  ),
  row(
    "[O] the variables of another adapter",
    {
      variables: { DOCKER_USERNAME: "ann", DOCKER_PASSWORD: "secret" },
    },
    plain,
    "nothing",
  ),
  row(
    "[P] REGISTRY_AUTH_FILE",
    {
      variables: { REGISTRY_AUTH_FILE: "/etc/logins.json" },
      files: {
        "/etc/logins.json": logins({ "registry.example": "ann" }),
        [DOCKER]: logins({ "registry.example": "b" }),
      },
    },
    plain,
    "ann from /etc/logins.json",
  ),
  row(
    "[I] REGISTRY_AUTH_FILE without the registry",
    {
      variables: { REGISTRY_AUTH_FILE: "/etc/logins.json" },
      files: { "/etc/logins.json": "{}", [DOCKER]: logins({ "registry.example": "ann" }) },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[I] REGISTRY_AUTH_FILE that is not there",
    {
      variables: { REGISTRY_AUTH_FILE: "/etc/logins.json" },
      ...inDocker({ "registry.example": "ann" }),
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[D] DOCKER_CONFIG in the place of ~/.docker",
    {
      variables: { DOCKER_CONFIG: "/etc/docker-user" },
      files: {
        "/etc/docker-user/config.json": logins({ "registry.example": "ann" }),
        [DOCKER]: logins({ "registry.example": "b" }),
      },
    },
    plain,
    "ann from /etc/docker-user/config.json",
  ),
  row(
    "[D] ~/.docker is not read beside DOCKER_CONFIG",
    {
      variables: { DOCKER_CONFIG: "/etc/docker-user" },
      ...inDocker({ "registry.example": "b" }),
    },
    plain,
    "nothing",
  ),
  row(
    "[P] XDG_RUNTIME_DIR",
    {
      variables: XDG,
      files: { [RUNTIME]: logins({ "registry.example": "ann" }) },
    },
    plain,
    `ann from ${RUNTIME}`,
  ),
  row(
    "[I] without XDG_RUNTIME_DIR, by user number",
    {
      files: { "/run/containers/1000/auth.json": logins({ "registry.example": "ann" }) },
    },
    plain,
    "ann from /run/containers/1000/auth.json",
  ),
  row(
    "[I] no such directory on other systems",
    {
      platform: "darwin",
      files: { "/run/containers/1000/auth.json": logins({ "registry.example": "ann" }) },
    },
    plain,
    "nothing",
  ),
  row(
    "[P] ~/.config",
    {
      files: { [CONFIG]: logins({ "registry.example": "ann" }) },
    },
    plain,
    "ann from ~/.config/containers/auth.json",
  ),
  row(
    "[P] XDG_CONFIG_HOME",
    {
      variables: { XDG_CONFIG_HOME: "/cfg" },
      files: {
        "/cfg/containers/auth.json": logins({ "registry.example": "ann" }),
        [CONFIG]: logins({ "registry.example": "b" }),
      },
    },
    plain,
    "ann from /cfg/containers/auth.json",
  ),
  row(
    "[O] Docker's file before Podman's",
    {
      variables: XDG,
      files: {
        [DOCKER]: logins({ "registry.example": "ann" }),
        [RUNTIME]: logins({ "registry.example": "b" }),
      },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[O] the source before the specific key",
    {
      variables: XDG,
      files: {
        [DOCKER]: logins({ "registry.example": "ann" }),
        [RUNTIME]: logins({ "registry.example/team": "b" }),
      },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[I] an empty entry, and the next file",
    {
      variables: XDG,
      files: {
        [DOCKER]: logins({ "registry.example": "" }),
        [RUNTIME]: logins({ "registry.example": "ann" }),
      },
    },
    plain,
    `ann from ${RUNTIME}`,
  ),
  row(
    "[P] the runtime's file before the one in ~/.config",
    {
      variables: XDG,
      files: {
        [RUNTIME]: logins({ "registry.example": "ann" }),
        [CONFIG]: logins({ "registry.example": "b" }),
      },
    },
    plain,
    `ann from ${RUNTIME}`,
  ),
  row(
    "[O] a file that may not be read",
    {
      files: {
        [DOCKER]: { kind: "refused", reason: "permission denied" },
        [CONFIG]: logins({ "registry.example": "ann" }),
      },
    },
    plain,
    "ann from ~/.config/containers/auth.json",
  ),
  row(
    "[O] a file that is no JSON",
    {
      files: { [DOCKER]: "secret", [CONFIG]: logins({ "registry.example": "b" }) },
    },
    plain,
    "problem: ~/.docker/config.json cannot be used: it is not JSON",
  ),
  row(
    "[O] a directory in its place",
    {
      files: { [DOCKER]: { kind: "broken", reason: "it is a directory" } },
    },
    plain,
    "problem: ~/.docker/config.json cannot be used: it is a directory",
  ),
  row(
    "[O] a broken entry",
    {
      files: {
        [DOCKER]: '{"auths":{"registry.example":{"auth":"%"}}}',
        [CONFIG]: logins({ "registry.example": "b" }),
      },
    },
    plain,
    'problem: its entry in ~/.docker/config.json is broken: "auth" is not base64 of text',
  ),
  row(
    "[O] a broken entry of another registry",
    {
      files: {
        [DOCKER]: `{"auths":{"other.example":{"auth":"%"},"registry.example":{"auth":"${
          base64("ann:secret")
        }"}}}`,
      },
    },
    plain,
    `ann ${here}`,
  ),
  row(
    "[C] an empty file",
    {
      files: { [DOCKER]: "", [CONFIG]: logins({ "registry.example": "ann" }) },
    },
    plain,
    "ann from ~/.config/containers/auth.json",
  ),
  row(
    "[C] an identity token",
    {
      files: { [DOCKER]: '{"auths":{"registry.example":{"identitytoken":"abc"}}}' },
    },
    plain,
    `token abc ${here}`,
  ),
  row(
    "[C] a registry token",
    {
      files: { [DOCKER]: '{"auths":{"registry.example":{"registrytoken":"abc"}}}' },
    },
    plain,
    `token abc ${here}`,
  ),
  row(
    "[O] no home directory",
    {
      variables: { HOME: "", ...XDG },
      files: { [RUNTIME]: logins({ "registry.example": "ann" }) },
    },
    plain,
    `ann from ${RUNTIME}`,
  ),
];

for (const { name, has, asked, expected } of [...KEYS, ...HELPERS, ...SOURCES]) {
  Deno.test(`openLogins() with ${name}`, async () => {
    assertEquals(describe(await openLogins(fakeMachine(has)).find(asked)), expected);
  });
}

Deno.test("openLogins() has a table of at least 60 rows", () => {
  assertEquals(KEYS.length + HELPERS.length + SOURCES.length >= 60, true);
});

function describe({ credentials, problem }: LoginFinding): string {
  if (problem !== undefined) return `problem: ${problem}`;
  if (credentials === undefined) return "nothing";
  const { source } = credentials;
  if ("username" in credentials) return `${credentials.username} from ${source}`;
  const token = "identityToken" in credentials
    ? credentials.identityToken
    : credentials.registryToken;
  return `token ${token} from ${source}`;
}
