import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseConfig } from "../../core/images/config.ts";
import { readTime } from "../../core/images/time.ts";
import { bytes, DIGEST, refusal } from "./documents.ts";

const DOCKER = {
  architecture: "arm64",
  variant: "v8",
  os: "linux",
  created: "2024-04-27T13:17:16.519863465Z",
  author: "A. N. Author",
  docker_version: "20.10.23",
  container_config: { Cmd: ["/bin/sh"] },
  config: {
    Hostname: "",
    User: "1000:1000",
    ExposedPorts: { "80/tcp": {}, "443/tcp": {} },
    Env: ["PATH=/bin", "EMPTY="],
    Cmd: ["-c", ""],
    Entrypoint: ["/bin/sh"],
    Volumes: { "/data": {} },
    WorkingDir: "/srv",
    Labels: { "org.opencontainers.image.title": "a", "": "c" },
    StopSignal: "SIGTERM",
    OnBuild: null,
  },
  history: [
    { created: "2024-04-27T13:17:16Z", created_by: "/bin/sh -c #(nop) ADD file:x in / " },
    { created: "never", created_by: "CMD", empty_layer: true, comment: "buildkit" },
  ],
  rootfs: { type: "layers", diff_ids: [DIGEST, DIGEST] },
};

Deno.test("parseConfig() reads all that is told", () => {
  // JSON.parse keeps __proto__ as a key of its own; a literal in a program does not.
  const text = JSON.stringify(DOCKER).replace('"":"c"', '"":"c","__proto__":"b"');
  const { labels, ...config } = parseConfig(bytes(text));
  assertEquals(Object.getPrototypeOf(labels), null);
  assert(Object.isFrozen(labels));
  assertEquals(Object.entries(labels).sort(), [
    ["", "c"],
    ["__proto__", "b"],
    ["org.opencontainers.image.title", "a"],
  ]);
  assertEquals<unknown>(config, {
    platform: { os: "linux", architecture: "arm64", variant: "v8" },
    created: "2024-04-27T13:17:16.519863465Z",
    author: "A. N. Author",
    user: "1000:1000",
    entrypoint: ["/bin/sh"],
    cmd: ["-c", ""],
    env: ["PATH=/bin", "EMPTY="],
    workingDir: "/srv",
    exposedPorts: ["80/tcp", "443/tcp"],
    volumes: ["/data"],
    stopSignal: "SIGTERM",
    history: [
      {
        created: "2024-04-27T13:17:16Z",
        createdBy: "/bin/sh -c #(nop) ADD file:x in / ",
        emptyLayer: false,
      },
      { created: undefined, createdBy: "CMD", emptyLayer: true },
    ],
    diffIds: [DIGEST, DIGEST],
  });
});

const EMPTY = JSON.stringify(parseConfig(bytes("{}")));

/** Documents that tell nothing: all of Docker's ways to write it. */
const SILENT: readonly string[] = [
  `{"config":null,"rootfs":null,"history":null,"created":null,"author":null,"os":null}`,
  `{"config":{},"rootfs":{},"history":[]}`,
  `{"os":"","architecture":"","variant":"","author":"","created":"","config":{"User":"","WorkingDir":""}}`,
  `{"config":{"Entrypoint":null,"Cmd":null,"Env":null,"Volumes":null,"ExposedPorts":null,"Labels":null}}`,
  `{"config":{"Entrypoint":"","Cmd":"","Labels":{},"Volumes":{},"StopSignal":null}}`,
  `{"rootfs":{"type":"layers","diff_ids":null},"unknown":{"deep":[[1]]}}`,
];

for (const text of SILENT) {
  Deno.test(`parseConfig() reads nothing in ${text}`, () => {
    assertEquals(JSON.stringify(parseConfig(bytes(text))), EMPTY);
  });
}

Deno.test("parseConfig() tells no entrypoint from an empty one", () => {
  const { entrypoint, cmd } = parseConfig(bytes(`{"config":{"Entrypoint":[]}}`));
  assertEquals([entrypoint, cmd], [[], undefined]);
});

Deno.test("parseConfig() reads a program that is one text", () => {
  const { entrypoint, cmd } = parseConfig(bytes(`{"config":{"Entrypoint":"a b","Cmd":"c"}}`));
  assertEquals([entrypoint, cmd], [["a b"], ["c"]]);
});

Deno.test("parseConfig() reads the version of Windows", () => {
  const text =
    `{"os":"windows","architecture":"amd64","os.version":"10.0.20348.1","os.features":["win32k"]}`;
  assertEquals(parseConfig(bytes(text)).platform, {
    os: "windows",
    architecture: "amd64",
    osVersion: "10.0.20348.1",
    osFeatures: ["win32k"],
  });
});

Deno.test("parseConfig() says unknown where half a platform is told", () => {
  const { platform } = parseConfig(bytes(`{"architecture":"arm64"}`));
  assertEquals(platform, { os: "unknown", architecture: "arm64" });
});

const BROKEN: readonly (readonly [text: string, message: string])[] = [
  [`{"config":[]}`, "config: it is a list, not an object"],
  [`{"config":"x"}`, "config: it is text, not an object"],
  [`{"os":1}`, "os: it is a number, not text"],
  [`{"os":"lin\\u0000ux"}`, 'os: "lin\\u{0}ux" has characters beyond printable ASCII'],
  [`{"os":"${"x".repeat(256)}"}`, "os: it has 256 characters, at most 255"],
  [`{"os.features":[1]}`, "os.features[0]: it is a number, not text"],
  [`{"author":{}}`, "author: it is an object, not text"],
  [`{"config":{"User":0}}`, "config.User: it is a number, not text"],
  [`{"config":{"Entrypoint":{}}}`, "config.Entrypoint: it is an object, not a list"],
  [`{"config":{"Entrypoint":false}}`, "config.Entrypoint: it is a boolean, not a list"],
  [`{"config":{"Cmd":[["a"]]}}`, "config.Cmd[0]: it is a list, not text"],
  [`{"config":{"Cmd":["a",null]}}`, "config.Cmd[1]: it is null, not text"],
  [`{"config":{"Env":"A=b"}}`, "config.Env: it is text, not a list"],
  [`{"config":{"Env":["A=b","B=c",3]}}`, "config.Env[2]: it is a number, not text"],
  [`{"config":{"ExposedPorts":["80/tcp"]}}`, "config.ExposedPorts: it is a list, not an object"],
  [`{"config":{"Volumes":"/data"}}`, "config.Volumes: it is text, not an object"],
  [`{"config":{"Labels":[]}}`, "config.Labels: it is a list, not an object"],
  [`{"config":{"Labels":{"a\\u202e":1}}}`, 'config.Labels["a\\u{202e}"]: it is a number, not text'],
  [`{"config":{"Labels":{"a":{"toString":1}}}}`, 'config.Labels["a"]: it is an object, not text'],
  [`{"config":{"StopSignal":15}}`, "config.StopSignal: it is a number, not text"],
  [`{"config":{"entrypoint":["a"]}}`, 'config: its key "entrypoint" differs from "Entrypoint"'],
  [`{"Config":{}}`, 'the config: its key "Config" differs from "config"'],
  [`{"config":{"Cmd":["a"],"Cmd":["b"]}}`, 'the config: it has the key "Cmd" twice'],
  [`{"history":{}}`, "history: it is an object, not a list"],
  [`{"history":[1]}`, "history[0]: it is a number, not an object"],
  [`{"history":[{"created_by":[]}]}`, "history[0].created_by: it is a list, not text"],
  [
    `{"history":[{"empty_layer":"false"}]}`,
    "history[0].empty_layer: it is text, not true or false",
  ],
  [`{"history":[{"Empty_Layer":true}]}`, 'history[0]: its key "Empty_Layer" differs'],
  [`{"rootfs":[]}`, "rootfs: it is a list, not an object"],
  [`{"rootfs":{"diff_ids":"${DIGEST}"}}`, "rootfs.diff_ids: it is text, not a list"],
  [`{"rootfs":{"diff_ids":["sha256:../x"]}}`, 'rootfs.diff_ids[0]: "sha256:../x": the digest has'],
  [`{"rootfs":{"diff_ids":[null]}}`, "rootfs.diff_ids[0]: it is null, not text"],
  [`[]`, "the config: it is not a JSON object"],
  [`null`, "the config: it is not a JSON object"],
  [`{}{}`, "the config: it is not JSON"],
  [`{"a":`, "the config: it is not JSON"],
  [``, "the config: it is not JSON"],
  [` <html>`, "the config: it is a page made for people"],
  [`\ufeff{}`, "the config: it begins with a byte order mark"],
  [`{"x":${"[".repeat(200)}${"]".repeat(200)}}`, "the config: it is nested more than 100 deep"],
];

for (const [text, message] of BROKEN) {
  Deno.test(`parseConfig() refuses ${text.slice(0, 60)}`, () => {
    const { code, message: told } = refusal(() => parseConfig(bytes(text)));
    assertEquals(code, "protocol");
    assertStringIncludes(told, `Cannot read ${message}`);
  });
}

Deno.test("parseConfig() has a limit for each list", () => {
  const lists: readonly (readonly [text: (items: string) => string, item: string, most: number])[] =
    [
      [(items) => `{"rootfs":{"diff_ids":[${items}]}}`, `"${DIGEST}"`, 1000],
      [(items) => `{"history":[${items}]}`, "{}", 10_000],
      [(items) => `{"config":{"Env":[${items}]}}`, `""`, 10_000],
      [(items) => `{"os.features":[${items}]}`, `"x"`, 100],
    ];
  for (const [text, item, most] of lists) {
    const parse = (count: number) => parseConfig(bytes(text(Array(count).fill(item).join(","))));
    assertEquals(refusal(() => parse(most)).code, "none");
    assertEquals(refusal(() => parse(most + 1)).code, "too_large");
  }
});

Deno.test("parseConfig() reads any JSON, or refuses it", () => {
  const parts = fc.record({
    config: fc.dictionary(
      fc.constantFrom("User", "Env", "Cmd", "Labels", "Volumes", "__proto__"),
      fc.jsonValue(),
    ),
    history: fc.jsonValue(),
    rootfs: fc.jsonValue(),
    created: fc.jsonValue(),
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(parts, (value) => {
      refusal(() => parseConfig(bytes(JSON.stringify(value))));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseConfig() keeps every label and no other", () => {
  const labels = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
  fc.assert(fc.property(labels, (given) => {
    const text = JSON.stringify({ config: { Labels: given } });
    const read = Object.entries(parseConfig(bytes(text)).labels);
    assertEquals(read.sort(), Object.entries(JSON.parse(JSON.stringify(given))).sort());
  }));
});

const TIMES: readonly string[] = [
  "2024-04-27T13:17:16Z",
  "2024-04-27T13:17:16.519863465Z",
  "2024-04-27T13:17:16.5+02:00",
  "2024-02-29T23:59:59-23:59",
  "1970-01-01T00:00:00Z",
  "0001-01-01T00:00:00Z",
  "2024-04-27t13:17:16z",
];

for (const time of TIMES) {
  Deno.test(`readTime() keeps ${time} to the letter`, () => assertEquals(readTime(time), time));
}

const NO_TIMES: readonly unknown[] = [
  "",
  "now",
  "120",
  "2024",
  "2024-04-27",
  "2024-04-27 13:17:16Z",
  "2024-04-27T13:17:16",
  "2024-04-27T13:17Z",
  "2024-13-01T00:00:00Z",
  "2024-00-01T00:00:00Z",
  "2024-02-30T00:00:00Z",
  "2023-02-29T00:00:00Z",
  "2024-04-31T12:00:00+02:00",
  "2024-04-27T24:00:00Z",
  "2024-04-27T13:60:00Z",
  "2024-04-27T13:17:60Z",
  "2024-04-27T13:17:16.Z",
  "2024-04-27T13:17:16+25:00",
  "2024-04-27T13:17:16+02",
  "+002024-04-27T13:17:16Z",
  "2024-04-27T13:17:16Z\n",
  " 2024-04-27T13:17:16Z",
  "٢٠٢٤-04-27T13:17:16Z",
  `2024-04-27T13:17:16.${"1".repeat(60)}Z`,
  "Sat, 27 Apr 2024 13:17:16 GMT",
  1714223836,
  null,
  undefined,
  ["2024-04-27T13:17:16Z"],
];

for (const value of NO_TIMES) {
  Deno.test(`readTime() takes no ${JSON.stringify(value)}`, () => {
    assertEquals(readTime(value), undefined);
  });
}

Deno.test("readTime() keeps what Date writes, and gives only what Date reads", () => {
  const min = new Date("0000-01-01T00:00:00Z");
  const date = fc.date({ min, max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
  fc.assert(fc.property(date, (value) => {
    assertEquals(readTime(value.toISOString()), value.toISOString());
  }));
  const shape = fc.stringMatching(/^20[0-9]{2}-[0-3][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:00Z$/);
  fc.assert(fc.property(shape, (text) => {
    const time = readTime(text);
    if (time !== undefined) {
      assertEquals(new Date(time).toISOString().slice(0, 19), text.slice(0, 19));
    }
  }));
});
