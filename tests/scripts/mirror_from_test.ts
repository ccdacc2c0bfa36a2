import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readPlan } from "../../mod.ts";
import { fromRegsync } from "../../scripts/_from_regsync.ts";
import { fromSkopeo } from "../../scripts/_from_skopeo.ts";
import { parsePlanFile } from "../../scripts/_plan_file.ts";
import { UsageError } from "../../scripts/_usage_error.ts";

const SKOPEO = `registry.example.com:
  images:
    busybox: []
    redis:
      - "1.0"
      - "2.0"
      - "sha256:0000000000000000000000000000000011111111111111111111111111111111"
  images-by-tag-regex:
    nginx: ^1\\.13\\.[12]-alpine-perl$
    odd: \\p{L}+
  images-by-semver:
    alpine: ">= 3.12.0"
  credentials:
    username: john
    password: this is a secret
  tls-verify: true
  cert-dir: /home/john/certs
quay.io:
  tls-verify: false
  images:
    coreos/etcd:
      - latest
      - 3.5
`;

const REGSYNC = `version: 1
creds:
  - registry: registry.example:5000
    user: "{{env \\"USER\\"}}"
    pass: this is a secret
    tls: disabled
defaults:
  ratelimit: { min: 100, retry: 15m }
  parallel: 2
  interval: 60m
  referrers: true
sync:
  - source: busybox:latest
    target: registry.example:5000/library/busybox:latest
    type: image
  - source: alpine
    target: registry.example:5000/library/alpine
    type: repository
    tags:
      allow: ["latest", "3", "3.\\\\d+", "edge|rolling"]
      deny: ["3\\\\.0"]
    platforms: [linux/amd64, linux/arm64]
    schedule: "15 3 * * *"
  - source: debian
    target: registry.example:5000/library/debian
    type: repository
    referrers: false
    tags:
      semverRange: [">=12.0"]
    hooks: { pre: { type: script } }
  - source: quay.io
    target: registry.example:5000
    type: registry
  - source: a.example/x:1
    target: b.example/x:2
    type: image
  - source: ocidir:///data/x
    target: b.example/x
    type: repository
  - source: a.example/odd
    target: b.example/odd
    type: repository
    tags: { allow: ["\\\\p{Lu}.*"] }
`;

Deno.test("fromSkopeo() writes a plan, and says what has no counterpart", async () => {
  const { text, leftOut } = fromSkopeo((await parsePlanFile("sync.yaml", SKOPEO)).value);
  assertEquals(leftOut.length, 2);
  assertEquals(await entriesOf(text), [
    { source: "registry.example.com/busybox" },
    { source: "registry.example.com/redis", include: ["1.0", "2.0"] },
    { source: "registry.example.com/nginx", include: ["/^1\\.13\\.[12]-alpine-perl$/"] },
    { source: "registry.example.com/alpine", range: ">=3.12.0" },
    { source: "quay.io/coreos/etcd", include: ["latest", "3.5"] },
  ]);
  for (
    const note of ["credentials are not", "tls-verify: false", "cert-dir", "\\p{L}+", "@sha256"]
  ) {
    assertStringIncludes(text, note);
  }
  assert(!text.includes("john") && !text.includes("secret"));
});

Deno.test("fromRegsync() writes a plan, and says what has no counterpart", async () => {
  const { text, leftOut } = fromRegsync((await parsePlanFile("regsync.yml", REGSYNC)).value);
  assertEquals(leftOut.length, 4);
  assertEquals(await entriesOf(text), [
    { source: "busybox", include: ["latest"], target: "registry.example:5000/library/busybox" },
    {
      source: "alpine",
      target: "registry.example:5000/library/alpine",
      include: ["/^(?:latest)$/", "/^(?:3)$/", "/^(?:3.\\d+)$/", "/^(?:edge|rolling)$/"],
      exclude: ["/^(?:3\\.0)$/"],
      platforms: ["linux/amd64", "linux/arm64"],
    },
    {
      source: "debian",
      target: "registry.example:5000/library/debian",
      range: ">=12.0",
      referrers: false,
    },
  ]);
  const notes = [
    "portolan login registry.example:5000",
    "--plain-http",
    "ratelimit",
    "schedule",
    "hooks",
    "portolan repos",
    "tags keep their names",
    "layout on disk",
    "a.example/odd to b.example/odd: allow: ",
  ];
  for (const note of notes) assertStringIncludes(text, note);
  assert(!text.includes("secret") && !text.includes("USER"));
});

Deno.test("fromSkopeo() and fromRegsync() refuse what is not theirs", () => {
  for (const value of [undefined, null, [], "x", {}, { a: 1 }, { a: {} }, { sync: {} }]) {
    assertThrows(() => fromSkopeo(value), UsageError);
    assertThrows(() => fromRegsync(value), UsageError);
  }
});

Deno.test("fromSkopeo() lets no line of a file become one of the plan", () => {
  const { text, entries, leftOut } = fromSkopeo({
    "a.example": {
      images: { "x\n  - source: evil": ["a\nb", '"'] },
      "more\nkeys": 1,
    },
  });
  assertEquals([entries, leftOut.length], [0, 1]);
  assert(!/^ *- source: evil/m.test(text) && !/^keys/m.test(text));
});

const MERGING = `x-c: &c {type: repository, platforms: [linux/amd64], tags: {allow: ["1\\\\..*"]}}
x-more: 1
sync: [{source: a.example/team/app, target: b.example/team/app, <<: *c}]
`;

Deno.test("fromRegsync() takes what a merge key brings, and nothing of x- keys", async () => {
  const { value } = await parsePlanFile("regsync.yml", MERGING, { merge: true });
  const { text } = fromRegsync(value);
  assertEquals(await entriesOf(text), [{
    source: "a.example/team/app",
    target: "b.example/team/app",
    include: ["/^(?:1\\..*)$/"],
    platforms: ["linux/amd64"],
    referrers: false,
  }]);
  assert(!text.includes("<<") && !text.includes("x-"), text);
});

Deno.test("fromRegsync() takes one table that very many entries merge", async () => {
  const sync = Array.from(
    { length: 500 },
    (_, index) => `  - {source: a.example/${index}, target: b.example/${index}, <<: *c}\n`,
  );
  const file = `x-c: &c {type: repository}\nsync:\n${sync.join("")}`;
  const { value } = await parsePlanFile("regsync.yml", file, { merge: true });
  assertEquals(fromRegsync(value).entries, 500);
});

Deno.test("fromSkopeo() takes what a merge key brings, and nothing of x- keys", async () => {
  const file =
    `x-c: &c {images: {x: ["1.0"]}}\na.example: {<<: *c}\nx-b.example: {images: {y: []}}\n`;
  const { value } = await parsePlanFile("sync.yaml", file, { merge: true });
  assertEquals(await entriesOf(fromSkopeo(value).text), [
    { source: "a.example/x", include: ["1.0"] },
    { source: "x-b.example/y" },
  ]);
});

Deno.test("fromRegsync() leaves out what a plan would refuse, and says why", () => {
  const entry = { target: "b.example/x", type: "repository", source: "a.example/x" };
  const wrong = [{ ...entry, platforms: ["local"] }, { ...entry, target: "team/x" }];
  const { entries, leftOut } = fromRegsync({ sync: [...wrong, entry] });
  assertEquals([entries, leftOut.length], [1, 2]);
  assertStringIncludes(leftOut[0] ?? "", "a.example/x to b.example/x: platforms: expected OS/ARCH");
  assertStringIncludes(leftOut[1] ?? "", "a.example/x to team/x: target: ");
});

const UNREAD: readonly unknown[] = [[true], [null], [true, "1.0"], [["1.0"]], true, { a: "1.0" }];

for (const value of UNREAD) {
  Deno.test(`fromSkopeo() takes nothing of an image with the tags ${JSON.stringify(value)}`, () => {
    const { text } = fromSkopeo({ "a.example": { images: { x: value, y: ["1.0"] } } });
    assertStringIncludes(text, "# a.example/x: ");
    assert(!text.includes("source: a.example/x") && text.includes("source: a.example/y"), text);
  });
}

Deno.test("fromSkopeo() takes all of an image without tags", async () => {
  for (const value of [[], null]) {
    const { text } = fromSkopeo({ "a.example": { images: { x: value } } });
    assertEquals(await entriesOf(text), [{ source: "a.example/x" }]);
  }
});

const HALVES: readonly Readonly<Record<string, unknown>>[] = [
  ...UNREAD.flatMap((value) => [
    { tags: { allow: value } },
    { tags: { deny: value } },
    { tags: { semverRange: value } },
    { tagSets: [{ allow: value }] },
    { platforms: value },
  ]),
  { platform: true },
  { tags: "1.0" },
  { tags: ["1.0"] },
  { tagSets: "1.0" },
  { tagSets: ["1.0"] },
  { tags: { alow: ["1.0"] } },
];

for (const half of HALVES) {
  Deno.test(`fromRegsync() takes nothing of an entry with ${JSON.stringify(half)}`, () => {
    const entry = { target: "b.example/x", type: "repository" };
    const { text } = fromRegsync({
      sync: [{ ...entry, source: "a.example/x", ...half }, { ...entry, source: "a.example/y" }],
    });
    assertStringIncludes(text, "# a.example/x to b.example/x: ");
    assert(!text.includes("source: a.example/x") && text.includes("source: a.example/y"), text);
  });
}

Deno.test("fromRegsync() takes nothing where the defaults name platforms that are none", () => {
  const entry = { source: "a.example/x", target: "b.example/x", type: "repository" };
  const { text } = fromRegsync({ defaults: { platforms: [true] }, sync: [entry] });
  assert(!text.includes("source: a.example/x"), text);
});

/** The entries of a plan that can be read, with what they say themselves. */
async function entriesOf(text: string): Promise<readonly Record<string, unknown>[]> {
  const { value } = await parsePlanFile("plan.yaml", text);
  const { plan, problems } = readPlan(value);
  assertEquals(problems, []);
  return (plan?.entries ?? []).map(({ source, target, select, platforms, referrers }) => {
    const { noDigestTags: _, ...selector } = select;
    const said = { source, target, ...selector, platforms, referrers };
    const isSaid = ([key, value]: [string, unknown]): boolean =>
      value !== undefined && !(key === "referrers" && value === true) &&
      value !== "registry.example/mirror/{name}";
    return Object.fromEntries(Object.entries(said).filter(isSaid));
  });
}

Deno.test("fromSkopeo() and fromRegsync() print no password that stands in a reference", () => {
  const hosts = ["u:SECRET@r.example", "https://u:SECRET@r.example", "u:SEC@RET x@r.example"];
  for (const host of hosts) {
    const tables = {
      images: { a: ["1.0"], b: ["sha256:0"], c: [{}] },
      "images-by-tag-regex": { d: "^1", e: "\\p{L}" },
      "images-by-semver": { f: ">=1", g: "no range" },
      credentials: {},
      "tls-verify": false,
      "cert-dir": "x",
      strange: 1,
    };
    const [source, target] = [`${host}/x`, `${host}/y`];
    const sync = [
      { source, target },
      { source: `${source}:1`, target: `${target}:1`, type: "image" },
      { source, target, type: "registry" },
      { source, target, tags: { allow: ["\\p{L}"] } },
      { source, target, platforms: [{}] },
      { source: "a.example/x", target },
    ];
    const creds = ["disabled", "insecure"].map((tls) => ({ registry: host, tls }));
    for (
      const { text, leftOut } of [fromSkopeo({ [host]: tables }), fromRegsync({ creds, sync })]
    ) {
      const told = [text, ...leftOut].join("\n");
      assert(!told.includes("SEC"), told);
      assertStringIncludes(told, "@r.example");
    }
  }
});
