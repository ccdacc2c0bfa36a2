import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseVersion, type TagKind, tagKind } from "../../core/versions/shape.ts";
import { anyTag } from "./tags.ts";

const COMMIT = "8f2ef3e55d91258eca4eaef9222505bd401ff86d";
const DIGEST = `sha256-${"0123456789abcdef".repeat(4)}`;

/** A tag, and what is in it: shape, numbers, pieces behind them (`!` before a pre-release), name of the variant. */
const VERSIONS: readonly (readonly [
  tag: string,
  shape: string,
  numbers: string,
  parts: string,
  variant: string,
])[] = [
  ["21.0.7", "#.#.#", "21 0 7", "", ""],
  ["21-oraclelinux8", "#-oraclelinux8", "21", "", "oraclelinux8"],
  ["1.8.0_371", "#.#.#_#", "1 8 0", "_371", ""],
  ["1.8.0_371-oraclelinux7", "#.#.#_#-oraclelinux7", "1 8 0", "_371", "oraclelinux7"],
  ["1.8.0_391-ea", "#.#.#_#", "1 8 0", "_391 !ea", ""],
  ["8u371-b11", "#u#-b#", "8 371", "-b11", ""],
  ["jdk8u372-b07", "jdk#u#-b#", "8 372", "-b07", ""],
  ["21_35-jdk-ubi9-minimal", "#_#-jdk-ubi9-minimal", "21", "_35", "jdk-ubi9-minimal"],
  ["REL_16_2", "REL_#_#", "16 2", "", ""],
  ["8_0_371", "#_#_#", "8 0 371", "", ""],
  ["10.04", "#.#", "10 04", "", ""],
  ["jammy-20240111", "jammy-<date>", "20240111", "", ""],
  ["jammy-20260731.1", "jammy-<date>", "20260731", ".1", ""],
  ["bookworm-20240110-slim", "bookworm-<date>-slim", "20240110", "", "slim"],
  ["nightly-2024-01-11", "nightly-<date3>", "2024 01 11", "", ""],
  ["2024-01", "<date2>", "2024 01", "", ""],
  ["2024.01.11", "#.#.#", "2024 01 11", "", ""],
  ["2024-13-01", "#-#-#", "2024", "-13 -01", ""],
  ["RELEASE.2025-01-20T14-49-07Z", "RELEASE.<date3>T#", "2025 01 20", "T14-49-07Z", ""],
  ["1.27rc1", "#.#", "1 27", "!rc1", ""],
  ["3.13.0a2-slim-bookworm", "#.#.#-slim-bookworm", "3 13 0", "!a2", "slim-bookworm"],
  ["v0.2.0a1", "v#.#.#", "0 2 0", "!a1", ""],
  ["24-ea-17-jdk", "#-jdk", "24", "!ea17", "jdk"],
  ["2.1.0.M1", "#.#.#", "2 1 0", "!M1", ""],
  ["v1.0.0-alpha.beta", "v#.#.#", "1 0 0", "!alpha !beta", ""],
  ["1.300053.0b1046", "#.#.#b#", "1 300053 0", "b1046", ""],
  ["4.8.3.Final", "#.#.#.Final", "4 8 3", "", ""],
  ["amd64-1.7.0-ls1", "amd64-#.#.#-ls#", "1 7 0", "-ls1", ""],
  ["1.25.3-debian-11-r4", "#.#.#-debian-11-r#", "1 25 3", "-r4", "debian-11"],
  ["v3.6.7-k3s1-build20250910", "v#.#.#-k3s#-build#", "3 6 7", "-k3s1 -build20250910", ""],
  ["v1.2.3-14-g8f2ef3e", "v#.#.#-#-g<commit>", "1 2 3", "-14 -g8f2ef3e", ""],
  ["1.2.3-8f2ef3e", "#.#.#-<commit>", "1 2 3", "-8f2ef3e", ""],
  ["1.2.4-1234567", "#.#.#-<commit>", "1 2 4", "-1234567", ""],
  ["1.2.4-alpine-1234567", "#.#.#-alpine-<commit>", "1 2 4", "-1234567", "alpine"],
  ["1.2.4-g1234567", "#.#.#-g<commit>", "1 2 4", "-g1234567", ""],
  ["1.2.4-gfacade1", "#.#.#-g<commit>", "1 2 4", "-gfacade1", ""],
  ["v1.2.4-20-g1234567", "v#.#.#-#-g<commit>", "1 2 4", "-20 -g1234567", ""],
  [`1.2.4-g${COMMIT}`, "#.#.#-g<commit>", "1 2 4", `-g${COMMIT}`, ""],
  ["1.2.4-g123456", "#.#.#-g#", "1 2 4", "-g123456", ""],
  ["1.2.4-123456", "#.#.#-#", "1 2 4", "-123456", ""],
  ["8.0.1-21860503", "#.#.#-#", "8 0 1", "-21860503", ""],
  ["1.2.4-20240111", "#.#.#-#", "1 2 4", "-20240111", ""],
  ["1.8.0_1234567", "#.#.#_#", "1 8 0", "_1234567", ""],
  ["2.4.0p34", "#.#.#p#", "2 4 0", "p34", ""],
  ["2019-CTP3.2-ubuntu", "#-ubuntu", "2019", "!CTP3.2", "ubuntu"],
  ["2023.1-eap", "#.#", "2023 1", "!eap", ""],
  ["9.0.0-preview.1", "#.#.#", "9 0 0", "!preview1", ""],
  ["build-1.2.3", "build-#.#.#", "1 2 3", "", ""],
  ["3.11-7.3.18-slim", "#.#-#-slim", "3 11", "-7.3.18", "slim"],
  ["10.0.20348.2227", "#.#.#.#", "10 0 20348 2227", "", ""],
  ["1.2.3.4.5.6", "#.#.#.#.#.#", "1 2 3 4 5", ".6", ""],
  ["6.4-php8.2-apache", "#.#-php8.2-apache", "6 4", "", "php8.2-apache"],
  ["1.2.3-x86_64", "#.#.#-x86_64", "1 2 3", "", "x86_64"],
  ["pg14-v0.2.0-alpha.2", "pg14-v#.#.#", "0 2 0", "!alpha2", ""],
  ["b3456", "b#", "3456", "", ""],
  ["go1.22.3", "go#.#.#", "1 22 3", "", ""],
  ["20H2", "#H#", "20", "H2", ""],
  ["1.0.2k", "#.#.#k#", "1 0 2", "k", ""],
  ["1.0+build.5", "#.#+build#", "1 0", "+build.5", ""],
  ["11.4.0-security-01", "#.#.#-security-#", "11 4 0", "-security-01", ""],
  [
    "2022-CU16-GDR1-ubuntu-22.04",
    "#-CU#-GDR#-ubuntu-22.04",
    "2022",
    "-CU16 -GDR1",
    "ubuntu-22.04",
  ],
  ["2025-RTM-ubuntu-22.04", "#-RTM-ubuntu-22.04", "2025", "", "ubuntu-22.04"],
  ["17.6.1-ce.0", "#.#.#-ce#", "17 6 1", "-ce0", ""],
  ["17.6.1-ee.0", "#.#.#-ee#", "17 6 1", "-ee0", ""],
  ["12.0.16-ee10", "#.#.#-ee10", "12 0 16", "", "ee10"],
  ["17.06.0-ce-dind", "#.#.#-ce-dind", "17 06 0", "", "ce-dind"],
  ["8.17.0-a1b2c3d4-SNAPSHOT", "#.#.#-<commit>", "8 17 0", "!SNAPSHOT -a1b2c3d4", ""],
  ["windowsservercore-1.24.3", "windowsservercore-#.#.#", "1 24 3", "", ""],
];

for (const [tag, shape, numbers, parts, variant] of VERSIONS) {
  Deno.test(`parseVersion() takes ${tag} apart`, () => {
    const version = parseVersion(tag);
    assert(version !== undefined);
    const shown = [...version.parts, ...version.behind]
      .map(({ role, mark, value }) => (role === "pre" ? "!" : "") + mark + value);
    assertEquals(version.shape, shape);
    assertEquals(version.numbers.join(" "), numbers);
    assertEquals(shown.join(" "), parts);
    assertEquals(version.variant, variant);
    assertEquals(version.isPre, parts.includes("!"));
    assertEquals(version.tag, tag);
  });
}

const FLAVOURS: readonly (readonly [tag: string, flavour: string])[] = [
  ["1.2.3", ""],
  ["v1.2.3", ""],
  ["release-1.2.3", ""],
  ["RELEASE.2025-01-20", ""],
  ["REL_16_2", ""],
  ["version-1.7.0", ""],
  ["amd64-1.7.0-ls1", "amd64"],
  ["amd64-version-1.7.0", "amd64"],
  ["amd64-v1.7.0", "amd64"],
  ["x86_64-1.2.3", "x86_64"],
  ["jammy-20240111", "jammy"],
  ["server-b3456", "server"],
];

for (const [tag, flavour] of FLAVOURS) {
  Deno.test(`parseVersion() finds the flavour "${flavour}" of ${tag}`, () => {
    assertEquals(parseVersion(tag)?.flavour, flavour);
  });
}

const KINDS: readonly (readonly [kind: TagKind, tags: readonly string[]])[] = [
  ["version", ["21", "v1", "1.2.3-rc1", "20H2", "3-alpine", "12345678901234567890"]],
  ["date", ["20240111", "jammy-20240111", "2024-01-11", "20240111093000", "v20231009"]],
  ["channel", [
    "latest",
    "stable",
    "edge",
    "jammy",
    "4.x",
    "2022-latest",
    "pr-2",
    "v",
    "_",
    "a..b",
  ]],
  ["channel", ["alpine3.19", "php8.2-fpm", "stable-alpine3.20", "ltsc2022", "amd64", "x86_64"]],
  ["channel", ["__proto__", "constructor", "toString", "", "x".repeat(128), "deadbeef", "facade"]],
  ["channel", ["build-123", "build-12-alpine", "run-99", "Build_7", "pr-12", "PR-12-amd64"]],
  ["date", ["build-20260204-220645"]],
  ["channel", [
    "nanoserver-1809",
    "windowsservercore-1809",
    "ltsc2022",
    "windowsservercore-ltsc2022",
  ]],
  ["channel", ["experimental-v3.0", "nanoserver-1809-amd64", "alpine-3.19", "ubuntu-22.04"]],
  ["version", ["alpine-2.1.4", "1.24-windowsservercore-1809", "server-v3.0"]],
  ["hash", ["sha-1234567", "sha-facade1", `sha-${COMMIT}`, "sha-1234567-arm64"]],
  ["channel", ["canary", "next", "unstable", "insiders", "experimental", "daily", "EAP"]],
  ["hash", [COMMIT, `${COMMIT}-1473632019-15-1`, "8f2ef3e", "sha-8f2ef3e", "main-8f2ef3e-170000"]],
  ["digest", [DIGEST, `${DIGEST}.sig`, `${DIGEST}.att`, `${DIGEST}.sbom`]],
];

for (const [kind, tags] of KINDS) {
  for (const tag of tags) {
    Deno.test(`tagKind() takes ${tag.slice(0, 40)} for a ${kind}`, () => {
      assertEquals(tagKind(tag), kind);
      assertEquals(parseVersion(tag) !== undefined, kind === "version" || kind === "date");
    });
  }
}

Deno.test("parseVersion() keeps every number as text of the tag", () => {
  fc.assert(fc.property(anyTag, (tag) => {
    const version = parseVersion(tag);
    if (version === undefined) return;
    const { prefix, numbers, separator, kind } = version;
    assert(numbers.length >= 1 && numbers.length <= 5);
    assert(tag.startsWith(prefix + numbers.join(separator)), `${kind} ${tag}`);
  }));
});

Deno.test("parseVersion() ends on any text, however long", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    parseVersion(text);
  }));
  const version = parseVersion(`1.0${"-a1".repeat(41)}`);
  assert(version !== undefined && version.parts.length < 20);
  for (const piece of ["1.", "a-1-", "-", "a", "1", "rc", "8f2ef3e-", "20240111", "v1_"]) {
    parseVersion(piece.repeat(20_000));
  }
});
