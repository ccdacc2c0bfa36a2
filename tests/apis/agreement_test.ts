import { assert, assertEquals } from "@std/assert";
import { buildImage, buildIndex } from "../registry/mod.ts";
import { sampleOf } from "../registry/content.ts";
import { TAGS } from "../flow/houses.ts";
import { assertWhole, HOUSES, listDetails, REPOSITORY, runApi, tagsUpTo } from "./api_world.ts";

/* The API of each registry, and its V2, agree on which tags there are. */

const CONTENTS: readonly (readonly [what: string, tags: readonly string[]])[] = [
  ["no tag", []],
  ["one tag", ["latest"]],
  ["names of an object's own members", TAGS],
  ["99 tags", tagsUpTo(99)],
  ["exactly one page", tagsUpTo(100)],
  ["101 tags", tagsUpTo(101)],
  ["exactly two pages", tagsUpTo(200)],
  ["the sample of ubuntu", sampleOf("library/ubuntu")["library/ubuntu"] ?? []],
  ["the sample of hedgedoc", sampleOf("linuxserver/hedgedoc")["linuxserver/hedgedoc"] ?? []],
  ["1500 tags", tagsUpTo(1500)],
];

for (const house of HOUSES) {
  for (const [what, tags] of CONTENTS) {
    Deno.test(`${house.adapter} with details lists the tags that it lists without: ${what}`, async () => {
      const content = { [REPOSITORY]: tags };
      const plain = await runApi(
        (now) => house.open({ content, now }),
        (flow) => flow.tags(house.reference),
      );
      const detailed = await listDetails(house, { content });
      assertWhole(plain, tags);
      assertWhole(detailed, tags);
      assertEquals(detailed.warnings, []);
      for (const tag of detailed.items) {
        const date = house.adapter === "ghcr" ? tag.updatedAt : tag.pushedAt;
        assert(tag.digest && date, Deno.inspect(tag));
      }
    });

    Deno.test(`${house.adapter} tells names alone of tags of which nothing is known: ${what}`, async () => {
      const run = await listDetails(house, {
        content: { [REPOSITORY]: tags },
        api: { unknown: tags },
      });
      assertWhole(run, tags);
      assertEquals(run.warnings, []);
      if (house.adapter === "ghcr") return;
      for (const tag of run.items) {
        assertEquals(
          [tag.digest, tag.pushedAt, tag.updatedAt, tag.platforms],
          Array(4).fill(undefined),
        );
      }
    });
  }

  Deno.test(`${house.adapter} tells digests that V2 tells too`, async () => {
    const amd64 = buildImage({ platform: "linux/amd64" });
    const arm64 = buildImage({ platform: "linux/arm64/v8" });
    const index = buildIndex([amd64, arm64], { attestations: true });
    const images = { [REPOSITORY]: { tags: { "1": amd64, "2": index, "latest": index } } };
    const run = await listDetails(house, { images });
    assertWhole(run, ["1", "2", "latest"]);
    const told = new Map(run.items.map((tag) => [String(tag.name), tag]));
    assertEquals(told.get("1")?.digest, amd64.digest);
    assertEquals(told.get("2")?.digest, index.digest);
    assertEquals(told.get("latest")?.digest, index.digest);
    if (house.adapter === "ghcr") return;
    assert((told.get("1")?.size ?? 0) > 0);
    assertEquals(told.get("1")?.pushedAt?.slice(0, 19), "2026-01-01T00:00:00");
    assertEquals(told.get("2")?.pushedAt?.slice(0, 19), "2026-01-01T00:01:00");
    const isQuay = house.adapter === "quay";
    assertEquals(told.get("2")?.platforms, isQuay ? undefined : ["linux/amd64", "linux/arm64/v8"]);
    // Null for an index.
    assertEquals(told.get("2")?.size === undefined, isQuay);
  });
}
