import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type CopyStep, RegistryError } from "../../mod.ts";
import {
  amd64,
  app,
  arm64,
  assertLayout,
  blobPath,
  entriesOf,
  named,
  namesOf,
  next,
  openWorld,
  sbom,
  signature,
  writeLayout,
} from "./layout_world.ts";
import { buildIndex } from "../registry/mod.ts";

const FROM = "registry.example/team/app";

Deno.test("copy() carries an image into a layout and back with the same digests", async () => {
  await using world = await openWorld({ "other/app": { tags: {} } });
  const { flow, folder } = world;
  const layout = join(folder, "deep", "layout");
  const there = await flow.copy(`${FROM}:1.0`, `oci:${layout}`);
  assertEquals<string>(there.digest, app.digest);
  assertEquals(await assertLayout(layout), []);
  assertEquals(await namesOf(layout), { "1.0": app.digest });
  const back = await flow.copy(`oci:${layout}`, "registry.example/other/app");
  assertEquals<string>(back.digest, app.digest);
  assertEquals<string>((await flow.digest("registry.example/other/app:1.0")).digest, app.digest);
  const { referrers } = await flow.referrers("registry.example/other/app:1.0", { depth: 2 });
  assertEquals<string[]>(referrers.map(({ digest }) => digest), [sbom.digest]);
  assertEquals<string[]>(
    referrers[0]?.referrers.map(({ digest }) => digest) ?? [],
    [signature.digest],
  );
});

Deno.test("copy() into a layout sends nothing twice, and a second time nothing at all", async () => {
  await using world = await openWorld();
  const { flow, folder, network } = world;
  const layout = `oci:${folder}/layout`;
  await flow.copy(`${FROM}:1.0`, layout);
  const steps: CopyStep[] = [];
  await flow.copy(`${FROM}:2.0`, layout, { onStep: (step) => steps.push(step) });
  const shared = steps.find(({ digest }) => digest === amd64.layers[0]?.digest);
  assertEquals(shared?.fate, "present");
  assertEquals(await namesOf(`${folder}/layout`), { "1.0": app.digest, "2.0": next.digest });
  const before = network.requests.length;
  const index = await Deno.stat(`${folder}/layout/index.json`);
  assertEquals((await flow.copy(`${FROM}:1.0`, layout)).fate, "present");
  assertEquals(network.requests.slice(before).map(({ method }) => method), ["HEAD"]);
  assertEquals((await Deno.stat(`${folder}/layout/index.json`)).ino, index.ino);
});

Deno.test("copies() put many tags into one layout at once", async () => {
  const tags = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [
      `1.${n}`,
      buildIndex([amd64], {
        annotations: { n: `${n}` },
      }),
    ]),
  );
  await using world = await openWorld({ "team/many": { tags } });
  const copies = world.flow.copies();
  const layout = join(world.folder, "layout");
  await Promise.all(
    Object.keys(tags).map((tag) =>
      copies.copy(`registry.example/team/many:${tag}`, `oci:${layout}`)
    ),
  );
  assertEquals(await assertLayout(layout), []);
  const wanted = Object.entries(tags).map(([tag, { digest }]) => [tag, digest]);
  assertEquals(await namesOf(layout), Object.fromEntries(wanted));
  const blob = (digest = "") =>
    world.network.requests.filter(({ url, method }) => method === "GET" && url.includes(digest));
  assertEquals(blob(amd64.layers[1]?.digest).length, 1);
});

Deno.test("copy() moves a name of a layout, and leaves alone what it does not know", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await writeLayout(layout, [next], [
    { ...named(next, "1.0"), "x-other": [1] },
    { ...named(next, "old"), "x-other": [2], urls: ["https://a.example"] },
  ]);
  const path = join(layout, "index.json");
  const index = { ...JSON.parse(await Deno.readTextFile(path)), "x-mine": { a: null } };
  await Deno.writeTextFile(path, JSON.stringify(index));
  await world.flow.copy(`${FROM}:1.0`, `oci:${layout}`, { referrers: false });
  assertEquals(await namesOf(layout), { "old": next.digest, "1.0": app.digest });
  const edited = JSON.parse(await Deno.readTextFile(path));
  assertEquals([edited["x-mine"], edited.manifests[0]["x-other"]], [{ a: null }, [2]]);
});

Deno.test("copy() keeps what was named by its digest as an entry without a name", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await world.flow.copy(`${FROM}@${arm64.digest}`, `oci:${layout}`, { referrers: false });
  const entries = await entriesOf(layout);
  assertEquals(entries.map(({ digest, annotations }) => [digest, annotations]), [
    [arm64.digest, undefined],
  ]);
  const { digest } = await world.flow.copy(`oci:${layout}`, `oci:${layout}-2`);
  assertEquals<string>(digest, arm64.digest);
  assertEquals(await assertLayout(`${layout}-2`), []);
});

Deno.test("copy() asks for a name where a layout has several images", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await writeLayout(layout, [app, next, sbom], [
    named(app, "b"),
    named(next, "a"),
    sbom.descriptor,
  ]);
  const error = await assertRejects(
    () => world.flow.copy(`oci:${layout}`, "registry.example/other/app:1.0"),
    RegistryError,
  );
  assertEquals(error.code, "reference_invalid");
  assertEquals(error.message, `Cannot copy from "oci:${layout}": there are 2 images in it`);
  assertEquals(error.facts.hint, "Name one of b, a");
  const lost = await assertRejects(
    () => world.flow.copy(`oci:${layout}:c`, "registry.example/other/app:1.0"),
    RegistryError,
  );
  assertEquals([lost.code, lost.facts.hint, lost.facts.side], [
    "not_found",
    "There is a, b",
    "source",
  ]);
});

Deno.test("copy() finds the one tagged image among signatures", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  const tag = app.digest.replace(":", "-");
  await writeLayout(layout, [app, next, sbom], [
    named(app, "1.0"),
    sbom.descriptor,
    named(next, `${tag}.sig`),
  ]);
  const { digest } = await world.flow.copy(`oci:${layout}`, `oci:${layout}-2`);
  assertEquals<string>(digest, app.digest);
  const names = await namesOf(`${layout}-2`);
  assertEquals(names, { "1.0": app.digest, [`${tag}.sig`]: next.digest });
  assert((await entriesOf(`${layout}-2`)).some(({ digest }) => digest === sbom.digest));
});

Deno.test("copy() takes up a referrers tag of a layout", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  const list = buildIndex([], { also: [sbom.descriptor] });
  await writeLayout(layout, [app, list, sbom], [
    named(app, "1.0"),
    named(list, app.digest.replace(":", "-")),
  ]);
  await world.flow.copy(`oci:${layout}`, `oci:${layout}-2`);
  assert((await entriesOf(`${layout}-2`)).some(({ digest }) => digest === sbom.digest));
  assertEquals(await assertLayout(`${layout}-2`), []);
});

Deno.test("copy() reads an index within the index, by the digest of what it lists", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  const outer = buildIndex([app]);
  await writeLayout(layout, [outer]);
  assertEquals<string>(
    (await world.flow.copy(`oci:${layout}`, `oci:${layout}-2`)).digest,
    outer.digest,
  );
  assertEquals(await assertLayout(`${layout}-2`), []);
});

Deno.test("copy() makes good a blob of a layout that has another size, and a broken manifest", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await world.flow.copy(`${FROM}:1.0`, `oci:${layout}`);
  const blob = blobPath(layout, amd64.layers[1]?.digest ?? "");
  await Deno.truncate(blob, 7);
  await Deno.writeTextFile(blobPath(layout, amd64.digest), "x".repeat(amd64.bytes.length));
  await Deno.remove(blobPath(layout, app.digest));
  const steps: CopyStep[] = [];
  await world.flow.copy(`${FROM}:1.0`, `oci:${layout}`, { onStep: (step) => steps.push(step) });
  assertEquals(await assertLayout(layout), []);
  const sent = steps.filter(({ fate }) => fate === "copied").map(({ digest }) => digest);
  assertEquals<string[]>(
    [...new Set(sent)].toSorted(),
    [amd64.layers[1]?.digest ?? "", amd64.digest, app.digest].toSorted(),
  );
});

Deno.test("copy() clears away what a killed process left, and nothing else", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await writeLayout(layout, [next]);
  const remains = ["blobs/sha256/00.aaaaaaaa.partial", "index.json.bbbbbbbb.partial"];
  for (const name of remains) await Deno.writeTextFile(join(layout, name), "remains");
  await Deno.writeTextFile(join(layout, "index.json.lock"), "");
  await Deno.writeTextFile(join(layout, "README"), "mine");
  const held = join(layout, "blobs/sha256/11.cccccccc.partial");
  {
    using file = await Deno.open(held, { write: true, create: true });
    await file.lock(true);
    await world.flow.copy(`${FROM}:1.0`, `oci:${layout}`);
    assertEquals(await assertLayout(layout), ["README", "11.cccccccc.partial"]);
  }
  await world.flow.copy(`${FROM}:1.0`, `oci:${layout}:again`);
  assertEquals(await assertLayout(layout), ["README"]);
});

Deno.test("copy() makes nothing where the source fails", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  for (const end of [`oci:${folder}/layout`, `oci-archive:${folder}/layout.tar`]) {
    const error = await assertRejects(() => flow.copy(`${FROM}:9`, end), RegistryError);
    assertEquals([error.code, error.facts.side], ["not_found", "source"]);
  }
  assertEquals([...Deno.readDirSync(folder)], []);
});

Deno.test("copy() will not make a layout of a folder with other things in it", async () => {
  await using world = await openWorld();
  const home = join(world.folder, "home");
  await Deno.mkdir(home);
  await Deno.writeTextFile(join(home, "letter.txt"), "dear");
  const error = await assertRejects(
    () => world.flow.copy(`${FROM}:1.0`, `oci:${home}`),
    RegistryError,
  );
  assertEquals([error.code, error.facts.side], ["reference_invalid", "destination"]);
  assertStringIncludes(error.message, 'it has "letter.txt" in it, and no oci-layout');
  assertEquals([...Deno.readDirSync(home)].map(({ name }) => name), ["letter.txt"]);
});

Deno.test("copy() with fewer platforms goes into a layout too", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  const { digest, fate } = await world.flow.copy(`${FROM}:1.0`, `oci:${layout}`, {
    platforms: ["linux/arm64"],
  });
  assertEquals(fate, "made");
  assertEquals(await assertLayout(layout), []);
  assertEquals<Record<string, string>>(await namesOf(layout), { "1.0": digest });
});

Deno.test("copy() lists a signature whose blob alone was written before a process was killed", async () => {
  await using world = await openWorld();
  const layout = join(world.folder, "layout");
  await writeLayout(layout, [app, sbom], []);
  await world.flow.copy(`${FROM}:1.0`, `oci:${layout}`);
  assert((await entriesOf(layout)).some(({ digest }) => digest === sbom.digest));
});

for (const end of ["oci:layout", "oci-archive:app.tar"]) {
  Deno.test(`copy() leaves nothing half done in ${end} when it is stopped`, async () => {
    await using world = await openWorld();
    const stop = new AbortController();
    const [kind, name = ""] = end.split(":");
    const reason = new Error("enough");
    const copying = world.flow.copy(`${FROM}:1.0`, `${kind}:${world.folder}/${name}`, {
      signal: stop.signal,
      onBytes: (count) => count > 1000 && stop.abort(reason),
    });
    assertEquals(await assertRejects(() => copying), reason);
    if (kind === "oci") assertEquals(await assertLayout(join(world.folder, name)), []);
    else assertEquals([...Deno.readDirSync(world.folder)], []);
  });
}
