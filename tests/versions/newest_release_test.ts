import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { SelectOptions } from "../../core/versions/options.ts";
import { newestRelease } from "../../core/versions/newest_release.ts";
import { compareTags } from "../../core/versions/order.ts";
import { parseVersion } from "../../core/versions/shape.ts";
import { JDK, LISTS } from "./lists.ts";
import { anyTag } from "./tags.ts";

const NEWEST: Readonly<Record<string, string>> = {
  "java/jdk": "24.0.1",
  "ubuntu": "26.10",
  "node": "22.12.0",
  "python": "3.13.1",
  "postgres": "17.10",
  "nginx": "1.27.3",
  "golang": "1.26.2",
  "cloudwatch-agent": "1.300053.1b1075",
  "creator-ee": "v24.2.0",
  "linuxserver/hedgedoc": "1.9.9-ls100",
  "home-assistant": "2024.12.5",
  "windows/servercore": "10.0.26100.2894",
  "mcr listing": "2.20.0",
  "openjdk": "21.0.1",
  "eclipse-temurin": "21.0.5_11-jdk",
  "minio": "RELEASE.2025-01-20T14-49-07Z",
  "alpine": "3.21.0",
  "debian": "12.8",
  "deno": "2.1.4",
  "bitnami/nginx": "1.27.3",
  "rancher/k3s": "v1.32.0-k3s1",
  "dotnet/sdk": "9.0.101",
  "llama.cpp": "b10001",
  "pypy": "3.11-7.3.18",
  "rust nightly": "nightly-2026-08-22",
  "spring-cloud-dataflow": "2.11.5",
  "checkmk": "2.4.0p34",
  "isaac-sim": "2023.1.1",
};

for (const { name, tags } of LISTS) {
  const wanted = NEWEST[name];
  if (wanted === undefined) continue;
  Deno.test(`newestRelease() of ${name} is ${wanted}`, () => {
    assertEquals(newestRelease(tags)?.chosen, [wanted]);
  });
}

Deno.test("newestRelease() names the newest that it chose, in whichever order", () => {
  const tags = ["1.0", "1.2", "1.1", "1.3rc1", "2rc1"];
  for (
    const options of [{ newest: 3, reverse: true }, { newest: 2, sort: "none" as const }, {
      newest: 9,
      reverse: true,
      limit: 1,
      pre: true,
    }]
  ) {
    const { chosen = [], shape, reason = "" } = newestRelease(tags, options) ?? {};
    const newest = [...chosen].sort(compareTags).at(-1) ?? "";
    assert(reason.startsWith(`${newest}: `), reason);
    assertEquals(shape, parseVersion(newest)?.shape);
  }
});

Deno.test("newestRelease() keeps what --like was told to choose", () => {
  for (const { tags } of LISTS) {
    const reason = newestRelease(tags)?.reason ?? "";
    const [, like] = /--like (\S+) chooses/.exec(reason) ?? [];
    if (like !== undefined) assertEquals(newestRelease(tags, { like })?.chosen, [like]);
  }
});

Deno.test("newestRelease() gives several, newest first", () => {
  const found = newestRelease(["1.0", "1.10", "1.9", "1.9-slim", "latest"], { newest: 2 });
  assertEquals(found?.chosen, ["1.10", "1.9"]);
  assertEquals(found?.shape, "#.#");
  assertEquals(found?.count, 3);
});

/** Options, and what is the newest of the JDK. */
const ASKED: readonly (readonly [options: SelectOptions, chosen: string])[] = [
  [{ like: "21.0.1" }, "21.0.7"],
  [{ like: "21.0.1", newest: 3 }, "21.0.7 21.0.6 21.0.5"],
  [{ like: "21.0.1", range: ">=17" }, "24.0.1"],
  [{ range: "<18" }, "17.0.15"],
  [{ range: "<9" }, "1.8.0_441"],
  [{ variant: "oraclelinux7" }, "1.8.0_431-oraclelinux7"],
  [{ exclude: ["24*"], newest: 2, reverse: true }, "21.0.6 21.0.7"],
  [{ newerThan: "1.8.0_401" }, "1.8.0_441"],
  [{ per: "major" }, "24.0.1"],
  [{ like: "9.9.9" }, ""],
];

for (const [options, chosen] of ASKED) {
  Deno.test(`newestRelease() of java/jdk with ${JSON.stringify(options)} is ${chosen}`, () => {
    const found = newestRelease(JDK.tags, options);
    assertEquals(found?.chosen.join(" ") ?? "", chosen);
  });
}

Deno.test("newestRelease() lets pre-releases in only where told to, or where there is nothing else", () => {
  const tags = ["1.0", "1.1rc1"];
  assertEquals(newestRelease(tags)?.chosen, ["1.0"]);
  assertEquals(newestRelease(tags, { pre: undefined })?.chosen, ["1.0"]);
  assertEquals(newestRelease(tags, { pre: true })?.chosen, ["1.1rc1"]);
  assertEquals(newestRelease(["1.1rc1"], { pre: undefined })?.chosen, ["1.1rc1"]);
  assertEquals(newestRelease(["1.1rc1"], { pre: false }), undefined);
  assertEquals(newestRelease(["1", "1.1rc1"])?.chosen, ["1"]);
});

const MIXED:
  readonly (readonly [tags: readonly string[], options: SelectOptions, chosen: string])[] = [
    // A candidate has fewer numbers than the releases before it.
    [["1.26.11", "1.26.10", "1.27rc1", "1.27rc2", "1.27rc11", "1.26"], { pre: true }, "1.27rc11"],
    [["17.5", "17.4", "16.9", "18beta1"], { pre: true }, "18beta1"],
    [["17.5", "17.4", "16.9", "18beta1"], {}, "17.5"],
    // Pre-releases that are let in do not choose the shape.
    [
      ["17.5", "17.4", "18alpha1", "18beta1", "18rc1"],
      { pre: true, newest: 5 },
      "18rc1 18beta1 18alpha1 17.5 17.4",
    ],
    [["17.5-alpine", "17.4-alpine", "18rc1"], { pre: true, newest: 5 }, "17.5-alpine 17.4-alpine"],
    // A range that names one lets it join.
    [
      ["1.26.2", "1.26.11", "1.26.12", "1.27rc1", "1.27rc2"],
      { range: ">=1.26.3 || >=1.27rc1" },
      "1.27rc2",
    ],
    [
      ["1.26.2", "1.26.11", "1.26.12", "1.27rc1", "1.27rc2"],
      { range: ">=1.26.3 || >=1.27rc1", pre: false },
      "1.26.12",
    ],
    // A candidate that has more numbers than its release.
    [
      ["17", "18", "18.0.0-rc1", "19.0.0-rc1"],
      { pre: true, newest: 3 },
      "19.0.0-rc1 18 18.0.0-rc1",
    ],
    // The order of the list stays where it was asked for.
    [["1.26.2", "1.27rc1", "1.26.1", "1.27rc2", "1.26.0"], {
      pre: true,
      newest: 4,
      sort: "none",
    }, "1.26.2 1.27rc1 1.26.1 1.27rc2"],
    // What counts builds is no release.
    [["1.0.0", "build-9", "build-10", "build-11", "run-99", "pr-12", "sha-1234567"], {}, "1.0.0"],
    // Commits of digits alone, as one in thirty is.
    [["1.2.3", "1.2.4-1234567", "1.2.4-7654321", "1.2.4-8f2ef3e"], {}, "1.2.3"],
    [["1.2.3", "1.2.3-20-g1234567", "1.2.3-21-g7654321"], {}, "1.2.3"],
    [["1.2.0", "1.1.0", "1.3.0-alpine", "1.3rc1-alpine"], { pre: true }, "1.2.0"],
    // Commits, one of digits alone; builds between releases.
    [["v1.10.1", "v1.9.0", "2.19.1", "abcdef1", "1234567"], {}, "v1.10.1"],
    [["1.0.0", "1.1.0", "1.0.0-ffd991e", "1.0.0-8f2ef3e", "1.0.0-0a1b2c3"], {}, "1.1.0"],
    [["v1.2.2", "v1.2.3", "v1.2.3-4-gabc1234", "v1.2.3-5-gdef5678"], {}, "v1.2.3"],
    // A pre-release makes its own release no channel, and another line's build is none of this one.
    [["3.18", "3.19", "3.20", "3.20.0-rc1"], {}, "3.20"],
    [["1.2.3", "1.2.4", "1.2.5", "4711-SNAPSHOT"], { pre: true }, "1.2.5"],
    // The Java that a product is built for.
    [["8.14.0", "8.14.0-jdk21", "jdk17", "jdk21", "jdk24"], {}, "8.14.0"],
  ];

for (const [tags, options, chosen] of MIXED) {
  Deno.test(`newestRelease() of ${tags.join(" ")} with ${JSON.stringify(options)} is ${chosen}`, () => {
    assertEquals(newestRelease(tags, options)?.chosen.join(" "), chosen);
  });
}

Deno.test("newestRelease() takes no pre-release where a range leaves out the releases", () => {
  assertEquals(newestRelease(["1.0.0", "1.1.0", "2.1.0-rc1"], { range: ">=2" }), undefined);
});

Deno.test("newestRelease() finds none among names, commits and digests", () => {
  const tags = ["latest", "jammy", "8f2ef3e", `sha256-${"ab".repeat(32)}.sig`, "__proto__"];
  assertEquals(newestRelease(tags), undefined);
});

Deno.test("newestRelease() does not mind the order of the list", () => {
  fc.assert(fc.property(fc.uniqueArray(anyTag, { maxLength: 40 }), (tags) => {
    assertEquals(newestRelease([...tags].reverse()), newestRelease(tags));
  }));
});
