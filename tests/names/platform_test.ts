import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RegistryError } from "../../core/errors.ts";
import {
  choosePlatform,
  formatPlatform,
  parsePlatform,
  type Platform,
} from "../../core/names/platform.ts";
import { printable } from "../../core/names/printable.ts";

/** Text, and the platform as it is written. */
const READ: readonly (readonly [text: string, written: string])[] = [
  ["linux/amd64", "linux/amd64"],
  ["linux/arm64/v8", "linux/arm64/v8"],
  ["linux/arm64", "linux/arm64"],
  ["linux/arm", "linux/arm"],
  ["linux/arm/v6", "linux/arm/v6"],
  ["linux/amd64/v3", "linux/amd64/v3"],
  ["windows/amd64:10.0.17763.1234", "windows/amd64:10.0.17763.1234"],
  ["windows/arm64/v8:10.0", "windows/arm64/v8:10.0"],
  ["Linux/AMD64", "linux/amd64"],
  ["linux/x86_64", "linux/amd64"],
  ["linux/x86-64", "linux/amd64"],
  ["linux/i386", "linux/386"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/aarch64/8", "linux/arm64/v8"],
  ["linux/AARCH64/V8", "linux/arm64/v8"],
  ["linux/arm64/9", "linux/arm64/v9"],
  ["linux/armhf", "linux/arm/v7"],
  ["linux/armel", "linux/arm/v6"],
  ["linux/armel/v7", "linux/arm/v6"],
  ["linux/arm/7", "linux/arm/v7"],
  ["macos/arm64", "darwin/arm64"],
  ["unknown/unknown", "unknown/unknown"],
  ["linux/loong64", "linux/loong64"],
  ["wasi/wasm", "wasi/wasm"],
];

for (const [text, written] of READ) {
  Deno.test(`parsePlatform() reads ${text} as ${written}`, () => {
    assertEquals(formatPlatform(parsePlatform(text)), written);
  });
}

Deno.test("parsePlatform() leaves out what is not told", () => {
  assertEquals(parsePlatform("linux/amd64"), { os: "linux", architecture: "amd64" });
  assertEquals(parsePlatform("windows/amd64:10.0"), {
    os: "windows",
    architecture: "amd64",
    osVersion: "10.0",
  });
});

const REFUSED: readonly string[] = [
  "",
  "linux",
  "amd64",
  "linux/",
  "/amd64",
  "linux//v8",
  "linux/arm64/",
  "linux/arm64/v8/x",
  "linux/amd64:",
  "linux/amd64:1:2",
  ":10.0",
  "linux/amd 64",
  " linux/amd64",
  "linux/amd64\n",
  "linux/amd64,linux/arm64",
  "linux/amd64?",
  "linux/аmd64",
  "windows(10.0.17763)/amd64",
  "linux/\u202e46dma",
  "linux/amd64\0",
  `linux/${"a".repeat(250)}`,
];

for (const text of REFUSED) {
  Deno.test(`parsePlatform() refuses ${JSON.stringify(text).slice(0, 40)}`, () => {
    const error = assertThrows(() => parsePlatform(text), RegistryError);
    assertEquals(error.code, "reference_invalid");
    assertStringIncludes(error.message, "a platform is os/architecture");
    assertEquals(printable(error.message), error.message);
  });
}

const LISTED = [
  "linux/amd64",
  "linux/arm/v5",
  "linux/arm/v6",
  "linux/arm/v7",
  "linux/arm64/v8",
  "linux/386",
  "windows/amd64:10.0.17763.1234",
  "windows/amd64:10.0.17763.99",
  "windows/amd64:10.0.20348.1",
  "unknown/unknown",
].join(" ");

/** Candidates, the wanted platform, and the one that is chosen. */
const CHOSEN: readonly (readonly [candidates: string, wanted: string, chosen?: string])[] = [
  [LISTED, "linux/amd64", "linux/amd64"],
  [LISTED, "linux/amd64/v1", "linux/amd64"],
  [LISTED, "linux/amd64/v2", undefined],
  [LISTED, "linux/x86_64", "linux/amd64"],
  [LISTED, "linux/i386", "linux/386"],
  [LISTED, "linux/arm", "linux/arm/v7"],
  [LISTED, "linux/armhf", "linux/arm/v7"],
  [LISTED, "linux/armel", "linux/arm/v6"],
  [LISTED, "linux/arm/v6", "linux/arm/v6"],
  [LISTED, "linux/arm/v8", undefined],
  [LISTED, "linux/arm64", "linux/arm64/v8"],
  [LISTED, "linux/arm64/v8", "linux/arm64/v8"],
  [LISTED, "linux/arm64/v9", undefined],
  [LISTED, "linux/s390x", undefined],
  [LISTED, "darwin/amd64", undefined],
  [LISTED, "windows/amd64", "windows/amd64:10.0.17763.1234"],
  [LISTED, "windows/amd64:10.0.17763.99", "windows/amd64:10.0.17763.99"],
  [LISTED, "windows/amd64:10.0.20348", "windows/amd64:10.0.20348.1"],
  [LISTED, "windows/amd64:10.0.17763", "windows/amd64:10.0.17763.1234"],
  [LISTED, "windows/amd64:10.0.1776", undefined],
  [LISTED, "windows/amd64:10.0.17763.1", undefined],
  [LISTED, "linux/amd64:5.4", undefined],
  ["linux/arm64 linux/arm64/v8", "linux/arm64/v8", "linux/arm64/v8"],
  ["linux/arm64/v8 linux/arm64", "linux/arm64", "linux/arm64"],
  ["linux/arm64", "linux/arm64/v8", "linux/arm64"],
  ["linux/arm", "linux/arm/v7", "linux/arm"],
  ["linux/arm/v6", "linux/arm", undefined],
  ["linux/amd64/v1", "linux/amd64", "linux/amd64/v1"],
  ["linux/amd64/v2 linux/amd64/v3", "linux/amd64", undefined],
  ["linux/arm64be linux/arm", "linux/arm64", undefined],
  ["windows/amd64:1.2.3 windows/amd64:1.2", "windows/amd64:1.2", "windows/amd64:1.2"],
];

for (const [candidates, wanted, chosen] of CHOSEN) {
  const name = candidates === LISTED ? "ten" : candidates;
  Deno.test(`choosePlatform() for ${wanted} among ${name} is ${chosen ?? "none"}`, () => {
    const found = choosePlatform(parsePlatform(wanted), listed(candidates));
    assertEquals(found && formatPlatform(found.platform), chosen);
  });
}

Deno.test("choosePlatform() reads the other names in a candidate too", () => {
  const candidates = [{ platform: { os: "Linux", architecture: "aarch64" } }];
  assertEquals(choosePlatform(parsePlatform("linux/arm64/v8"), candidates), candidates[0]);
});

Deno.test("choosePlatform() passes over what has no platform, and wants every feature", () => {
  const plain = { platform: { os: "windows", architecture: "amd64" } };
  const full = { platform: { ...plain.platform, osFeatures: ["win32k", "x"] } };
  const wanted: Platform = { ...plain.platform, osFeatures: ["win32k"] };
  assertEquals(choosePlatform(plain.platform, [{}, full]), full);
  assertEquals(choosePlatform(wanted, [{}, plain, full]), full);
  assertEquals(choosePlatform(wanted, [plain]), undefined);
  assertEquals(choosePlatform(wanted, []), undefined);
});

const anyPlatform: fc.Arbitrary<Platform> = fc.record({
  os: fc.constantFrom("linux", "windows", "unknown"),
  architecture: fc.constantFrom("amd64", "arm64", "arm", "386", "aarch64", "armhf"),
  variant: fc.constantFrom("v1", "v6", "v7", "v8"),
  osVersion: fc.constantFrom("1.2", "1.2.3", "1.20"),
}, { requiredKeys: ["os", "architecture"] });

Deno.test("choosePlatform() takes the platform itself where it is listed", () => {
  const list = fc.array(fc.record({ platform: anyPlatform }), { maxLength: 8 });
  fc.assert(fc.property(list, anyPlatform, (candidates, platform) => {
    const wanted = parsePlatform(formatPlatform(platform));
    const found = choosePlatform(wanted, [...candidates, { platform: wanted }]);
    assert(found !== undefined);
    assertEquals(found.platform.variant, wanted.variant);
    if (wanted.osVersion) assertEquals(found.platform.osVersion, wanted.osVersion);
  }));
});

Deno.test("parsePlatform() reads what formatPlatform() writes, and what it reads it reads again", () => {
  const part = fc.stringMatching(/^[a-z0-9_.-]{1,12}$/);
  const platform = fc.tuple(part, part, fc.option(part), fc.option(part));
  fc.assert(fc.property(platform, ([os, architecture, variant, version]) => {
    const text = `${os}/${architecture}${variant ? `/${variant}` : ""}${
      version ? `:${version}` : ""
    }`;
    const read = parsePlatform(text);
    assertEquals(parsePlatform(formatPlatform(read)), read);
  }));
});

Deno.test("parsePlatform() throws nothing but a RegistryError", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    try {
      parsePlatform(text);
    } catch (error) {
      assert(error instanceof RegistryError);
    }
  }));
});

function listed(texts: string): { platform: Platform }[] {
  return texts.split(" ").map((text) => ({ platform: parsePlatform(text) }));
}
