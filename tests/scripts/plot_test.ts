import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { TagEntry } from "../../mod.ts";
import { parseArguments } from "../../scripts/_options.ts";
import { plotOption } from "../../scripts/_plot.ts";
import { plotRows } from "../../scripts/_plot_rows.ts";
import { drawSvg } from "../../scripts/_plot_svg.ts";
import { drawText } from "../../scripts/_plot_text.ts";
import { tags } from "../../scripts/tags.ts";
import { buildImage, distribution, dockerHub } from "../registry/mod.ts";
import { createImageWorld } from "./image_world.ts";
import { finishScript, startScript } from "./start_script.ts";

const content = { "library/app": ["1.0", "1.0.1", "1.2", "2.0", "latest"] };

function pushed(dates: Readonly<Record<string, string | undefined>>): TagEntry[] {
  return Object.entries(dates).map(([name, pushedAt]) => ({
    name: name as TagEntry["name"],
    ...(pushedAt === undefined ? {} : { pushedAt }),
  }));
}

function labels(dates: Readonly<Record<string, string | undefined>>): string[] {
  return plotRows(pushed(dates))?.rows.map(({ label, points }) => `${label} ${points.length}`) ??
    [];
}

const DAY = "2026-01-02T00:00:00Z";

Deno.test("plotRows() sorts tags into version lines, the newest on top", () => {
  const names = ["1.2", "1.10.1", "v1.10.2-alpine", "22.04", "22.4.1", "latest", "sha-8f2ef3e"];
  assertEquals(labels(Object.fromEntries(names.map((name) => [name, DAY]))), [
    "22.04 2",
    "1.10 2",
    "1.2 1",
    "others 2",
  ]);
  assertEquals(labels({ "20240111": DAY, "jammy-20240211": DAY, "3": DAY }), ["2024 2", "3 1"]);
});

Deno.test("plotRows() goes by major numbers where there are many lines, and gathers the oldest", () => {
  const minors = Array.from({ length: 13 }, (_, at) => [`1.${at}.0`, DAY]);
  assertEquals(labels(Object.fromEntries([...minors, ["2.0.0", DAY]])), ["2 1", "1 13"]);
  const majors = Array.from({ length: 30 }, (_, at) => [`${at}.0.0`, DAY]);
  const shown = labels(Object.fromEntries(majors));
  assertEquals([shown.length, shown[0], shown[22], shown[23]], [24, "29 1", "7 1", "older 7"]);
});

Deno.test("plotRows() takes one kind of date, and none that an image cannot have", () => {
  assertEquals(plotRows(pushed({ "1.0": undefined })), undefined);
  assertEquals(plotRows(pushed({ "1.0": "+275760-09-13T00:00:00Z" })), undefined);
  const built: TagEntry = { name: "1.1" as TagEntry["name"], createdAt: DAY };
  const mixed = plotRows([...pushed({ "1.0": DAY }), built]);
  assertEquals([mixed?.kind, mixed?.count, mixed?.undated], ["pushed", 1, 1]);
  assertEquals(plotRows([built])?.kind, "built");
  // One kind's few are not worth the others' many.
  const others = Array.from(
    { length: 3 },
    (_, at) => ({ ...built, name: `2.${at}` as TagEntry["name"] }),
  );
  const many = plotRows([...pushed({ "1.0": DAY }), ...others]);
  assertEquals([many?.kind, many?.count, many?.undated], ["built", 3, 1]);
});

Deno.test("drawText() draws rows as wide as the terminal, in ASCII", () => {
  const plot = plotRows(pushed({
    ...Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`1.0.${at}`, "2026-01-01"])),
    "1.0.20": "2026-03-01",
    "2.0": "2026-03-01",
    "2.1": "2026-01-31",
    "2.0.1": "2026-03-01",
    "x": undefined,
  }));
  assert(plot !== undefined);
  assertEquals(drawText("registry.example/app", plot, 50).split("\n"), [
    "registry.example/app: 14 tags by when they were pushed, UTC",
    "2.1 |                    .                    | 1",
    "2.0 |                                        o| 2",
    "1.0 |#                                       .| 11",
    "    +|-------------------|-------------------|+",
    "     2026-01-01          2026-01-30 2026-03-01",
    ". one tag, o two to nine, # ten or more; not shown: 1 tag without that date",
    "",
  ]);
});

for (const columns of [1, 20, 33, 40, 79, 80, 132, 500]) {
  Deno.test(`drawText() keeps to ${columns} columns, and shows first and last date`, () => {
    const plot = plotRows(pushed({ "1.0": "2020-02-03", "2.0": "2026-05-06", "3": "2023-01-01" }));
    assert(plot !== undefined);
    const [, ...lines] = drawText("a", plot, columns).trimEnd().split("\n").slice(0, -1);
    for (const line of lines) assert(line.length <= Math.max(columns, 30), line);
    const dates = lines.at(-1) ?? "";
    assertMatch(dates, /2026-05-06$/);
    if (columns >= 33) assertMatch(dates, /^ +2020-02-03/);
    for (const row of lines) assertMatch(row, /^[ -~]*$/);
  });
}

Deno.test("--plot takes the word behind it only if it ends in .svg", () => {
  const options = [plotOption, { name: "json", help: "" }];
  const cases: readonly (readonly [words: string, plot: string | undefined, operands: string])[] = [
    ["app", undefined, "app"],
    ["--plot app", "", "app"],
    ["app --plot", "", "app"],
    ["--plot a.svg app", "a.svg", "app"],
    ["app --plot a.svg", "a.svg", "app"],
    ["app --plot=a.svg", "a.svg", "app"],
    ["--plot --json app", "", "app"],
    ["--plot -- a.svg", "", "a.svg"],
  ];
  for (const [words, plot, operands] of cases) {
    const args = parseArguments(words.split(" "), options);
    assertEquals([args.one("plot"), args.operands.join(" ")], [plot, operands], words);
  }
});

Deno.test("tags --plot draws in the terminal, of the selector's choice", async () => {
  const { run } = createImageWorld(dockerHub({ content }), { columns: 60 });
  const { code, stdout, stderr } = await run(tags, ["--plot", "--range", ">=1", "app"]);
  assertEquals([code, stderr], [0, ""]);
  const [title, ...lines] = stdout.trimEnd().split("\n");
  assertEquals(title, "docker.io/library/app: 3 tags by when they were pushed, UTC");
  assertEquals(lines.slice(0, 3).map((line) => line.slice(0, 5)), ["2.0 |", "1.2 |", "1.0 |"]);
});

Deno.test("tags --plot without dates is exit 7 and says what helps; with --details it is by build", async () => {
  const images = { app: { tags: { "1.0": buildImage() } } };
  const plain = createImageWorld(distribution({ images }));
  const { code, stdout, stderr } = await plain.run(tags, ["--plot", "registry.example/app"]);
  assertEquals([code, stdout], [7, ""]);
  assertStringIncludes(stderr, 'Cannot plot "registry.example/app": no date is known of any of');
  assertStringIncludes(stderr, "--details with --max-requests N looks into images");
  const built = await plain.run(tags, ["--plot", "--details", "registry.example/app"]);
  assertEquals(built.code, 0);
  assertStringIncludes(built.stdout, "1 tag by when it was built, UTC");
});

Deno.test("tags --plot of several repositories draws those that it can", async () => {
  const registries = [dockerHub({ content }), distribution({ content })];
  const { run } = createImageWorld(registries);
  const words = ["--plot", "registry.example/library/app", "app"];
  const { code, stdout, stderr } = await run(tags, words);
  assertEquals(code, 7);
  assertMatch(stdout, /^docker\.io\/library\/app: /);
  assertStringIncludes(stderr, 'Cannot plot "registry.example/library/app"');
});

Deno.test("tags --plot of no tags is exit 3", async () => {
  const { run } = createImageWorld(dockerHub({ content }));
  const { code, stderr } = await run(tags, ["--plot", "--include", "9.*", "app"]);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "there is no such tag");
});

for (const words of ["--plot --json app", "--plot --format lines app", "--plot a.svg app b"]) {
  Deno.test(`tags ${words} is a mistake`, async () => {
    const { network, run } = createImageWorld(dockerHub({ content }));
    assertEquals((await run(tags, words.split(" "))).code, 2);
    assertEquals(network.requests, []);
  });
}

Deno.test("tags --plot=file.png is a mistake", async () => {
  const { run } = createImageWorld(dockerHub({ content }));
  const { code, stderr } = await run(tags, ["--plot=file.png", "app"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "expected a file that ends in .svg");
});

/** Whether every element ends, in order, and nothing stands between that is none; enough for what one library writes. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml [^>]*\?>\n/, "").replace(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, isEnd: string, name: string, __, isEmpty: string) => {
      if (isEnd) assertEquals(open.pop(), name);
      else if (!isEmpty) open.push(name);
      return "";
    },
  );
  assertEquals(open, []);
  assertMatch(rest, /^(?:[^<>&]|&(?:amp|lt|gt|quot);)*$/);
}

Deno.test("drawSvg() has title, axes, a row a line and a point a tag", async () => {
  const plot = plotRows(pushed({ "1.0": "2025-01-01", "1.1": "2026-01-01", "x": undefined }));
  assert(plot !== undefined);
  const title = { repository: "a.example/b", registry: "A & <B>", made: Date.UTC(2026, 10, 21) };
  const svg = await drawSvg(title, plot);
  assertWellFormed(svg);
  for (
    const text of [
      ">a.example/b<",
      ">A &amp; &lt;B&gt;: 2 tags by when they were pushed, UTC; 1 without that date not shown; " +
      "made 2026-11-21 by portolan<",
      ">pushed (UTC)<",
      ">version line<",
      ">1.0<",
      ">1.1<",
      "1, latest 1.1<",
      "1.0: 2025-01-01 00:00 UTC",
    ]
  ) assertStringIncludes(svg, text);
  assertEquals([...svg.matchAll(/fill="#0072B2"/g)].length, 2);
});

Deno.test("tags --plot FILE.svg puts a whole file in place, and leaves nothing where it cannot", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { run } = createImageWorld(dockerHub({ content }));
    const file = `${folder}/app.svg`;
    const made = await run(tags, ["--plot", file, "app"]);
    assertEquals([made.code, made.stdout, made.stderr], [0, "", ""]);
    const svg = await Deno.readTextFile(file);
    assertWellFormed(svg);
    assertStringIncludes(svg, "docker.io/library/app");
    assertStringIncludes(svg, "Docker Hub: 5 tags");
    const plain = createImageWorld(distribution({ content }));
    const words = ["--plot", `${folder}/b.svg`, "registry.example/library/app"];
    assertEquals((await plain.run(tags, words)).code, 7);
    assertEquals((await plain.run(tags, [...words.slice(0, 2), "registry.example/none"])).code, 3);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["app.svg"]);
    plain.network.reset();
    const bad = await plain.run(tags, ["--plot", `${folder}/no/b.svg`, "registry.example/a"]);
    assertEquals([bad.code, plain.network.requests.length], [2, 0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tags --plot FILE.svg runs with the folder's permissions alone", async () => {
  const folder = await Deno.makeTempDir();
  const body = {
    name: "app",
    tags: ["1.0"],
    manifest: {
      [`sha256:${"0".repeat(64)}`]: { tag: ["1.0"], timeUploadedMs: "1700000000000" },
    },
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json(body),
  );
  try {
    const words = [`127.0.0.1:${server.addr.port}/app`, "--plot", `${folder}/app.svg`];
    const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`];
    const { code, stderr } = await finishScript(startScript("tags", words, permissions));
    assertEquals([code, stderr], [0, ""]);
    assertWellFormed(await Deno.readTextFile(`${folder}/app.svg`));
    const refused = await finishScript(startScript("tags", words));
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "--allow-read=");
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});
