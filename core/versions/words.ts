/** What a word says about the numbers beside it. */
export type WordRole =
  /** Before the numbers, saying only that a version follows: `v`, `release-`. */
  | "prefix"
  /** Before or instead of the numbers: digits in it are no version. */
  | "architecture"
  /** Before the numbers: what follows counts something else than releases. */
  | "counter"
  /** Before the numbers: fewer than three of them are those of a base image, or of a line that moves. */
  | "base"
  /** Behind the numbers: not released yet. */
  | "pre"
  /** Behind the numbers: released, which the numbers alone say elsewhere. */
  | "release"
  /** Behind the numbers: a later build or revision of the same release. */
  | "build"
  /** Behind the numbers: the tag moves. */
  | "moving";

/** One word, with a tag that has it. */
export interface Word {
  /** In lower case. */
  readonly word: string;
  /** What it says. */
  readonly role: WordRole;
  /** The place of a pre-release word among the others; equal ones are ordered by their number. */
  readonly rank?: number;
  /** Of a build: whether it is one only with a dot before its number; `ee10` is Jakarta EE 10. */
  readonly dotted?: true;
  /** A tag as registries have it. */
  readonly example: string;
}

/**
 * The words that tell what a part of a tag is. A word that is not here is part of a variant, and a tag
 * without numbers is a channel: neither needs a list.
 */
export const WORDS: readonly Word[] = [
  { word: "v", role: "prefix", example: "v0.2.0" },
  { word: "version", role: "prefix", example: "version-1.7.0" },
  { word: "release", role: "prefix", example: "RELEASE.2025-01-20T14-49-07Z" },
  { word: "rel", role: "prefix", example: "REL_16_2" },
  { word: "r", role: "prefix", example: "r2024b" },
  { word: "b", role: "prefix", example: "b3456" },
  { word: "jdk", role: "prefix", example: "jdk8u372-b07" },

  { word: "amd64", role: "architecture", example: "amd64" },
  { word: "arm64", role: "architecture", example: "latest-arm64" },
  { word: "arm64v8", role: "architecture", example: "arm64v8-latest" },
  { word: "arm32v7", role: "architecture", example: "arm32v7-latest" },
  { word: "armv7", role: "architecture", example: "master-armv7" },
  { word: "x86", role: "architecture", example: "latest-x86" },
  { word: "x86_64", role: "architecture", example: "latest-x86_64" },
  { word: "x64", role: "architecture", example: "latest-x64" },
  { word: "i386", role: "architecture", example: "i386" },
  { word: "ppc64le", role: "architecture", example: "latest-ppc64le" },
  { word: "s390x", role: "architecture", example: "latest-s390x" },
  { word: "riscv64", role: "architecture", example: "edge-riscv64" },

  { word: "pr", role: "counter", example: "pr-2" },
  { word: "build", role: "counter", example: "build-152" },
  { word: "run", role: "counter", example: "run-99" },

  { word: "nanoserver", role: "base", example: "nanoserver-1809" },
  { word: "windowsservercore", role: "base", example: "windowsservercore-1809" },
  { word: "alpine", role: "base", example: "alpine-3.19" },
  { word: "debian", role: "base", example: "debian-12" },
  { word: "ubuntu", role: "base", example: "ubuntu-22.04" },
  { word: "experimental", role: "base", example: "experimental-v3.0" },

  { word: "dev", role: "pre", rank: 0, example: "2.9-dev5" },
  { word: "snapshot", role: "pre", rank: 0, example: "2.11.0-SNAPSHOT" },
  { word: "nightly", role: "pre", rank: 0, example: "3.0.0-nightly.20251104" },
  { word: "alpha", role: "pre", rank: 1, example: "pg14-v0.2.0-alpha.2" },
  { word: "a", role: "pre", rank: 1, example: "v0.2.0a1" },
  { word: "beta", role: "pre", rank: 2, example: "17beta1-alpine" },
  { word: "b", role: "pre", rank: 2, example: "3.13.0b2-slim" },
  { word: "ea", role: "pre", rank: 2, example: "24-ea-17-jdk" },
  { word: "eap", role: "pre", rank: 2, example: "2023.1-eap" },
  { word: "ctp", role: "pre", rank: 2, example: "2019-CTP3.2-ubuntu" },
  { word: "m", role: "pre", rank: 3, example: "2.1.0.M1" },
  { word: "preview", role: "pre", rank: 4, example: "10.0.100-preview.7" },
  { word: "pre", role: "pre", rank: 4, example: "2.0.0-pre1" },
  { word: "rc", role: "pre", rank: 5, example: "1.27rc1" },
  { word: "cr", role: "pre", rank: 5, example: "3.0.0.CR1" },

  { word: "final", role: "release", example: "4.8.3.Final" },
  { word: "release", role: "release", example: "2.1.0.RELEASE" },
  { word: "ga", role: "release", example: "2017-GA-ubuntu" },
  { word: "rtm", role: "release", example: "2025-RTM-ubuntu-22.04" },

  { word: "r", role: "build", example: "1.25.3-debian-11-r4" },
  { word: "ls", role: "build", example: "1.9.3-ls56" },
  { word: "build", role: "build", example: "v3.6.7-k3s1-build20260429" },
  { word: "b", role: "build", example: "1.300053.0b1046" },
  { word: "k3s", role: "build", example: "v3.6.7-k3s1" },
  { word: "rke2r", role: "build", example: "v1.36.0-rke2r1-build20260429" },
  { word: "eksbuild", role: "build", example: "v1.11.4-eksbuild.1" },
  { word: "gke", role: "build", example: "v1.27.3-gke.1700" },
  { word: "cu", role: "build", example: "2019-CU15-ubuntu-20.04" },
  { word: "gdr", role: "build", example: "2022-CU16-GDR1-ubuntu-22.04" },
  { word: "security", role: "build", example: "11.4.0-security-01" },
  { word: "ce", role: "build", dotted: true, example: "17.6.1-ce.0" },
  { word: "ee", role: "build", dotted: true, example: "17.6.1-ee.0" },
  { word: "post", role: "build", example: "v0.6.3.post1" },
  { word: "p", role: "build", example: "2.4.0p34" },
  { word: "sp", role: "build", example: "7.2.10-sp8" },
  { word: "patch", role: "build", example: "6.3.0-patch1" },
  { word: "hotfix", role: "build", example: "2023.1.0-hotfix.1" },

  { word: "latest", role: "moving", example: "2022-latest" },
  { word: "x", role: "moving", example: "4.x" },
];

const BEFORE: ReadonlyMap<string, Word> = byWord(["prefix", "architecture", "counter", "base"]);
const BEHIND: ReadonlyMap<string, Word> = byWord(["pre", "release", "moving"]);
const BUILDS: ReadonlyMap<string, Word> = byWord(["build"]);

/** What a word before the numbers is, in any case of letters. */
export function wordBefore(text: string): Word | undefined {
  return BEFORE.get(text.toLowerCase());
}

/** What a word behind the numbers is, in any case of letters; builds are {@linkcode buildWord}. */
export function wordBehind(text: string): Word | undefined {
  return BEHIND.get(text.toLowerCase());
}

/** The word of a build or revision, in any case of letters. */
export function buildWord(text: string): Word | undefined {
  return BUILDS.get(text.toLowerCase());
}

function byWord(roles: readonly WordRole[]): Map<string, Word> {
  return new Map(WORDS.filter(({ role }) => roles.includes(role)).map((word) => [word.word, word]));
}
