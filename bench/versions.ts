/**
 * How long selecting takes: 1,000,000 tags in one pass, beside sorting the same list with the npm package
 * `semver`, which reads a part of them. Run it with `deno run -A bench/versions.ts [tags]`.
 */

import semver from "semver";
import { compareKeyed, orderKey } from "../core/versions/order.ts";
import { type SelectOptions } from "../core/versions/options.ts";
import { selectTags } from "../core/versions/select.ts";

const VARIANTS = ["", "", "", "-alpine", "-alpine3.20", "-slim-bookworm", "-rc.1", "-oraclelinux8"];

/** Tags as registries have them, each once: 40 lines of 50 minors, most of them no semver. */
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

const selections: readonly (readonly [name: string, options: SelectOptions])[] = [
  ["like 21.0.1", { like: "21.0.1" }],
  ["range ^21 (needs the list, for channels)", { range: "^21" }],
  ["newest 3 per minor", { newest: 3, per: "minor" }],
  ["sort version", { sort: "version" }],
];

console.log(`${count} tags, of which ${readable.length} are semver; the shortest of 3 runs`);
console.log("\nselectTags()                                   n/2        n   t(n)/t(n/2)");
for (const [name, options] of selections) {
  const [small, large] = [
    time(() => selectTags(half, options)),
    time(() => selectTags(whole, options)),
  ];
  report(name, [small, large], large / small);
}

/** As few as both can read, for both to do the same work. */
const same = readable.slice(0, Math.min(readable.length, count / 10));
const ours = time(() => selectTags(same, { sort: "version" }));
const keyed = time(() => {
  const entries = same.map((tag) => ({ tag, key: orderKey(tag) }));
  entries.sort((a, b) => compareKeyed(a.key, a.tag, b.key, b.tag));
});
const texts = time(() => semver.rsort([...same]));
const parsed = time(() =>
  same.map((tag) => new semver.SemVer(tag)).sort((a, b) => b.compareBuild(a))
);

console.log(`\nthe same ${same.length} semver tags sorted                      ms   against ours`);
report("selectTags(), sort version", [ours], 1);
report("orderKey() once a tag, then sort", [keyed], keyed / ours);
report("semver.rsort(texts)", [texts], texts / ours);
report("new SemVer() once a tag, then sort", [parsed], parsed / ours);

function report(name: string, times: readonly number[], ratio: number): void {
  const columns = times.map((each) => `${each.toFixed(0)} ms`.padStart(9)).join("");
  console.log(name.padEnd(42) + columns + `${ratio.toFixed(2)}x`.padStart(12));
}
