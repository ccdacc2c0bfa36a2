import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { aliases } from "../../scripts/aliases.ts";
import { tags } from "../../scripts/tags.ts";
import { buildImage, buildIndex, dockerHub, ghcr, quay } from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const one = buildIndex([buildImage(), buildImage({ platform: "linux/arm64" })]);
const two = buildImage({ layers: [{ "two.txt": "2" }] });
const TAGS = { "1.0": two, "2.0": one, "latest": one };
const images = { "library/app": { tags: TAGS } };

function asked({ network }: ImageWorld): string[] {
  return network.requests.map(({ method, url }) => `${method} ${new URL(url).host}`);
}

Deno.test("tags --details asks Docker Hub's own API once and nothing else, and each date has its name", async () => {
  const world = createImageWorld(dockerHub({ images }));
  const { code, stdout, stderr } = await world.run(tags, ["--details", "app"]);
  assertEquals([code, stderr, asked(world)], [0, "", ["GET hub.docker.com"]]);
  const [header = "", ...rows] = stdout.trimEnd().split("\n");
  assertEquals(header.split(/ {2,}/), ["TAG", "DIGEST", "PLATFORMS", "SIZE", "PUSHED", "UPDATED"]);
  assertEquals(rows.map((row) => row.split(/ +/)[0]), ["latest", "2.0", "1.0"]);
  assert(rows.every((row) => /2026-01-01 {2,}2026-01-01$/.test(row)), stdout);
});

Deno.test("tags --details --json tells by the library's names what the API told", async () => {
  const world = createImageWorld(dockerHub({ images }));
  const { code, stdout } = await world.run(tags, ["--details", "--json", "--like", "1.0", "app"]);
  assertEquals(code, 0);
  const { detailsComplete, tags: [tag] } = JSON.parse(stdout);
  assertEquals(detailsComplete, true);
  assertEquals(Object.keys(tag).sort(), [
    "digest",
    "name",
    "platforms",
    "pushedAt",
    "size",
    "sizeOf",
    "updatedAt",
  ]);
  assertEquals(tag.digest, two.digest);
});

Deno.test("tags --details looks into images for what the API does not tell, without asking what it told", async () => {
  const world = createImageWorld(quay({ images }));
  const { code, stdout } = await world.run(tags, ["--details", "quay.io/library/app"]);
  assertEquals(code, 0);
  // Quay tells no size of an index: two tags have the same one, of which manifest, image and config are read.
  const manifests = world.network.requests.filter(({ url }) => url.includes("/manifests/"));
  assertEquals(manifests.map(({ method }) => method), ["GET", "GET"]);
  assert(!asked(world).includes("HEAD quay.io"), stdout);
  assertStringIncludes(stdout, "linux/amd64,linux/arm64");
});

Deno.test("tags --details says once why GitHub's API is not asked, and fills in what it can", async () => {
  const world = createImageWorld(ghcr({ images }));
  const { code, stdout, stderr } = await world.run(tags, ["--details", "ghcr.io/library/app"]);
  assertEquals(code, 0);
  assertEquals(stderr.trimEnd().split("\n").length, 1);
  assertStringIncludes(stderr, "api.github.com answers nobody without a token, as in GITHUB_TOKEN");
  assertStringIncludes(stdout, two.digest.slice(0, 19));
  assert(!stdout.includes("PUSHED"), stdout);
});

Deno.test("tags --details works where the API is down", async () => {
  const world = createImageWorld(dockerHub({
    images,
    faults: ({ url }) =>
      url.includes("hub.docker.com") ? new Response("", { status: 503 }) : undefined,
  }));
  const { code, stdout, stderr } = await world.run(tags, ["--details", "app"]);
  assertEquals(code, 7);
  assertStringIncludes(stderr, "dates are missing");
  assertStringIncludes(stderr, "hint: --max-requests N");
  assertStringIncludes(stdout, one.digest.slice(0, 19));
  const manifests = world.network.requests.filter(({ url }) => url.includes("/manifests/"));
  assertEquals(new Set(manifests.map(({ method }) => method)), new Set(["HEAD"]));
});

Deno.test("tags without --details asks no API", async () => {
  const world = createImageWorld(dockerHub({ images }));
  assertEquals((await world.run(tags, ["app"])).code, 0);
  assert(!asked(world).includes("GET hub.docker.com"));
});

Deno.test("aliases takes digests from the API: one HEAD, and no more", async () => {
  const world = createImageWorld(dockerHub({ images }));
  const { code, stdout, stderr } = await world.run(aliases, ["app"]);
  assertEquals([code, stdout, stderr], [0, "2.0\n", ""]);
  const heads = world.network.requests.filter(({ method }) => method === "HEAD");
  assertEquals(heads.map(({ url }) => url.split("/").at(-1)).filter((tag) => tag !== "latest"), []);
  assert(asked(world).includes("GET hub.docker.com"));
});

Deno.test("aliases asks each tag where the API does not answer, and says nothing of it", async () => {
  const world = createImageWorld(ghcr({ images }));
  const { code, stdout, stderr } = await world.run(aliases, ["ghcr.io/library/app"]);
  assertEquals([code, stdout, stderr], [0, "2.0\n", ""]);
});

Deno.test("tags --details --include lets Quay leave out what is not wanted", async () => {
  const many = Array.from({ length: 250 }, (_, at) => `${at % 25}.${at}`);
  const image = buildImage();
  const world = createImageWorld(
    quay({
      images: { "team/app": { tags: Object.fromEntries(many.map((tag) => [tag, image])) } },
    }),
  );
  const pages = () => world.network.requests.filter(({ url }) => url.includes("/tag/?")).length;
  const words = ["--max-age", "500w", "quay.io/team/app"];
  const narrow = await world.run(tags, ["--include", "7.*", ...words]);
  assertEquals([narrow.code, pages()], [0, 1]);
  const wide = await world.run(tags, ["--include", "7.*", "--include", "99.*", ...words]);
  assertEquals(wide.stdout, narrow.stdout);
  assertEquals(narrow.stdout.split("\n").length, 11);
  const none = await world.run(tags, ["--include", "eleventh*", ...words]);
  assertEquals([none.code, none.stdout], [0, ""]);
  assert(
    world.network.requests.every(({ url }) => !url.includes("/v2/")),
    "nothing is looked at twice",
  );
});

Deno.test("tags --details of several repositories says once what is true of all of them", async () => {
  const two = { "team/app": images["library/app"], "team/b": images["library/app"] };
  const github = createImageWorld(ghcr({ images: two }));
  const { code, stderr } = await github.run(tags, [
    "--details",
    "ghcr.io/team/app",
    "ghcr.io/team/b",
  ]);
  assertEquals([code, stderr.trimEnd().split("\n").length], [0, 1]);
  assertStringIncludes(stderr, "warning: ghcr.io: dates are missing: api.github.com");
});
