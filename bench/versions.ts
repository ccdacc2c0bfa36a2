/**
 * How long selecting takes: 1,000,000 tags in one pass, beside sorting the same list with the npm package
 * `semver`, which reads a part of them. Run it with `deno run -A bench/versions.ts [tags]`.
 */

import semver from "semver";
import { newestRelease } from "../core/versions/newest_release.ts";
import { compareKeyed, orderKey } from "../core/versions/order.ts";
import type { SelectOptions } from "../core/versions/options.ts";
import { selectTags } from "../core/versions/select.ts";
import { table } from "./table.ts";

const VARIANTS = ["", "", "", "-alpine", "-alpine3.20", "-slim-bookworm", "-rc.1", "-oraclelinux8"];

/** Tags as registries have them, each once: 40 lines of 50 minors, with variants and pre-releases. */
function makeTags(count: number): string[] {
  const tags: string[] = [];
  for (let at = 0; tags.length < count; at++) {
    const variant = VARIANTS[at % VARIANTS.length] ?? "";
    const number = Math.floor(at / VARIANTS.length);
    const [major, minor, patch] = [
      number % 40,
      Math.floor(number / 40) % 50,
      Math.floor(number / 2000),
    ];
    if (at % 16 === 5) tags.push(`1.8.0_${number}${variant}`);
    else if (at % 16 === 9) tags.push(`v${major}.${minor}.${patch}-ls${number % 100}-r${at}`);
    else {tags.push(
        `${major}.${minor}.${patch}${variant}${at % 8 > 1 || variant !== "" ? "" : `-${at % 8}`}`,
      );}
  }
  return shuffled(tags);
}

/** In an order that looks random and is the same each time. */
function shuffled(tags: string[]): string[] {
  let state = 42;
  for (let at = tags.length - 1; at > 0; at--) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    const other = state % (at + 1);
    [tags[at], tags[other]] = [tags[other] ?? "", tags[at] ?? ""];
  }
  return tags;
}

/** The shortest of three, in milliseconds: the first also pays for compilation. */
function time(work: () => unknown): number {
  let best = Infinity;
  for (let run = 0; run < 3; run++) {
    const begin = performance.now();
    work();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

const count = Number(Deno.args[0] ?? 1_000_000);
const whole = makeTags(count);
const half = whole.slice(0, count / 2);
const readable = whole.filter((tag) => semver.valid(tag) !== null);

/** In the order of the table. */
const SELECTIONS: readonly (readonly [name: string, options: SelectOptions])[] = [
  ["like 21.0.1", { like: "21.0.1" }],
  ["range ^21, channels left out", { range: "^21" }],
  ["newest 3 per minor", { newest: 3, per: "minor" }],
  ["sort version", { sort: "version" }],
];

/** Both sort the same tags: a tenth of the list, since one of them is slow. */
function compareWithSemver(tags: readonly string[]): string[][] {
  const contenders: readonly (readonly [name: string, work: () => unknown])[] = [
    ["selectTags(), sort version", () => selectTags(tags, { sort: "version" })],
    ["orderKey() once a tag, then sort", () => sortByKey(tags)],
    ["semver.rsort(texts)", () => semver.rsort([...tags])],
    ["new SemVer() once a tag, then sort", () => sortParsed(tags)],
  ];
  const times = contenders.map(([, work]) => time(work));
  const [ours = NaN] = times;
  return contenders.map(([name], at) => {
    const each = times[at] ?? NaN;
    return [name, milliseconds(each), ratio(each, ours)];
  });
}

function sortByKey(tags: readonly string[]): unknown {
  const entries = tags.map((tag) => ({ tag, key: orderKey(tag) }));
  return entries.sort((a, b) => compareKeyed(b.key, b.tag, a.key, a.tag));
}

function sortParsed(tags: readonly string[]): unknown {
  return tags.map((tag) => new semver.SemVer(tag)).sort((a, b) => b.compareBuild(a));
}

function growth(name: string, work: (tags: readonly string[]) => unknown): string[] {
  const small = time(() => work(half));
  const large = time(() => work(whole));
  return [name, milliseconds(small), milliseconds(large), ratio(large, small)];
}

function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function ratio(value: number, other: number): string {
  return `${(value / other).toFixed(2)}x`;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

print(`${count} tags, ${readable.length} of them semver; the shortest of 3 runs\n\n`);
const rows = [
  ...SELECTIONS.map(([name, options]) => growth(name, (tags) => selectTags(tags, options))),
  growth("newestRelease(), any shape", (tags) => newestRelease(tags)),
  growth("newestRelease(), like 21.0.1", (tags) => newestRelease(tags, { like: "21.0.1" })),
];
print(table(["selectTags()", "n/2", "n", "t(n)/t(n/2)"], rows));
const same = readable.slice(0, count / 10);
print(`\n${same.length} semver tags, sorted\n\n`);
print(table(["", "time", "against ours"], compareWithSemver(same)));
