import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type CopyStep, openFlow, RegistryError } from "../../mod.ts";
import { buildImage, randomBlob, type TestManifest } from "../registry/mod.ts";
import {
  amd64,
  app,
  assertLayout,
  blobPath,
  entriesOf,
  namesIn,
  namesOf,
  next,
  openWorld,
  sbom,
  signature,
  writeLayout,
} from "./layout_world.ts";

const FROM = "registry.example/team/app";

Deno.test("copy() carries an image into an archive and back with the same digests", async () => {
  await using world = await openWorld({ "other/app": { tags: {} } });
  const { flow, folder } = world;
  const archive = `oci-archive:${folder}/app.tar`;
  assertEquals<string>((await flow.copy(`${FROM}:1.0`, archive)).digest, app.digest);
  assertEquals(await namesIn(folder), ["app.tar"]);
  await flow.copy(archive, `oci:${folder}/layout`);
  assertEquals(await assertLayout(`${folder}/layout`), []);
  assertEquals(await namesOf(`${folder}/layout`), { "1.0": app.digest });
  assert((await entriesOf(`${folder}/layout`)).some(({ digest }) => digest === sbom.digest));
  const back = await flow.copy(archive, "registry.example/other/app");
  assertEquals<string>(back.digest, app.digest);
  const { referrers } = await flow.referrers("registry.example/other/app:1.0");
  assertEquals<string[]>(referrers.map(({ digest }) => digest), [sbom.digest]);
});

Deno.test("copy() replaces an archive that is there", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  const archive = `oci-archive:${folder}/app.tar`;
  await Deno.writeTextFile(`${folder}/app.tar`, "something else");
  await flow.copy(`${FROM}:1.0`, archive);
  await flow.copy(`${FROM}:2.0`, archive);
  await flow.copy(archive, `oci:${folder}/layout`);
  assertEquals(await namesOf(`${folder}/layout`), { "2.0": next.digest });
});

Deno.test("copies() put several images into one archive, at once and one after the other", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  const archive = `oci-archive:${folder}/app.tar`;
  const copies = flow.copies();
  await Promise.all([
    copies.copy(`${FROM}:1.0`, archive),
    copies.copy(`${FROM}:2.0`, archive),
  ]);
  await copies.copy(`${FROM}:1.0`, `${archive}:again`);
  await copies.copy(`${FROM}@${amd64.digest}`, archive);
  assertEquals(await namesIn(folder), ["app.tar"]);
  for (const tag of ["1.0", "2.0", "again"]) {
    await flow.copy(`${archive}:${tag}`, `oci:${folder}/layout`);
  }
  assertEquals(await assertLayout(`${folder}/layout`), []);
  assertEquals(await namesOf(`${folder}/layout`), {
    "1.0": app.digest,
    "2.0": next.digest,
    again: app.digest,
  });
  const gets = world.network.requests.filter(({ method, url }) =>
    method === "GET" && url.includes(amd64.layers[1]?.digest ?? "")
  );
  assertEquals(gets.length, 1);
});

Deno.test("copies() that fail leave the archive that was there, and others whole", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  const broken = buildImage({ layers: [randomBlob(2_000_000)] });
  const layout = join(folder, "broken");
  await writeLayout(layout, [broken]);
  const blob = blobPath(layout, broken.layers[0]?.digest ?? "");
  await Deno.writeFile(blob, new Uint8Array(2_000_000));
  const path = join(folder, "app.tar");
  await Deno.writeTextFile(path, "old");
  const copies = flow.copies();
  const failing = () => copies.copy(`oci:${layout}`, `oci-archive:${path}`);
  await assertRejects(failing, RegistryError);
  assertEquals(await namesIn(folder), ["app.tar", "broken"]);
  assertEquals(await Deno.readTextFile(path), "old");
  const results = await Promise.allSettled([
    copies.copy(`${FROM}:1.0`, `oci-archive:${path}`),
    failing(),
    copies.copy(`${FROM}:2.0`, `oci-archive:${path}`),
  ]);
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  for (const tag of ["1.0", "2.0"]) {
    await flow.copy(`oci-archive:${path}:${tag}`, `oci:${folder}/layout`);
  }
  assertEquals(await assertLayout(`${folder}/layout`), []);
});

/** Breaks a copy off when its tag is put, the last thing that is done. */
function breakOff({ kind, tag }: CopyStep): void {
  if (kind === "tag" && tag === "1.0") throw new Error("enough");
}

Deno.test("copies() keep in an archive what another brought that failed", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  const archive = `oci-archive:${folder}/app.tar`;
  const copies = flow.copies();
  const results = await Promise.allSettled([
    copies.copy(`${FROM}:1.0`, archive, { onStep: breakOff }),
    copies.copy(`${FROM}:1.0`, `${archive}:again`),
  ]);
  assertEquals(results.map(({ status }) => status), ["rejected", "fulfilled"]);
  await flow.copy(`${archive}:again`, `oci:${folder}/layout`);
  assertEquals(await assertLayout(`${folder}/layout`), []);
  const digests = (await entriesOf(`${folder}/layout`)).map(({ digest }) => digest);
  assertEquals(new Set(digests), new Set([app.digest, sbom.digest, signature.digest]));
});

Deno.test("copies() bring into an archive anew what is gone with one that failed", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  const archive = `oci-archive:${folder}/app.tar`;
  const copies = flow.copies();
  await assertRejects(() => copies.copy(`${FROM}:1.0`, archive, { onStep: breakOff }));
  assertEquals(await namesIn(folder), []);
  await copies.copy(`${FROM}:2.0`, archive);
  assertEquals((await copies.copy(`${FROM}:1.0`, archive)).fate, "copied");
  for (const tag of ["1.0", "2.0"]) await flow.copy(`${archive}:${tag}`, `oci:${folder}/layout`);
  assertEquals(await assertLayout(`${folder}/layout`), []);
});

Deno.test("copies() keep in an archive what one sent that ends before another writes", async () => {
  const layers = [{ "hello.txt": "hello\n" }];
  const [first, second] = [buildImage({ layers }), buildImage({ layers, annotations: { a: "b" } })];
  const tags = { "1.0": first, "2.0": second };
  await using world = await openWorld({ "team/pair": { tags } });
  const hasAsked = Promise.withResolvers<void>();
  const hasFailed = Promise.withResolvers<void>();
  const flow = openFlow({
    retries: 0,
    fetch: async (input, init) => {
      const isAbout = ({ digest }: TestManifest) =>
        String(input).includes(`/manifests/${digest.replace(":", "-")}`);
      if (isAbout(first)) await hasAsked.promise;
      if (isAbout(second)) {
        hasAsked.resolve();
        await hasFailed.promise;
      }
      return await world.network.fetch(input, init);
    },
  });
  const archive = `oci-archive:${world.folder}/app.tar`;
  const [from, copies] = ["registry.example/team/pair", flow.copies()];
  const failing = copies.copy(`${from}:1.0`, archive, { onStep: breakOff });
  const other = copies.copy(`${from}:2.0`, archive);
  await assertRejects(() => failing);
  hasFailed.resolve();
  await other;
  await flow.copy(`${archive}:2.0`, `oci:${world.folder}/layout`);
  assertEquals(await assertLayout(`${world.folder}/layout`), []);
});

Deno.test("copy() makes equal archives of an image without much to do at once", async () => {
  await using world = await openWorld();
  const { flow, folder } = world;
  for (const name of ["a", "b"]) {
    const copies = flow.copies({ jobs: 1 });
    await copies.copy(`${FROM}:2.0`, `oci-archive:${folder}/${name}.tar`);
  }
  assertEquals(await Deno.readFile(`${folder}/a.tar`), await Deno.readFile(`${folder}/b.tar`));
});

/** What may lie where an archive is to be written. */
const IN_THE_WAY: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "is a folder": (path) => Deno.mkdir(path),
  "is a symbolic link": (path) => Deno.symlink("/etc/hostname", path),
  "no such folder": (path) => Deno.writeTextFile(join(path, "..", "unused"), ""),
};

for (const [says, make] of Object.entries(IN_THE_WAY)) {
  Deno.test(`copy() cannot write an archive where there ${says}`, async () => {
    await using world = await openWorld();
    const path = join(world.folder, "app.tar");
    await make(path);
    const to = says === "no such folder" ? join(world.folder, "gone", "app.tar") : path;
    const error = await assertRejects(
      () => world.flow.copy(`${FROM}:1.0`, `oci-archive:${to}`),
      RegistryError,
    );
    assertEquals(error.facts.side, "destination");
    assertStringIncludes(error.message, to);
    assertEquals((await namesIn(world.folder)).filter((name) => /partial/.test(name)), []);
  });
}

Deno.test("copy() does not write an archive that another process writes", async () => {
  await using world = await openWorld();
  const path = join(world.folder, "app.tar");
  using file = await Deno.open(`${path}.partial`, { write: true, create: true });
  await file.lock(true);
  const error = await assertRejects(
    () => world.flow.copy(`${FROM}:1.0`, `oci-archive:${path}`),
    RegistryError,
  );
  assertEquals(error.code, "unavailable");
  assertStringIncludes(error.message, "another program is writing");
});
