import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import type { TagEntry } from "../../core/endpoints/tags.ts";
import type { Digest } from "../../core/names/digest.ts";
import { isDigest } from "../../core/names/digest.ts";
import type { Tag } from "../../core/names/tag.ts";
import { mirrorRepository } from "../../core/transfer/mirror.ts";
import type { MirrorTarget } from "../../core/transfer/mirror_ends.ts";
import {
  isOwnedTag,
  ownedArtifact,
  type OwnedList,
  ownedTagOf,
  parseOwned,
} from "../../core/transfer/owned.ts";
import type { RepositoryReport } from "../../core/transfer/report.ts";

/** Tags and a letter for the image that each points to. */
type Letters = Readonly<Record<string, string>>;

/** One situation: what the plan's list says, what the target and the source have, and what is left. */
interface Case {
  readonly name: string;
  readonly owned?: Letters;
  /** What was on its way when a run broke off. */
  readonly was?: Letters;
  readonly target: Letters;
  readonly source: Letters;
  /** @default "all": the source's tags */
  readonly include?: readonly string[];
  /** What a second entry about the same repository wants. */
  readonly also?: readonly string[];
  readonly others?: Readonly<Record<string, Letters>>;
  /** What plans want and found there. */
  readonly found?: Readonly<Record<string, readonly string[]>>;
  /** The repository that all lists name. @default this one */
  readonly listsOf?: string;
  /** The one that other plans' lists name. @default the same */
  readonly otherListsOf?: string;
  readonly listing?: "whole" | "broken";
  /** Tags of the source that cannot be copied. */
  readonly failing?: readonly string[];
  /** What the target deletes. @default "tags" */
  readonly deletes?: "tags" | "digests" | "neither" | "digests, and says 404 of tags";
  /** Which tags it refuses to delete. */
  readonly refuses?: readonly string[];
  /** What an index leads to. */
  readonly parts?: Readonly<Record<string, string>>;
  readonly prune?: boolean | "plan";
  readonly dryRun?: boolean;
  /** @default "whole" */
  readonly targetListing?: "broken" | "lags";
  readonly strangeList?: boolean;
  /** The target's tags afterwards. */
  readonly after: Letters;
  /** What the report says besides copies. */
  readonly told?: readonly string[];
  /** What the list says afterwards. @default not looked at */
  readonly ownedAfter?: readonly string[];
  /** What the list wants and did not put. @default not looked at */
  readonly foundAfter?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "deletes what is owned, not moved and not wanted",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { b: "B" },
    told: ["a deleted"],
    ownedAfter: ["b"],
  },
  {
    name: "deletes all of several",
    owned: { a: "A", b: "B", c: "C" },
    target: { a: "A", b: "B", c: "C" },
    source: { c: "C" },
    after: { c: "C" },
    told: ["a deleted", "b deleted"],
  },
  {
    name: "leaves what it does not own",
    owned: { b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
  },
  {
    name: "leaves what it does not own although the digest is one that it put",
    owned: { b: "B", x: "X" },
    target: { a: "X", b: "B", x: "X" },
    source: { b: "B" },
    after: { a: "X", b: "B" },
    told: ["x deleted"],
  },
  {
    name: "leaves everything where there is no list",
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
  },
  {
    name: "does not take for its own what was there before",
    target: { a: "A", b: "B" },
    source: { a: "A", b: "B" },
    include: ["b"],
    after: { a: "A", b: "B" },
    ownedAfter: [],
    foundAfter: ["b"],
  },
  {
    name: "leaves what moved, and forgets it",
    owned: { a: "A", b: "B" },
    target: { a: "Z", b: "B" },
    source: { b: "B" },
    after: { a: "Z", b: "B" },
    told: ["a left"],
    ownedAfter: ["b"],
  },
  {
    name: "forgets what is gone",
    owned: { a: "A", b: "B" },
    target: { b: "B" },
    source: { b: "B" },
    after: { b: "B" },
    ownedAfter: ["b"],
  },
  {
    name: "leaves what another plan has put, too",
    owned: { a: "A", b: "B" },
    others: { other: { a: "A" } },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
    told: ["a left"],
    ownedAfter: ["b"],
  },
  {
    name: "deletes what another plan put before it moved",
    owned: { a: "A", b: "B" },
    others: { other: { a: "Z" } },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { b: "B" },
    told: ["a deleted"],
  },
  {
    name: "leaves what another plan wants and found there",
    owned: { a: "A", b: "B" },
    others: { other: {} },
    found: { other: ["a"] },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
    told: ["a left"],
    ownedAfter: ["b"],
  },
  {
    name: "never deletes what it only found",
    owned: { b: "B" },
    found: { mine: ["a"] },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
    ownedAfter: ["b"],
    foundAfter: [],
  },
  {
    name: "still wants what it found where an entry selects nothing",
    owned: { b: "B" },
    found: { mine: ["a"] },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    include: ["b"],
    also: ["a"],
    after: { a: "A", b: "B" },
    told: ["failed: not_found"],
    foundAfter: ["a"],
  },
  {
    name: "owns what it puts in the place of what it found",
    owned: { b: "B" },
    found: { mine: ["a"] },
    target: { a: "A", b: "B" },
    source: { a: "N", b: "B" },
    after: { a: "N", b: "B" },
    ownedAfter: ["a", "b"],
    foundAfter: [],
  },
  {
    name: "takes the list of another repository for none",
    owned: { a: "A", b: "B" },
    listsOf: "target.example/elsewhere",
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
    ownedAfter: [],
    foundAfter: ["b"],
  },
  {
    name: "deletes what another plan put in another repository",
    owned: { a: "A", b: "B" },
    others: { other: { a: "A" } },
    otherListsOf: "target.example/elsewhere",
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { b: "B" },
    told: ["a deleted"],
  },
  {
    name: "leaves everything where another plan's list cannot be read",
    owned: { a: "A", b: "B" },
    others: { other: {} },
    strangeList: true,
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { a: "A", b: "B" },
    told: ["failed: protocol"],
  },
  {
    name: "leaves everything where the source lists nothing",
    owned: { a: "A" },
    target: { a: "A" },
    source: {},
    after: { a: "A" },
    told: ["failed: not_found"],
    ownedAfter: ["a"],
  },
  {
    name: "leaves everything where nothing is selected",
    owned: { a: "A" },
    target: { a: "A" },
    source: { b: "B" },
    include: ["c"],
    after: { a: "A" },
    told: ["failed: not_found"],
    ownedAfter: ["a"],
  },
  {
    name: "leaves everything where the source's list breaks off",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    listing: "broken",
    after: { a: "A", b: "B" },
    told: ["failed: incomplete"],
  },
  {
    name: "leaves everything where the target's list breaks off",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    targetListing: "broken",
    after: { a: "A", b: "B" },
    told: ["failed: incomplete"],
  },
  {
    name: "leaves everything where something could not be copied",
    owned: { a: "A" },
    target: { a: "A" },
    source: { b: "B", c: "C" },
    failing: ["c"],
    after: { a: "A", b: "B" },
    told: ["c failed", "unpruned: 1 of 2 tags could not be copied"],
  },
  {
    name: "deletes when it could be copied the next time",
    owned: { a: "A", b: "B", c: "C" },
    target: { a: "A", b: "B" },
    source: { b: "B", c: "C" },
    after: { b: "B", c: "C" },
    told: ["a deleted"],
  },
  {
    name: "only says what it would delete",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    prune: "plan",
    after: { a: "A", b: "B" },
    told: ["a to delete"],
    ownedAfter: ["a", "b"],
  },
  {
    name: "only says what it would delete in a dry run",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    dryRun: true,
    after: { a: "A", b: "B" },
    told: ["a to delete", "not done"],
    ownedAfter: ["a", "b"],
  },
  {
    name: "does nothing where it is not asked to, and keeps what it owns",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    prune: false,
    after: { a: "A", b: "B" },
    ownedAfter: ["a", "b"],
  },
  {
    name: "takes what it put before a run broke off for its own",
    owned: { a: "A", b: "B" },
    was: { a: "Y" },
    target: { a: "Y", b: "B" },
    source: { b: "B" },
    after: { b: "B" },
    told: ["a deleted"],
  },
  {
    name: "takes what arrived before a run broke off for its own",
    owned: { a: "A", b: "B" },
    was: { a: "Y" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    after: { b: "B" },
    told: ["a deleted"],
  },
  {
    name: "leaves what was neither before nor after a run that broke off",
    owned: { a: "A", b: "B" },
    was: { a: "Y" },
    target: { a: "Z", b: "B" },
    source: { b: "B" },
    after: { a: "Z", b: "B" },
    told: ["a left"],
  },
  {
    name: "deletes by digest where tags are not deleted",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    deletes: "digests",
    after: { b: "B" },
    told: ["a deleted"],
  },
  {
    name: "deletes by digest where tags get a 404",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    deletes: "digests, and says 404 of tags",
    after: { b: "B" },
    told: ["a deleted"],
  },
  {
    name: "leaves a manifest that a wanted tag shares",
    owned: { a: "A", b: "A" },
    target: { a: "A", b: "A" },
    source: { b: "A" },
    deletes: "digests",
    after: { a: "A", b: "A" },
    told: ["a left"],
    ownedAfter: ["a", "b"],
  },
  {
    name: "leaves a manifest that a stranger's tag shares",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B", mine: "A" },
    source: { b: "B" },
    deletes: "digests",
    after: { a: "A", b: "B", mine: "A" },
    told: ["a left"],
    ownedAfter: ["a", "b"],
  },
  {
    name: "deletes a manifest once whose tags all go",
    owned: { a: "A", b: "B", c: "A" },
    target: { a: "A", b: "B", c: "A" },
    source: { b: "B" },
    deletes: "digests",
    after: { b: "B" },
    told: ["a deleted", "c deleted"],
    ownedAfter: ["b"],
  },
  {
    name: "leaves a manifest that is a part of an index that stays",
    owned: { a: "A", i: "I" },
    target: { a: "A", i: "I" },
    source: { i: "I" },
    parts: { I: "AB" },
    deletes: "digests",
    after: { a: "A", i: "I" },
    told: ["a left"],
  },
  {
    name: "leaves a manifest that what was just copied shares, although the list lags",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B", c: "A" },
    targetListing: "lags",
    deletes: "digests",
    after: { a: "A", b: "B", c: "A" },
    told: ["a left"],
    ownedAfter: ["a", "b", "c"],
  },
  {
    name: "deletes a tag whose manifest is a part of an index that stays",
    owned: { a: "A", i: "I" },
    target: { a: "A", i: "I" },
    source: { i: "I" },
    parts: { I: "AB" },
    after: { i: "I" },
    told: ["a deleted"],
  },
  {
    name: "deletes an index whose parts stay",
    owned: { a: "A", i: "I" },
    target: { a: "A", i: "I" },
    source: { a: "A" },
    parts: { I: "AB" },
    deletes: "digests",
    after: { a: "A" },
    told: ["i deleted"],
  },
  {
    name: "says what cannot be deleted at all, and still owns it",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B" },
    deletes: "neither",
    after: { a: "A", b: "B" },
    told: ["a left"],
    ownedAfter: ["a", "b"],
  },
  {
    name: "tells of each tag that it may not delete, and goes on",
    owned: { a: "A", b: "B", c: "C" },
    target: { a: "A", b: "B", c: "C" },
    source: { c: "C" },
    refuses: ["a"],
    after: { a: "A", c: "C" },
    told: ["a left", "b deleted", "not done"],
    ownedAfter: ["a", "c"],
  },
  {
    name: "keeps what any entry wants",
    owned: { a: "A", b: "B", c: "C" },
    target: { a: "A", b: "B", c: "C" },
    source: { a: "A", b: "B", c: "C" },
    include: ["a"],
    also: ["b"],
    after: { a: "A", b: "B" },
    told: ["c deleted"],
  },
  {
    name: "leaves everything where one of two entries selects nothing",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B", c: "C" },
    include: ["c"],
    also: ["a"],
    after: { a: "A", b: "B", c: "C" },
    told: [
      "unpruned: an entry of the plan selects none of the source's 2 tags",
      "failed: not_found",
    ],
  },
  {
    name: "deletes what is no longer at the source",
    owned: { a: "A", b: "B" },
    target: { a: "A", b: "B" },
    source: { b: "B", c: "C" },
    after: { b: "B", c: "C" },
    told: ["a deleted"],
    ownedAfter: ["b", "c"],
  },
  {
    name: "keeps a tag that moved at the source and is wanted",
    owned: { a: "A" },
    target: { a: "A" },
    source: { a: "N" },
    after: { a: "N" },
    ownedAfter: ["a"],
  },
  {
    name: "takes over a tag that it replaces",
    target: { a: "Z" },
    source: { a: "A" },
    after: { a: "A" },
    ownedAfter: ["a"],
  },
];

for (const each of cases) {
  Deno.test(`prune ${each.name}`, async () => {
    const world = createTarget(each);
    const report = await runCase(each, world.target);
    const left = Object.fromEntries([...world.tags].filter(([tag]) => !isOwnedTag(tag)));
    assertEquals(left, Object.fromEntries(Object.entries(each.after).map(pointed)));
    const told = tellings(report);
    assertEquals(told, each.told ?? []);
    if (each.ownedAfter) assertEquals(world.owned(), each.ownedAfter);
    if (each.foundAfter) assertEquals(world.found(), each.foundAfter);
    // Nothing is ever deleted that the list did not name with that digest.
    for (const [tag, digest] of world.deleted) {
      const letters = [each.owned?.[tag], each.was?.[tag]].filter((letter) => letter !== undefined);
      assert(letters.map(digestFor).includes(digest), `${tag} was not the plan's`);
    }
  });
}

async function runCase(each: Case, target: MirrorTarget): Promise<RepositoryReport> {
  const { source, failing = [], listing, include, also, prune = true, dryRun = false } = each;
  return await mirrorRepository({
    source: "source.example/app",
    target: "target.example/app",
    plan: "mine",
    selects: [
      include === undefined ? {} : { include },
      ...also === undefined ? [] : [{ include: also }],
    ],
    prune,
    dryRun,
  }, {
    source: {
      list(): Promise<readonly TagEntry[]> {
        const tags = Object.keys(source).map((name) => ({ name: name as Tag }));
        return listing === "broken"
          ? Promise.reject(new RegistryError("incomplete", "Cannot list: broken"))
          : Promise.resolve(tags);
      },
      digestOf: (tag: Tag) => Promise.resolve(digestFor(source[tag] ?? "")),
      async copy(tag: Tag) {
        if (failing.includes(tag)) throw new RegistryError("unavailable", "Cannot copy: 503");
        const digest = digestFor(source[tag] ?? "");
        await put(target, tag, digest);
        return { digest, sourceDigest: digest, fate: "copied" };
      },
    },
    target,
  });
}

const puts = new WeakMap<MirrorTarget, (tag: Tag, digest: Digest) => void>();

async function put(target: MirrorTarget, tag: Tag, digest: Digest): Promise<void> {
  await Promise.resolve();
  puts.get(target)?.(tag, digest);
}

function createTarget(each: Case) {
  const { deletes = "tags", parts = {}, others = {}, owned, was = {} } = each;
  const tags = new Map<string, Digest>(Object.entries(each.target).map(pointed));
  const lists = new Map<string, OwnedList>();
  const deleted = new Map<string, Digest>();
  const mine = ownedTagOf("mine");

  function keep(plan: string, letters: Letters): void {
    const entries = Object.entries(letters).map(([tag, letter]) => {
      const before = plan === "mine" ? was[tag] : undefined;
      return [tag as Tag, {
        digest: digestFor(letter),
        was: before === undefined ? undefined : digestFor(before),
      }] as const;
    });
    lists.set(ownedTagOf(plan), {
      repository: (plan === "mine" ? undefined : each.otherListsOf) ?? each.listsOf ??
        "target.example/app",
      plan,
      tags: new Map(entries),
      found: new Set(each.found?.[plan] as readonly Tag[] | undefined),
    });
    tags.set(ownedTagOf(plan), digestFor("0"));
  }

  if (owned !== undefined) keep("mine", owned);
  for (const [plan, letters] of Object.entries(others)) keep(plan, letters);
  const target: MirrorTarget = {
    list(): Promise<readonly Tag[]> {
      if (each.targetListing === "lags") return Promise.resolve(Object.keys(each.target) as Tag[]);
      if (each.targetListing === undefined) return Promise.resolve([...tags.keys()] as Tag[]);
      return Promise.reject(new RegistryError("incomplete", "Cannot list: broken"));
    },
    digestOf: (tag: Tag) => Promise.resolve(tags.get(tag)),
    needsOf(tag: Tag): Promise<readonly Digest[]> {
      const digest = tags.get(tag);
      const letter = Object.keys(parts).find((each) => digestFor(each) === digest);
      const more = [...parts[letter ?? ""] ?? ""].map(digestFor);
      return Promise.resolve(digest === undefined ? [] : [digest, ...more]);
    },
    remove(name: Tag | Digest) {
      if (each.refuses?.includes(name)) {
        return Promise.reject(new RegistryError("denied", "Cannot delete: 403"));
      }
      if (deletes === "neither") return Promise.resolve("unsupported" as const);
      if (!isDigest(name)) {
        if (deletes === "digests") return Promise.resolve("unsupported" as const);
        const digest = tags.get(name);
        if (deletes !== "tags" || digest === undefined) return Promise.resolve("missing" as const);
        deleted.set(name, digest);
        tags.delete(name);
        return Promise.resolve("deleted" as const);
      }
      for (const [tag, digest] of [...tags].filter(([, digest]) => digest === name)) {
        deleted.set(tag, digest);
        tags.delete(tag);
      }
      return Promise.resolve("deleted" as const);
    },
    readOwned(tag: Tag): Promise<OwnedList> {
      const list = lists.get(tag);
      const isStrange = tag !== mine && each.strangeList;
      if (list !== undefined && !isStrange) return Promise.resolve(list);
      return Promise.reject(new RegistryError("protocol", "Cannot read the list: strange"));
    },
    async writeOwned(tag: Tag, artifact): Promise<void> {
      lists.set(tag, parseOwned(artifact.blobs[1]?.bytes ?? new Uint8Array()));
      tags.set(tag, artifact.manifest.digest);
      await Promise.resolve();
    },
  };
  puts.set(target, (tag, digest) => tags.set(tag, digest));
  return {
    target,
    tags,
    deleted,
    found: () => [...lists.get(mine)?.found ?? []].toSorted(),
    owned: () => [...lists.get(mine)?.tags.keys() ?? []].toSorted(),
  };
}

function tellings({ tags, unpruned, error, done }: RepositoryReport): readonly string[] {
  const isTold = error !== undefined || tags.some(({ fate }) => fate === "failed");
  return [
    ...tags.filter(({ fate }) => !["copied", "to copy"].includes(fate))
      .map(({ tag, fate }) => `${tag} ${fate}`),
    ...(unpruned === undefined ? [] : [`unpruned: ${unpruned}`]),
    ...(error === undefined ? [] : [`failed: ${error.code}`]),
    ...(done || isTold ? [] : ["not done"]),
  ];
}

function digestFor(letter: string): Digest {
  return `sha256:${letter.charCodeAt(0).toString(16).padStart(2, "0").repeat(32)}` as Digest;
}

function pointed([tag, letter]: [string, string]): [string, Digest] {
  return [tag, digestFor(letter)];
}

Deno.test("parseOwned() reads what ownedArtifact() wrote, and nothing else", async () => {
  const tags = new Map([
    ["b" as Tag, { digest: digestFor("B") }],
    ["__proto__" as Tag, { digest: digestFor("P"), from: digestFor("F"), was: digestFor("W") }],
  ]);
  const { blobs, manifest } = await ownedArtifact({
    repository: "target.example/app",
    plan: "p",
    platforms: ["linux/arm64"],
    tags,
    found: new Set(["f" as Tag]),
  });
  const read = parseOwned(blobs[1]?.bytes ?? new Uint8Array());
  assertEquals(read.platforms, ["linux/arm64"]);
  assertEquals([read.repository, ...read.found], ["target.example/app", "f"]);
  assertEquals([...read.tags.keys()], ["__proto__", "b"]);
  assertEquals((await ownedArtifact(read)).manifest.digest, manifest.digest);
  const wrong = [
    "",
    "[]",
    "{}",
    '{"format":2,"plan":"p","tags":[]}',
    '{"format":1,"tags":[]}',
    '{"format":1,"plan":"p","tags":{}}',
    '{"format":1,"repository":"r/a","plan":"p","found":[],"tags":[{"tag":"a/b"}]}',
    '{"format":1,"repository":"r/a","plan":"p","found":[],"tags":[{"tag":"a","digest":"sha256:1"}]}',
    '{"format":1,"repository":"r/a","plan":"p","found":[],"platforms":[1],"tags":[]}',
    '{"format":1,"repository":"r/a","plan":"p","found":["a/b"],"tags":[]}',
    '{"format":1,"plan":"p","found":[],"tags":[]}',
  ];
  for (const text of wrong) {
    try {
      parseOwned(new TextEncoder().encode(text));
    } catch (error) {
      assert(error instanceof RegistryError, text);
      continue;
    }
    throw new Error(`It was read: ${text}`);
  }
});
