import { assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { tags } from "../../scripts/tags.ts";
import { createFake, runFake, type Step } from "./fake.ts";

const UBUNTU = { "docker.io/library/ubuntu": [["10.04", "22.04"], ["latest"]] };
const TWO = { "docker.io/library/a": [["1", "2"]], "quay.io/o/b": [["3"]] };
const EMPTY = { "docker.io/library/ubuntu": [[]] };

const whole: readonly (readonly [words: string, repositories: Record<string, Step[]>, string])[] = [
  ["ubuntu", UBUNTU, "10.04\n22.04\nlatest\n"],
  ["--format lines ubuntu", UBUNTU, "10.04\n22.04\nlatest\n"],
  ["a quay.io/o/b", TWO, "docker.io/library/a:1\ndocker.io/library/a:2\nquay.io/o/b:3\n"],
  [
    "--json ubuntu",
    UBUNTU,
    '{"repository":"docker.io/library/ubuntu","adapter":"fake","complete":true,' +
    '"tags":[{"name":"10.04"},{"name":"22.04"},{"name":"latest"}]}\n',
  ],
  [
    "--format=json --json a quay.io/o/b",
    TWO,
    '[{"repository":"docker.io/library/a","adapter":"fake","complete":true,"tags":[{"name":"1"},{"name":"2"}]},' +
    '{"repository":"quay.io/o/b","adapter":"fake","complete":true,"tags":[{"name":"3"}]}]\n',
  ],
  [
    "--format ndjson a quay.io/o/b",
    TWO,
    '{"repository":"docker.io/library/a","name":"1"}\n{"repository":"docker.io/library/a","name":"2"}\n' +
    '{"repository":"quay.io/o/b","name":"3"}\n',
  ],
  ["--format api ubuntu", UBUNTU, '{"name":"library/ubuntu","tags":["10.04","22.04","latest"]}\n'],
  [
    "--format api a quay.io/o/b",
    TWO,
    '[{"name":"library/a","tags":["1","2"]},{"name":"o/b","tags":["3"]}]\n',
  ],
  [
    "--format skopeo ubuntu",
    UBUNTU,
    '{\n    "Repository": "docker.io/library/ubuntu",\n    "Tags": [\n        "10.04",\n        "22.04",\n        "latest"\n    ]\n}\n',
  ],
  [
    "--format skopeo ubuntu",
    EMPTY,
    '{\n    "Repository": "docker.io/library/ubuntu",\n    "Tags": []\n}\n',
  ],
  [
    "--format skopeo a quay.io/o/b",
    { ...TWO, "docker.io/library/a": [[]] },
    '[\n    {\n        "Repository": "docker.io/library/a",\n        "Tags": []\n    },\n' +
    '    {\n        "Repository": "quay.io/o/b",\n        "Tags": [\n            "3"\n        ]\n    }\n]\n',
  ],
  ["--format table ubuntu", UBUNTU, "TAG\n10.04\n22.04\nlatest\n"],
  [
    "--format table a quay.io/o/b",
    TWO,
    "REPOSITORY           TAG\ndocker.io/library/a  1\ndocker.io/library/a  2\nquay.io/o/b          3\n",
  ],
  ["ubuntu", EMPTY, ""],
  ["--format ndjson ubuntu", EMPTY, ""],
  ["--format api ubuntu", EMPTY, '{"name":"library/ubuntu","tags":[]}\n'],
  ["--format lines --format api ubuntu", EMPTY, '{"name":"library/ubuntu","tags":[]}\n'],
];

for (const [words, repositories, stdout] of whole) {
  Deno.test(`tags prints ${words} in full, of ${Object.values(repositories).flat().length} pages`, async () => {
    const outcome = await runFake(tags, words.split(" "), createFake({ repositories }));
    assertEquals(outcome, { code: 0, stdout, stderr: "" });
  });
}

const BROKEN = {
  "docker.io/library/a": [["1"], new RegistryError("incomplete", "Cannot list tags of a: 503")],
  "quay.io/o/b": [["3"]],
};
const broken: readonly (readonly [words: string, stdout: string])[] = [
  ["a", "1\n"],
  ["a quay.io/o/b", "docker.io/library/a:1\nquay.io/o/b:3\n"],
  ["--format ndjson a", '{"repository":"docker.io/library/a","name":"1"}\n'],
  [
    "--format json a",
    '{"repository":"docker.io/library/a","adapter":"fake","complete":false,"tags":[{"name":"1"}]}\n',
  ],
  [
    "--json a quay.io/o/b",
    '[{"repository":"docker.io/library/a","adapter":"fake","complete":false,"tags":[{"name":"1"}]},' +
    '{"repository":"quay.io/o/b","adapter":"fake","complete":true,"tags":[{"name":"3"}]}]\n',
  ],
  ["--format table a", "TAG\n1\n"],
  ["--format api a", ""],
  ["--format skopeo a", ""],
  ["--format api a quay.io/o/b", '[{"name":"o/b","tags":["3"]}]\n'],
  [
    "--format skopeo quay.io/o/b a",
    '[\n    {\n        "Repository": "quay.io/o/b",\n        "Tags": [\n            "3"\n        ]\n    }\n]\n',
  ],
];

for (const [words, stdout] of broken) {
  Deno.test(`tags prints ${words} as far as it can when a listing breaks off`, async () => {
    const outcome = await runFake(
      tags,
      words.split(" "),
      createFake({ repositories: BROKEN }),
    );
    const stderr = words.includes("json")
      ? '{"error":{"code":"incomplete","message":"Cannot list tags of a: 503"}}\n'
      : "portolan: Cannot list tags of a: 503\n";
    assertEquals(outcome, { code: 7, stdout, stderr });
  });
}

const missing: readonly (readonly [format: string, one: string, several: string])[] = [
  ["lines", "", ""],
  ["ndjson", "", ""],
  ["json", "", "[]\n"],
  ["table", "", ""],
  ["api", "", "[]\n"],
  ["skopeo", "", "[]\n"],
];
for (const [format, one, several] of missing) {
  Deno.test(`tags prints no ${format} of a repository that fails before its first tag`, async () => {
    const first = await runFake(tags, ["--format", format, "x"]);
    assertEquals([first.code, first.stdout], [3, one]);
    const both = await runFake(tags, ["--format", format, "x", "y"]);
    assertEquals([both.code, both.stdout], [3, several]);
    assertEquals(both.stderr.split("\n").length, 3);
  });
}

Deno.test("tags does not call a listing complete that --limit cut", async () => {
  const repositories = { "docker.io/library/a": [["1", "2"]] };
  for (const [limit, complete] of [["1", false], ["2", true]] as const) {
    const fake = createFake({ repositories });
    const { code, stdout } = await runFake(tags, ["--json", "--limit", limit, "a"], fake);
    assertEquals([code, JSON.parse(stdout).complete], [0, complete]);
  }
});
