import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { referrers } from "../../scripts/referrers.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  dockerHub,
  ghcr,
  type Images,
  presets,
} from "../registry/mod.ts";
import { createImageWorld } from "./image_world.ts";

const SBOM = "application/spdx+json";
const NOTARY = "application/vnd.cncf.notary.signature";
const CREATED = "org.opencontainers.image.created";

const arm64 = buildImage({ platform: "linux/arm64" });
const app = buildIndex([buildImage(), arm64]);
const sbom = buildImage({
  subject: app,
  artifactType: SBOM,
  annotations: { [CREATED]: "2026-01-02T03:04:05Z", "in-toto.io/predicate-type": "spdx" },
});
const signature = buildImage({ subject: sbom, artifactType: NOTARY });
const cosign = buildImage({ layers: [{ of: "{}", mediaType: "text/plain" }] });
const tag = app.digest.replace(":", "-");
const NAME = "registry.example/team/app";
const images: Images = {
  "team/app": { tags: { "1.0": app, [`${tag}.sig`]: cosign }, untagged: [sbom, signature] },
};

function world(more: Parameters<typeof distribution>[0] = { images }) {
  return createImageWorld(distribution(more));
}

Deno.test("referrers prints a tree with the image on top", async () => {
  const { code, stdout, stderr } = await world().run(referrers, ["--depth", "2", `${NAME}:1.0`]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n"), [
    `${NAME}:1.0@${app.digest}`,
    `├─ sbom  ${SBOM}  ${sbom.digest}  ${sbom.bytes.length} B  created 2026-01-02T03:04:05Z  about spdx`,
    `│  └─ signature  ${NOTARY}  ${signature.digest}  ${signature.bytes.length} B`,
    `└─ signature  ${cosign.mediaType}  ${cosign.digest}  ${cosign.bytes.length} B  cosign's .sig`,
    "",
  ]);
});

Deno.test("referrers --format lines prints digests and nothing else", async () => {
  const words = ["--format", "lines", "--depth", "2", `${NAME}@${app.digest}`];
  const { code, stdout } = await world().run(referrers, words);
  assertEquals(code, 0);
  assertEquals(stdout, `${sbom.digest}\n${signature.digest}\n${cosign.digest}\n`);
});

Deno.test("referrers --json prints all that is known", async () => {
  const { code, stdout, stderr } = await world({
    images,
    habits: { referrers: "missing" },
  }).run(referrers, ["--json", `${NAME}:1.0`]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    reference: `${NAME}:1.0`,
    adapter: "spec",
    digest: app.digest,
    api: "unsupported",
    reason: "status 404",
    tag: { name: tag, reason: "there is no such tag" },
    complete: true,
    referrers: [{
      digest: cosign.digest,
      mediaType: cosign.mediaType,
      size: cosign.bytes.length,
      kind: "signature",
      via: ["cosign"],
      tag: `${tag}.sig`,
      referrers: [],
    }],
  });
  assertEquals(
    stderr,
    `portolan: registry.example has no referrers API (status 404): read the tag ${tag}: ` +
      "there is no such tag, and asked for cosign's tags\n",
  );
  assertEquals((await world().run(referrers, ["--format", "json", `${NAME}:1.0`])).code, 0);
});

Deno.test("referrers filters by type and annotation", async () => {
  const rows: readonly (readonly [words: readonly string[], found: readonly string[]])[] = [
    [["--artifact-type", SBOM], [sbom.digest]],
    [["--artifact-type", SBOM, "--artifact-type", NOTARY], [sbom.digest]],
    [["--artifact-type", NOTARY], []],
    [["--artifact-type", NOTARY, "--depth", "2"], [sbom.digest, signature.digest]],
    [["--annotation", CREATED], [sbom.digest]],
    [["--annotation", `${CREATED}=2026-01-02T03:04:05Z`], [sbom.digest]],
    [["--annotation", `${CREATED}=`], []],
    [["--annotation", CREATED, "--annotation", "none"], []],
  ];
  for (const [words, found] of rows) {
    const outcome = await world().run(referrers, [...words, "--format", "lines", `${NAME}:1.0`]);
    assertEquals(outcome.stdout, found.map((digest) => `${digest}\n`).join(""), words.join(" "));
    assertEquals(outcome.code, 0);
    const isNone = outcome.stderr.startsWith("portolan: nothing that passes the filters refers to");
    assertEquals(isNone, found.length === 0);
  }
});

Deno.test("referrers that finds nothing ends with 0 and says which ways it tried", async () => {
  const bare: Images = { "team/app": { tags: { "1.0": app } } };
  const none = `portolan: nothing refers to ${NAME}:1.0@${app.digest}; `;
  const api = await world({ images: bare }).run(referrers, [`${NAME}:1.0`]);
  assertEquals([api.code, api.stdout], [0, `${NAME}:1.0@${app.digest}\n`]);
  assertEquals(api.stderr, `${none}asked its referrers API and for cosign's tags\n`);

  const options = { images: bare, ...presets.gitlab, host: "registry.example" };
  const tagless = await world(options).run(referrers, ["--format", "lines", `${NAME}:1.0`]);
  assertEquals([tagless.code, tagless.stdout], [0, ""]);
  assertEquals(
    tagless.stderr,
    `${none}registry.example has no referrers API (status 404): read the tag ${tag}: ` +
      "it is the image itself, and asked for cosign's tags\n",
  );
  const quiet = await world(options).run(referrers, ["--quiet", `${NAME}:1.0`]);
  assertEquals([quiet.code, quiet.stderr], [0, ""]);
});

Deno.test("referrers tells where a registry leads people instead", async () => {
  const { run } = createImageWorld(ghcr({ images }));
  const { code, stderr } = await run(referrers, ["ghcr.io/team/app:1.0"]);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "(status 303 redirects to https://github.com/-/v2/packages/");
});

Deno.test("referrers says before it asks what counts as a pull", async () => {
  const { run } = createImageWorld(dockerHub({ images }));
  const { code, stderr } = await run(referrers, ["team/app:1.0"]);
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^portolan: Docker Hub counts .*: here each tag of cosign's that is there\n$/,
  );
});

Deno.test("referrers --platform asks about one platform's image", async () => {
  const words = ["--platform", "Linux/aarch64", "--quiet", `${NAME}:1.0`];
  const { code, stdout } = await world().run(referrers, words);
  assertEquals([code, stdout], [0, `${NAME}:1.0@${arm64.digest}\n`]);
});

Deno.test("referrers prints no byte of a registry's that moves a terminal", async () => {
  const evil = buildImage({
    subject: app,
    artifactType: "application/x",
    annotations: {
      [CREATED]: "\x1b[2J\u202e\u0085\n├─ signature",
      "org.opencontainers.image.title": "x".repeat(10_000),
    },
  });
  const bad: Images = { "team/app": { tags: { "1.0": app }, untagged: [evil] } };
  const tree = await world({ images: bad }).run(referrers, [`${NAME}:1.0`]);
  assertEquals(tree.code, 0);
  assertEquals(tree.stdout.split("\n").length, 3);
  assertStringIncludes(
    tree.stdout,
    "created \\u{1b}[2J\\u{202e}\\u{85}\\u{a}├─ signature  title xxx",
  );
  assertEquals(tree.stdout.length < 1000, true);
  const json = await world({ images: bad }).run(referrers, ["--json", `${NAME}:1.0`]);
  assertMatch(json.stdout, /^[\x20-\x7e]*\n$/);
});

const WRONG: readonly (readonly [words: readonly string[], said: string])[] = [
  [[], "expected one reference, got none"],
  [["a", "b"], "Cannot show referrers: expected one reference, got 2"],
  [["--depth", "0", "a"], 'Cannot read "--depth 0"'],
  [["--depth", "5", "a"], 'Cannot read "--depth 5": expected a whole number from 1 to 4'],
  [["--depth", "two", "a"], 'Cannot read "--depth two"'],
  [["--format", "table", "a"], "expected tree, lines, json"],
  [["--format", "tree", "--json", "a"], "expected one of them"],
  [["--annotation", "=x", "a"], "expected KEY or KEY=VALUE"],
  [["--platform", "arm64/", "a"], "--platform arm64/"],
  [["--max-requests", "0", "a"], '"--max-requests 0"'],
];

for (const [words, said] of WRONG) {
  Deno.test(`referrers refuses ${words.join(" ") || "no reference"}`, async () => {
    const { code, stdout, stderr } = await world().run(referrers, words);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, said);
  });
}

Deno.test("referrers ends with the code of what went wrong", async () => {
  const { run } = world();
  assertEquals((await run(referrers, [`${NAME}:gone`])).code, 3);
  assertEquals((await run(referrers, ["--max-requests", "2", `${NAME}:1.0`])).code, 7);
  const bare: Images = { "team/app": { tags: { "1.0": app } } };
  for (const [answer, code] of [[401, 4], [429, 5], [503, 6]] as const) {
    const { run } = world({ images: bare, faults: apiStatus(answer) });
    const { code: ended, stdout, stderr } = await run(referrers, ["--json", `${NAME}:1.0`]);
    assertEquals([ended, stdout], [code, ""]);
    assertEquals(typeof JSON.parse(stderr).error.code, "string");
  }
});

function apiStatus(status: number): (request: Request) => Response | undefined {
  return (request) =>
    request.url.includes("/referrers/") ? new Response("", { status }) : undefined;
}

Deno.test("referrers takes a 403 of the API alone for a registry without one", async () => {
  const { run } = world({ images, faults: apiStatus(403) });
  const { code, stdout, stderr } = await run(referrers, ["--format", "lines", `${NAME}:1.0`]);
  assertEquals([code, stdout], [0, `${cosign.digest}\n`]);
  assertStringIncludes(stderr, "registry.example has no referrers API (status 403)");
});

Deno.test("referrers prints what it has where the rest cannot be had, and ends with 7", async () => {
  const rows = [
    [{ images }, ["--max-requests", "2"], "it takes more than 2 requests", sbom],
    [{ images, faults: apiStatus(503) }, [], "status 503", cosign],
  ] as const;
  for (const [options, words, reason, found] of rows) {
    const lines = await world(options).run(referrers, [
      ...words,
      "--format=lines",
      `${NAME}:1.0`,
    ]);
    assertEquals([lines.code, lines.stdout], [7, `${found.digest}\n`]);
    assertStringIncludes(lines.stderr, reason);
    const json = await world(options).run(referrers, [...words, "--json", `${NAME}:1.0`]);
    assertEquals([json.code, JSON.parse(json.stdout).complete], [7, false]);
    assertEquals(
      JSON.parse(json.stderr.trimEnd().split("\n").at(-1) ?? "").error.code,
      "incomplete",
    );
  }
});
