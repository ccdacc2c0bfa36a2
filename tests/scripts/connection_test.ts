import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Exchange, RegistryAdapter } from "../../mod.ts";
import { formatExchange } from "../../scripts/_trace.ts";
import { tags } from "../../scripts/tags.ts";
import { createFake, type FakeOptions, runFake } from "./fake.ts";

const repositories = { "docker.io/library/a": [["1"]], "quay.io/o/b": [["2"]] };
const LOGIN = ["--username", "me", "--password-stdin"];

Deno.test("tags hands its flags to the flow and to each listing", async () => {
  const fake = createFake({ repositories });
  const words =
    "--limit 7 --page-size 50 --timeout 1.5 --retries 0 --origin quay.io=http://[::1]:5000/ " +
    "--origin Docker.IO=https://m.example --plain-http r.example:81 --plain-http localhost --trust-realm t.example a";
  assertEquals((await runFake(tags, words.split(" "), fake)).code, 0);
  const { onWarning, credentials, clientFor, ...rest } = fake.opened.at(-1) ?? {};
  assertEquals([onWarning, credentials, clientFor].map((one) => typeof one), [
    "function",
    "function",
    "function",
  ]);
  assertEquals(rest, {
    origins: { "quay.io": "http://[::1]:5000", "docker.io": "https://m.example" },
    plainHttp: ["r.example:81", "localhost"],
    trustedRealms: ["t.example"],
    timeout: 1500,
    retries: 0,
    onExchange: undefined,
  });
  const options = fake.asked.at(0)?.options;
  assertEquals([options?.limit, options?.pageSize], [7, 50]);
});

Deno.test("tags leaves every default to the flow", async () => {
  const fake = createFake({ repositories });
  await runFake(tags, ["a"], fake);
  const { timeout, retries, origins } = fake.opened.at(-1) ?? {};
  assertEquals([timeout, retries, origins], [undefined, undefined, {}]);
});

Deno.test("tags --anonymous uses no credentials, and looks for none", async () => {
  const fake = createFake({ repositories });
  await runFake(tags, ["--anonymous", "a"], fake);
  assertEquals([fake.opened.at(-1)?.credentials, fake.loginOptions], [undefined, []]);
});

Deno.test("tags --quiet hears no warning, others are printable", async () => {
  const quiet = createFake({ repositories });
  await runFake(tags, ["--quiet", "a"], quiet);
  assertEquals(quiet.opened.at(-1)?.onWarning, undefined);
  const fake = createFake({ repositories });
  await runFake(tags, ["a"], fake);
  fake.opened.at(-1)?.onWarning?.("old\nserver");
  assertEquals(fake.stderr, ["portolan: warning: old\\u{a}server\n"]);
});

const passwords: readonly (readonly [stdin: FakeOptions["stdin"], password: string])[] = [
  ["secret", "secret"],
  ["secret\n", "secret"],
  ["secret\r\n", "secret"],
  ["secret\n\n", "secret\n"],
  [" s p \n", " s p "],
  ["\ufeffschlüssel\n", "schlüssel"],
  ["x".repeat(65536), "x".repeat(65536)],
];
for (const [stdin, password] of passwords) {
  Deno.test(`tags --password-stdin reads ${JSON.stringify(stdin).slice(0, 30)}`, async () => {
    const fake = createFake({ repositories, stdin });
    const outcome = await runFake(tags, [...LOGIN, "a", "a"], fake);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const adapter: RegistryAdapter = { id: "x", title: "X", hosts: ["docker.io"] };
    const query = { adapter, registry: "docker.io", repository: "library/a" };
    const source = fake.opened.at(-1)?.credentials;
    assertEquals(await source?.(query), { username: "me", password, source: "the command line" });
    assertEquals(await source?.({ ...query, registry: "auth.docker.io" }), undefined);
  });
}

const noPasswords: readonly (readonly [stdin: FakeOptions["stdin"], message: string])[] = [
  ["", "expected a password, got nothing"],
  ["\n", "expected a password, got nothing"],
  ["\r\n", "expected a password, got nothing"],
  ["x".repeat(65537), "expected at most 64 KiB"],
  [new Uint8Array([0xff, 0xfe, 0x41]), "expected text in UTF-8"],
];
for (const [stdin = "", message] of noPasswords) {
  Deno.test(`tags --password-stdin refuses ${stdin.length} units: ${message}`, async () => {
    const fake = createFake({ repositories, stdin });
    const { code, stderr } = await runFake(tags, [...LOGIN, "a"], fake);
    assertEquals([code, fake.asked.length], [2, 0]);
    assertStringIncludes(stderr, `Cannot read "--password-stdin": ${message}`);
    assertStringIncludes(stderr, "usage: portolan tags");
  });
}

Deno.test("tags --password-stdin tells a person that it waits", async () => {
  const fake = createFake({ repositories, stdin: "s\n", terminal: true });
  const { stderr } = await runFake(tags, [...LOGIN, "a"], fake);
  assertStringIncludes(stderr, "waiting for the password");
});

Deno.test("tags --trace prints each exchange", async () => {
  const fake = createFake({ repositories });
  await runFake(tags, ["--trace", "--quiet", "a"], fake);
  const exchange: Exchange = {
    method: "GET",
    url: "https://r.example/v2/a/tags/list",
    authorization: "Bearer",
    status: 200,
    headers: { link: "</v2/\u001b>" },
    elapsed: 33.7,
    attempt: 1,
  };
  fake.opened.at(-1)?.onExchange?.(exchange);
  assertEquals(fake.stderr, [
    "> GET https://r.example/v2/a/tags/list (Bearer)\n< 200 in 34 ms  link: </v2/\\u{1b}>\n",
  ]);
  const failed = { ...exchange, authorization: undefined, status: undefined, attempt: 2 };
  assertEquals(
    formatExchange({ ...failed, failure: "refused" }),
    "> GET https://r.example/v2/a/tags/list, attempt 2\n< no answer after 34 ms: refused\n",
  );
});
