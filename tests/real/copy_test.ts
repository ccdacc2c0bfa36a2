import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import {
  buildImage,
  buildIndex,
  digestOf,
  randomBlob,
  type TestManifest,
} from "../registry/mod.ts";
import { realTests } from "./available.ts";
import { type RealRegistry, startDockerRegistry } from "./docker_registry.ts";
import { createPerson, type Person } from "./person.ts";
import { plainFetch } from "./plain_fetch.ts";
import { pushImage, pushImages, startTwoRegistries } from "./push_image.ts";
import type { RunResult } from "./run_command.ts";
import { skopeoListTags, type User } from "./skopeo.ts";
import { skopeoCopyOut, type SkopeoDirectory, skopeoManifest } from "./skopeo_read.ts";
import { startTokenServer } from "./token_server.ts";

const { test } = realTests("tests/real/copy_test.ts");

const alice: User = { username: "alice", password: "wonderland" };
const shared = randomBlob(300_000);
const amd64 = buildImage({ layers: [shared, { a: "amd64" }] });
const arm64 = buildImage({ platform: "linux/arm64/v8", layers: [shared, { a: "arm64" }] });
const index = buildIndex([amd64, arm64], { attestations: true });
const docker = buildIndex([buildImage({ types: "docker", layers: [shared] })], { types: "docker" });
const sbom = buildImage({ subject: index, artifactType: "application/spdx+json" });
const cosign = buildImage({ layers: [{ of: "{}", mediaType: "application/vnd.dev.cosign.x" }] });

/** A repository with two images, and with what clients keep about the first under tags. */
async function fill(registry: RealRegistry, user?: User): Promise<void> {
  await pushImage(registry, "team/app", undefined, sbom, user);
  await pushImages(registry, "team/app", {
    "2.0": index,
    "1.0": docker,
    [tagOf(index)]: buildIndex([], { also: [sbom.descriptor] }),
    [`${tagOf(index)}.sig`]: cosign,
    [`${tagOf(arm64)}.sig`]: cosign,
  }, user);
}

function tagOf({ digest }: { readonly digest: string }): string {
  return digest.replace(":", "-");
}

/** All blobs of a manifest and of its children: their sizes by the hexadecimal part of their digests. */
function blobsOf({ blobs, children }: TestManifest): ReadonlyMap<string, number> {
  const own = blobs.map(({ digest, size }) => [digest.split(":")[1] ?? "", size] as const);
  return new Map([...own, ...children.flatMap((child) => [...blobsOf(child)])]);
}

/** Sees to it that skopeo gets the very same image. */
function assertWhole(copied: SkopeoDirectory, image: TestManifest): void {
  assertEquals(digestOf(copied.manifest), image.digest);
  // Of the children's manifests, skopeo's directory has them under their own names.
  for (const [hex, size] of blobsOf(image)) assertEquals(copied.blobs.get(hex), size, hex);
}

async function copied(
  person: Person,
  words: readonly string[],
  how: Parameters<Person["portolan"]>[1] = {},
): Promise<RunResult> {
  const result = await person.portolan(["copy", ...words], how);
  assertEquals(result.code, 0, result.stderr);
  return result;
}

function exchangesIn({ stderr }: RunResult): string[] {
  return stderr.split("\n").flatMap((line) =>
    /\b(GET|HEAD|POST|PUT|PATCH) http\S*/.exec(line)?.[0] ?? []
  );
}

test("copy carries an image with its signatures from one docker-registry to another", async () => {
  await using registries = await startTwoRegistries();
  await using person = await createPerson();
  const { source, target } = registries;
  await fill(source);
  const [from, to] = [`${source.host}/team/app:2.0`, `${target.host}/mirror/app`];
  const { stdout } = await copied(person, [from, to]);
  assertEquals(stdout, `${from} ${to}:2.0 ${index.digest}\n`);
  assertWhole(await skopeoCopyOut(target, "mirror/app:2.0"), index);
  const { tags } = await skopeoListTags(target, "mirror/app");
  const about = [tagOf(index), `${tagOf(index)}.sig`, `${tagOf(arm64)}.sig`];
  assertEquals(tags.toSorted(), ["2.0", ...about].toSorted());
  assertWhole(await skopeoCopyOut(target, `mirror/app:${tagOf(index)}.sig`), cosign);
  const list = JSON.parse(
    new TextDecoder().decode(await skopeoManifest(target, `mirror/app:${tagOf(index)}`)),
  );
  assertEquals(list.manifests.map(({ digest }: { digest: string }) => digest), [sbom.digest]);
  const send = plainFetch();
  const { status } = await send(`${target.origin}/v2/mirror/app/manifests/${sbom.digest}`, {
    method: "HEAD",
    headers: { accept: sbom.mediaType },
  });
  assertEquals(status, 200);

  const again = await copied(person, ["--trace", from, to]);
  assertEquals(exchangesIn(again).map((line) => line.split(" ")[0]), ["HEAD", "HEAD"]);
  assertEquals(again.stdout, stdout);
});

test("copy takes the login for one side from standard input, and for the other from a file", async () => {
  const auth = { kind: "htpasswd", users: { alice: alice.password } } as const;
  await using registries = await startTwoRegistries({ auth });
  await using person = await createPerson();
  const { source, target } = registries;
  await fill(source, alice);
  const [from, to] = [`${source.host}/team/app:1.0`, `${target.host}/mirror/app`];
  const input = `${alice.password}\n`;
  const login = await person.portolan(
    ["login", "--username", alice.username, "--password-stdin", source.host],
    { input },
  );
  assertEquals(login.code, 0, login.stderr);
  const refused = await person.portolan(["copy", "--json", from, to]);
  const { error } = JSON.parse(refused.stderr.trimEnd().split("\n").at(-1) ?? "");
  assertEquals([refused.code, error.code, error.side], [4, "unauthorized", "destination"]);
  const words = ["--dest-username", alice.username, "--dest-password-stdin", from, to];
  await copied(person, words, { input });
  assertWhole(await skopeoCopyOut(target, "mirror/app:1.0", alice), docker);
});

test("copy writes to a registry with a token server", async () => {
  await using tokens = await startTokenServer({ users: { alice: alice.password } });
  await using source = await startDockerRegistry();
  await using target = await startDockerRegistry({ auth: tokens.auth });
  await using person = await createPerson();
  await fill(source);
  const auth = btoa(`${alice.username}:${alice.password}`);
  const variables = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [target.host]: { auth } } }) };
  const words = ["--trust-realm", tokens.host, "--all-tags", `${source.host}/team/app`];
  await copied(person, [...words, `${target.host}/mirror/app`], { variables });
  assertWhole(await skopeoCopyOut(target, "mirror/app:2.0", alice), index);
  assertWhole(await skopeoCopyOut(target, "mirror/app:1.0", alice), docker);
  // The same repository's blobs are mounted, with a token for both.
  const mounted = await copied(
    person,
    [
      "--json",
      "--trust-realm",
      tokens.host,
      `${target.host}/mirror/app:2.0`,
      `${target.host}/other/app`,
    ],
    { variables },
  );
  const summary = JSON.parse(mounted.stdout.trimEnd().split("\n").at(-1) ?? "");
  assertEquals([summary.sent, summary.mounted > shared.size], [0, true]);
});

test("copy --all-tags carries 30 tags, each blob once", async () => {
  await using registries = await startTwoRegistries();
  await using person = await createPerson();
  const { source, target } = registries;
  const images: Record<string, TestManifest> = {};
  for (let number = 0; number < 30; number++) {
    images[`1.${number}`] = buildImage({ layers: [shared, { number: `${number % 10}` }] });
  }
  await pushImages(source, "team/app", images);
  const ends = [`${source.host}/team/app`, `${target.host}/mirror/app`];
  const first = await copied(person, ["--all-tags", "--trace", ...ends]);
  const puts = exchangesIn(first).filter((line) => /^PUT .*\/blobs\//.test(line));
  assertEquals(puts.length, 21);
  assertEquals((await skopeoListTags(target, "mirror/app")).tags.length, 30);
  for (const name of ["1.0", "1.17"]) {
    assertWhole(await skopeoCopyOut(target, `mirror/app:${name}`), images[name] ?? amd64);
  }
  const dry = await copied(person, ["--all-tags", "--dry-run", "--json", ...ends]);
  const plans = dry.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(plans.filter(({ fate }) => fate === "present").length, 30);
});

test("copy sends chunks and fewer platforms", async () => {
  await using registries = await startTwoRegistries();
  await using person = await createPerson();
  const { source, target } = registries;
  await fill(source);
  const flags = ["--chunk-size", "64KiB", "--platform", "linux/arm64"];
  const ends = [`${source.host}/team/app:2.0`, `${target.host}/mirror/app:arm`];
  const { stdout, stderr } = await copied(person, [...flags, "--trace", ...ends]);
  assert(
    exchangesIn({ code: 0, stdout, stderr }).filter((line) => line.startsWith("PATCH")).length >= 5,
  );
  const { manifest, blobs } = await skopeoCopyOut(target, "mirror/app:arm");
  assertStringIncludes(stdout, digestOf(manifest));
  for (const [hex, size] of blobsOf(arm64)) assertEquals(blobs.get(hex), size);
  assertEquals(JSON.parse(new TextDecoder().decode(manifest)).manifests.length, 2);
});

test("copy fills a layout and an archive that skopeo reads, and reads what skopeo wrote", async () => {
  await using registries = await startTwoRegistries();
  await using person = await createPerson();
  const { source, target } = registries;
  await fill(source);
  for (const kind of ["oci", "oci-archive"]) {
    const place = `${kind}:${person.home}/${kind}:2.0`;
    await copied(person, [`${source.host}/team/app:2.0`, place]);
    const read = await person.skopeo(["inspect", "--raw", place]);
    assertEquals(digestOf(new TextEncoder().encode(read.stdout)), index.digest, read.stderr);
    const flags = ["--all", "--preserve-digests", "--dest-tls-verify=false"];
    const moved = `docker://${target.host}/by/skopeo:${kind}`;
    const { code, stderr } = await person.skopeo(["copy", ...flags, place, moved]);
    assertEquals(code, 0, stderr);
    assertWhole(await skopeoCopyOut(target, `by/skopeo:${kind}`), index);
    const written = `${kind}:${person.home}/${kind}-by-skopeo:2.0`;
    const wrote = await person.skopeo(["copy", "--all", place, written]);
    assertEquals(wrote.code, 0, wrote.stderr);
    await copied(person, [written, `${target.host}/by/portolan:${kind}`]);
    assertWhole(await skopeoCopyOut(target, `by/portolan:${kind}`), index);
  }
});

test("copy that is interrupted exits with 130, and goes on where it was", async () => {
  await using registries = await startTwoRegistries();
  await using person = await createPerson();
  const { source, target } = registries;
  const big = buildImage({ layers: [{ small: "1" }, randomBlob(200_000_000)] });
  await pushImage(source, "team/app", "1.0", big);
  const ends = [`${source.host}/team/app:1.0`, `${target.host}/mirror/app`];
  for (const [signal, expected] of [["SIGINT", 130], ["SIGKILL", 137]] as const) {
    const [program = "", ...words] = [...person.command, "copy", "--jobs", "1", ...ends];
    const child = new Deno.Command(program, {
      args: words,
      env: { ...person.environment },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await growth(join(target.directory, "storage"));
    child.kill(signal);
    const { code } = await child.output();
    assertEquals(code, expected);
    assertEquals((await skopeoListTags(target, "mirror/app")).tags, []);
  }
  await copied(person, ends);
  assertWhole(await skopeoCopyOut(target, "mirror/app:1.0"), big);
});

/** Waits until more than a megabyte has been written. */
async function growth(folder: string): Promise<void> {
  const before = await bytesIn(folder);
  for (let tries = 0; tries < 3000; tries++) {
    if (await bytesIn(folder) > before + 1_000_000) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("No upload has begun");
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const path = join(folder, name);
      sum += isFile ? (await Deno.stat(path)).size : await bytesIn(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return sum;
}
