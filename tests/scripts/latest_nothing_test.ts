import { assertEquals } from "@std/assert";
import { latest } from "../../scripts/latest.ts";
import { createFake, runFake, type Step } from "./fake.ts";

const DIGEST = `sha256-${"ab".repeat(32)}`;
const REPOSITORIES: Readonly<Record<string, readonly Step[]>> = {
  "docker.io/library/a": [["1.0.0", "1.1.0-rc1", "latest"], [DIGEST, "1.0.1", "1.0.1-slim", "1"]],
  "quay.io/o/names": [["latest", "jammy", DIGEST]],
  "quay.io/o/early": [["1.0rc1", "1.0rc2"]],
  "quay.io/o/alpha": [["1.0.0", "1.1.0", "2.0.0", "2.1.0-rc1", "3.0.0-alpha.1", "latest"]],
  "quay.io/o/bases": [["1.26.2-alpine3.20", "1.27.3-alpine3.20", "1.27.3", "nanoserver-1809"]],
  "quay.io/o/line": [["2.0.0-rc1", "1.9.0", "1.8.0", "1.7-rc", "1.7.0-rc1"]],
  "quay.io/o/one": [["latest"]],
  "quay.io/o/empty": [[]],
};
const A = "docker.io/library/a";

/** Command lines, and what is said where nothing is found. */
const nothing: readonly (readonly [words: string, message: string, hint?: string])[] = [
  [
    "quay.io/o/names",
    'Cannot find a version of "quay.io/o/names": none of its 3 tags is one',
    "3 of them are no versions; --explain names the rule for each",
  ],
  [
    "--like 9.9.9 --pre a",
    `Cannot find a version of "${A}" with --like 9.9.9 --pre: none of its 7 tags is one`,
    "there is 1.0.1; --like leaves out 5 of them; --explain names the rule for each",
  ],
  [
    "--newer-than 2.0.0 a",
    `Cannot find a version of "${A}" with --newer-than 2.0.0: none of its 7 tags is one`,
    "there is 1.0.1; --newer-than leaves out 4 of them; --explain names the rule for each",
  ],
  [
    "--per major quay.io/o/early",
    'Cannot find a version of "quay.io/o/early" with --per major: none of its 2 tags is one',
    "there is 1.0rc2; 2 of them are pre-releases, --pre lets them in; --explain names the rule for each",
  ],
  [
    "--include 1 a",
    `Cannot find a version of "${A}" with --include 1: none of its 7 tags is one`,
    "there is 1; 1 of them moves to other images, --channels lets it in; --explain names the rule for each",
  ],
  [
    "--newer-than 2.0.0 quay.io/o/alpha",
    'Cannot find a version of "quay.io/o/alpha" with --newer-than 2.0.0: none of its 6 tags is one',
    "there is 3.0.0-alpha.1; 2 of them are pre-releases, --pre lets them in; --explain names the rule for each",
  ],
  [
    "--like 2.0.0 quay.io/o/line",
    'Cannot find a version of "quay.io/o/line" with --like 2.0.0: none of its 5 tags is one',
    "there is 2.0.0-rc1; 1 of them is a pre-release, --pre lets it in; --explain names the rule for each",
  ],
  [
    "--like 1.7-rc quay.io/o/line",
    'Cannot find a version of "quay.io/o/line" with --like 1.7-rc: none of its 5 tags is one',
    "there is 1.7-rc; 1 of them moves to other images, --channels lets it in; --explain names the rule for each",
  ],
  [
    "--like 1.26.2-alpine3.19 quay.io/o/bases",
    'Cannot find a version of "quay.io/o/bases" with --like 1.26.2-alpine3.19: none of its 4 tags is one',
    "there is 1.27.3-alpine3.20; --like leaves out 3 of them; --explain names the rule for each",
  ],
  [
    "quay.io/o/one",
    'Cannot find a version of "quay.io/o/one": its only tag is none',
    "1 of them is no version; --explain names the rule for each",
  ],
  ["quay.io/o/empty", 'Cannot find a version of "quay.io/o/empty": it has no tags'],
];
for (const [words, message, hint] of nothing) {
  Deno.test(`latest ${words} exits with 3 and says what was looked for`, async () => {
    const said = await runFake(
      latest,
      words.split(" "),
      createFake({ repositories: REPOSITORIES }),
    );
    const stderr = `portolan: ${message}\n` + (hint === undefined ? "" : `hint: ${hint}\n`);
    assertEquals(said, { code: 3, stdout: "", stderr });
    const inJson = createFake({ repositories: REPOSITORIES });
    const { code, stdout, stderr: told } = await runFake(
      latest,
      ["--json", ...words.split(" ")],
      inJson,
    );
    const { error } = JSON.parse(told);
    assertEquals([code, stdout, error.code, error.message, error.hint], [
      3,
      "",
      "not_found",
      message,
      hint,
    ]);
  });
}
