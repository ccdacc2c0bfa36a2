import { assert, assertEquals } from "@std/assert";
import { builtin, type TagDetails } from "../../mod.ts";
import type { ApiListing } from "../../core/adapter.ts";
import { apiChecks } from "../../core/endpoints/api_checks.ts";
import { toldOfTags } from "../../core/endpoints/told_of_tags.ts";
import { buildImage, buildIndex } from "../registry/mod.ts";
import { openTo } from "../flow/asked.ts";
import { assertWhole, HOUSES, listDetails, REPOSITORY } from "./api_world.ts";

/* What is taken from an API's documents, and how much of it. */

const DIGEST = `sha256:${"a".repeat(64)}`;
const LONG = "x".repeat(100_000);

/** What the adapter of a registry reads from the one entry of a page of tags. */
function readTag(id: string, document: (entry: unknown) => unknown, entry: unknown): TagDetails {
  const api = builtin.find((adapter) => adapter.id === id)?.api;
  const listing: ApiListing<TagDetails> | undefined = api?.tags?.("team/app")[0];
  const [tag] = listing?.read(document(entry), apiChecks)?.items ?? [];
  assert(tag !== undefined);
  return tag;
}

function hubTag(facts: Readonly<Record<string, unknown>>): TagDetails {
  return readTag("docker-hub", (entry) => ({ results: [entry] }), { name: "1", ...facts });
}

const ARM = { os: "linux", architecture: "arm64", variant: "v8", size: 40 };
const AMD = { os: "linux", architecture: "amd64", size: 30 };
const ATTESTATION = { os: "unknown", architecture: "unknown", size: 5 };

/** What a tag's images are, and of which its size is said to be. */
const SIZES: readonly (readonly [
  what: string,
  images: unknown,
  size: number | undefined,
  sizeOf: string | undefined,
])[] = [
  ["linux/amd64 and another", [ATTESTATION, ARM, AMD], 30, "linux/amd64"],
  ["none for linux/amd64", [ATTESTATION, ARM, { ...ARM, variant: "v9" }], 40, "linux/arm64/v8"],
  ["one without a size", [{ ...AMD, size: null }], undefined, undefined],
  ["no platform", [{ os: null, architecture: null, size: 4 }], 75, undefined],
  ["no images", [], 75, undefined],
  ["nothing", undefined, 75, undefined],
];
for (const [what, images, size, sizeOf] of SIZES) {
  Deno.test(`docker-hub tells the size of one platform's image, and of which: ${what}`, () => {
    const tag = hubTag({ full_size: 75, images });
    assertEquals([tag.size, tag.sizeOf], [size, sizeOf]);
  });
}

Deno.test("docker-hub tells the size that looking into the image would tell", async () => {
  const [hub] = HOUSES;
  assert(hub !== undefined);
  const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [5000] });
  const amd64 = buildImage({ platform: "linux/amd64", layers: [100] });
  const index = buildIndex([arm64, amd64], { attestations: true });
  const run = await listDetails(hub, { images: { [REPOSITORY]: { tags: { "1": index } } } });
  assertWhole(run, ["1"]);
  const size = [amd64.config, ...amd64.layers].reduce((sum, blob) => sum + blob.size, 0);
  assertEquals([run.items[0]?.size, run.items[0]?.sizeOf], [size, "linux/amd64"]);
});

Deno.test("ghcr tells when a version was updated; when it was created is no date of its tags", () => {
  const tag = readTag("ghcr", (entry) => [entry], {
    name: DIGEST,
    created_at: "2020-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    metadata: { container: { tags: ["1"] } },
  });
  assertEquals(tag, { name: "1", digest: DIGEST, updatedAt: "2026-01-01T00:00:00.000Z" });
});

Deno.test("a tag of which an API tells digest and update is not asked for again", async () => {
  let asked = 0;
  const flow = openTo(() => {
    asked++;
    return new Response(null, { status: 501 });
  });
  const told = { name: "1", digest: DIGEST, size: 1, updatedAt: "2026-01-01T00:00:00.000Z" };
  const details = flow.details("registry.example/app", [told]);
  assertEquals(await Array.fromAsync(details), [told]);
  assertEquals([asked, details.shortfall], [0, undefined]);
  const unsized = flow.details("registry.example/app", [{ ...told, size: undefined }]);
  await Array.fromAsync(unsized);
  assertEquals(unsized.shortfall, undefined);
});

Deno.test("quay is asked for tags that are there alone", async () => {
  const [, quay] = HOUSES;
  assert(quay !== undefined);
  const run = await listDetails(quay, {
    content: { [REPOSITORY]: ["1", "2"] },
    api: { past: ["0.9"] },
  });
  assertWhole(run, ["1", "2"]);
});

Deno.test("what one tag brings is bounded", () => {
  const images = Array.from({ length: 3000 }, (_, at) => ({ ...AMD, variant: `v${at}` }));
  assertEquals(hubTag({ images }).platforms?.length, 1000);
  const types = ["application/json", LONG, `a/${LONG}`, "no type", 5, "a/b\u001b", "A/B; c=d"];
  assertEquals(
    types.map((mediaType) => toldOfTags({ [DIGEST]: { tag: ["1"], mediaType } }).size),
    Array(7).fill(1),
  );
  assertEquals(
    types.map((mediaType) =>
      toldOfTags({ [DIGEST]: { tag: ["1"], mediaType } }).values().next().value?.mediaType
    ),
    ["application/json", ...Array(6).fill(undefined)],
  );
});

Deno.test("a repository's description is cut, and a name that is too long is none", async () => {
  const results = [{ name: "a", description: LONG }, { name: LONG }];
  const warnings: string[] = [];
  const flow = openTo(() => Response.json({ count: 2, next: null, results }), {
    onWarning: (message) => void warnings.push(message),
  });
  const found = await Array.fromAsync(flow.repositories("docker.io", "library"));
  assertEquals(found.map(({ name, description }) => [name, description?.length]), [
    ["library/a", 4096],
  ]);
  assertEquals(warnings.length, 1);
});

Deno.test("a day that no calendar has is no date", () => {
  const days = ["2025-02-31", "2025-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "2025-01-00"];
  for (const day of days) {
    for (const time of ["T10:00:00Z", "T23:59:59.5+05:00"]) {
      assertEquals(apiChecks.time(day + time), undefined, day + time);
    }
  }
  assertEquals(apiChecks.time("2024-02-29T23:00:00-02:00"), "2024-03-01T01:00:00.000Z");
});
