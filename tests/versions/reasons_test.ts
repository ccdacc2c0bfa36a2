import { assertEquals } from "@std/assert";
import { newestRelease } from "../../core/versions/newest_release.ts";
import type { SelectOptions } from "../../core/versions/options.ts";

/** Tags, options, and the sentence that says why the newest was taken. */
const REASONS: readonly (readonly [tags: string, options: SelectOptions, reason: string])[] = [
  [
    "1.0.0 1.1.0 2 latest",
    {},
    "1.1.0: 2 releases have the shape #.#.#, the most common of 2 shapes without a variant" +
    "; 2 is newer, of the shape #: --like 2 chooses it",
  ],
  // A pre-release that was let in is named, and what it leads to.
  [
    "17.5 17.4 18beta1 18rc1 18alpha1",
    { pre: true },
    "18rc1: a pre-release; 2 releases have the shape #.#, the only shape without a variant",
  ],
  ["1.0.0", {}, "1.0.0: 1 release has the shape #.#.#, the only shape without a variant"],
  [
    "1.0-a 1.1-a 1.2-b",
    {},
    "1.1-a: 2 releases have the shape #.#-a, the most common of 2 shapes with a variant",
  ],
  [
    "1.0rc1 1.0rc2",
    {},
    "1.0rc2: there is no release; 2 pre-releases have the shape #.#, the only shape without a variant",
  ],
  [
    "1.0 2.0",
    { range: "<2" },
    "1.0: 2 releases have the shape #.#, the only shape without a variant",
  ],
  [
    "0.1 0.2 0.3 0.4 0.5 1.0.0",
    {},
    "0.5: 5 releases have the shape #.#, the most common of 2 shapes without a variant" +
    "; 1.0.0 is newer, of the shape #.#.#: --like 1.0.0 chooses it",
  ],
  [
    "9.9.8-community 10.6.0-community 10.7.0-community 2025.1-community 2025.2-community 2025.6-enterprise",
    {},
    "10.7.0-community: 3 releases have the shape #.#.#-community, the most common of 3 shapes with a variant" +
    "; 2025.2-community is newer, of the shape #.#-community: --like 2025.2-community chooses it",
  ],
  // Variants are named where their first number is larger, or where they differ in digits alone.
  [
    "6.7.6 6.7.7 7.1 7.0 7.0.1 25.4.0.105899-community 2025.2.0-developer 7.9-enterprise",
    {},
    "7.0.1: 3 releases have the shape #.#.#, the most common of 2 shapes without a variant" +
    "; 7.1 is newer, of the shape #.#: --like 7.1 chooses it" +
    "; 2025.2.0-developer is newer, of the shape #.#.#-developer: --like 2025.2.0-developer chooses it",
  ],
  [
    "2022-CU9-ubuntu-20.04 2022-CU8-ubuntu-20.04 2022-CU17-ubuntu-22.04 2025-RTM-ubuntu",
    {},
    "2022-CU9-ubuntu-20.04: 2 releases have the shape #-CU#-ubuntu-20.04, the most common of 3 shapes with a variant" +
    "; 2022-CU17-ubuntu-22.04 is newer, of the shape #-CU#-ubuntu-22.04: --like 2022-CU17-ubuntu-22.04 chooses it" +
    "; 2025-RTM-ubuntu is newer, of the shape #-RTM-ubuntu: --like 2025-RTM-ubuntu chooses it",
  ],
  // A build of a commit whose digits look like a number.
  [
    "v2.13.1 v2.13.2 2.14.0-cafe1234 2.14.0-99999999",
    {},
    "v2.13.2: 2 releases have the shape v#.#.#, the only shape without a variant",
  ],
  [
    "8.0.0-20519528 8.0.1-21860503",
    {},
    "8.0.1-21860503: 2 releases have the shape #.#.#-#, the only shape of builds",
  ],
  // Neither a build nor a spelling is newer, nor a day, a commit or another prefix.
  [
    "1.9 1.10 v1.9 1.10-1 20250101 1.11-8f2ef3e build-7 jdk21 2-alpine",
    {},
    "1.10: 2 releases have the shape #.#, the most common of 4 shapes without a variant",
  ],
  [
    "1.8.0 1.8.1 11_1 11_2 11_3 17_1",
    { range: "<10" },
    "1.8.1: 2 releases have the shape #.#.#, the only shape without a variant",
  ],
];

for (const [tags, options, reason] of REASONS) {
  Deno.test(`newestRelease() says why among ${tags}`, () => {
    assertEquals(newestRelease(tags.split(" "), options)?.reason, reason);
  });
}
