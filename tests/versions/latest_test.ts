import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { findLatest } from "../../core/versions/latest.ts";
import { newestRelease } from "../../core/versions/newest_release.ts";
import type { SelectOptions } from "../../core/versions/options.ts";
import { selectTags } from "../../core/versions/select.ts";
import { JDK } from "./lists.ts";
import { anyTag } from "./tags.ts";

const anyList: fc.Arbitrary<string[]> = fc.uniqueArray(anyTag, { maxLength: 40 });
const anyOptions: fc.Arbitrary<SelectOptions> = fc.record({
  like: fc.constantFrom(undefined, "21.0.1", "1.27rc1", "3.19"),
  pre: fc.constantFrom(undefined, true, false),
  range: fc.constantFrom(undefined, ">=1", "*"),
  variant: fc.constantFrom(undefined, "none", "alpine*"),
  newest: fc.constantFrom(undefined, 1, 3),
  per: fc.constantFrom(undefined, "major" as const, "variant" as const),
  reverse: fc.boolean(),
  limit: fc.constantFrom(undefined, 2),
});

Deno.test("findLatest() gives tags, shape and reason, and can be taken apart", async () => {
  const found = await findLatest(inPages(JDK.tags, 10), { newest: 2 });
  const [newest] = found;
  assertEquals(newest, "24.0.1");
  assertEquals([found.tags.length, found.shape, found.listed], [2, "#.#.#", JDK.tags.length]);
  assertEquals(found.reason, newestRelease(JDK.tags)?.reason);
});

Deno.test("findLatest() is the same however the list is cut into pages", async () => {
  const property = fc.asyncProperty(anyList, anyOptions, fc.nat(9), async (tags, options, at) => {
    const { tags: found } = await findLatest(inPages(tags, at + 1), options);
    const wanted = options.per === undefined
      ? newestRelease(tags, options)?.chosen ?? []
      : selectTags(tags, options);
    assertEquals(found, wanted);
  });
  await fc.assert(property, { numRuns: 500 });
});

Deno.test("findLatest() accounts for every tag once", async () => {
  const property = fc.asyncProperty(anyList, anyOptions, async (tags, options) => {
    const leftOut: string[] = [];
    const onLeftOut = (tag: string) => leftOut.push(tag);
    const found = await findLatest(inPages(tags, 7), { ...options, onLeftOut });
    assertEquals([...found, ...leftOut].sort(), [...tags].sort());
    assertEquals(found.listed, tags.length);
  });
  await fc.assert(property, { numRuns: 500 });
});

Deno.test("findLatest() names the rule of each tag, those that need no other tag at once", async () => {
  const told: string[] = [];
  const onLeftOut = (tag: string, rule: string) => told.push(`${tag}: ${rule}`);
  async function* pages(): AsyncGenerator<readonly string[]> {
    yield ["latest", "1.0.0", "1.1.0rc1"];
    await Promise.resolve();
    assertEquals(told, ["latest: version"]);
    yield ["1.0.1", "1.0", "1.0.0-slim"];
  }
  await findLatest(pages(), { onLeftOut });
  assertEquals(told.slice(1), [
    "1.1.0rc1: pre",
    "1.0: channels",
    "1.0.0-slim: shape",
    "1.0.0: newest",
  ]);
});

Deno.test("findLatest() finds nothing in a list without versions, and says how long it was", async () => {
  const { tags, shape, reason, listed } = await findLatest(inPages(["latest", "jammy"], 1));
  assertEquals([tags, shape, reason, listed], [[], undefined, undefined, 2]);
});

Deno.test("findLatest() throws what the list throws, and refuses options before the first page", async () => {
  let asked = 0;
  // deno-lint-ignore require-yield
  async function* broken(): AsyncGenerator<readonly string[]> {
    asked++;
    await Promise.resolve();
    throw new Error("broke off");
  }
  await assertRejects(() => findLatest(broken(), { like: "latest" }), RangeError, "like");
  await assertRejects(() => findLatest(broken(), { per: "week" as "major" }), RangeError, "per");
  assertEquals(asked, 0);
  await assertRejects(() => findLatest(broken()), Error, "broke off");
});

Deno.test("findLatest() counts no pre-release without a date that it drops", async () => {
  const tags = [{ name: "1.0" }, { name: "1.1rc1" }, { name: "1.1rc2" }];
  const undated = async (options: SelectOptions) =>
    (await findLatest(inPages(tags, 2), { minAge: "1d", ...options })).undated;
  assertEquals(await undated({}), 1);
  assertEquals(await undated({ pre: true }), 3);
  assertEquals(await undated({ include: ["*rc*"] }), 0);
  assertEquals(await undated({ include: ["*rc*"], pre: true }), 2);
});

Deno.test("findLatest() counts the tags without the dates that are asked for", async () => {
  const tags = [{ name: "1.0" }, { name: "1.1", pushedAt: "2025-01-01T00:00:00Z" }];
  for (
    const options of [{ minAge: "1d" }, { sort: "date" as const }, {
      per: "major" as const,
      maxAge: "9w",
    }]
  ) {
    const { undated } = await findLatest(inPages(tags, 1), {
      ...options,
      now: Date.UTC(2025, 0, 3),
    });
    assertEquals(undated, 1, JSON.stringify(options));
  }
});

async function* inPages<T>(tags: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < tags.length; at += size) {
    yield await Promise.resolve(tags.slice(at, at + size));
  }
}
