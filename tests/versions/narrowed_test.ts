import { assertEquals } from "@std/assert";
import { findLatest } from "../../core/versions/latest.ts";
import { newestRelease } from "../../core/versions/newest_release.ts";
import type { SelectOptions } from "../../core/versions/options.ts";
import { selectTags } from "../../core/versions/select.ts";
import { GOLANG, JDK, LISTS, NODE, PYTHON } from "./lists.ts";

const ALPHA = "1.0.0 1.1.0 2.0.0 2.1.0-rc1 3.0.0-alpha.1 latest".split(" ");
const LINE = "2.0.0-rc1 2.0.0-rc2 1.9.0 1.8.0".split(" ");
const SHORTER = "1.0.0 1.1.0 1.1.1 2.0-rc1".split(" ");
const EARLY = ["1.0-rc1", "1.0-rc2", "latest"];
const NGINX = tagsOf("nginx");

/** A list, what is asked for, what is found, and what came nearest where nothing is. */
const FOUND: readonly (readonly [
  tags: readonly string[],
  options: SelectOptions,
  chosen: string,
  nearest?: string,
])[] = [
  // Pre-releases stand in only where there is no release at all.
  [ALPHA, { newerThan: "2.0.0" }, "", "pre 3.0.0-alpha.1"],
  [ALPHA, { newerThan: "2.0.0", pre: true }, "3.0.0-alpha.1"],
  [ALPHA, { range: ">2.0.0" }, "", "pre 3.0.0-alpha.1"],
  [ALPHA, { include: ["*alpha*"] }, "", "pre 3.0.0-alpha.1"],
  [ALPHA, { exclude: ["*.0"] }, "", "pre 3.0.0-alpha.1"],
  [ALPHA, { newerThan: "3.0.0" }, "", "newerThan 2.0.0"],
  [LINE, { like: "2.0.0" }, "", "pre 2.0.0-rc2"],
  [LINE, { like: "2.0.0", pre: true }, "2.0.0-rc2"],
  [LINE, { like: "2.0.0-rc1" }, "2.0.0-rc2"],
  [["1.0-rc1-slim", "1.0"], { variant: "slim" }, "", "pre 1.0-rc1-slim"],
  [["1.0-rc1-slim", "0.9"], { variant: "slim", per: "major" }, "", "pre 1.0-rc1-slim"],
  [EARLY, {}, "1.0-rc2"],
  [EARLY, { like: "1.0" }, "1.0-rc2"],
  // Pre-releases of any count of numbers are newer than a tag.
  [GOLANG.tags, { newerThan: "1.23.4", pre: true }, "1.27rc1"],
  [GOLANG.tags, { newerThan: "1.26.2" }, "", "pre 1.27rc1"],
  [SHORTER, { newerThan: "1.1.1", pre: true }, "2.0-rc1"],
  [SHORTER, { newerThan: "1.1.1-slim", pre: true }, "", "newerThan 1.1.1"],
  // The shape that is nearest: the same variant but for digits, then the count of numbers, then the line.
  [NGINX, { like: "1.26.2-alpine3.19" }, "", "like 1.27.3-alpine3.20"],
  [NODE.tags, { like: "20.18.1-alpine3.18" }, "", "like 22.12.0-alpine3.20"],
  [NODE.tags, { like: "19.1.0" }, "", "like 22.12.0"],
  [PYTHON.tags, { like: "3.14-rc" }, "", "channels 3.14-rc"],
  [JDK.tags, { newerThan: "24.0.1" }, "", "newerThan 24.0.1"],
  [JDK.tags, { like: "1.8.0_371-alpine" }, "", "like 1.8.0_441"],
  [JDK.tags, { variant: "alpine" }, ""],
  [["latest"], { like: "1.0" }, ""],
];

for (const [tags, options, chosen, nearest] of FOUND) {
  const asked = JSON.stringify(options);
  Deno.test(`findLatest() of ${tags.slice(0, 3)} with ${asked} is ${chosen || nearest}`, async () => {
    const found = await findLatest(inPages(tags), options);
    assertEquals(found.tags.join(" "), chosen);
    const { missed } = found;
    assertEquals(missed && `${missed.rule} ${missed.tag}`, nearest);
  });
}

Deno.test("findLatest() says that pre-releases stand in, and only then", async () => {
  const standsIn = async (tags: readonly string[], options: SelectOptions) =>
    (await findLatest(inPages(tags), options)).standsIn;
  assertEquals(await standsIn(EARLY, {}), true);
  assertEquals(await standsIn(EARLY, { like: "1.0" }), true);
  assertEquals(await standsIn(EARLY, { pre: true }), false);
  assertEquals(await standsIn(EARLY, { like: "1.0-rc1" }), false);
  assertEquals(await standsIn(ALPHA, {}), false);
  assertEquals(await standsIn(["latest"], {}), false);
});

Deno.test("selectTags() takes pre-releases of any count for newer, channels not", () => {
  const options: SelectOptions = { newerThan: "3.13.0", pre: true, sort: "version" };
  assertEquals(selectTags(PYTHON.tags, options).join(" "), "3.14.0a2 3.14.0a1 3.13.1");
});

const ARGOCD = "v2.12.9 v2.13.1 v2.13.2 2.14.0-cafe1234 2.14.0-99999999 3.0.0-8f2ef3e1".split(" ");
const GRAFANA = "11.3.0 11.4.0 11.5.0-80123 11.5.0-81234 12.0.0-90123 10.0.0".split(" ");
const CALICO = "v3.13.2 v3.13.1 v3.13.3-0-g93d7706 v3.12.0".split(" ");

/** Builds of commits beside releases. */
const BUILT:
  readonly (readonly [tags: readonly string[], options: SelectOptions, chosen: string])[] = [
    [ARGOCD, { newest: 1, per: "major", variant: "none" }, "v2.13.2"],
    [ARGOCD, { newest: 1, per: "minor" }, "v2.13.2 v2.12.9"],
    [ARGOCD, { newest: 2 }, "v2.13.2 v2.13.1"],
    [ARGOCD, { newest: 1, like: "2.14.0-cafe1234" }, "2.14.0-cafe1234"],
    [GRAFANA, { newest: 1, per: "major", variant: "none" }, "11.4.0 10.0.0"],
    [CALICO, { newest: 1, per: "major", variant: "none" }, "v3.13.2"],
    // Where nothing else is there, builds are what there is.
    [["1.0.0-8f2ef3e", "1.1.0-0a1b2c3"], { newest: 1, per: "major" }, "1.1.0-0a1b2c3"],
    [["8.0.1-21860503", "8.0.0-20519528"], { newest: 1, variant: "none" }, "8.0.1-21860503"],
    [["1.0.0-slim", "1.1.0-8f2ef3e"], { per: "major" }, "1.1.0-8f2ef3e 1.0.0-slim"],
    // Few digits revise a release, and days too.
    [["26.0.7", "26.0.7-1", "26.0.7-0"], { newest: 1, per: "major" }, "26.0.7-1"],
    [["1.2.3", "1.2.3-20240111"], { newest: 1, per: "major" }, "1.2.3-20240111"],
    [["1.2.3-9", "1.2.3-12345"], { newest: 1, like: "1.2.3-1" }, "1.2.3-12345"],
  ];

for (const [tags, options, chosen] of BUILT) {
  Deno.test(`selectTags() of ${tags.slice(0, 4)} with ${JSON.stringify(options)}`, () => {
    assertEquals(selectTags(tags, options).join(" "), chosen);
    assertEquals(selectTags(chosen.split(" "), options).join(" "), chosen);
  });
}

Deno.test("newestRelease() takes builds of one shape for what they are", () => {
  assertEquals(newestRelease(GRAFANA)?.chosen, ["11.4.0"]);
  assertEquals(newestRelease(["1.2.3-9", "1.2.3-12345"])?.chosen, ["1.2.3-12345"]);
  assertEquals(newestRelease(["8.0.1-1", "8.0.1-21860503", "8.0.1-rc1"], { newest: 9 })?.chosen, [
    "8.0.1-21860503",
    "8.0.1-1",
  ]);
});

Deno.test("selectTags() finds the plain ones of a list whose tags name their edition", () => {
  const tags = ["17.6.1-ce.0", "17.10.0-ce.0", "17.6.1-rc42.ce.0", "latest"];
  assertEquals(selectTags(tags, { newest: 1, variant: "none" }), ["17.10.0-ce.0"]);
  const others = ["11.4.0-security-01", "11.4.0-security-02", "11.4.0"];
  assertEquals(selectTags(others, { like: "11.4.0-security-01", newest: 1 }), [
    "11.4.0-security-02",
  ]);
});

function tagsOf(name: string): readonly string[] {
  return LISTS.find((list) => list.name === name)?.tags ?? [];
}

async function* inPages(tags: readonly string[]): AsyncGenerator<readonly string[]> {
  yield await Promise.resolve(tags);
}
