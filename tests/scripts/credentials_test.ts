import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Credentials, RegistryError } from "../../mod.ts";
import { tags } from "../../scripts/tags.ts";
import { createFake, type Fake, runFake } from "./fake.ts";

const repositories = { "docker.io/library/a": [["1"]], "quay.io/o/b": [["2"]] };
const STORED: Credentials = { username: "me", password: "p", source: "a file", stored: true };

/** What the flow of a command gets to hear when it asks for credentials. */
async function given(fake: Fake, registry: string, repository: string): Promise<unknown> {
  const source = fake.opened.at(-1)?.credentials;
  const adapter = { id: "x", title: "X", hosts: [registry] } as const;
  return await source?.({ adapter, registry, repository });
}

Deno.test("tags looks up every login once, gives up reading, and only then asks", async () => {
  const fake = createFake({ repositories, logins: { "docker.io": STORED } });
  const outcome = await runFake(tags, ["a", "quay.io/o/b", "a"], fake);
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  assertEquals(fake.prepared, [
    "look up docker.io/library/a",
    "look up quay.io/o/b",
    "read certificates",
    "drop reading after 0 events",
  ]);
  assertEquals(await given(fake, "docker.io", "library/a"), STORED);
  assertEquals(await given(fake, "quay.io", "o/b"), undefined);
  // Nothing is looked up later, whoever asks.
  assertEquals(await given(fake, "docker.io", "library/other"), undefined);
  assertEquals(fake.prepared.length, 4);
});

Deno.test("tags gives up reading also when nobody logs in, and reads nothing for its help", async () => {
  const fake = createFake({ repositories });
  await runFake(tags, ["--anonymous", "a"], fake);
  assertEquals(fake.prepared, ["read certificates", "drop reading after 0 events"]);
  for (const words of [["--help"], ["--bogus"], ["--retries=x", "a"], ["UPPER"], []]) {
    const idle = createFake({ repositories });
    await runFake(tags, words, idle);
    assertEquals(idle.prepared, [], words.join());
  }
});

Deno.test("tags --strict-credentials is handed on, and a bad login is its own reference's error", async () => {
  const bad = new RegistryError("unauthorized", 'Cannot use the login for "docker.io": broken');
  const fake = createFake({ repositories, logins: { "docker.io": bad, "quay.io": STORED } });
  await runFake(tags, ["--strict-credentials", "a", "quay.io/o/b"], fake);
  assertEquals(fake.loginOptions.map(({ strict }) => strict), [true]);
  const error = await given(fake, "docker.io", "library/a").catch((error) => error);
  assertEquals(error, bad);
  assertEquals(await given(fake, "quay.io", "o/b"), STORED);
  const lenient = createFake({ repositories });
  await runFake(tags, ["a"], lenient);
  assertEquals(lenient.loginOptions.map(({ strict }) => strict), [false]);
});

Deno.test("tags prints the warnings of logins, but not with --quiet", async () => {
  const fake = createFake({ repositories });
  await runFake(tags, ["a"], fake);
  fake.loginOptions.at(0)?.onWarning?.("no\nhelper");
  assertEquals(fake.stderr, ["portolan: warning: no\\u{a}helper\n"]);
  const quiet = createFake({ repositories });
  await runFake(tags, ["--quiet", "a"], quiet);
  assertEquals(quiet.loginOptions.at(0)?.onWarning, undefined);
});

Deno.test("tags --token-stdin gives the token to the one registry", async () => {
  const fake = createFake({ repositories, stdin: "t0k3n\n" });
  const { code, stderr } = await runFake(tags, ["--token-stdin", "a"], fake);
  assertEquals([code, stderr, fake.loginOptions], [0, "", []]);
  const token = { registryToken: "t0k3n", source: "the command line" };
  assertEquals(await given(fake, "docker.io", "library/a"), token);
  assertEquals(await given(fake, "quay.io", "o/b"), undefined);
});

const mistakes: readonly (readonly [words: string, message: string])[] = [
  ["--token-stdin --anonymous a", 'Cannot use "--token-stdin" with "--anonymous"'],
  ["--token-stdin --username me a", 'Cannot use "--username" with "--token-stdin"'],
  [
    "--token-stdin --password-stdin --username me a",
    'Cannot use "--username" with "--token-stdin"',
  ],
  ["--token-stdin --password-stdin a", 'Cannot use "--password-stdin" with "--token-stdin"'],
  ["--token-stdin a quay.io/o/b", 'Cannot use "--token-stdin" for "docker.io", "quay.io"'],
  ["--token-stdin a", 'Cannot read "--token-stdin": expected a token, got nothing'],
  ["--cert c.pem a", 'Cannot use "--cert" alone: expected "--key FILE" with it'],
  ["--key k.pem a", 'Cannot use "--key" alone: expected "--cert FILE" with it'],
];
for (const [words, message] of mistakes) {
  Deno.test(`tags refuses ${words}`, async () => {
    const fake = createFake({ repositories });
    const { code, stdout, stderr } = await runFake(tags, words.split(" "), fake);
    assertEquals([code, stdout, fake.asked], [2, "", []]);
    assertStringIncludes(stderr, message);
  });
}

Deno.test("tags reads the files of --ca, --cert and --key, and the folders of this machine", async () => {
  const fake = createFake({ repositories });
  const words = "--ca ca.pem --cert c.pem --key k.pem --trust-realm t.example " +
    "--origin quay.io=https://m.example:5000 a";
  assertEquals((await runFake(tags, words.split(" "), fake)).code, 0);
  assertEquals(fake.tlsFiles, [{
    ca: "ca.pem",
    cert: "c.pem",
    key: "k.pem",
    shownTo: ["docker.io", "m.example:5000", "t.example"],
    hostFolders: ["/folders"],
  }]);
  assertEquals(await fake.opened.at(-1)?.clientFor?.("own.example"), {});
  assertEquals(await fake.opened.at(-1)?.clientFor?.("other.example"), undefined);
});

Deno.test("tags exits with 2 and names the file when a certificate cannot be used", async () => {
  const badCertificates = new Error('Cannot read "no.pem": there is no such file');
  const fake = createFake({ repositories, badCertificates });
  const { code, stderr } = await runFake(tags, ["--ca", "no.pem", "a"], fake);
  assertEquals([code, fake.asked], [2, []]);
  assertStringIncludes(stderr, 'portolan: Cannot read "no.pem": there is no such file\nusage: ');
});
