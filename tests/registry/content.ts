import type { Content } from "./simulated_registry.ts";

/** The repositories of the seeds under one roof, each as its own simulated registry holds it; the same on every call. */
export function sampleContent(): Content {
  return {
    "library/ubuntu": ubuntu(),
    "linuxserver/hedgedoc": hedgedoc(),
    "ansible/creator-ee": creatorEe(),
    "java/jdk": jdk(),
    "os/oraclelinux": oracleLinux(),
    "cloudwatch-agent/cloudwatch-agent": cloudWatchAgent(),
  };
}

/** The part of the sample content that holds these repositories. */
export function sampleOf(...repositories: readonly string[]): Content {
  const all = sampleContent();
  return Object.fromEntries(repositories.map((name) => [name, all[name] ?? []]));
}

/** By name it begins with 10.04, 12.04, 12.04.5, 12.10, 13.04: seed 001, 2023-03-28. The rest is made up. */
function ubuntu(): string[] {
  const names =
    "lucid precise quantal raring saucy trusty utopic vivid wily xenial yakkety zesty artful bionic cosmic disco " +
    "eoan focal groovy hirsute impish jammy kinetic lunar mantic noble oracular plucky questing";
  const versions = [
    "10.04",
    "12.04",
    "12.10",
    "13.04",
    "13.10",
    "14.04",
    "14.10",
    "15.04",
    "15.10",
    "16.04",
    "16.10",
  ];
  for (let year = 17; year <= 25; year++) versions.push(`${year}.04`, `${year}.10`);
  const points: Readonly<Record<string, string>> = { "12.04": "12.04.5", "14.04": "14.04.5" };
  const tags = names.split(" ").flatMap((name, index) => {
    const version = versions[index] ?? "";
    const [year = 0, month = 0] = version.split(".").map(Number);
    const dated = range(0, 11).map((step) => {
      const months = month - 1 + step;
      const day = step * 2 + index % 5 + 1;
      return `${name}-20${two(year + Math.floor(months / 12))}${two(months % 12 + 1)}${two(day)}`;
    });
    const point = points[version];
    return [...(point === undefined ? [] : [point]), ...dated, version, name];
  });
  return [...tags, "devel", "rolling", "latest"];
}

/**
 * 450 tags, oldest first, as seed 001 (2023-03-28) shows the first four and the ends of the pages of 100:
 * amd64-version-1.8.1, arm32v7-1.9.1, 1.9.3-ls56, 1.9.5-ls73. What lies between is made up in the way of linuxserver.
 */
function hedgedoc(): string[] {
  const tags: string[] = [];
  function build(version: string, ls: number): void {
    const full = `${version}-ls${ls}`;
    const machines = ["amd64", "arm32v7", "arm64v8"];
    const early = Number(version.split(".")[1]) < 9;
    const builds = machines.map((machine) => `${machine}-${full}`);
    const moving = machines.map((machine) => `${machine}-${early ? "version-" : ""}${version}`);
    const fresh = tags.includes(version) ? [] : [...moving, version];
    tags.push(...early ? [...builds, ...fresh, full] : [...builds, full, ...fresh]);
  }
  function pullRequests(version: string, upTo: number): void {
    while (tags.length < upTo) tags.push(`${version}-pkg-${hex(tags.length, 8)}-pr-${tags.length}`);
  }
  function builds(version: string, from: number, to: number): void {
    for (let ls = from; ls <= to; ls++) build(version, ls);
  }
  builds("1.7.0", 1, 4);
  builds("1.7.2", 5, 10);
  builds("1.8.0", 11, 17);
  pullRequests("1.8.0", 96);
  builds("1.8.1", 18, 24);
  builds("1.8.2", 25, 30);
  builds("1.9.0", 31, 36);
  pullRequests("1.9.0", 194);
  builds("1.9.1", 37, 41);
  builds("1.9.2", 42, 47);
  builds("1.9.3", 48, 55);
  pullRequests("1.9.3", 296);
  builds("1.9.3", 56, 60);
  builds("1.9.4", 61, 66);
  builds("1.9.5", 67, 72);
  pullRequests("1.9.5", 396);
  builds("1.9.5", 73, 80);
  tags.push("latest", `sha256-${hex(7, 64)}.sig`);
  pullRequests("1.9.6", 450);
  return tags;
}

/** The first eleven in the order of seed 001 (2023-03-28); 120 in all. */
function creatorEe(): string[] {
  const tags = [
    "8f2ef3e55d91258eca4eaef9222505bd401ff86d-1473632019-15-1",
    "v0.2.0a1",
    "8f2ef3e55d91258eca4eaef9222505bd401ff86d-1477382381-16-1",
    "8f2ef3e55d91258eca4eaef9222505bd401ff86d",
    "v0.2.0",
    "67b9e06a5462acd665a9260f5082f39f07fc2ef2-1968203497-17-1",
    "67b9e06a5462acd665a9260f5082f39f07fc2ef2",
    "v0.3.0",
    "52d2ac2718da1fe739a657e73a6094da18227ecb-2005081881-18-1",
    "52d2ac2718da1fe739a657e73a6094da18227ecb",
    "v0.3.1",
  ];
  for (let run = 19; tags.length < 118; run++) {
    const commit = hex(run, 40);
    tags.push(`${commit}-${2_005_081_881 + run * 7_654_321}-${run}-1`, commit, `v0.${run - 15}.0`);
  }
  return [...tags.slice(0, 118), "main", "latest"];
}

/**
 * The versions that seed 000 (2025-05-28) shows: 1.8.0_371 to _441 with the gaps it has, 21.0.1 to 21.0.7; 11, 17, 24 are made up.
 */
function jdk(): string[] {
  const linux = (version: string, ...releases: readonly number[]): string[] => [
    version,
    ...releases.map((release) => `${version}-oraclelinux${release}`),
  ];
  const eights = ["371", "381", "391", "401", "411", "421", "431", "441"].flatMap((update) => {
    const releases = update === "391" ? [7] : update === "441" ? [8] : [7, 8];
    return linux(`1.8.0_${update}`, ...releases);
  });
  const others = [
    ...range(16, 27).map((patch) => `11.0.${patch}`),
    ...range(4, 15).map((patch) => `17.0.${patch}`),
    ...range(1, 7).map((patch) => `21.0.${patch}`),
    ...["11", "17", "21", "24", "24.0.1"],
  ].flatMap((version) => linux(version, 8, 9));
  return [...eights, ...others, "latest"];
}

/** An open repository without `latest`: containers/shortnames PR 25, 2022-04. */
function oracleLinux(): string[] {
  const slim = (release: string): string[] => [release, `${release}-slim`];
  return [...range(3, 9).map((point) => `7.${point}`), ...range(4, 9).map((point) => `8.${point}`)]
    .flatMap(slim).concat(["7", "7-slim", "8", "8-slim", "9", "9-slim", "9-slim-fips"]);
}

/** 1500 tags; the captured one is 1.300053.0b1046: seed 000, 2025-05-28. The others are made up. */
function cloudWatchAgent(): string[] {
  const releases = range(300_001, 300_057).map((release, index) =>
    `1.${release}.0b${index * 20 + 6}`
  );
  const machines = range(1, 481).flatMap((step) => {
    const version = `1.${247_350 + step}.0b${250 + step * 3}`;
    return [version, `${version}-amd64`, `${version}-arm64`];
  });
  return [...machines, ...releases.slice(0, 56), "latest"];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** Hexadecimal digits which look random and depend on the seed alone. */
function hex(seed: number, length: number): string {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    text += state.toString(16).padStart(8, "0");
  }
  return text.slice(0, length);
}
