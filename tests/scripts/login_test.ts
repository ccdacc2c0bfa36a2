import { assertEquals, assertStringIncludes } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { login } from "../../scripts/login.ts";
import { logout } from "../../scripts/logout.ts";
import { createFake, type FakeOptions, runFake } from "./fake.ts";

const PIPED = ["--username", "me", "--password-stdin", "quay.io"];
const KEPT = "portolan: the login for quay.io is kept in ~/.docker/config.json, " +
  "which is not encrypted\n";

Deno.test("login tries the credentials, then keeps them and says where", async () => {
  const fake = createFake({ stdin: "p:w\n" });
  assertEquals(await runFake(login, PIPED, fake), { code: 0, stdout: "", stderr: KEPT });
  assertEquals(fake.events, ['try quay.io with {"username":"me","password":"p:w"}', `say ${KEPT}`]);
  assertEquals(fake.prepared, [
    "read certificates",
    'store quay.io {"username":"me","password":"p:w"}',
    "look up quay.io/undefined",
  ]);
});

Deno.test("login asks for what is missing on a terminal, the password without showing it", async () => {
  const rows: readonly (readonly [words: string[], typed: string[], asked: string[]])[] = [
    [["quay.io"], ["me", "pw"], [
      "question user name for quay.io: ",
      "secret question password or token of me: ",
    ]],
    [["--username", "me", "quay.io"], ["pw"], ["secret question password or token of me: "]],
  ];
  for (const [words, typed, asked] of rows) {
    const fake = createFake({ terminal: true, typed });
    assertEquals(await runFake(login, words, fake), { code: 0, stdout: "", stderr: KEPT });
    assertEquals(fake.prepared.filter((event) => event.includes("question")), asked);
    assertEquals(fake.prepared.includes('store quay.io {"username":"me","password":"pw"}'), true);
  }
});

const REFUSED = new RegistryError("unauthorized", "Cannot log in", { registry: "quay.io" });
const nothingStored: readonly (readonly [
  what: string,
  words: readonly string[],
  options: FakeOptions,
  code: number,
  message: string,
])[] = [
  ["refused credentials", PIPED, { stdin: "p", door: REFUSED }, 4, "Cannot log in"],
  ["no password", PIPED, { stdin: "" }, 2, "expected a password, got nothing"],
  ["no name", ["quay.io"], { terminal: true, typed: [""] }, 2, "expected a user name"],
  ["the end of the input", ["quay.io"], { terminal: true, typed: [] }, 2, "expected a user name"],
  ["nothing typed", ["quay.io"], { terminal: true, typed: ["me", ""] }, 2, "expected a password"],
  ["a colon typed", ["quay.io"], { terminal: true, typed: ["a:b", "p"] }, 2, "without a colon"],
  ["a colon", ["--username=a:b", "quay.io"], { terminal: true }, 2, "without a colon"],
  ["no terminal", ["quay.io"], {}, 2, 'expected a terminal, or "--username U" with'],
  ["no user", ["--password-stdin", "quay.io"], { stdin: "p" }, 2, '"--password-stdin" alone'],
  ["no host", [], {}, 2, "expected one registry"],
  ["two hosts", ["quay.io", "ghcr.io"], {}, 2, 'Cannot read "ghcr.io": expected one registry'],
  ["a repository", ["quay.io/a"], {}, 2, 'Cannot read "quay.io/a": expected one registry'],
  ["a short name", ["quay"], {}, 2, 'Cannot read "quay": expected one registry'],
  ["a password in it", ["me:pw@quay.io"], {}, 2, 'Cannot read "...@quay.io"'],
  ["half a pair", ["--cert", "x", ...PIPED], { stdin: "p" }, 2, 'Cannot use "--cert" alone'],
];
for (const [what, words, options, code, message] of nothingStored) {
  Deno.test(`login keeps nothing for ${what}`, async () => {
    const fake = createFake(options);
    const outcome = await runFake(login, words, fake);
    assertEquals([outcome.code, outcome.stdout], [code, ""], outcome.stderr);
    assertStringIncludes(outcome.stderr, message);
    assertEquals(fake.prepared.filter((event) => event.startsWith("store")), []);
    assertEquals(outcome.stderr.includes("pw"), false);
  });
}

Deno.test("login keeps credentials that nobody asked for, and says that they were not tried", async () => {
  const fake = createFake({ stdin: "p", door: false });
  const { code, stderr } = await runFake(login, PIPED, fake);
  assertEquals(code, 0);
  assertEquals(
    stderr,
    "portolan: warning: quay.io did not ask for the login, so it was not tried\n" + KEPT,
  );
});

Deno.test("login warns of a login that comes before the new one", async () => {
  const earlier = { username: "x", password: "y", source: "environment QUAY_USERNAME" };
  const fake = createFake({ stdin: "p", logins: { "quay.io": earlier } });
  assertEquals(
    (await runFake(login, PIPED, fake)).stderr,
    KEPT +
      "portolan: warning: the login for quay.io from environment QUAY_USERNAME comes before it\n",
  );
});

Deno.test("login says which helper keeps it", async () => {
  const kept = { kind: "helper", place: "docker-credential-x (named in ~/f)" } as const;
  const { stderr } = await runFake(login, PIPED, createFake({ stdin: "p", kept }));
  assertEquals(
    stderr,
    "portolan: the login for quay.io is kept by docker-credential-x (named in ~/f)\n",
  );
});

Deno.test("logout says where a login was, and where another one still is", async () => {
  const kept = { kind: "file", place: "~/.docker/config.json" } as const;
  const gone = createFake({ kept });
  assertEquals(await runFake(logout, ["https://quay.io/"], gone), {
    code: 0,
    stdout: "",
    stderr: "portolan: removed the login for quay.io from ~/.docker/config.json\n",
  });
  assertEquals(gone.prepared.at(0), "remove quay.io");
  assertEquals(
    (await runFake(logout, ["quay.io"])).stderr,
    "portolan: there was no login for quay.io to remove\n",
  );
  const other = { username: "x", password: "y", source: "~/auth.json" };
  const still = createFake({ kept, logins: { "quay.io": other } });
  assertStringIncludes(
    (await runFake(logout, ["quay.io"], still)).stderr,
    "portolan: warning: the login for quay.io from ~/auth.json is still there\n",
  );
  assertEquals((await runFake(logout, [])).code, 2);
});
