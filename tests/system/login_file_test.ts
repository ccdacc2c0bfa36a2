import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  encodeAuth,
  type LoginEntry,
  LoginFileError,
  parseLoginFile,
} from "../../core/system/login_file.ts";
import { base64 } from "./examples.ts";

const ann = { kind: "login", credentials: { username: "ann", password: "p" } } as const;

const ENTRIES: readonly (readonly [name: string, entry: unknown, expected: LoginEntry])[] = [
  ["base64 of name and password", { auth: base64("ann:p") }, ann],
  ["a user name and a password", { username: "ann", password: "p" }, ann],
  // docker/cli `configfile/file.go`: what `auth` holds takes the place of the two others.
  ["auth before the two others", { auth: base64("ann:p"), username: "x", password: "y" }, ann],
  ["an empty auth beside the two others", { auth: "", username: "ann", password: "p" }, ann],
  ["an email, as old versions wrote it", { auth: base64("ann:p"), email: "a@b" }, ann],
  ["a password with colons", { auth: base64("ann:a:b::") }, {
    kind: "login",
    credentials: { username: "ann", password: "a:b::" },
  }],
  ["letters outside ASCII", { auth: base64("änn:pässwörd") }, {
    kind: "login",
    credentials: { username: "änn", password: "pässwörd" },
  }],
  // Both clients trim it: docker/cli `configfile/file.go`, containers/image `config.go`.
  ["NUL behind and before the password", { auth: base64("ann:\0p\0\0\0") }, ann],
  ["NUL inside a password", { auth: base64("ann:p\0q\0") }, {
    kind: "login",
    credentials: { username: "ann", password: "p\0q" },
  }],
  ["an identity token", { identitytoken: "t" }, {
    kind: "login",
    credentials: { identityToken: "t" },
  }],
  ["an identity token with the name that Docker puts beside it", {
    auth: base64("00000000-0000-0000-0000-000000000000:"),
    identitytoken: "t",
  }, { kind: "login", credentials: { identityToken: "t" } }],
  ["a registry token", { registrytoken: "r" }, {
    kind: "login",
    credentials: { registryToken: "r" },
  }],
  ["a registry token before an identity token", { registrytoken: "r", identitytoken: "t" }, {
    kind: "login",
    credentials: { registryToken: "r" },
  }],
  ["nothing, as beside a helper", {}, { kind: "empty" }],
  ["null", null, { kind: "empty" }],
  ["empty fields", { auth: "", identitytoken: "" }, { kind: "empty" }],
  ["null in a field", { auth: null }, { kind: "empty" }],
  ["a name without a password", { auth: base64("ann:") }, { kind: "empty" }],
  ["a password without a name", { password: "p" }, { kind: "empty" }],
  ["no colon", { auth: base64("ann") }, { kind: "broken", reason: '"auth" has no colon in it' }],
  ["no name", { auth: base64(":p") }, {
    kind: "broken",
    reason: '"auth" has no user name in it',
  }],
  ["no base64", { auth: "ann:p" }, {
    kind: "broken",
    reason: '"auth" is not base64 of text',
  }],
  ["bytes that are no text", { auth: btoa("ann:\xff\xfe") }, {
    kind: "broken",
    reason: '"auth" is not base64 of text',
  }],
  ["a colon in the user name", { username: "a:b", password: "p" }, {
    kind: "broken",
    reason: "the user name has a colon in it",
  }],
  ["text", "YW5uOnA=", { kind: "broken", reason: "it is not an object" }],
  ["a list", [], { kind: "broken", reason: "it is not an object" }],
  ["a number in a field", { auth: 5 }, { kind: "broken", reason: '"auth" is not text' }],
  ["an object in a field", { identitytoken: {} }, {
    kind: "broken",
    reason: '"identitytoken" is not text',
  }],
  ["fields of another case", { Auth: base64("ann:p") }, { kind: "empty" }],
];

for (const [name, entry, expected] of ENTRIES) {
  Deno.test(`parseLoginFile() reads an entry with ${name}`, () => {
    const file = parseLoginFile(JSON.stringify({ auths: { "registry.example": entry } }));
    assertEquals(file.entry("registry.example"), expected);
    assertEquals(file.hasLogin(), expected.kind === "login");
  });
}

const WRONG: readonly (readonly [name: string, text: string, reason: string])[] = [
  ["text", "hello", "it is not JSON"],
  ["a comma too many", '{"auths":{},}', "it is not JSON"],
  ["two values", "{}{}", "it is not JSON"],
  ["a comment", "{} // mine", "it is not JSON"],
  ["a list", "[]", "it is not a JSON object"],
  ["null", "null", "it is not a JSON object"],
  ["a number", "1", "it is not a JSON object"],
  ["auths as a list", '{"auths":[]}', '"auths" is not an object'],
  ["auths as text", '{"auths":"x"}', '"auths" is not an object'],
  ["credHelpers as text", '{"credHelpers":"pass"}', '"credHelpers" is not an object'],
  [
    "a helper as a number",
    '{"credHelpers":{"a":1}}',
    '"credHelpers" holds something else than names',
  ],
  ["credsStore as an object", '{"credsStore":{}}', '"credsStore" is not a name'],
  ["more than 1 MiB", `{"a":"${"x".repeat(1024 * 1024)}"}`, "it has more than 1 MiB"],
];

for (const [name, text, reason] of WRONG) {
  Deno.test(`parseLoginFile() refuses ${name}`, () => {
    const error = assertThrows(() => parseLoginFile(text), LoginFileError);
    assertEquals(error.message, reason);
    assertEquals(error.cause, undefined);
  });
}

for (const text of ["", " \n", "{}", '{"auths":null,"credHelpers":null,"credsStore":null}']) {
  Deno.test(`parseLoginFile() finds nothing in ${JSON.stringify(text)}`, () => {
    const file = parseLoginFile(text);
    assertEquals([file.keys.size, file.helpers.size, file.store], [0, 0, undefined]);
    assert(!file.hasLogin());
  });
}

Deno.test("parseLoginFile() takes names of prototypes for what they are", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  const empty = parseLoginFile('{"auths":{}}');
  for (const name of names) assertEquals(empty.entry(name), undefined);

  const text = `{"__proto__":{"credsStore":"evil","auths":{"x":{}}},"auths":{` +
    names.map((name) => `"${name}":{"auth":"${base64("ann:p")}"}`).join() + "}}";
  const file = parseLoginFile(text);
  for (const name of names) assertEquals(file.entry(name), ann);
  assertEquals([file.store, file.entry("x")], [undefined, undefined]);

  const inside = parseLoginFile(
    `{"auths":{"x":{"__proto__":{"auth":"${base64("ann:p")}"}}}}`,
  );
  assertEquals(inside.entry("x"), { kind: "empty" });
});

Deno.test("parseLoginFile() reads one entry although another is broken", () => {
  const file = parseLoginFile(JSON.stringify({ auths: { a: 5, b: { auth: base64("ann:p") } } }));
  assertEquals(file.entry("a")?.kind, "broken");
  assertEquals(file.entry("b"), ann);
});

Deno.test("encodeAuth() is read back by parseLoginFile()", () => {
  const name = fc.string({ minLength: 1, unit: "binary" }).filter((text) =>
    !text.includes(":") && text.isWellFormed()
  );
  const password = fc.string({ minLength: 1, unit: "binary" }).filter((text) =>
    text.isWellFormed() && !text.startsWith("\0") && !text.endsWith("\0")
  );
  fc.assert(fc.property(name, password, (username, password) => {
    const text = JSON.stringify({ auths: { x: { auth: encodeAuth(username, password) } } });
    assertEquals(parseLoginFile(text).entry("x"), {
      kind: "login",
      credentials: { username, password },
    });
  }));
});

Deno.test("parseLoginFile() throws nothing but its own error whatever the text", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    try {
      const file = parseLoginFile(text);
      for (const key of file.keys) file.entry(key);
    } catch (error) {
      assert(error instanceof LoginFileError);
    }
  }));
});

Deno.test("parseLoginFile() shows no secret when its result is inspected", () => {
  const auths = { x: { auth: base64("ann:canary") }, y: { identitytoken: "canary" } };
  const shown = Deno.inspect(parseLoginFile(JSON.stringify({ auths })), { depth: 9 });
  assert(!shown.includes("canary") && !shown.includes(base64("ann:canary")));
});
