import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import {
  formatReference,
  parseReference,
  parseRegistryHost,
  parseRepository,
  writtenScheme,
} from "../../core/names/reference.ts";

const HEX = "0123456789abcdef".repeat(4);
const SHA256 = `sha256:${HEX}`;
const SHA512 = `sha512:${HEX}${HEX}`;

interface Parts {
  readonly registry?: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Ideas from the table of github.com/distribution/reference, and the places where readers differ. */
const VALID: readonly (readonly [text: string, parts: Parts])[] = [
  ["ubuntu", { repository: "ubuntu" }],
  ["ubuntu:22.04", { repository: "ubuntu", tag: "22.04" }],
  ["docker.io/ubuntu", { registry: "docker.io", repository: "ubuntu" }],
  ["team/app", { repository: "team/app" }],
  ["test_app", { repository: "test_app" }],
  ["lower:UPPER", { repository: "lower", tag: "UPPER" }],
  ["localhost", { repository: "localhost" }],
  ["localhost:5000", { repository: "localhost", tag: "5000" }],
  ["localhost/app", { registry: "localhost", repository: "app" }],
  ["localhost:5000/app", { registry: "localhost:5000", repository: "app" }],
  ["LocalHost/app", { registry: "localhost", repository: "app" }],
  ["registry.example", { repository: "registry.example" }],
  ["registry.example:5000", { repository: "registry.example", tag: "5000" }],
  ["registry.example/app:tag", { registry: "registry.example", repository: "app", tag: "tag" }],
  ["test:5000/app", { registry: "test:5000", repository: "app" }],
  ["test:5000/a/b:tag", { registry: "test:5000", repository: "a/b", tag: "tag" }],
  ["Registry.Example/app", { registry: "registry.example", repository: "app" }],
  ["Upper/lower:tag", { registry: "upper", repository: "lower", tag: "tag" }],
  ["sub-a.registry.example/a/b/c", { registry: "sub-a.registry.example", repository: "a/b/c" }],
  ["a.example/b.example/c:d.example", {
    registry: "a.example",
    repository: "b.example/c",
    tag: "d.example",
  }],
  ["xn--n3h.example/app:xn--n3h.example", {
    registry: "xn--n3h.example",
    repository: "app",
    tag: "xn--n3h.example",
  }],
  ["foo_bar.example:8080", { repository: "foo_bar.example", tag: "8080" }],
  ["foo/foo_bar.example:8080", { repository: "foo/foo_bar.example", tag: "8080" }],
  ["192.0.2.1", { repository: "192.0.2.1" }],
  ["192.0.2.1/app", { registry: "192.0.2.1", repository: "app" }],
  ["192.0.2.1:5000/app:5050", { registry: "192.0.2.1:5000", repository: "app", tag: "5050" }],
  ["[2001:db8::1]/app", { registry: "[2001:db8::1]", repository: "app" }],
  ["[2001:db8::1]:5000/app", { registry: "[2001:db8::1]:5000", repository: "app" }],
  ["[2001:db8::]:5000/app", { registry: "[2001:db8::]:5000", repository: "app" }],
  ["[2001:DB8:0:0:0::1]/app", { registry: "[2001:db8::1]", repository: "app" }],
  ["[::1]:5000/app:tag", { registry: "[::1]:5000", repository: "app", tag: "tag" }],
  ["test:1/app", { registry: "test:1", repository: "app" }],
  ["test:65535/app", { registry: "test:65535", repository: "app" }],
  ["test:00443/app", { registry: "test:443", repository: "app" }],
  [`app@${SHA256}`, { repository: "app", digest: SHA256 }],
  [`app:tag@${SHA256}`, { repository: "app", tag: "tag", digest: SHA256 }],
  [`test:5000/app:tag@${SHA512}`, {
    registry: "test:5000",
    repository: "app",
    tag: "tag",
    digest: SHA512,
  }],
  ["a__b", { repository: "a__b" }],
  ["a-----b", { repository: "a-----b" }],
  ["a.b_c__d-e", { repository: "a.b_c__d-e" }],
  ["0/1/2", { repository: "0/1/2" }],
  ["a:__proto__", { repository: "a", tag: "__proto__" }],
  ["docker://ubuntu", { repository: "ubuntu" }],
  ["DOCKER://registry.example/app:1", {
    registry: "registry.example",
    repository: "app",
    tag: "1",
  }],
  ["https://registry.example/app", { registry: "registry.example", repository: "app" }],
  ["Https://localhost:5000/app", { registry: "localhost:5000", repository: "app" }],
  [`${HEX}:tag`, { repository: HEX, tag: "tag" }],
  [`registry.example/${HEX}`, { registry: "registry.example", repository: HEX }],
  [HEX.slice(1), { repository: HEX.slice(1) }],
  ["a/".repeat(127) + "a", { repository: "a/".repeat(127) + "a" }],
];

for (const [text, parts] of VALID) {
  Deno.test(`parseReference() reads ${text.slice(0, 60)}`, () => {
    const reference = parseReference(text);
    assertEquals<Parts>(reference, parts);
    assertEquals(Object.keys(reference), Object.keys(parts));
    assertEquals(parseReference(formatReference(reference)), reference);
  });
}

const INVALID: readonly (readonly [name: string, text: string, reason: string])[] = [
  ["empty text", "", "it is empty"],
  ["a scheme alone", "docker://", "it is empty"],
  ["a space inside", "a b", "white space"],
  ["a space in front", " ubuntu", "white space"],
  ["a final line feed", "ubuntu\n", "white space"],
  ["a no-break space", "a\u00a0b", "white space"],
  ["a byte order mark", "\ufeffubuntu", "white space"],
  ["an escape sequence", "a\x1b[2J", "control character"],
  ["NUL", "a\0", "control character"],
  ["a C1 control", "a\u009b", "outside ASCII"],
  ["an umlaut", "grün/app", "outside ASCII"],
  ["a circled letter", "ⓡegistry.example/app", "outside ASCII"],
  ["a bidi override", "a\u202eb", "outside ASCII"],
  ["a lone surrogate", "a\ud800", "outside ASCII"],
  ["a percent sign", "registry.example%2eevil/app", 'it has a "%"'],
  ["an escaped slash", "a%2f..%2fb", 'it has a "%"'],
  ["a zone", "[fe80::1%eth0]:5000/app", 'it has a "%"'],
  ["a query", "app?x=y", 'it has a "?"'],
  ["a fragment", "app#x", 'it has a "#"'],
  ["a backslash", "a\\b", 'it has a "\\"'],
  ["a leading hyphen", "-app", 'it begins with "-"'],
  ["an option", "--plain-http", 'it begins with "-"'],
  ["an image id", HEX, "64 hex digits look like an image id"],
  ["an image id behind a scheme", `docker://${HEX}`, "look like an image id"],
  ["1025 characters", "a".repeat(1025), "1025 characters, at most 1024"],
  ["256 characters of path", "a".repeat(256), "256 characters, at most 255"],
  ["256 characters behind a registry", "test:1/" + "a".repeat(256), "at most 255"],
  ["http://", "http://registry.example/app", "http:// is not taken"],
  ["HTTP://", "HTTP://registry.example/app", "http:// is not taken"],
  ["another scheme", "oci://registry.example/app", "only https:// and docker://"],
  ["ftp://", "ftp://registry.example/app", "only https:// and docker://"],
  ["no scheme before ://", "://registry.example/app", "only https:// and docker://"],
  ["two schemes", "docker://https://registry.example/app", "the port is not a number"],
  ["user information", "user@registry.example/app", "user information"],
  ["the end of a host as user", `registry.example@${SHA256}@evil.example/x`, "user information"],
  ["a port without digits", "test:/app", "the port is not a number"],
  ["port 0", "test:0/app", "the port is not a number"],
  ["port 65536", "test:65536/app", "the port is not a number"],
  ["a port of six digits", "test:000001/app", "the port is not a number"],
  ["a port of letters", "test:http/app", "the port is not a number"],
  ["two ports", "test:1:2/app", "more than one colon"],
  ["IPv6 without brackets", "::1/app", "more than one colon"],
  ["long IPv6 without brackets", "2001:db8::1/app", "more than one colon"],
  ["IPv6 without an end", "[::1/app", "not an IPv6 address in brackets"],
  ["IPv6 that is none", "[1:2]/app", "not an IPv6 address in brackets"],
  ["IPv6 of nine groups", "[1:2:3:4:5:6:7:8:9]/app", "not an IPv6 address in brackets"],
  ["IPv6 around IPv4", "[::ffff:192.0.2.1]/app", "not an IPv6 address in brackets"],
  ["text behind IPv6", "[::1]x/app", "the port is not a number"],
  ["IPv6 alone", "[2001:db8::1]", "each part of the repository name"],
  ["IPv6 and a port alone", "[2001:db8::1]:5000", "each part of the repository name"],
  ["a trailing dot", "registry.example./app", "ends with a dot"],
  ["a trailing dot and a port", "registry.example.:5000/app", "ends with a dot"],
  ["two dots in a registry", "registry..example/app", "joined by single dots"],
  ["a leading dot", ".example/app", "joined by single dots"],
  ["an underscore in a registry", "my_registry.example/app", "joined by single dots"],
  ["a hyphen before a dot", "registry-.example/app", "joined by single dots"],
  ["a hyphen behind a dot", "registry.-example/app", "joined by single dots"],
  ["a dollar in a registry", "$registry.example/app", "joined by single dots"],
  ["bad punycode", "xn--a.example/app", "not a valid host"],
  ["a number above 255", "192.0.2.256/app", "not a valid host"],
  ["a hexadecimal address", "0x7f.1/app", "an unusual spelling of 127.0.0.1"],
  ["an octal address", "0177.0.0.1/app", "an unusual spelling of 127.0.0.1"],
  ["a short address", "127.1/app", "an unusual spelling of 127.0.0.1"],
  ["a number with a port", "2130706433:80/app", "an unusual spelling of 127.0.0.1"],
  ["a long host", "a.".repeat(126) + "ab/app", "more than 253 characters"],
  ["a parent directory first", "../app", "ends with a dot"],
  ["a parent directory inside", "a/../b", "each part of the repository name"],
  ["a parent directory last", "a/..", "each part of the repository name"],
  ["a directory inside", "a/./b", "each part of the repository name"],
  ["a slash in front", "/app", "begins with a slash"],
  ["a slash behind", "app/", "ends with a slash"],
  ["a slash behind a registry", "registry.example/", "name is missing"],
  ["a slash before the tag", "app/:tag", "ends with a slash"],
  ["two slashes", "a//b", "two slashes"],
  ["two slashes behind a registry", "registry.example//b", "begins with a slash"],
  ["an upper-case path", "registry.example/App", "must be lower case"],
  ["an upper-case name", "Foo", "must be lower case"],
  ["an upper-case name with a tag", "Foo:tag", "must be lower case"],
  ["an upper-case second part", "test:5000/Upper/lower:tag", "must be lower case"],
  ["a hyphen behind", "a-", "each part of the repository name"],
  ["an underscore in front", "_a", "each part of the repository name"],
  ["a hyphen in front of a part", "a/-b", "each part of the repository name"],
  ["a dot behind a part", "a./b:1", "ends with a dot"],
  ["three underscores", "a___b", "each part of the repository name"],
  ["two dots", "a..b", "each part of the repository name"],
  ["a dot and an underscore", "a._b", "each part of the repository name"],
  ["a dot and a hyphen", "a.-b", "each part of the repository name"],
  ["a dollar", "aa/as$$^/aa", "each part of the repository name"],
  ["a quote", 'a"b', "each part of the repository name"],
  ["a tag alone", ":tag", "name is missing"],
  ["a digest alone", `@${SHA256}`, "name is missing"],
  ["an empty tag", "app:", "the tag is empty"],
  ["an empty tag before a digest", `app:@${SHA256}`, "the tag is empty"],
  ["a tag of 129 characters", "app:" + "a".repeat(129), "129 characters, at most 128"],
  ["a tag with a slash", "a/b:5000/c", "a tag has only"],
  ["a tag with a leading dot", "app:.x", 'the tag begins with "."'],
  ["two tags", "app:1:2", "a tag has only"],
  ["an empty digest", "app@", "the digest is empty"],
  ["a short digest", "app@sha256:ffff", "64 hex digits, this one has 4"],
  ["an upper-case digest", `app@${SHA256.replace("abcdef", "ABCDEF")}`, "must be lower case"],
  ["an unknown algorithm", `app@md5:${HEX}`, "algorithm is unknown"],
  ["a path for a digest", "app@sha256:../../../other/manifests/latest", "not hex digits"],
  ["a tag behind a digest", `app@${SHA256}:tag`, "not hex digits"],
];

for (const [name, text, reason] of INVALID) {
  Deno.test(`parseReference() refuses ${name}`, () => {
    const error = assertThrows(() => parseReference(text), RegistryError);
    assertEquals(error.code, "reference_invalid");
    assertMatch(error.message, /^Cannot read reference "[^\p{Cc}\p{Cf}]*": [ -~]*[^.]$/u);
    assertStringIncludes(error.message, reason);
  });
}

Deno.test("parseReference() says what to do next", () => {
  const hints: readonly (readonly [text: string, hint: string])[] = [
    ["http://registry.example/app", "--plain-http HOST"],
    ["app?x", "not an address"],
    [HEX, "@sha256:"],
    ["u:p@registry.example/app", "--username"],
    ["2001:db8::1/app", "brackets"],
    ["127.1/app", "Write 127.0.0.1"],
  ];
  for (const [text, hint] of hints) {
    const error = assertThrows(() => parseReference(text), RegistryError);
    assertStringIncludes(error.facts.hint ?? "", hint);
  }
});

Deno.test("parseReference() never shows what stands before a stray @", () => {
  const after = ["host/x", "host", "host:5000", "host:5000/a", "", "@host/a", `${SHA256}@host/a`];
  after.push("a@host", "md5:abc", "sha256:x/y", "sha256:x@host", "ho st/x", "höst", "a%b", "-");
  for (
    const before of ["u:CANARY", "CANARY", "u:CA/CANARY", "u:CANARY@x", "x".repeat(2000) + "CANARY"]
  ) {
    for (const scheme of ["", "https://", "docker://", "http://", "ftp://"]) {
      for (const tail of after) {
        for (const read of [parseReference, parseRegistryHost, parseRepository]) {
          const error = assertThrows(() => read(`${scheme}${before}@${tail}`), RegistryError);
          const all = `${error.message} ${JSON.stringify(error.facts)} ${error.stack}`;
          assert(!all.includes("CANARY"), `${error.message}`);
        }
      }
    }
  }
});

Deno.test("parseReference() shows the text escaped and cut in its error", () => {
  const error = assertThrows(() => parseReference("a\x1b]0;x\x07\u202e"), RegistryError);
  assertStringIncludes(error.message, '"a\\u{1b}]0;x\\u{7}\\u{202e}"');
  const long = assertThrows(() => parseReference("A".repeat(100_000)), RegistryError);
  assert(long.message.length < 250);
});

Deno.test("writtenScheme() tells the prefix", () => {
  assertEquals(writtenScheme("ubuntu"), undefined);
  assertEquals(writtenScheme("localhost:5000/app"), undefined);
  assertEquals(writtenScheme("a/b://c"), undefined);
  assertEquals(writtenScheme("HTTPS://localhost:5000/app"), "https");
  assertEquals(writtenScheme("docker://ubuntu"), "docker");
  assertThrows(() => writtenScheme("http://localhost:5000/app"), RegistryError, "http://");
  assertThrows(() => writtenScheme("oci://app"), RegistryError, "docker://");
});

Deno.test("parseRegistryHost() reads a host and a port", () => {
  const rows: readonly (readonly [text: string, host: string])[] = [
    ["registry.example", "registry.example"],
    ["Registry.Example:5000", "registry.example:5000"],
    ["localhost", "localhost"],
    ["localhost:5000", "localhost:5000"],
    ["registry", "registry"],
    ["127.0.0.1:5000", "127.0.0.1:5000"],
    ["[::1]:5000", "[::1]:5000"],
    ["[0:0::1]", "[::1]"],
  ];
  for (const [text, host] of rows) {
    const registry = parseRegistryHost(text);
    assertEquals<string>(registry, host);
    const reference = { registry, repository: parseRepository("a/b") };
    assertEquals(parseReference(formatReference(reference)), reference);
  }
});

Deno.test("parseRegistryHost() refuses what is more, or less, than a host", () => {
  const rows: readonly (readonly [text: string, reason: string])[] = [
    ["", "it is empty"],
    ["https://registry.example", "a scheme or a path"],
    ["registry.example/", "a scheme or a path"],
    ["registry.example/app", "a scheme or a path"],
    ["user@registry.example", "user information"],
    ["registry.example.", "ends with a dot"],
    ["registry.example:0", "the port"],
    ["ⓡegistry.example", "outside ASCII"],
    ["registry%2eexample", '"%"'],
    ["123", "an unusual spelling"],
    ["1-2", "needs a letter or a port"],
    ["-x", 'begins with "-"'],
    ["*.example", "joined by single dots"],
    ["x".repeat(100_000), "more than 253"],
  ];
  for (const [text, reason] of rows) {
    const error = assertThrows(() => parseRegistryHost(text), RegistryError, reason);
    assertStringIncludes(error.message, 'Cannot read registry "');
  }
});

Deno.test("parseRepository() takes a path alone", () => {
  assertEquals<string>(parseRepository("library/ubuntu"), "library/ubuntu");
  assertEquals<string>(parseRepository("a.example/b"), "a.example/b");
  for (const text of ["", "a:b", `a@${SHA256}`, "A", "a/../b", "a/", "a".repeat(256), "a?b"]) {
    const error = assertThrows(() => parseRepository(text), RegistryError);
    assertStringIncludes(error.message, 'Cannot read repository "');
  }
});

const part = fc.stringMatching(/^[a-z0-9]{1,4}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,3}){0,2}$/);
const repository = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const label = fc.stringMatching(/^[a-zA-Z](?:[a-zA-Z0-9]{0,3}[a-zA-Z0-9])?$/);
const registry = fc.oneof(
  fc.tuple(label, label).map((labels) => labels.join(".")),
  label.map((word) => word.toUpperCase()),
  fc.tuple(label, fc.integer({ min: 1, max: 65535 })).map((pair) => pair.join(":")),
  fc.ipV6().filter((address) => !address.includes(".")).map((address) => `[${address}]`),
  fc.constant("localhost"),
);
const reference = fc.record({
  registry,
  repository,
  tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
  digest: fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
}, { requiredKeys: ["registry", "repository"] });

/** What holds of all text: a typed refusal, or a reference that is itself when written and safe in a URL. */
function check(text: string): void {
  let parsed;
  try {
    parsed = parseReference(text);
  } catch (error) {
    assert(error instanceof RegistryError, `${error}`);
    assertEquals(error.code, "reference_invalid");
    return;
  }
  assertEquals(parseReference(formatReference(parsed)), parsed);
  const path = `/v2/${parsed.repository}/tags/list`;
  assertEquals(new URL(`https://h${path}`).pathname, path);
  if (parsed.registry === undefined) return;
  const url = new URL(`https://${parsed.registry}/v2/`);
  assertEquals(url.host, parsed.registry.replace(/:443$/, ""));
  assertEquals(url.username + url.password + url.pathname, "/v2/");
}

Deno.test("parseReference() reads what the grammar makes, and writes it back", () => {
  fc.assert(fc.property(reference, (parts) => {
    const text = formatReference(parts);
    const parsed = parseReference(text);
    assertEquals<string>(parsed.repository, parts.repository);
    assertEquals<string | undefined>(parsed.tag, parts.tag);
    assertEquals<string | undefined>(parsed.digest, parts.digest);
    check(text);
  }));
});

Deno.test("parseReference() reads any text or throws a RegistryError", () => {
  const pieces = fc.constantFrom(
    ..."a A 0 . .. / // : :: @ - _ __ [ ] ::1 % ? # \\ localhost sha256: https:// docker:// xn-- é \0"
      .split(" "),
    HEX,
    SHA256,
    " ",
    "registry.example",
  );
  fc.assert(fc.property(fc.array(pieces, { maxLength: 8 }), (list) => check(list.join(""))), {
    numRuns: 3000,
  });
  fc.assert(fc.property(fc.string({ unit: "binary" }), check));
  fc.assert(fc.property(fc.string(), check), { numRuns: 1000 });
});
