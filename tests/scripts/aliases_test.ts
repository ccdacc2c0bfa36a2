import { assert, assertEquals, assertMatch } from "@std/assert";
import { aliases } from "../../scripts/aliases.ts";
import {
  buildImage,
  distribution,
  type DistributionOptions,
  type TestManifest,
} from "../registry/mod.ts";
import { createImageWorld, type ImageWorld } from "./image_world.ts";

const one = buildImage();
const two = buildImage({ layers: [{ "two.txt": "2" }] });
const REF = "registry.example/app";

function world(
  tags: Readonly<Record<string, TestManifest>>,
  options: DistributionOptions = {},
): ImageWorld {
  return createImageWorld(distribution({ images: { app: { tags } }, ...options }));
}

/** `count` versions beside `tags`, of another image. */
function among(
  count: number,
  tags: Readonly<Record<string, TestManifest>>,
): Readonly<Record<string, TestManifest>> {
  const others = Array.from({ length: count }, (_, at) => [`1.${at}.0`, two]);
  return { ...Object.fromEntries(others), ...tags };
}

const TAGS = { latest: one, stable: one, "2.0.0": one, "2.0": one, "1.9.0": two };

Deno.test("aliases prints the other tags, one a line", async () => {
  const outcome = await world(TAGS).run(aliases, [REF]);
  const { code, stdout, stderr } = outcome;
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: "stable\n2.0.0\n2.0\n", stderr: "" });
});

Deno.test("aliases --json says whose they are and that these are all", async () => {
  const { code, stdout } = await world(TAGS).run(aliases, ["--json", `${REF}:2.0`]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    repository: REF,
    adapter: "spec",
    reference: `${REF}:2.0`,
    digest: one.digest,
    mediaType: one.mediaType,
    complete: true,
    asked: 4,
    candidates: 4,
    tags: [{ name: "latest" }, { name: "stable" }, { name: "2.0.0" }],
  });
});

Deno.test("aliases says so where there are none", async () => {
  const { run } = world(TAGS);
  const { code, stdout, stderr } = await run(aliases, [`${REF}:1.9.0`]);
  assertEquals([code, stdout], [0, ""]);
  assertEquals(stderr, `portolan: none of 4 other tags is ${two.digest}\n`);
  assertEquals((await run(aliases, ["--quiet", `${REF}:1.9.0`])).stderr, "");
  const alone = await world({ latest: one }).run(aliases, [REF]);
  assertEquals([alone.code, alone.stdout], [0, ""]);
  assertEquals(alone.stderr, "portolan: there is no other tag to compare\n");
});

Deno.test("aliases prints what it has and how much that is where the requests do not do", async () => {
  const { network, run } = world(among(300, { latest: one, "2.0.0": one }));
  const { code, stdout, stderr } = await run(aliases, ["--max-requests", "50", REF]);
  assertEquals([code, stdout, network.requests.length], [7, "2.0.0\n", 50]);
  assertEquals(
    stderr,
    `portolan: Cannot find the aliases of "${REF}:latest": asked 48 of 301 tags: it takes more ` +
      "than 50 requests\n" +
      "hint: --max-requests N allows more; fewer tags, as by --include, need less\n",
  );
});

Deno.test("aliases --json says that these are not all", async () => {
  const { run } = world(among(300, { latest: one, "2.0.0": one }));
  const { code, stdout, stderr } = await run(aliases, ["--json", REF]);
  assertEquals(code, 7);
  const { complete, asked, candidates, tags } = JSON.parse(stdout);
  assertEquals([complete, asked, candidates, tags], [false, 198, 301, [{ name: "2.0.0" }]]);
  assertEquals(JSON.parse(stderr).error.code, "incomplete");
});

/** Flags of the selector, and how many tags are asked. */
const selections: readonly (readonly [words: readonly string[], candidates: number])[] = [
  [["--include", "2.*"], 1],
  [["--exclude", "1.*"], 1],
  [["--range", ">=1.290"], 11],
  [["--newer-than", "1.298.0"], 2],
];
for (const [words, candidates] of selections) {
  Deno.test(`aliases ${words.join(" ")} asks ${candidates} of 301 tags`, async () => {
    const { network, run } = world(among(300, { latest: one, "2.0.0": one }));
    const { code, stdout } = await run(aliases, [...words, REF]);
    assertEquals([code, stdout, network.requests.length], [0, "2.0.0\n", 2 + candidates]);
  });
}

/** Words that cannot be read. */
const wrong: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [[], /expected one reference, got none/],
  [[REF, REF], /expected one reference/],
  [["--max-requests", "0", REF], /--max-requests/],
  [["--range", "x y", REF], /--range x y/],
  [["--platform", "linux/amd64", REF], /Unknown flag "--platform"/],
  [["--sort", "name", REF], /Unknown flag "--sort"/],
];
for (const [words, message] of wrong) {
  Deno.test(`aliases ${words.join(" ")} is a mistake`, async () => {
    const { network, run } = world(TAGS);
    const { code, stdout, stderr } = await run(aliases, words);
    assertEquals([code, stdout, network.requests.length], [2, "", 0]);
    assertMatch(stderr, message);
  });
}

Deno.test("aliases of what is not there is exit 3", async () => {
  const { code, stdout, stderr } = await world(TAGS).run(aliases, [`${REF}:9`]);
  assertEquals([code, stdout], [3, ""]);
  assert(stderr.includes("no such image"), stderr);
});

Deno.test("aliases of forged content is exit 8, with both digests", async () => {
  const { run } = world(TAGS, {
    faults: async ({ url }, _, answer) => {
      if (!url.endsWith("/stable")) return undefined;
      const response = await answer();
      response.headers.delete("docker-content-digest");
      if (response.body !== null) response.headers.set("docker-content-digest", two.digest);
      return response;
    },
  });
  const { code, stdout, stderr } = await run(aliases, [REF]);
  assertEquals([code, stdout], [8, "2.0.0\n2.0\n"]);
  assert(stderr.includes(one.digest) && stderr.includes(two.digest), stderr);
});

Deno.test("aliases is exit 130 when it is interrupted", async () => {
  const machine = world(among(300, { latest: one }), {
    faults: ({ url }) => {
      if (url.endsWith("/1.250.0")) machine.fake.interrupt.abort();
      return undefined;
    },
  });
  const { code, stdout } = await machine.run(aliases, [REF]);
  assertEquals([code, stdout], [130, ""]);
  assert(machine.network.requests.length < 100);
});
